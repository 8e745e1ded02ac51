import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Server
import ServiceLifecycle
import Synchronization
import TestKit
import Testing

/// Browsers that misbehave, and the end of the server, over real sockets. A connection that is not
/// closed as it must be leaves its test waiting until the time limit.
@Suite(.timeLimit(.minutes(10))) struct PageListenerTests {
  private func withListener(
    _ change: @Sendable (inout TransportLimits) -> Void,
    _ body: @Sendable (Int, ServiceGroup, TestBureau) async throws -> Void
  ) async throws {
    try await withBureau { bureau in
      var limits = TransportLimits()
      limits.shutdownGrace = .milliseconds(300)
      change(&limits)
      let server = try bureau.world.anotherListener(limits)
      let group = ServiceGroup(
        configuration: .init(
          services: [.init(service: server)],
          logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let port = try await server.port()
        do { try await body(port, group, bureau) } catch {
          await group.triggerGracefulShutdown()
          throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
      }
    }
  }

  /// A bare connection; with TLS unless told otherwise. What comes is gathered.
  private func connect(
    to port: Int, tls: Bool = true, _ change: (inout TLSConfiguration) -> Void = { _ in }
  ) async throws -> (channel: any Channel, heard: Heard) {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    change(&configuration)
    let context = try NIOSSLContext(configuration: configuration)
    let heard = Heard(MultiThreadedEventLoopGroup.singleton.next())
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handlers = channel.pipeline.syncOperations
          if tls {
            try handlers.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
          }
          try handlers.addHandler(heard)
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return (channel, heard)
  }

  private let head = "GET / HTTP/1.1\r\nHost: localhost\r\n"

  @Test func `nothing older than TLS 1.3 is spoken`() async throws {
    try await withListener({ _ in }) { port, _, _ in
      let old = try await connect(to: port) { $0.maximumTLSVersion = .tlsv12 }
      try? await old.channel.writeAndFlush(ByteBuffer(string: head + "\r\n"))
      try await old.channel.closeFuture.get()
      #expect(try await old.heard.text() == "")
      let new = try await connect(to: port) { $0.minimumTLSVersion = .tlsv13 }
      try await new.channel.writeAndFlush(
        ByteBuffer(string: head + "Connection: close\r\n\r\n"))
      #expect(try await new.heard.text().hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test func `a connection that never says a word is closed`() async throws {
    try await withListener({ $0.handshake = .milliseconds(50) }) { port, _, _ in
      try await connect(to: port, tls: false).channel.closeFuture.get()
    }
  }

  @Test func `a request that trickles is closed`() async throws {
    try await withListener({ $0.request = .milliseconds(200) }) { port, _, bureau in
      let peer = try await connect(to: port)
      try? await peer.channel.writeAndFlush(ByteBuffer(string: head + "X: "))
      // A letter every 10 ms: a header that is well formed and never ends.
      let channel = peer.channel
      let trickle = channel.eventLoop.scheduleRepeatedTask(
        initialDelay: .zero, delay: .milliseconds(10)
      ) { _ in channel.writeAndFlush(ByteBuffer(string: "a"), promise: nil) }
      try await channel.closeFuture.get()
      trickle.cancel()
      #expect(bureau.world.log.lines.contains { $0.contains("trickling peer") })
    }
  }

  @Test func `a connection on which nothing is asked any more is closed`() async throws {
    let quiet: @Sendable (inout TransportLimits) -> Void = {
      $0.readIdle = .milliseconds(300)
      $0.keepalive = .milliseconds(20)
      $0.keepaliveAnswer = .milliseconds(20)
    }
    try await withListener(quiet) { port, _, _ in
      let peer = try await connect(to: port)
      try await peer.channel.writeAndFlush(ByteBuffer(string: head + "\r\n"))
      #expect(try await peer.heard.text().hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test func `more connections than the limit are closed on accept`() async throws {
    try await withListener({ $0.maxConnectionsPerAddress = 1 }) { port, _, _ in
      let first = try await connect(to: port)
      // Its first word is answered before the second one knocks.
      try await first.channel.writeAndFlush(ByteBuffer(string: head + "\r\n"))
      try await first.heard.first()
      try await connect(to: port, tls: false).channel.closeFuture.get()
      try await first.channel.close()
    }
  }

  @Test func `beyond the requests that are worked on at once, a page says so`() async throws {
    try await withListener({ $0.maxCalls = 1 }) { port, _, _ in
      // A form whose body does not come holds the one place.
      let first = try await connect(to: port)
      try await first.channel.writeAndFlush(
        ByteBuffer(
          string: "POST /v/x/sign HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: x\r\n\r\n"))
      var answer = ""
      for _ in 0..<200 where !answer.hasPrefix("HTTP/1.1 503") {
        let second = try await connect(to: port)
        try await second.channel.writeAndFlush(
          ByteBuffer(string: head + "Accept-Language: sv\r\nConnection: close\r\n\r\n"))
        answer = try await second.heard.text()
      }
      #expect(answer.hasPrefix("HTTP/1.1 503"))
      #expect(answer.lowercased().contains("retry-after: 5"))
      #expect(answer.contains("Många är här nu"))
      #expect(answer.lowercased().contains("content-security-policy: default-src 'none'"))
      try await first.channel.close()
    }
  }

  @Test func `headers beyond the bound are refused`() async throws {
    try await withListener({ _ in }) { port, _, _ in
      let peer = try await connect(to: port)
      let line = "X: " + String(repeating: "a", count: 20_000) + "\r\n"
      try? await peer.channel.writeAndFlush(ByteBuffer(string: head + line + "\r\n"))
      #expect(!(try await peer.heard.text().contains("200 OK")))
    }
  }

  @Test func `at the end a silent connection goes at once, and one in the middle soon after`()
    async throws
  {
    try await withListener({ _ in }) { port, group, _ in
      let silent = try await connect(to: port), busy = try await connect(to: port)
      try await silent.channel.writeAndFlush(ByteBuffer(string: head + "\r\n"))
      try await silent.heard.first()
      try await busy.channel.writeAndFlush(ByteBuffer(string: head))
      await group.triggerGracefulShutdown()
      try await silent.channel.closeFuture.get()
      try await busy.channel.closeFuture.get()
    }
  }
}

/// Gathers what comes until the connection is closed.
private final class Heard: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let loop: any EventLoop
  private let begun: EventLoopPromise<Void>
  private let ended: EventLoopPromise<String>
  private let kept: Mutex<String>

  init(_ loop: any EventLoop) {
    self.loop = loop
    begun = loop.makePromise()
    ended = loop.makePromise()
    kept = Mutex("")
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let text = String(buffer: unwrapInboundIn(data))
    kept.withLock { $0 += text }
    begun.succeed()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    begun.succeed()
    ended.succeed(kept.withLock { $0 })
    context.fireChannelInactive()
  }

  func first() async throws { try await begun.futureResult.get() }
  func text() async throws -> String { try await ended.futureResult.get() }
}
