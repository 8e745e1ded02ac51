// What operators' tools ask over plain HTTP, beside gRPC: metrics, and whether to send calls here.

import Hummingbird
import HummingbirdCore
import HTTPTypes
package import Logging
import NIOCore
import ServiceLifecycle

/// Serves `/metrics`, `/healthz` and `/readyz` on an address of its own. Nothing it says names a
/// tenant or a person, and nothing can be changed through it.
package struct OperationsServer: Service {
  private let host: String
  private let wantedPort: Int
  private let probe: OperationsProbe
  private let logger: Logger
  private let bound = BoundPort()

  /// - Parameter port: 0 takes a free one; `port()` tells which.
  package init(host: String, port: Int, probe: OperationsProbe, logger: Logger) {
    self.host = host
    wantedPort = port
    self.probe = probe
    self.logger = logger
  }

  /// The port that is listened on; waits for `run` to have bound it.
  package func port() async throws -> Int { try await bound.value() }

  package func run() async throws {
    let probe = probe, bound = bound
    let responder = CallbackResponder<BasicRequestContext> { request, _ in
      guard request.method == .get || request.method == .head else {
        return Self.answer(.methodNotAllowed, "only GET is answered here\n")
      }
      switch request.uri.path {
      case "/metrics":
        return Self.answer(.ok, await probe.metrics(), type: "text/plain; version=0.0.4")
      case "/healthz": return Self.answer(.ok, "ok\n")
      case "/readyz":
        let (isReady, text) = await probe.readiness()
        return Self.answer(isReady ? .ok : .serviceUnavailable, text + "\n")
      default: return Self.answer(.notFound, "there are /metrics, /healthz and /readyz\n")
      }
    }
    var http = HTTP1Channel.Configuration(idleTimeout: .seconds(60))
    http.httpDecoder = .init(
      maxHeaderFieldSize: 8 * 1024, maxHeaderListSize: 16 * 1024, maxHeaderFieldCount: 100)
    let application = Application(
      responder: responder, server: .http1(configuration: http),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: wantedPort), serverName: nil),
      onServerRunning: { await bound.settle(.success($0.localAddress?.port ?? 0)) },
      logger: logger)
    do {
      try await application.run()
      await bound.settle(.failure(CancellationError()))
    } catch {
      let trouble = TransportError.cannotListen(host: host, port: wantedPort, why: "\(error)")
      await bound.settle(.failure(trouble))
      throw error is CancellationError ? error : trouble
    }
  }

  private static func answer(
    _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
