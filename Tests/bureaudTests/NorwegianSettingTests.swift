import Foundation
import Server
import Testing
import bureaud

/// What the daemon is told of Norwegian BankID.
@Suite struct NorwegianSettingTests {
  private func load(_ flags: [String: String]) throws -> ServerConfiguration {
    let home = FileManager.default.temporaryDirectory
      .appending(path: "bureau-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    try Data("secret".utf8).write(to: home.appending(path: "client-secret"))
    return try ServerConfiguration.load(
      flags: flags.merging(["home": home.path]) { $1 }, environment: [:])
  }

  private static let provider = [
    "bankid-no.issuer": "https://id.example.com", "bankid-no.client-id": "bureau",
    "bankid-no.client-secret": "client-secret",
  ]
  private static let pages = [
    "pages.listen": "127.0.0.1:0", "pages.url": "https://sign.example.com",
  ]

  @Test func `it is off unless asked for, and asked for by three settings and the pages`() throws {
    #expect(try load([:]).bankIDNO == nil)
    let settings = try #require(
      try load(Self.provider.merging(Self.pages) { $1 }).bankIDNO)
    #expect(settings.issuer == "https://id.example.com")
    #expect(settings.scope == "openid profile nnin")
    #expect(settings.nationalIDClaim == "nnin")
  }

  @Test func `without the pages that people come back to it is refused`() throws {
    let error = #expect(throws: ConfigurationError.self) { try load(Self.provider) }
    #expect(error?.problems.map(\.key) == ["pages.url"])
  }

  @Test(arguments: ["bankid-no.issuer", "bankid-no.client-id", "bankid-no.client-secret"])
  func `half of it is refused by name`(key: String) throws {
    var flags = Self.provider.merging(Self.pages) { $1 }
    flags[key] = nil
    let given = flags
    let error = #expect(throws: ConfigurationError.self) { try load(given) }
    #expect(error?.problems.map(\.key) == [key])
  }

  @Test func `a provider that is not asked over TLS is refused`() throws {
    var flags = Self.provider.merging(Self.pages) { $1 }
    flags["bankid-no.issuer"] = "http://id.example.com"
    let given = flags
    let error = #expect(throws: ConfigurationError.self) { try load(given) }
    #expect(error?.problems.first?.key == "bankid-no.issuer")
  }
}
