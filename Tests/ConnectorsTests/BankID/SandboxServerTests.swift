import AsyncHTTPClient
import Connectors
import NIOCore
import NIOHTTP1
import NIOSSL
import Sandbox
import ServiceLifecycle
import Testing

@Suite struct SandboxServerTests {
  @Test func `a caller without a client certificate is not served`() async throws {
    try await withBankID { world in
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .certificates(
        try NIOSSLCertificate.fromPEMBytes(Array(world.sandbox.authority.tls.serverRoot.utf8)))
      let http = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: .init(tlsConfiguration: tls))
      var request = HTTPClientRequest(url: world.baseURL + "/rp/v6.0/auth")
      request.method = .POST
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(Array(#"{"endUserIp":"127.0.0.1"}"#.utf8))
      let sent = request
      await #expect(throws: (any Error).self) {
        try await http.execute(sent, timeout: .seconds(10))
      }
      try await http.shutdown()
      #expect(await world.sandbox.pendingOrders().isEmpty)
    }
  }

  @Test func `the server stops with its service group`() async throws {
    let sandbox = SandboxBankID(
      authority: try sharedAuthority.get(), now: { TurnedClock().now })
    let server = SandboxBankIDServer(sandbox, logger: .quiet)
    let group = ServiceGroup(
      configuration: .init(services: [.init(service: server)], logger: .quiet))
    async let running: Void = group.run()
    #expect(try await server.port() > 0)
    await group.triggerGracefulShutdown()
    try await running
    await #expect(throws: (any Error).self) { try await server.port() }
  }

  @Test func `two servers take ports of their own`() async throws {
    try await withBankID { first in
      try await withBankID { second in #expect(first.baseURL != second.baseURL) }
    }
  }
}
