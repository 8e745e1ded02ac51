// The HTTPS listener of the pages: its own address, the same certificate and limits as gRPC.

import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// Serves `Pages` over TLS 1.3 until graceful shutdown: then no connection is taken any more, and
/// requests in flight are answered within `shutdownGrace`.
package struct PagesServer: Service {
  private let pages: Pages
  private let host: String
  private let wantedPort: Int
  private let tls: NIOSSLContext
  private let limits: TransportLimits
  private let metrics: Metrics
  private let logger: Logger
  private let bound = BoundPort()
  /// Who is connected.
  package let census: ConnectionCensus

  /// - Parameters:
  ///   - host: An address or name to bind.
  ///   - port: 0 takes a free one; `port()` tells which.
  package init(
    _ pages: Pages, host: String, port: Int, tls: ServerTLS,
    limits: TransportLimits = TransportLimits(), metrics: Metrics = Metrics(), logger: Logger
  ) throws {
    let faults = limits.faults
    guard faults.isEmpty else { throw TransportError.limits(faults) }
    self.pages = pages
    self.host = host
    wantedPort = port
    // Phones show no client certificate, and are not asked for one.
    var configuration = try ServerTLS(
      certificateChain: tls.certificateChain, privateKey: tls.privateKey
    ).configuration()
    configuration.applicationProtocols = ["http/1.1"]
    do { self.tls = try NIOSSLContext(configuration: configuration) } catch {
      throw ServerTLSError.mismatch
    }
    self.limits = limits
    self.metrics = metrics
    self.logger = logger
    census = ConnectionCensus(limits: limits)
  }

  /// Where the pages are found from outside.
  package var address: PagesAddress { pages.address }

  /// The port that is listened on; waits for `run` to have bound it.
  package func port() async throws -> Int { try await bound.value() }

  package func run() async throws {
    let (pages, bound, host) = (pages, bound, host)
    let (tls, limits, census, metrics, logger) = (tls, limits, census, metrics, logger)
    // Hummingbird's own lines may name paths, and a path may be a secret: warnings only.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    let application = Application(
      responder: CallbackResponder<PageContext> { request, context in
        await pages.respond(
          to: request, from: context.address, limit: limits.maxCalls)
      },
      server: HTTPServerBuilder { responder in
        GuardedPages(
          http: HTTP1Channel(responder: responder, configuration: Self.http(limits)), tls: tls,
          limits: limits, census: census, metrics: metrics, logger: logger)
      },
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: wantedPort), serverName: nil),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        let shown = host.contains(":") ? "[\(host)]" : host
        pages.address.settle("https://\(shown):\(port)")
        await bound.settle(.success(port))
      },
      logger: quiet)
    do {
      try await application.run()
      await bound.settle(.failure(CancellationError()))
    } catch {
      let trouble = TransportError.cannotListen(host: host, port: wantedPort, why: "\(error)")
      await bound.settle(.failure(trouble))
      throw error is CancellationError ? error : trouble
    }
  }

  private static func http(_ limits: TransportLimits) -> HTTP1Channel.Configuration {
    var http = HTTP1Channel.Configuration(idleTimeout: TimeAmount(limits.readIdle))
    http.httpDecoder = .init(
      maxHeaderFieldSize: 8 * 1024, maxHeaderListSize: 16 * 1024, maxHeaderFieldCount: 100)
    return http
  }
}

/// What the responder knows of a request beside it.
struct PageContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The peer's, in figures.
  let address: String

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    address = source.channel.remoteAddress?.ipAddress ?? "127.0.0.1"
  }
}
