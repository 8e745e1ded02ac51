import BureauCLI
import Foundation
import Testing

@Suite struct ContextTests {
  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? NSNumber).intValue
  }

  @Test func `a context is added, shown, changed and removed`() async throws {
    let rig = try CommandRig()
    let ca = rig.path("ca.pem")
    #expect(
      await rig.run("context", "add", "demo", "--server", "bureau.example:8443", "--ca", ca) == 0)
    #expect(rig.output == "")
    #expect(try mode(rig.path("config/contexts.json")) == 0o600)
    #expect(try mode(rig.path("config")) == 0o700)
    #expect(await rig.run("context", "set", "demo", "--bureau", CommandRig.bureau) == 0)
    #expect(await rig.run("context", "list") == 0)
    #expect(rig.output.contains("*  demo  bureau.example:8443  \(CommandRig.bureau)"))
    #expect(await rig.run("context", "show", "-o", "json") == 0)
    #expect(rig.output.contains(#""current":true"#))
    #expect(await rig.run("context", "remove", "demo") == 0)
    #expect(await rig.run("context", "show") == 2)
    #expect(rig.notes.joined().contains("CONTEXT_MISSING"))
  }

  @Test func `a fingerprint that does not fit is refused`() async throws {
    let rig = try CommandRig()
    let code = await rig.run(
      "context", "add", "demo", "--server", "bureau.example:8443", "--ca", rig.path("ca.pem"),
      "--fingerprint", "00:11")
    #expect(code == 2)
    #expect(rig.notes.joined().contains("CA_FINGERPRINT"))
  }

  @Test func `the fingerprint may be written as people paste it`() async throws {
    let rig = try CommandRig()
    let code = await rig.run(
      "context", "add", "demo", "--server", "bureau.example:8443", "--ca", rig.path("ca.pem"))
    #expect(code == 0)
    let found = try #require(rig.notes.first?.split(separator: " ").last)
    #expect(found.count == 64)
    let pasted = "SHA256:" + found.uppercased()
    let again = await rig.run(
      "context", "add", "demo2", "--server", "bureau.example:8443", "--ca", rig.path("ca.pem"),
      "--fingerprint", pasted)
    #expect(again == 0)
  }

  @Test func `a file that others may read is refused`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    let file = rig.path("config/sessions.json")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    #expect(await rig.run("whoami") == 2)
    #expect(rig.notes.joined().contains("chmod 600"))
  }

  @Test func `a damaged file is named and not overwritten`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    let file = rig.path("config/contexts.json")
    try Data("{".utf8).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    #expect(await rig.run("context", "use", "test") == 2)
    #expect(rig.notes.joined().contains("CONFIG_UNREADABLE"))
    #expect(FileManager.default.contents(atPath: file) == Data("{".utf8))
  }

  @Test func `a session does not follow a context to another server`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    let folder = ConfigurationFolder(path: rig.path("config"))
    #expect(await rig.run("context", "set", "test", "--sandbox", "https://other:1") == 0)
    #expect(try StoredSessions.load(folder)["test"] != nil)
    #expect(await rig.run("context", "set", "test", "--server", "other.example:1") == 0)
    #expect(try StoredSessions.load(folder)["test"] == nil)
  }

  @Test(arguments: [
    (["BUREAU_CONFIG": "/a", "HOME": "/h"], "/a"),
    (["XDG_CONFIG_HOME": "/x", "HOME": "/h"], "/x/bureau"), (["HOME": "/h"], "/h/.config/bureau"),
  ])
  func `the folder is where the environment says`(environment: [String: String], path: String) {
    #expect(ConfigurationFolder(environment: environment).path == path)
  }

  @Test(arguments: [
    ("bureau.example:8443", "bureau.example", 8443), ("[2001:db8::1]:1", "2001:db8::1", 1),
    ("10.0.0.1:65535", "10.0.0.1", 65535),
  ])
  func `server addresses are read`(text: String, host: String, port: Int) throws {
    let endpoint = try Endpoint(server: text, authorityFile: "ca")
    #expect(endpoint == Endpoint(host: host, port: port, authorityFile: "ca"))
  }

  @Test(arguments: ["", "localhost", ":1", "a:0", "a:65536", "::1:5", "https://a:1", "a b:1"])
  func `anything else is no server address`(text: String) {
    #expect(throws: CLIError.self) { try Endpoint(server: text, authorityFile: "ca") }
  }
}
