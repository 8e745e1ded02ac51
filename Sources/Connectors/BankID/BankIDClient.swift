// Speaks BankID's Relying Party API v6.0 over mutual TLS.
//
// What is repeated, and what not:
// - auth and sign never: the first try may have made an order, and a second would abort it.
// - collect never within a call: a result is given once, so a lost answer may have been the result.
//   The next poll is the repeat; if it says invalidParameters ("No such order"), the result is
//   lost and the user starts over. Nothing has been decided on it, so nothing is done twice.
// - cancel once more after a lost answer: it has the same effect twice.
// - what BankID has answered with 4xx never, by the client; 429 and 503 say when to come back.

import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
package import Primitives

/// Where BankID is, and who we are to it: all PEM texts.
package struct BankIDRelyingParty: Sendable {
  /// Such as `https://appapi2.test.bankid.com`, without a path.
  package let baseURL: String
  package let certificatePEM: String
  package let keyPEM: String
  /// Roots that may vouch for BankID's server; the system's are not used.
  package let trustRootsPEM: String

  package init(baseURL: String, certificatePEM: String, keyPEM: String, trustRootsPEM: String) {
    self.baseURL = baseURL
    self.certificatePEM = certificatePEM
    self.keyPEM = keyPEM
    self.trustRootsPEM = trustRootsPEM
  }
}

extension BankIDRelyingParty: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String { "BankIDRelyingParty(\(baseURL))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["baseURL": baseURL]) }
}

/// A relying party's connection to BankID; call `shutdown` when done with it.
package struct BankIDClient: Sendable {
  private let http: HTTPClient
  private let baseURL: String
  private let timeout: TimeAmount
  private let logger: Logger

  /// Text lengths after base64 (API v6).
  static let signVisibleLength = 40_000
  static let signNonVisibleLength = 200_000
  static let authLength = 1_500
  /// A result holds the signed text twice base64-encoded, and certificates.
  private static let maximumAnswerBytes = 4 * 1024 * 1024

  package init(
    _ relyingParty: BankIDRelyingParty, timeoutSeconds: Int = 10, logger: Logger
  ) throws(BankIDError) {
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: try Self.tlsConfiguration(relyingParty),
      redirectConfiguration: .disallow,
      timeout: .init(
        connect: .seconds(5), read: .seconds(Int64(timeoutSeconds)),
        write: .seconds(Int64(timeoutSeconds))))
    configuration.httpVersion = .http1Only
    // A request is sent at most once; see the top of the file.
    configuration.connectionPool.retryConnectionEstablishment = false
    guard let url = URL(string: relyingParty.baseURL), url.scheme == "https", url.host() != nil
    else { throw .badCredentials("the base URL must be https://host") }
    http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    baseURL = relyingParty.baseURL
    timeout = .seconds(Int64(timeoutSeconds))
    self.logger = logger
  }

  /// Closes the connections; calls under way fail.
  package func shutdown() async {
    // It fails only where it has been done before.
    try? await http.shutdown()
  }

  /// Orders an identification, of `personalNumber` only where given.
  package func auth(
    endUserIP: String, visibleText: String? = nil, nonVisible: [UInt8]? = nil,
    personalNumber: PersonalNumber? = nil, format: BankIDTextFormat = .plain
  ) async throws(BankIDError) -> BankIDOrder {
    let request = try Self.request(
      endUserIP, visibleText, nonVisible, personalNumber, format,
      visibleLength: Self.authLength, nonVisibleLength: Self.authLength)
    return try await order("auth", request)
  }

  /// Orders a signature over `visibleText`, which must be understandable by itself.
  package func sign(
    endUserIP: String, visibleText: String, nonVisible: [UInt8]? = nil,
    personalNumber: PersonalNumber? = nil, format: BankIDTextFormat = .plain
  ) async throws(BankIDError) -> BankIDOrder {
    guard !visibleText.isEmpty else {
      throw .invalidParameters(details: "the text to sign is empty")
    }
    let request = try Self.request(
      endUserIP, visibleText, nonVisible, personalNumber, format,
      visibleLength: Self.signVisibleLength, nonVisibleLength: Self.signNonVisibleLength)
    return try await order("sign", request)
  }

  /// Asks how an order stands: every two seconds while it is pending.
  package func collect(_ orderRef: String) async throws(BankIDError) -> BankIDCollect {
    let body = try await post("collect", OrderReference(orderRef: orderRef))
    guard let answer = try? JSONDecoder().decode(CollectAnswer.self, from: Data(body)) else {
      throw .unreadableResult(raw: body)
    }
    switch answer.status {
    case "complete": return .complete(try BankIDCompletion(raw: body))
    case "failed": return .failed(BankIDHint(code: answer.hintCode ?? "", isFailed: true))
    case "pending": return .pending(BankIDHint(code: answer.hintCode ?? "", isFailed: false))
    default: throw .unreadableResult(raw: body)
    }
  }

  /// Ends an order that the user has left.
  package func cancel(_ orderRef: String) async throws(BankIDError) {
    let request = OrderReference(orderRef: orderRef)
    do {
      _ = try await post("cancel", request)
    } catch {
      guard case .unavailable = error else { throw error }
      do {
        _ = try await post("cancel", request)
      } catch {
        // Gone: the first try had effect although its answer was lost.
        guard case .invalidParameters = error else { throw error }
      }
    }
  }
}

