import Foundation
import Testing
import bureaud

@Suite struct MetricsSettingTests {
  private func load(_ flags: [String: String]) throws -> ServerConfiguration {
    let home = FileManager.default.temporaryDirectory
      .appending(path: "bureau-\(UUID().uuidString)")
    return try ServerConfiguration.load(
      flags: flags.merging(["home": home.path]) { $1 }, environment: [:])
  }

  @Test func `nobody listens for metrics unless asked to`() throws {
    #expect(try load([:]).metricsListen == nil)
  }

  @Test(arguments: [
    ("127.0.0.1:0", "127.0.0.1"), ("127.9.9.9:0", "127.9.9.9"), ("[::1]:0", "::1"),
  ])
  func `an address of this machine is taken`(text: String, host: String) throws {
    let listen = try #require(try load(["metrics.listen": text]).metricsListen)
    #expect(listen.host == host)
    #expect(listen.port == 0)
    #expect(listen.isLoopback)
  }

  @Test(arguments: ["0.0.0.0:0", "[::]:0", "192.0.2.7:0", "[2001:db8::1]:0"])
  func `an address that others reach must be asked for by name`(text: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try load(["metrics.listen": text]) }
    let problem = try #require(error?.problems.first)
    #expect(problem.key == "metrics.listen")
    #expect(problem.remedy.contains("metrics.any-address"))
    let open = try load(["metrics.listen": text, "metrics.any-address": "yes"])
    #expect(open.metricsListen?.isLoopback == false)
  }

  @Test(arguments: ["9464", "localhost:0", ":0", "127.0.0.1", "192.0.2.7:65536", "[::1:0", "::1:0"])
  func `what is no address with a port is refused`(text: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try load(["metrics.listen": text]) }
    #expect(error?.problems.map(\.key) == ["metrics.listen"])
  }
}
