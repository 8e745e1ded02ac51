import BureauCLI
import Testing

@Suite struct SandboxCommandTests {
  @Test func `the clock is shown and turned`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    rig.sandbox.on("/clock", #"{"now":"2026-03-02T08:00:00Z"}"#)
    #expect(await rig.run("sandbox", "clock") == 0)
    #expect(rig.output == "2026-03-02T08:00:00Z\n")
    #expect(await rig.run("sandbox", "clock", "--advance", "1d") == 0)
    #expect(await rig.run("sandbox", "clock", "--to", "2026-03-31T08:00:00Z", "-o", "json") == 0)
    #expect(
      rig.sandbox.calls == [
        "/clock", #"/clock {"advance_seconds":86400}"#, #"/clock {"to":"2026-03-31T08:00:00Z"}"#,
      ])
    #expect(await rig.run("sandbox", "clock", "--to", "tomorrow") == 2)
  }

  @Test func `messages show the secret of a link and its page`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    rig.sandbox.on(
      "/messages",
      #"{"messages":[{"to":"+46701234567","subject":"Sign","link_secret":"abc","agreement":"a1","link":"https://h/a/1"}]}"#
    )
    #expect(await rig.run("sandbox", "messages") == 0)
    #expect(rig.output.contains("+46701234567  Sign     a1         abc          https://h/a/1"))
  }

  @Test func `an approval without an order is said`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    rig.sandbox.on("/bankid/approve", #"{"approved":0}"#)
    #expect(await rig.run("sandbox", "approve", "190001019876") == 5)
    rig.sandbox.on("/bankid/decline", #"{"declined":1}"#)
    #expect(await rig.run("sandbox", "decline", "190001019876", "-o", "json") == 0)
    #expect(rig.output == "{\"declined\":1}\n")
  }

  @Test func `a context without a sandbox has none`() async throws {
    let rig = try CommandRig()
    await rig.run("context", "add", "x", "--server", "h:1", "--ca", rig.path("ca.pem"))
    #expect(await rig.run("sandbox", "clock") == 2)
    #expect(rig.notes.joined().contains("SANDBOX_MISSING"))
    #expect(await rig.run("sandbox", "clock", "--sandbox-url", "http://h:1") == 2)
  }
}
