import Foundation
import Testing
import bureaud

@Suite struct PagesSettingTests {
  private func load(_ flags: [String: String]) throws -> ServerConfiguration {
    let home = FileManager.default.temporaryDirectory
      .appending(path: "bureau-\(UUID().uuidString)")
    return try ServerConfiguration.load(
      flags: flags.merging(["home": home.path]) { $1 }, environment: [:])
  }

  @Test func `no pages are served unless asked for`() throws {
    let configuration = try load([:])
    #expect(configuration.pagesListen == nil)
    #expect(configuration.pagesURL == nil)
  }

  @Test(arguments: ["https://sign.example.com", "https://sign.example.com/"])
  func `the address that phones use stands in links without a slash at its end`(url: String) throws
  {
    let configuration = try load(["pages.listen": "0.0.0.0:0", "pages.url": url])
    #expect(configuration.pagesListen?.host == "0.0.0.0")
    #expect(configuration.pagesURL == "https://sign.example.com")
  }

  @Test func `without an address of their own, pages are found where they are listened for`() throws
  {
    let configuration = try load(["pages.listen": "127.0.0.1:0"])
    #expect(configuration.pagesListen?.port == 0)
    #expect(configuration.pagesURL == nil)
  }

  @Test(arguments: [
    (["pages.url": "https://sign.example.com"], "pages.listen"),
    (["pages.listen": "127.0.0.1:0", "pages.url": "http://sign.example.com"], "pages.url"),
    (["pages.listen": "127.0.0.1:0", "pages.url": "https://a.example/sign"], "pages.url"),
    (["pages.listen": "127.0.0.1:0", "pages.url": "https://a.example?x=1"], "pages.url"),
    (["pages.listen": "127.0.0.1:0", "pages.url": "https://a:b@a.example"], "pages.url"),
    (["pages.listen": "sign.example.com"], "pages.listen"),
  ])
  func `what cannot be used is refused by name`(flags: [String: String], key: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try load(flags) }
    #expect(error?.problems.map(\.key) == [key])
  }
}
