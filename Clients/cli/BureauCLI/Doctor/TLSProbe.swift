internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
package import Primitives

/// What a handshake with the server showed.
package struct TLSFindings: Equatable, Sendable {
  /// `1.3`, or what else was agreed.
  package let version: String
  /// End of the server certificate's term.
  package let validUntil: Instant

  package init(version: String, validUntil: Instant) {
    self.version = version
    self.validUntil = validUntil
  }
}

extension NetworkConnector {
  package func probe(_ endpoint: Endpoint) async throws -> TLSFindings {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .file(endpoint.authorityFile)
    configuration.applicationProtocols = ["h2"]
    let tls = try NIOSSLContext(configuration: configuration)
    let isAddress = (try? SocketAddress(ipAddress: endpoint.host, port: endpoint.port)) != nil
    let done = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: TLSFindings.self)
    let channel: any Channel
    do {
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.seconds(10))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([
              NIOSSLClientHandler(
                context: tls, serverHostname: isAddress ? nil : endpoint.host),
              HandshakeWitness(done),
            ])
          }
        }.connect(host: endpoint.host, port: endpoint.port).get()
    } catch {
      done.fail(error)
      throw error
    }
    let limit = channel.eventLoop.scheduleTask(in: .seconds(10)) {
      done.fail(ChannelError.connectTimeout(.seconds(10)))
    }
    defer {
      limit.cancel()
      channel.close(promise: nil)
    }
    return try await done.futureResult.get()
  }
}

/// Waits for the end of a handshake and tells what was agreed.
private final class HandshakeWitness: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let done: EventLoopPromise<TLSFindings>

  init(_ done: EventLoopPromise<TLSFindings>) { self.done = done }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .handshakeCompleted? = event as? TLSUserEvent,
      let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
    else { return }
    let version =
      switch tls.tlsVersion {
      case .tlsv13?: "1.3"
      case .tlsv12?: "1.2"
      default: "older than 1.2"
      }
    let seconds = Int64(tls.peerCertificate?.notValidAfter ?? 0)
    done.succeed(
      TLSFindings(version: version, validUntil: Instant(microseconds: seconds * 1_000_000)))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    done.fail(error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    done.fail(ChannelError.eof)
  }
}
