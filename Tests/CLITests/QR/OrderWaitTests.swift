import BureauAPI
import BureauCLI
import SwiftProtobuf
import Synchronization
import Testing

@Suite struct OrderWaitTests {
  /// An order that is pending for some collects, then completes with a session.
  private func login(_ rig: CommandRig, pending: Int) {
    let collects = Mutex(0)
    rig.wire.on(Identity.StartLogin.self) { request in
      .with {
        $0.name = "\(request.parent)/orders/1"
        $0.state = .pending
        $0.qrText = "bankid.t.0.x"
        $0.autoStartToken = "start-token"
        $0.hint = "Start your BankID app."
      }
    }
    rig.wire.on(Identity.CollectOrder.self) { request in
      let count = collects.withLock { count in
        count += 1
        return count
      }
      return .with {
        $0.name = request.name
        $0.state = count > pending ? .complete : .pending
        $0.qrText = "bankid.t.\(count).x"
        $0.hint = "Start your BankID app."
        if count > pending {
          $0.session.token = "fresh-token"
          $0.session.displayName = "Kim"
          $0.session.expireTime.seconds = 1_772_470_800
        }
      }
    }
    rig.wire.on(Identity.CancelOrder.self) { _ in .init() }
  }

  @Test func `a login waits for the person and stores the session`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    login(rig, pending: 2)
    #expect(await rig.run("login", "--auto-start") == 0)
    #expect(
      rig.notes == [
        "start: bankid:///?autostarttoken=start-token&redirect=null", "qr: bankid.t.0.x",
        "Start your BankID app.", "qr: bankid.t.1.x", "qr: bankid.t.2.x",
      ])
    #expect(rig.pauses == Array(repeating: .seconds(1), count: 3))
    #expect(!(rig.output + rig.notes.joined()).contains("fresh-token"))
    #expect(rig.wire.tokens.allSatisfy { $0 == nil })
    let stored = try StoredSessions.load(ConfigurationFolder(path: rig.path("config")))
    #expect(stored["test"]?.token == "fresh-token")
    #expect(stored["test"]?.expires == "2026-03-02T17:00:00Z")
  }

  @Test func `on a terminal the code is drawn anew in place`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    login(rig, pending: 1)
    #expect(await rig.run("login", noteWidth: 80) == 0)
    #expect(rig.notes.count == 2)
    let height = rig.notes[0].split(separator: "\n").count
    #expect(!rig.notes[0].contains("A\r"))
    #expect(rig.notes[1].hasPrefix("\u{1B}[\(height)A\r"))
    #expect(!rig.notes.joined().contains("qr: "))
  }

  @Test func `a terminal too narrow for the code gets its text`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    login(rig, pending: 0)
    #expect(await rig.run("login", noteWidth: 20) == 0)
    #expect(rig.notes.contains("qr: bankid.t.0.x"))
  }

  @Test func `nobody signing ends the wait and withdraws the order`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    login(rig, pending: .max)
    #expect(await rig.run("login", "--wait", "3") == 7)
    #expect(rig.notes.last?.contains("ORDER_TIMEOUT") == true)
    #expect(rig.wire.requests(of: Identity.CancelOrder.self).count == 1)
  }

  @Test func `a test person of the sandbox scans the code just shown`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    login(rig, pending: 0)
    rig.sandbox.on("/bankid/approve", #"{"approved":1}"#)
    #expect(await rig.run("login", "--sandbox-person", "190001019876") == 0)
    #expect(rig.sandbox.calls.count == 1)
    #expect(rig.sandbox.calls[0].contains(#""qr":"bankid.t.0.x""#))
    #expect(rig.sandbox.calls[0].contains(#""person":"190001019876""#))
    #expect(rig.pauses.isEmpty)
  }

  @Test func `a test person of the sandbox opens the address and comes back from it`() async throws
  {
    let rig = try CommandRig()
    try rig.contextInUse()
    login(rig, pending: 0)
    rig.wire.on(Identity.StartLogin.self) { request in
      .with {
        $0.name = "\(request.parent)/orders/1"
        $0.state = .pending
        $0.eid = request.eid
        $0.openURL = "https://id.example.com/authorize?state=s"
      }
    }
    let way = "/bankid-no/callback?code=c&state=s"
    rig.sandbox.on("/bankid-no/approve", #"{"location":"https://sign.example.com\#(way)"}"#)
    rig.sandbox.on(way, "<html>")
    #expect(await rig.run("login", "--eid", "bankid-no", "--sandbox-person", "15819010001") == 0)
    #expect(rig.wire.requests(of: Identity.StartLogin.self).map(\.eid) == [.bankidNo])
    #expect(rig.notes.contains("open: https://id.example.com/authorize?state=s"))
    #expect(rig.sandbox.calls.count == 2)
    #expect(rig.sandbox.calls[0].contains(#""person":"15819010001""#))
    #expect(rig.sandbox.calls[1] == way)
  }

  @Test func `a scan that finds no order is tried with the next codes, then refused`() async throws
  {
    let rig = try CommandRig()
    try rig.contextInUse()
    login(rig, pending: .max)
    rig.sandbox.on("/bankid/approve", #"{"approved":0}"#)
    #expect(await rig.run("login", "--sandbox-person", "190001019876") == 3)
    #expect(rig.sandbox.calls.count == 3)
    #expect(rig.sandbox.calls[2].contains("bankid.t.2.x"))
  }

  @Test func `a scan that the sandbox refuses is tried with the next codes too`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    login(rig, pending: .max)
    #expect(await rig.run("login", "--sandbox-person", "190001019876") == 3)
    #expect(rig.sandbox.calls.count == 3)
    #expect(rig.notes.last?.contains("SANDBOX_REFUSED") == true)
  }

  @Test func `a failed order says why`() async throws {
    let rig = try CommandRig()
    try rig.contextInUse()
    rig.wire.on(Identity.StartLogin.self) { _ in
      .with {
        $0.state = .failed
        $0.hint = "You said no."
      }
    }
    #expect(await rig.run("login") == 3)
    #expect(rig.notes.first?.hasPrefix("error: You said no.") == true)
  }
}
