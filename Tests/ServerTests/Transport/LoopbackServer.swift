import BureauAPI
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Server
import ServiceLifecycle
import SwiftProtobuf
import Synchronization

/// A server on a free port of 127.0.0.1, with certificates of its own, for one test.
struct LoopbackServer: Sendable {
  let port: Int
  let authority: Authority
  let service: GRPCService
  let group: ServiceGroup
  let log: LogCollector

  /// Runs the body against a server and ends it gracefully afterwards.
  static func run<Result: Sendable>(
    services: [any RegistrableRPCService] = [], interceptors: [any ServerInterceptor] = [],
    limits: TransportLimits = .short, clientAuthorities: String? = nil,
    _ body: @Sendable (LoopbackServer) async throws -> Result
  ) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("bureau-\(UInt64.random(in: .min ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let authority = try Authority.create(
      in: folder, hostnames: ["127.0.0.1", "localhost"], now: Date())
    let log = LogCollector()
    var tls = authority.tls
    tls.clientAuthorities = clientAuthorities
    let service = try GRPCService(
      services: services, interceptors: interceptors, host: "127.0.0.1", port: 0, tls: tls,
      limits: limits,
      logger: log.logger)
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: service)],
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let port = try await service.boundPort
      let server = LoopbackServer(
        port: port, authority: authority, service: service, group: group, log: log)
      do {
        let result = try await body(server)
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return result
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
    }
  }

  /// A gRPC client that trusts this server's authority.
  func withClient<Result: Sendable>(
    certificate: (certificate: String, key: String)? = nil,
    _ body: @Sendable (GRPCClient<HTTP2ClientTransport.Posix>) async throws -> Result
  ) async throws -> Result {
    let roots: [TLSConfig.CertificateSource] = [
      .bytes(Array(authority.authorityCertificate.utf8), format: .pem)
    ]
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: "127.0.0.1", port: port),
      transportSecurity: .tls { tls in
        tls.trustRoots = .certificates(roots)
        if let certificate {
          tls.certificateChain = [.bytes(Array(certificate.certificate.utf8), format: .pem)]
          tls.privateKey = .bytes(Array(certificate.key.utf8), format: .pem)
        }
      },
      config: .defaults {
        $0.http2.authority = "localhost"
        $0.compression.enabledAlgorithms = [.gzip]
      })
    return try await withGRPCClient(transport: transport, handleClient: body)
  }

  /// A bare TCP connection, for peers that misbehave.
  func connect(
    _ initialize: @escaping @Sendable (any Channel) throws -> Void = { _ in }
  ) async throws -> any Channel {
    try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try initialize(channel) }
      }
      .connect(host: "127.0.0.1", port: port).get()
  }

  /// A TLS connection without HTTP/2 on it, its handshake done.
  func connectTLS(
    configure: (inout TLSConfiguration) -> Void = { _ in }
  ) async throws -> any Channel {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(
      try NIOSSLCertificate.fromPEMBytes(Array(authority.authorityCertificate.utf8)))
    tls.applicationProtocols = ["h2"]
    configure(&tls)
    let context = try NIOSSLContext(configuration: tls)
    let done = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
    do {
      let channel = try await connect { channel in
        try channel.pipeline.syncOperations.addHandler(
          NIOSSLClientHandler(context: context, serverHostname: "localhost"))
        try channel.pipeline.syncOperations.addHandler(HandshakeWaiter(done: done))
      }
      try await done.futureResult.get()
      return channel
    } catch {
      done.fail(error)
      throw error
    }
  }
}

extension TransportLimits {
  /// Short enough that no test waits; long enough for a slow machine to do what is right.
  static var short: TransportLimits {
    var limits = TransportLimits()
    limits.shutdownGrace = .milliseconds(300)
    return limits
  }
}

/// Collects log lines in memory.
final class LogCollector: Sendable {
  struct Line: Sendable {
    var level: Logger.Level
    var message: String
    var metadata: [String: String]
  }

  private let store = Mutex<[Line]>([])

  var lines: [Line] { store.withLock { $0 } }

  var logger: Logger {
    var logger = Logger(label: "server") { _ in Handler(collector: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let collector: LogCollector
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
      collector.store.withLock {
        $0.append(Line(level: event.level, message: "\(event.message)", metadata: all))
      }
    }
  }
}

private final class HandshakeWaiter: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let done: EventLoopPromise<Void>

  init(done: EventLoopPromise<Void>) { self.done = done }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    done.succeed()
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    done.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    done.fail(ChannelError.eof)
    context.fireChannelInactive()
  }
}
