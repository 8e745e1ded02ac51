package import GRPCNIOTransportHTTP2Posix
import Logging
package import NIOCore
import NIOPosix
import NIOSSL

/// Accepts connections for the gRPC transport: TLS 1.3 first, each one guarded and counted.
package struct GuardedListener: HTTP2ServerTransport.ListenerFactory {
  package let eventLoopGroup: any EventLoopGroup
  let host: String
  let port: Int
  let tls: NIOSSLContext
  let limits: TransportLimits
  let census: ConnectionCensus
  let metrics: Metrics
  let logger: Logger

  package func makeListeningChannel(
    listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
    connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
  ) async throws -> NIOAsyncChannel<
    HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel, Never
  > {
    let listener:
      NIOAsyncChannel<
        HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel, Never
      >
    do {
      listener = try await bind(listenerConfigurator, connectionConfigurator)
    } catch {
      throw TransportError.cannotListen(host: host, port: port, why: "\(error)")
    }
    // An error of one accepted connection would otherwise end the whole sequence of connections.
    let channel = listener.channel
    try await channel.eventLoop.submit {
      let handlers = channel.pipeline.syncOperations
      let acceptor = try handlers.context(name: "AcceptHandler").handler
      try handlers.addHandler(AcceptErrors(logger: logger), position: .after(acceptor))
    }.get()
    return listener
  }

  private func bind(
    _ listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
    _ connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
  ) async throws -> NIOAsyncChannel<
    HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel, Never
  > {
    try await ServerBootstrap(group: eventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelInitializer { listenerConfigurator.configure(channel: $0) }
      .bind(host: host, port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          let edge = ConnectionEdge(census: census, metrics: metrics)
          let handlers = channel.pipeline.syncOperations
          try handlers.addHandler(edge)
          try handlers.addHandler(NIOSSLServerHandler(context: tls))
          try handlers.addHandler(
            ConnectionGuard(limits: limits, edge: edge, metrics: metrics, logger: logger))
        }.flatMap {
          connectionConfigurator.configure(channel: channel, tls: .configured(requireALPN: true))
        }
      }
  }
}

/// Keeps errors of single accepted connections from ending the server; a failed listening socket
/// closes, and so ends it, by itself.
private final class AcceptErrors: ChannelInboundHandler, Sendable {
  typealias InboundIn = Any

  private let logger: Logger

  init(logger: Logger) { self.logger = logger }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    logger.warning("connection not accepted", metadata: ["cause": "\(error)"])
  }
}
