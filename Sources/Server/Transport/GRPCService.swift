package import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import Logging
import NIOPosix
import ServiceLifecycle

/// The gRPC server as a long-lived part of the program: binds, serves, ends when told to.
///
/// Health and reflection are served beside the given services; `CallInterceptor` stands before the
/// given interceptors, so every call is logged and every error mapped.
package struct GRPCService: Service {
  private let server: GRPCServer<HTTP2ServerTransport.Custom<GuardedListener>>
  private let transport: HTTP2ServerTransport.Custom<GuardedListener>
  private let drain: Drain
  private let drainTime: Duration
  private let logger: Logger

  /// Which services are ready; all are NOT_SERVING once shutdown has begun.
  package let health: HealthService
  /// Calls open now.
  package let calls: OpenCalls
  /// Who is connected.
  package let census: ConnectionCensus

  /// Reads the certificates and registers the services; binds nothing yet.
  /// - Parameters:
  ///   - host: An address or name to bind, `127.0.0.1`, `::`.
  ///   - port: 0 takes a free one, see `boundPort`.
  ///   - drain: Begun at shutdown, before the calls in flight hear of it.
  package init(
    services: [any RegistrableRPCService], interceptors: [any ServerInterceptor] = [],
    host: String, port: Int, tls: ServerTLS, limits: TransportLimits = TransportLimits(),
    drain: Drain = Drain(), metrics: Metrics = Metrics(), logger: Logger
  ) throws {
    let faults = limits.faults
    guard faults.isEmpty else { throw TransportError.limits(faults) }
    let census = ConnectionCensus(limits: limits)
    let health = HealthService(services: Reflection.apiServices)
    let group = MultiThreadedEventLoopGroup.singleton
    let listener = GuardedListener(
      eventLoopGroup: group, host: host, port: port, tls: try tls.context(), limits: limits,
      census: census, metrics: metrics, logger: logger)
    let transport = HTTP2ServerTransport.Custom(
      listenerFactory: listener, config: GRPCService.config(limits))
    let reflection = try Reflection()
    let calls = CallInterceptor(
      logger: logger, census: census, metrics: metrics, maxCalls: limits.maxCalls)
    self.server = GRPCServer(
      transport: transport,
      services: services + [
        health, ReflectionService(reflection), ReflectionAlphaService(reflection),
      ],
      interceptors: [calls] + interceptors)
    self.transport = transport
    self.drain = drain
    self.drainTime = limits.drain
    self.calls = calls.open
    self.logger = logger
    self.health = health
    self.census = census
  }

  /// The port that is listened on. Waits until `run` has bound it.
  package var boundPort: Int {
    get async throws {
      let address = await transport.listeningAddress
      guard let port = address?.ipv4?.port ?? address?.ipv6?.port else {
        throw TransportError.notListening
      }
      return port
    }
  }

  /// Serves until graceful shutdown or cancellation. Then health says NOT_SERVING for `drain`,
  /// connections are asked to go, and it ends within `shutdownGrace`, plus the time that handlers
  /// need to finish what they have begun.
  package func run() async throws {
    try await withThrowingTaskGroup(of: Bool.self) { tasks in
      tasks.addTask {
        do {
          try await server.serve()
          return true
        } catch let error as RuntimeError {
          throw error.cause as? TransportError ?? error
        }
      }
      tasks.addTask {
        // Ends by cancellation where the server has ended by itself.
        guard (try? await gracefulShutdown()) != nil else { return false }
        logger.info("shutting down")
        health.stop()
        drain.begin()
        if drainTime > .zero { try? await Task.sleep(for: drainTime) }
        server.beginGracefulShutdown()
        return false
      }
      defer { tasks.cancelAll() }
      while let hasEnded = try await tasks.next(), !hasEnded {}
    }
  }

  private static func config(
    _ limits: TransportLimits
  ) -> HTTP2ServerTransport.Custom<GuardedListener>.Config {
    var config = HTTP2ServerTransport.Custom<GuardedListener>.Config.defaults
    config.compression.enabledAlgorithms = [.gzip, .deflate]
    config.connection.maxIdleTime = limits.idle
    config.connection.maxAge = limits.maxAge
    config.connection.maxGraceTime = limits.maxAgeGrace
    config.connection.keepalive.time = limits.keepalive
    config.connection.keepalive.timeout = limits.keepaliveAnswer
    config.connection.keepalive.clientBehavior.allowWithoutCalls = true
    config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = limits.minClientPing
    config.http2.maxConcurrentStreams = limits.maxConcurrentStreams
    config.http2.targetWindowSize = limits.windowBytes
    config.rpc.maxRequestPayloadSize = limits.maxRequestBytes
    return config
  }
}

/// Why the transport cannot start.
package enum TransportError: Error, CustomStringConvertible, Equatable {
  case limits([String])
  case notListening
  case cannotListen(host: String, port: Int, why: String)

  package var description: String {
    switch self {
    case .limits(let faults): "limits: " + faults.joined(separator: "; ")
    case .notListening: "the server is not listening"
    case .cannotListen(let host, let port, let why):
      "cannot listen on \(host) port \(port): \(why); choose another listen.host or listen.port, or"
        + " stop the program that has it"
    }
  }
}
