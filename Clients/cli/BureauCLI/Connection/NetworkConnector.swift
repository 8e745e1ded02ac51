internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// Connects over TLS 1.3 and trusts the context's certificate authority, nothing else; shows a client
/// certificate where one is set.
package struct NetworkConnector: Connector {
  package init() {}

  package func withWire(
    to endpoint: Endpoint, _ body: (any Wire) async throws -> Void
  ) async throws {
    let transport = try HTTP2ClientTransport.Posix(
      target: endpoint.target,
      transportSecurity: .tls(
        .defaults {
          $0.trustRoots = .certificates([.file(path: endpoint.authorityFile, format: .pem)])
          if let identity = endpoint.identity {
            $0.certificateChain = [.file(path: identity.certificateFile, format: .pem)]
            $0.privateKey = .file(path: identity.keyFile, format: .pem)
          }
        }),
      config: .defaults {
        $0.channelDebuggingCallbacks.onCreateTCPConnection = { MinimumTLS.guarding($0) }
      })
    try await withGRPCClient(transport: transport) { client in
      try await body(GRPCWire(client))
    }
  }
}

extension Endpoint {
  /// An address is not looked up and not sent as a server name: the certificate must name it.
  fileprivate var target: any ResolvableTarget {
    if (try? NIOCore.SocketAddress(ipAddress: host, port: port)) != nil {
      host.contains(":")
        ? Self.erased(.ipv6(address: host, port: port))
        : Self.erased(.ipv4(address: host, port: port))
    } else {
      Self.erased(.dns(host: host, port: port))
    }
  }

  private static func erased(_ target: some ResolvableTarget) -> any ResolvableTarget { target }
}

/// Closes a connection that agreed on less than TLS 1.3: the transport itself allows 1.2.
final class MinimumTLS: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  /// Puts the guard right behind the TLS handler of a fresh connection.
  @Sendable static func guarding(_ channel: any Channel) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      let tls = try channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
      try channel.pipeline.syncOperations.addHandler(MinimumTLS(), position: .after(tls))
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent {
      let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
      guard tls?.tlsVersion == .tlsv13 else {
        context.fireErrorCaught(TLSTooOld())
        context.close(promise: nil)
        return
      }
    }
    context.fireUserInboundEventTriggered(event)
  }
}

/// The server offers nothing newer than TLS 1.2.
struct TLSTooOld: Error {}
