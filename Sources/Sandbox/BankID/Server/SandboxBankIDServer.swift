import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// Serves `SandboxBankID` over HTTPS with mutual TLS on the loopback address.
package struct SandboxBankIDServer: Service {
  private let bankID: SandboxBankID
  private let wantedPort: Int
  private let logger: Logger
  private let bound = BoundPort()

  /// The largest body that BankID takes: visible and non-visible data at their limits, and room.
  private static let maximumBodyBytes = 300_000

  /// Port 0 takes a free one; `port()` tells which.
  package init(_ bankID: SandboxBankID, port: Int = 0, logger: Logger) {
    self.bankID = bankID
    wantedPort = port
    self.logger = logger
  }

  /// Serves until the task is cancelled or the service group shuts down.
  package func run() async throws {
    do {
      try await application().run()
    } catch {
      await bound.settle(.failure(error))
      throw error
    }
    await bound.settle(.failure(CancellationError()))
  }

  /// The port that is listened on; waits for `run` to have bound it.
  package func port() async throws -> Int { try await bound.value() }

  /// Where a relying party's client must be pointed.
  package func baseURL() async throws -> String { "https://127.0.0.1:\(try await port())" }

  private func application() throws -> some ApplicationProtocol {
    let bankID = bankID
    let bound = bound
    let responder = CallbackResponder<BasicRequestContext> { request, _ in
      await Self.respond(to: request, bankID)
    }
    return Application(
      responder: responder, server: try .tls(tlsConfiguration: tlsConfiguration()),
      configuration: ApplicationConfiguration(
        address: .hostname("127.0.0.1", port: wantedPort), serverName: nil),
      onServerRunning: { channel in
        await bound.settle(.success(channel.localAddress?.port ?? 0))
      }, logger: logger)
  }

  private func tlsConfiguration() throws -> TLSConfiguration {
    let tls = bankID.authority.tls
    let certificates = try NIOSSLCertificate.fromPEMBytes(Array(tls.serverCertificate.utf8))
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(tls.serverKey.utf8), format: .pem)))
    // Verification also makes the client's certificate compulsory.
    configuration.certificateVerification = .noHostnameVerification
    configuration.trustRoots = .certificates(
      try NIOSSLCertificate.fromPEMBytes(Array(tls.relyingPartyRoot.utf8)))
    return configuration
  }

  private static func respond(to request: Request, _ bankID: SandboxBankID) async -> Response {
    let answer: BankIDAnswer
    do {
      let body = try await request.body.collect(upTo: maximumBodyBytes)
      answer = await bankID.answer(
        method: request.method.rawValue, path: request.uri.path,
        contentType: request.headers[.contentType], body: Array(body.readableBytesView))
    } catch {
      answer = BankIDAnswer(.invalid("Body too large or cut off"))
    }
    var headers: HTTPFields = [.contentType: "application/json"]
    if let seconds = answer.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
    return Response(
      status: .init(code: answer.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
  }
}

/// A port that becomes known once; those who ask before wait.
actor BoundPort {
  private var result: Result<Int, any Error>?
  private var waiting: [CheckedContinuation<Int, any Error>] = []

  func value() async throws -> Int {
    if let result { return try result.get() }
    return try await withCheckedThrowingContinuation { waiting.append($0) }
  }

  func settle(_ outcome: Result<Int, any Error>) {
    result = outcome
    for waiter in waiting { waiter.resume(with: outcome) }
    waiting = []
  }
}
