import BureauAPI
import Foundation
import GRPCCore
import NIOCore
import NIOPosix
import NIOSSL
import Server
import Testing

/// Peers that misbehave, over real sockets. A connection that is not closed as it must be leaves
/// its test waiting until the time limit.
@Suite(.timeLimit(.minutes(10)))
struct ConnectionGuardTests {
  @Test func `a client that knows TLS 1.2 at most is refused`() async throws {
    try await LoopbackServer.run { server in
      await #expect(throws: (any Error).self) {
        try await server.connectTLS { $0.maximumTLSVersion = .tlsv12 }
      }
      try await server.connectTLS { $0.minimumTLSVersion = .tlsv13 }.close()
    }
  }

  @Test func `a connection that never says a word is closed`() async throws {
    try await LoopbackServer.run(limits: .with { $0.handshake = .milliseconds(50) }) { server in
      try await server.connect().closeFuture.get()
    }
  }

  @Test func `a handshake that trickles is closed`() async throws {
    try await LoopbackServer.run(limits: .with { $0.handshake = .milliseconds(100) }) { server in
      let channel = try await server.connect()
      // A TLS record that promises 512 bytes of ClientHello, then a byte every 10 ms.
      // On a busy machine the server may have closed before the first byte: as good.
      try? await channel.writeAndFlush(ByteBuffer(bytes: [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]))
      let trickle = channel.trickle()
      try await channel.closeFuture.get()
      trickle.cancel()
    }
  }

  @Test func `TLS without HTTP/2 behind it is closed`() async throws {
    try await LoopbackServer.run(limits: .with { $0.opening = .milliseconds(50) }) { server in
      try await server.connectTLS().closeFuture.get()
    }
  }

  @Test func `a frame that trickles is closed`() async throws {
    try await LoopbackServer.run(limits: .with { $0.frame = .milliseconds(100) }) { server in
      let channel = try await server.connectTLS()
      // The preface and empty settings, then a headers frame that promises 1,000 bytes.
      try? await channel.writeAndFlush(ByteBuffer(bytes: HTTP2Bytes.opening))
      try? await channel.writeAndFlush(ByteBuffer(bytes: [0, 3, 232, 1, 4, 0, 0, 0, 1]))
      let trickle = channel.trickle()
      try await channel.closeFuture.get()
      trickle.cancel()
    }
  }

  @Test func `a peer that stops answering is closed`() async throws {
    let limits = TransportLimits.with {
      $0.keepalive = .milliseconds(20)
      $0.keepaliveAnswer = .milliseconds(20)
      $0.readIdle = .milliseconds(150)
    }
    try await LoopbackServer.run(limits: limits) { server in
      let channel = try await server.connectTLS()
      try await channel.writeAndFlush(ByteBuffer(bytes: HTTP2Bytes.opening))
      try await channel.closeFuture.get()
      #expect(server.log.lines.contains { $0.metadata["reason"] == "silent peer" })
    }
  }

  @Test func `a quiet client that answers pings stays while a silent one goes`() async throws {
    let limits = TransportLimits.with {
      // Long enough for a busy machine: the quiet client has to get a turn in between.
      $0.keepalive = .milliseconds(100)
      $0.keepaliveAnswer = .seconds(4)
      $0.readIdle = .seconds(5)
    }
    try await LoopbackServer.run(limits: limits) { server in
      try await server.withClient { client in
        try await Grpc_Health_V1_Health.Client(wrapping: client).watch(.init()) { response in
          var seen = 0
          for try await update in response.messages {
            seen += 1
            if seen == 1 {
              #expect(update.status == .serving)
              let silent = try await server.connectTLS()
              try await silent.writeAndFlush(ByteBuffer(bytes: HTTP2Bytes.opening))
              // From here on both say nothing of their own accord.
              try await silent.closeFuture.get()
              server.service.health.set(.notServing, for: "")
            } else {
              #expect(update.status == .notServing)
              break
            }
          }
          #expect(seen == 2)
        }
      }
    }
  }

  @Test(arguments: [(total: 2, perAddress: 10), (total: 10, perAddress: 2)])
  func `a connection beyond the limit is closed, and lets the next one in when it ends`(
    total: Int, perAddress: Int
  ) async throws {
    let limits = TransportLimits.with {
      $0.maxConnections = total
      $0.maxConnectionsPerAddress = perAddress
    }
    try await LoopbackServer.run(limits: limits) { server in
      let first = try await server.connectTLS()
      let second = try await server.connectTLS()
      await #expect(throws: (any Error).self) { try await server.connectTLS() }
      #expect(server.service.census.count == 2)
      try await first.close()
      while server.service.census.count > 1 { await Task.yield() }
      try await server.connectTLS().close()
      try await second.close()
    }
  }

  @Test func `shutdown ends in time with silent peers in every phase`() async throws {
    let clock = ContinuousClock()
    let began = try await LoopbackServer.run { server in
      let silent = try await server.connect()
      let afterTLS = try await server.connectTLS()
      let opened = try await server.connectTLS()
      try await opened.writeAndFlush(ByteBuffer(bytes: HTTP2Bytes.opening))
      while server.service.census.count < 3 { await Task.yield() }
      for channel in [silent, afterTLS, opened] {
        try await channel.setOption(.autoRead, value: false).get()
      }
      return clock.now
    }
    #expect(clock.now - began < .seconds(3))
  }
}

enum HTTP2Bytes {
  /// The client's preface and an empty SETTINGS frame (RFC 9113 §3.4).
  static let opening: [UInt8] =
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
}

extension TransportLimits {
  static func with(_ change: (inout TransportLimits) -> Void) -> TransportLimits {
    var limits = short
    change(&limits)
    return limits
  }
}

extension Channel {
  /// Writes a zero byte every 10 ms until cancelled or closed.
  func trickle() -> RepeatedTask {
    eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(10)) { _ in
      self.writeAndFlush(ByteBuffer(bytes: [0]), promise: nil)
    }
  }
}
