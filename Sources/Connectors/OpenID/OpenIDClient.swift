// Speaks OpenID Connect to one identity provider: discovery and keys, which are remembered for a
// while, and the token endpoint, which is asked once for each code.

import AsyncHTTPClient
import Foundation
package import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
package import Primitives

/// Where the identity provider is, and who we are to it.
package struct OpenIDRelyingParty: Sendable {
  package var issuer: String
  package var clientID: String
  package var clientSecret: String
  /// Where the person comes back to: registered with the provider, letter by letter. nil: not
  /// known yet, as long as nobody listens there.
  package var redirectURL: @Sendable () -> String?
  package var scope: String
  package var nationalIDClaim: String
  /// PEM; nil: the system's authorities vouch for the provider's server.
  package var trustRootsPEM: String?

  package init(
    issuer: String, clientID: String, clientSecret: String,
    redirectURL: @escaping @Sendable () -> String?,
    scope: String = "openid profile nnin", nationalIDClaim: String = "nnin",
    trustRootsPEM: String? = nil
  ) {
    self.issuer = issuer
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.redirectURL = redirectURL
    self.scope = scope
    self.nationalIDClaim = nationalIDClaim
    self.trustRootsPEM = trustRootsPEM
  }
}

extension OpenIDRelyingParty: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  package var description: String { "OpenIDRelyingParty(\(issuer))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["issuer": issuer]) }
}

/// What the provider says of itself (OpenID Connect Discovery §3), as far as it is used.
struct OpenIDDiscovery: Codable, Equatable, Sendable {
  var issuer: String
  var authorization_endpoint: String
  var token_endpoint: String
  var jwks_uri: String
}

package actor OpenIDClient {
  private let http: HTTPClient
  private let party: OpenIDRelyingParty
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private var discovery: (document: OpenIDDiscovery, read: Instant)?
  private var keys: (set: JSONWebKeySet, read: Instant)?

  /// How long a document is believed.
  private static let discoverySeconds = 3_600
  /// A key that is not among those known is looked for at most this often.
  private static let keyPauseSeconds = 60
  private static let maximumBytes = 65_536

  package init(
    _ party: OpenIDRelyingParty, timeoutSeconds: Int64 = 10,
    now: @escaping @Sendable () -> Instant, logger: Logger
  ) throws(OpenIDError) {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv12
    if let pem = party.trustRootsPEM {
      guard let roots = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)), !roots.isEmpty else {
        throw .unavailable("the trust roots are not PEM")
      }
      tls.trustRoots = .certificates(roots)
    }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(
        connect: .seconds(5), read: .seconds(timeoutSeconds), write: .seconds(timeoutSeconds)))
    configuration.httpVersion = .http1Only
    configuration.connectionPool.retryConnectionEstablishment = false
    http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    self.party = party
    self.now = now
    self.logger = logger
  }

  package func shutdown() async { try? await http.shutdown() }

  func documents() async throws(OpenIDError) -> OpenIDDiscovery {
    if let known = discovery, known.read.adding(seconds: Self.discoverySeconds) > now() {
      return known.document
    }
    let issuer = party.issuer.hasSuffix("/") ? String(party.issuer.dropLast()) : party.issuer
    let found: OpenIDDiscovery = try await get("\(issuer)/.well-known/openid-configuration")
    guard found.issuer == party.issuer,
      [found.authorization_endpoint, found.token_endpoint, found.jwks_uri].allSatisfy({
        $0.hasPrefix("https://") && URL(string: $0)?.host() != nil
      })
    else { throw .issuer }
    discovery = (found, now())
    return found
  }

  /// The key that has signed the token.
  func key(of token: IDToken) async throws(OpenIDError) -> JSONWebKey {
    if let known = keys, known.read.adding(seconds: Self.discoverySeconds) > now() {
      if let key = known.set.keys.first(where: { token.isSigned(by: $0) }) { return key }
      // The provider may have changed its keys since.
      guard known.read.adding(seconds: Self.keyPauseSeconds) <= now() else { throw .signature }
    }
    let found: JSONWebKeySet = try await get(try await documents().jwks_uri)
    keys = (found, now())
    guard let key = found.keys.first(where: { token.isSigned(by: $0) }) else { throw .signature }
    return key
  }

  private struct TokenAnswer: Decodable { var id_token: String }
  private struct ErrorAnswer: Decodable { var error: String }

  /// The id_token for a code. Asked once: a code is good once.
  func redeem(_ code: String, verifier: String) async throws(OpenIDError) -> String {
    guard let redirectURL = party.redirectURL() else { throw .unavailable("no way back") }
    var request = HTTPClientRequest(url: try await documents().token_endpoint)
    request.method = .POST
    request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
    let credentials = "\(Form.encode(party.clientID)):\(Form.encode(party.clientSecret))"
    request.headers.add(
      name: "Authorization", value: "Basic \(Data(credentials.utf8).base64EncodedString())")
    request.body = .bytes(
      ByteBuffer(
        string: Form.text([
          ("grant_type", "authorization_code"), ("code", code),
          ("redirect_uri", redirectURL), ("code_verifier", verifier),
        ])))
    let answer: TokenAnswer = try await send(request)
    return answer.id_token
  }

  private func get<Answer: Decodable>(_ url: String) async throws(OpenIDError) -> Answer {
    var request = HTTPClientRequest(url: url)
    request.headers.add(name: "Accept", value: "application/json")
    return try await send(request)
  }

  private func send<Answer: Decodable>(
    _ request: HTTPClientRequest
  ) async throws(OpenIDError) -> Answer {
    let status: HTTPResponseStatus, body: Data
    do {
      let response = try await http.execute(request, timeout: .seconds(10), logger: logger)
      status = response.status
      body = Data((try await response.body.collect(upTo: Self.maximumBytes)).readableBytesView)
    } catch {
      // The error may quote the request, which holds a code.
      throw .unavailable("no connection")
    }
    guard status == .ok else {
      // A word of RFC 6749 §5.2 is an answer: asking again would bring the same.
      if let refusal = try? JSONDecoder().decode(ErrorAnswer.self, from: body),
        [400, 401].contains(status.code),
        refusal.error.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || 97...122 ~= $0 })
      {
        throw .refused(String(refusal.error.prefix(40)))
      }
      throw .unavailable("HTTP \(status.code)")
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: body) else { throw .malformed }
    return answer
  }
}

/// application/x-www-form-urlencoded, also for queries.
package enum Form {
  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)

  package static func encode(_ text: String) -> String {
    text.utf8.map { byte in
      plain.contains(byte)
        ? String(UnicodeScalar(byte))
        : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }

  package static func text(_ fields: [(String, String)]) -> String {
    fields.map { "\(encode($0))=\(encode($1))" }.joined(separator: "&")
  }

  /// The fields of a form or query; a name that comes twice is refused with nil.
  package static func fields(_ text: String) -> [String: String]? {
    var fields: [String: String] = [:]
    for pair in text.split(separator: "&").prefix(50) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let decoded = parts.map { $0.replacing("+", with: " ").removingPercentEncoding }
      let second = decoded.count > 1 ? decoded[1] : ""
      guard let first = decoded.first, let name = first, let value = second,
        fields.updateValue(value, forKey: name) == nil
      else { return nil }
    }
    return fields
  }
}
