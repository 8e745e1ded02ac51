import BureauAPI
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Server
import ServiceLifecycle
import SwiftProtobuf
import Testing

@Suite(.timeLimit(.minutes(10)))
struct GRPCServiceTests {
  @Test(arguments: [CompressionAlgorithm.none, .gzip])
  func `a message beyond the limit is refused and the server lives`(
    compression: CompressionAlgorithm
  ) async throws {
    try await LoopbackServer.run(limits: .with { $0.maxRequestBytes = 10_000 }) { server in
      try await server.withClient { client in
        let health = Grpc_Health_V1_Health.Client(wrapping: client)
        // As gzip it is some 1,000 bytes on the wire.
        let big = Grpc_Health_V1_HealthCheckRequest.with {
          $0.service = String(repeating: "x", count: 1_000_000)
        }
        var compressed = CallOptions.defaults
        compressed.compression = compression
        let options = compressed
        await #expect(throws: RPCError.self) {
          try await health.check(big, options: options)
        }
        let status = try await health.check(.init()).status
        #expect(status == .serving)
      }
    }
  }

  @Test func `a call that is open at shutdown is told, then let go`() async throws {
    let seen = try await LoopbackServer.run { server in
      try await server.withClient { client in
        try await Grpc_Health_V1_Health.Client(wrapping: client).watch(.init()) { response in
          var seen = 0
          for try await update in response.messages {
            if seen == 0 {
              #expect(update.status == .serving)
              await server.group.triggerGracefulShutdown()
            }
            seen += 1
          }
          return seen
        }
      }
    }
    #expect((1...2).contains(seen))
  }

  @Test func `each call leaves one line in the log`() async throws {
    try await LoopbackServer.run { server in
      try await server.withClient { client in
        _ = try await Grpc_Health_V1_Health.Client(wrapping: client).check(.init())
      }
      let calls = server.log.lines.filter { $0.message == "call" }
      #expect(calls.count == 1)
      #expect(calls.first?.metadata["code"] == "ok")
      #expect(
        Set(calls.first?.metadata.keys.map { $0 } ?? [])
          == ["method", "request_id", "duration_ms", "code"])
    }
  }

  @Test func `a port that is taken is an error, not a hang`() async throws {
    try await LoopbackServer.run { server in
      let second = try GRPCService(
        services: [], host: "127.0.0.1", port: server.port, tls: server.authority.tls,
        logger: server.log.logger)
      let error = await #expect(throws: TransportError.self) { try await second.run() }
      #expect(error?.description.contains("127.0.0.1 port \(server.port)") == true)
      await #expect(throws: TransportError.notListening) { try await second.boundPort }
    }
  }

  @Test func `limits that contradict each other are refused`() {
    var limits = TransportLimits()
    #expect(limits.faults.isEmpty)
    limits.keepalive = .seconds(60)
    limits.maxConnections = 0
    #expect(
      limits.faults == [
        "maxConnections is 0, must be at least 1",
        "keepalive + keepaliveAnswer must be shorter than readIdle",
      ])
  }

  @Test func `certificates that do not fit are refused`() throws {
    let tls = ServerTLS(certificateChain: "nonsense", privateKey: "nonsense")
    #expect(throws: ServerTLSError.self) { try tls.configuration() }
  }
}

/// Says who has called, by certificate; in the message, since the test client reads only that.
private struct WhoAmI: ServerInterceptor {
  func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>, context: ServerContext,
    next:
      @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
      StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    throw RPCError(
      code: .aborted, message: context.call.certificate?.fingerprint ?? "no certificate")
  }
}

@Suite(.timeLimit(.minutes(10)))
struct ClientCertificateTests {
  private static func authority(_ body: (Authority) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("bureau-\(UInt64.random(in: .min ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(Authority.create(in: folder, hostnames: ["client.example"], now: Date()))
  }

  private static func caller(
    _ server: LoopbackServer, certificate: (certificate: String, key: String)?
  ) async throws -> RPCError? {
    var options = CallOptions.defaults
    options.timeout = .seconds(5)
    return try await server.withClient(certificate: certificate) { [options] client in
      await #expect(throws: RPCError.self) {
        try await Grpc_Health_V1_Health.Client(wrapping: client).check(
          .init(), options: options)
      }
    }
  }

  @Test func `a client may show a certificate, and is known by it`() async throws {
    try await Self.authority { clients in
      try await LoopbackServer.run(
        interceptors: [WhoAmI()], clientAuthorities: clients.authorityCertificate
      ) { server in
        let none = try await Self.caller(server, certificate: nil)
        #expect(none?.message == "no certificate")
        let issued = try Authority.issueClient(in: clients.folder, name: "erp", now: Date())
        let own = try await Self.caller(server, certificate: issued)
        let fingerprint = try Authority.fingerprint(ofPEM: issued.certificate)
        #expect(own?.message == fingerprint.replacing(":", with: "").lowercased())
      }
    }
  }

  @Test func `a certificate of an unknown authority is refused`() async throws {
    try await Self.authority { clients in
      try await Self.authority { strangers in
        try await LoopbackServer.run(
          interceptors: [WhoAmI()], clientAuthorities: clients.authorityCertificate
        ) { server in
          let issued = try Authority.issueClient(in: strangers.folder, name: "erp", now: Date())
          let error = try await Self.caller(server, certificate: issued)
          #expect(error?.code != .aborted)
        }
      }
    }
  }
}