// MARK: Requests

extension BankIDClient {
  private static func request(
    _ endUserIP: String, _ visibleText: String?, _ nonVisible: [UInt8]?,
    _ personalNumber: PersonalNumber?, _ format: BankIDTextFormat, visibleLength: Int,
    nonVisibleLength: Int
  ) throws(BankIDError) -> OrderRequest {
    let visible = visibleText.map { Data($0.utf8).base64EncodedString() }
    let hidden = nonVisible.map { Data($0).base64EncodedString() }
    guard (visible?.utf8.count ?? 0) <= visibleLength else {
      throw .invalidParameters(details: "the visible text is longer than BankID takes")
    }
    guard (hidden?.utf8.count ?? 0) <= nonVisibleLength else {
      throw .invalidParameters(details: "the non-visible data is longer than BankID takes")
    }
    return OrderRequest(
      endUserIp: endUserIP,
      requirement: personalNumber.map { .init(personalNumber: $0.digits) },
      userVisibleData: visible,
      userVisibleDataFormat: visible == nil || format == .plain ? nil : format.rawValue,
      userNonVisibleData: hidden)
  }

  private func order(
    _ call: String, _ request: OrderRequest
  ) async throws(BankIDError) -> BankIDOrder {
    let body = try await post(call, request)
    guard let answer = try? JSONDecoder().decode(OrderAnswer.self, from: Data(body)) else {
      throw .unavailable("the answer to \(call) can't be read")
    }
    return BankIDOrder(
      orderRef: answer.orderRef, autoStartToken: answer.autoStartToken,
      qrStartToken: answer.qrStartToken, qrStartSecret: answer.qrStartSecret)
  }

  private func post(
    _ call: String, _ message: some Encodable
  ) async throws(BankIDError) -> [UInt8] {
    var request = HTTPClientRequest(url: "\(baseURL)/rp/v6.0/\(call)")
    request.method = .POST
    // Exactly this: with a charset BankID answers 415.
    request.headers.add(name: "Content-Type", value: "application/json")
    let status: HTTPResponseStatus
    let headers: HTTPHeaders
    let body: [UInt8]
    do {
      request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(message)))
      let response = try await http.execute(request, timeout: timeout, logger: logger)
      let buffer = try await response.body.collect(upTo: Self.maximumAnswerBytes)
      (status, headers, body) = (response.status, response.headers, Array(buffer.readableBytesView))
    } catch is CancellationError {
      throw .interrupted
    } catch {
      // The error may quote the request, which holds personal data: its kind is enough.
      logger.warning("no answer from BankID", metadata: ["call": "\(call)"])
      throw Task.isCancelled ? .interrupted : .unavailable(Self.kind(of: error))
    }
    guard status == .ok else { throw Self.error(status, headers, body) }
    return body
  }

  private static func kind(of error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: error.shortDescription
    case is NIOSSLError, is BoringSSLError: "the TLS handshake failed"
    case is NIOTooManyBytesError: "the answer is too large"
    case is ChannelError, is IOError: "no connection"
    default: "\(type(of: error))"
    }
  }

  private static func error(
    _ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: [UInt8]
  ) -> BankIDError {
    let answer = try? JSONDecoder().decode(ErrorAnswer.self, from: Data(body))
    let details = String((answer?.details ?? status.reasonPhrase).prefix(200))
    switch (status.code, answer?.errorCode) {
    case (400, "alreadyInProgress"): return .alreadyInProgress
    case (400, _): return .invalidParameters(details: details)
    case (401, _), (403, _): return .unauthorized(details: details)
    case (404, _): return .notFound(details: details)
    case (405, _), (415, _): return .invalidParameters(details: details)
    case (429, _): return .tooManyRequests(retryAfterSeconds: retryAfterSeconds(headers))
    case (503, "Maintenance"), (503, "maintenance"): return .maintenance
    default: return .unavailable("HTTP \(status.code)")
    }
  }

  /// Between 1 second and 10 minutes; 5 seconds where nothing is said.
  private static func retryAfterSeconds(_ headers: HTTPHeaders) -> Int {
    let text = headers.first(name: "Retry-After") ?? headers.first(name: "RateLimit-Reset")
    return min(max(text.flatMap { Int($0) } ?? 5, 1), 600)
  }

  private static func tlsConfiguration(
    _ relyingParty: BankIDRelyingParty
  ) throws(BankIDError) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    func certificates(_ pem: String, _ what: String) throws(BankIDError) -> [NIOSSLCertificate] {
      guard let list = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)), !list.isEmpty else {
        throw .badCredentials("the \(what) is not PEM")
      }
      return list
    }
    configuration.certificateChain = try certificates(
      relyingParty.certificatePEM, "relying-party certificate"
    ).map { .certificate($0) }
    guard let key = try? NIOSSLPrivateKey(bytes: Array(relyingParty.keyPEM.utf8), format: .pem)
    else { throw .badCredentials("the relying-party key is not PEM") }
    configuration.privateKey = .privateKey(key)
    configuration.trustRoots = .certificates(
      try certificates(relyingParty.trustRootsPEM, "list of trust roots"))
    configuration.minimumTLSVersion = .tlsv12
    return configuration
  }
}
