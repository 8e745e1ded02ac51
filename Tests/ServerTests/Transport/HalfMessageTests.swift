import BureauAPI
import GRPCCore
import NIOCore
import SwiftProtobuf
import Testing

@testable import Server

/// Halves of messages, over real sockets: what they may take of the server's memory.
@Suite(.timeLimit(.minutes(10)))
struct HalfMessageTests {
  private static let limits = TransportLimits.with {
    $0.maxRequestBytes = 20_000
    $0.maxPartialBytesPerConnection = 30_000
  }

  @Test func `a connection that fills the memory with halves of messages is closed`() async throws {
    try await LoopbackServer.run(limits: Self.limits) { server in
      let channel = try await server.connectTLS()
      var bytes = HTTP2Bytes.opening
      for stream in [1, 3] as [UInt8] {
        bytes += HTTP2Bytes.check(on: stream)
        // A message of 18,000 bytes, of which 16,000 come.
        bytes += HTTP2Bytes.data(
          [0, 0, 0, 0x46, 0x50] + Array(repeating: 10, count: 15_995), stream)
      }
      try? await channel.writeAndFlush(ByteBuffer(bytes: bytes))
      try await channel.closeFuture.get()
      #expect(server.log.lines.contains { $0.metadata["reason"] == "half messages" })
      #expect(server.service.census.partialBytes == 0, "the connection's end frees them")
    }
  }

  @Test func `whole messages free what they held, and so do streams that end`() async throws {
    try await LoopbackServer.run(limits: Self.limits) { server in
      let channel = try await server.connectTLS()
      try await channel.writeAndFlush(ByteBuffer(bytes: HTTP2Bytes.opening))
      // One after the other these are ten times what may be held at once.
      for number in 0..<20 {
        let stream = UInt8(2 * number + 1)
        var bytes = HTTP2Bytes.check(on: stream)
        bytes += HTTP2Bytes.data(
          [0, 0, 0, 0x46, 0x50] + Array(repeating: 10, count: 2_995), stream)
        bytes += [0, 0, 4, 3, 0, 0, 0, 0, stream, 0, 0, 0, 8]  // RST_STREAM
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
      }
      while server.service.census.partialBytes > 0 { await Task.yield() }
      #expect(channel.isActive)
      try await channel.close()
      try await server.withClient { client in
        let health = Grpc_Health_V1_Health.Client(wrapping: client)
        for _ in 0..<20 {
          let long = Grpc_Health_V1_HealthCheckRequest.with {
            $0.service = String(repeating: "x", count: 15_000)
          }
          let error = await #expect(throws: RPCError.self) { try await health.check(long) }
          #expect(error?.code == .notFound)
        }
      }
    }
  }

  @Test func `all connections together have a bound, and who holds most goes`() {
    let census = ConnectionCensus(
      limits: .with {
        $0.maxPartialBytesPerConnection = 600
        $0.maxPartialBytes = 1_000
      })
    for _ in 0..<4 { #expect(census.admit(address: "192.0.2.1")) }
    #expect(census.holds(600, change: 600))
    #expect(!census.holds(601, change: 1))
    #expect(census.holds(200, change: 200))
    #expect(census.holds(199, change: 199))
    #expect(census.holds(250, change: 250), "its part of the whole is always to be had")
    #expect(!census.holds(251, change: 1))
  }
}

extension HTTP2Bytes {
  /// The headers of a call of gRPC's health check, uncompressed (RFC 7541 §6.2.2).
  static func check(on stream: UInt8) -> [UInt8] {
    func text(_ value: String) -> [UInt8] { [UInt8(value.utf8.count)] + Array(value.utf8) }
    let block: [UInt8] =
      [0x83, 0x87, 0x04] + text("/grpc.health.v1.Health/Check") + [0x01] + text("localhost")
      + [0x0F, 0x10] + text("application/grpc") + [0x00] + text("te") + text("trailers")
    return [0, 0, UInt8(block.count), 1, 4, 0, 0, 0, stream] + block
  }

  static func data(_ bytes: [UInt8], _ stream: UInt8) -> [UInt8] {
    [0, UInt8(bytes.count >> 8), UInt8(bytes.count & 255), 0, 0, 0, 0, 0, stream] + bytes
  }
}
