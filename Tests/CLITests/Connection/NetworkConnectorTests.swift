import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// The one way out, over real sockets and TLS.
@Suite struct NetworkConnectorTests {
  private struct Health: Grpc_Health_V1_Health.SimpleServiceProtocol {
    func check(
      request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
      var response = Grpc_Health_V1_HealthCheckResponse()
      response.status = .serving
      return response
    }

    func list(
      request: Grpc_Health_V1_HealthListRequest, context: ServerContext
    ) async throws -> Grpc_Health_V1_HealthListResponse { .init() }

    func watch(
      request: Grpc_Health_V1_HealthCheckRequest,
      response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>, context: ServerContext
    ) async throws {}
  }

  /// Serves health over TLS while the body runs; gives it the port and a file with the CA.
  private func withServer(
    _ body: (_ port: Int, _ ca: String, _ rig: CommandRig) async throws -> Void
  ) async throws {
    let rig = try CommandRig()
    let authority = try TestAuthority()
    try rig.write("ca.pem", authority.authorityPEM)
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: "127.0.0.1", port: 0),
      transportSecurity: .tls(
        certificateChain: [.bytes(Array(authority.serverPEM.utf8), format: .pem)],
        privateKey: .bytes(Array(authority.serverKeyPEM.utf8), format: .pem)))
    try await withGRPCServer(transport: transport, services: [Health()]) { server in
      let address = try #require(try await server.listeningAddress)
      try await body(try #require(address.ipv4?.port), rig.path("ca.pem"), rig)
    }
  }

  private func status(
    _ endpoint: BureauCLI.Endpoint
  ) async throws -> Grpc_Health_V1_HealthCheckResponse.ServingStatus {
    var status = Grpc_Health_V1_HealthCheckResponse.ServingStatus.unknown
    try await NetworkConnector().withWire(to: endpoint) { wire in
      status = try await wire.send(
        Grpc_Health_V1_Health.Method.Check.self, .init(), metadata: [:], timeout: .seconds(120)
      ).message.status
    }
    return status
  }

  @Test(arguments: ["127.0.0.1", "localhost"])
  func `a server of the trusted authority is reached by name and by address`(
    host: String
  ) async throws {
    try await withServer { port, ca, _ in
      let endpoint = BureauCLI.Endpoint(host: host, port: port, authorityFile: ca)
      let found = try await status(endpoint)
      let tls = try await NetworkConnector().probe(endpoint)
      #expect(found == .serving)
      #expect(tls.version == "1.3")
    }
  }

  @Test func `a server of another authority is not`() async throws {
    try await withServer { port, _, rig in
      try rig.write("other.pem", try TestAuthority().authorityPEM)
      let endpoint = BureauCLI.Endpoint(
        host: "127.0.0.1", port: port, authorityFile: rig.path("other.pem"))
      await #expect(throws: RPCError.self) { try await status(endpoint) }
      await #expect(throws: (any Error).self) { try await NetworkConnector().probe(endpoint) }
    }
  }

  @Test func `a server that stops at TLS 1 2 is not`() async throws {
    let rig = try CommandRig()
    let authority = try TestAuthority()
    try rig.write("ca.pem", authority.authorityPEM)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(authority.serverPEM.utf8))
        .map { .certificate($0) },
      privateKey: .privateKey(
        try NIOSSLPrivateKey(bytes: Array(authority.serverKeyPEM.utf8), format: .pem)))
    configuration.maximumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2"]
    let tls = try NIOSSLContext(configuration: configuration)
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    let endpoint = BureauCLI.Endpoint(
      host: "127.0.0.1", port: port, authorityFile: rig.path("ca.pem"))
    #expect(try await NetworkConnector().probe(endpoint).version == "1.2")
    let error = await #expect(throws: RPCError.self) { try await status(endpoint) }
    #expect(error?.code == .unavailable, "\(String(describing: error))")
    try await server.close()
  }

  @Test func `nobody there is an answer, not a wait`() async throws {
    let rig = try CommandRig()
    let authority = try TestAuthority()
    try rig.write("ca.pem", authority.authorityPEM)
    // Held and not listened on: no other test can take it meanwhile.
    let held = try HeldPort()
    let port = held.port
    let endpoint = BureauCLI.Endpoint(
      host: "127.0.0.1", port: port, authorityFile: rig.path("ca.pem"))
    let error = await #expect(throws: RPCError.self) { try await status(endpoint) }
    #expect(error?.code == .unavailable, "\(String(describing: error))")
    held.release()
  }
}

/// A port of 127.0.0.1 that refuses every connection for as long as it is held.
private struct HeldPort {
  let port: Int
  private let socket: Int32

  init() throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = socket
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    try #require(isBound)
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  func release() { close(socket) }
}
