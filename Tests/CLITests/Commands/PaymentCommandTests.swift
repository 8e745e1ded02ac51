import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization
import Testing

@Suite struct PaymentCommandTests {
  private func rig() throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    return rig
  }

  private static func payment(_ id: String, _ state: Bureau_V1_Payment.State) -> Bureau_V1_Payment {
    .with {
      $0.name = "\(CommandRig.company)/payments/\(id)"
      $0.state = state
      $0.creditor.displayName = "Elbolaget"
      $0.amount.minorUnits = 125_000
      $0.amount.currencyCode = "SEK"
      $0.dueDate = "2026-03-31"
    }
  }

  @Test func `files are imported each alone and the same content is the same request`() async throws
  {
    let rig = try rig()
    try rig.write("good.xml", "<Invoice/>")
    try rig.write("bad.xml", "<CreditNote/>")
    rig.wire.on(Payments.ImportInvoice.self) { request in
      guard request.content == Data("<Invoice/>".utf8) else {
        throw RPCError(code: .invalidArgument, message: "a credit note")
      }
      return Self.payment("p1", .proposalComplete)
    }
    let files = [rig.path("bad.xml"), rig.path("good.xml"), rig.path("none.xml")]
    #expect(await rig.run("invoice", "import", files[0], files[1], files[2]) == 1)
    #expect(rig.output.contains("PROPOSAL_COMPLETE  p1       Elbolaget  1250.00 SEK  2026-03-31"))
    #expect(rig.notes.count == 2)
    #expect(await rig.run("invoice", "import", files[1], "-o", "json") == 0)
    #expect(rig.output.hasPrefix(#"[{"file":"\#(files[1])","payment":{"name":"#))
    let ids = rig.wire.requests(of: Payments.ImportInvoice.self).map(\.requestID)
    #expect(ids.count == 3)
    #expect(ids[1] == ids[2])
    #expect(ids[0] != ids[1])
  }

  @Test func `in JSON a failed file carries its error`() async throws {
    let rig = try rig()
    #expect(await rig.run("invoice", "import", "/nowhere/x.xml", "--output", "json") == 1)
    #expect(
      rig.output == #"[{"file":"/nowhere/x.xml","error":{"code":"LOCAL","message":"#
        + #""/nowhere/x.xml: the file can't be read","reason":"FILE_UNREADABLE"}}]"# + "\n")
  }

  @Test func `once the server is away the other files are not tried`() async throws {
    let rig = try rig()
    try rig.write("a.xml", "a")
    try rig.write("b.xml", "b")
    rig.wire.on(Payments.ImportInvoice.self) { _ in
      throw RPCError(code: .unavailable, message: "away")
    }
    #expect(await rig.run("invoice", "import", rig.path("a.xml"), rig.path("b.xml")) == 1)
    #expect(rig.wire.requests(of: Payments.ImportInvoice.self).count == 3)
    #expect(rig.output.contains("NOT_TRIED"))
  }

  @Test func `an unavailable server is tried three times with one request id`() async throws {
    let rig = try rig()
    let tries = Mutex(0)
    rig.wire.on(Payments.DeletePayment.self) { _ in
      let count = tries.withLock { count in
        count += 1
        return count
      }
      guard count == 3 else { throw RPCError(code: .unavailable, message: "away") }
      return Self.payment("p1", .deleted)
    }
    #expect(await rig.run("payment", "delete", "p1") == 0)
    let requests = rig.wire.requests(of: Payments.DeletePayment.self)
    #expect(requests.count == 3)
    #expect(Set(requests.map(\.requestID)) == ["request-1"])
    #expect(rig.pauses == [.milliseconds(200), .milliseconds(800)])
  }

  @Test func `a refusal is not tried again and names its request`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.DeletePayment.self) { _ in
      throw RPCError(code: .failedPrecondition, message: "it is paid")
    }
    #expect(await rig.run("payment", "delete", "p1", "--request-id", "mine") == 3)
    #expect(rig.notes.last?.hasSuffix("request id: mine") == true)
    #expect(rig.wire.requests(of: Payments.DeletePayment.self).count == 1)
  }

  @Test func `a dry run only validates`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.DeletePayment.self) { _ in Self.payment("p1", .deleted) }
    #expect(await rig.run("payment", "delete", "p1", "--dry-run") == 0)
    #expect(rig.wire.requests(of: Payments.DeletePayment.self).first?.validateOnly == true)
  }

  @Test func `a list is read to its end, filtered, and an empty one is an array too`() async throws
  {
    let rig = try rig()
    rig.wire.on(Payments.ListPayments.self) { request in
      .with {
        guard request.state == .inDoubt else { return }
        $0.payments = [Self.payment("p\(request.pageToken)", .inDoubt)]
        $0.nextPageToken = request.pageToken.isEmpty ? "2" : ""
      }
    }
    #expect(await rig.run("payment", "list", "--state", "in-doubt") == 0)
    #expect(rig.output.split(separator: "\n").count == 3)
    #expect(await rig.run("payment", "list", "--state", "in-doubt", "--limit", "1") == 0)
    #expect(rig.notes == ["only the first 1 are shown; --limit shows more"])
    #expect(await rig.run("payment", "list", "-o", "json") == 0)
    #expect(rig.output == "{\"payments\":[]}\n")
  }

  @Test func `an update names the fields that are given and no others`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.UpdatePayment.self) { $0.payment }
    let code = await rig.run(
      "payment", "update", "p1", "--amount", "99.50 SEK", "--reference", "ocr:1234", "--etag", "7")
    #expect(code == 0)
    let request = try #require(rig.wire.requests(of: Payments.UpdatePayment.self).first)
    #expect(request.updateMask.paths == ["amount", "reference"])
    #expect(request.payment.amount.minorUnits == 9950)
    #expect(request.payment.name == "\(CommandRig.company)/payments/p1")
    #expect(request.payment.etag == "7")
    #expect(await rig.run("payment", "update", "p1") == 2)
  }

  @Test func `a signature shows what is signed before the code`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.ListPayments.self) { request in
      .with {
        $0.payments = [Self.payment("p1", request.state), Self.payment("p2", request.state)]
      }
    }
    rig.wire.on(Payments.StartPaymentSignature.self) { _ in
      .with {
        $0.state = .pending
        $0.qrText = "bankid.t.0.x"
        $0.visibleText = "Total 2500.00 SEK\nElbolaget 2 x 1250.00 SEK"
      }
    }
    rig.wire.on(Identity.CollectOrder.self) { _ in
      .with {
        $0.state = .complete
        $0.results = ["p1", "p2"]
      }
    }
    #expect(await rig.run("payment", "sign", "--all-acknowledged", "-o", "json") == 0)
    #expect(rig.notes.first == "Total 2500.00 SEK\nElbolaget 2 x 1250.00 SEK")
    #expect(rig.notes.last == "qr: bankid.t.0.x")
    #expect(rig.output == #"{"state":"COMPLETE","results":["p1","p2"]}"# + "\n")
    let request = try #require(rig.wire.requests(of: Payments.StartPaymentSignature.self).first)
    #expect(request.payments.count == 2)
    #expect(request.parent == CommandRig.company)
    #expect(await rig.run("payment", "sign") == 2)
    #expect(await rig.run("payment", "sign", "p1", "--all-acknowledged") == 2)
  }

  @Test func `several are acknowledged each alone under one request id`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.AcknowledgePayment.self) { request in
      guard request.name.hasSuffix("p1") else {
        throw RPCError(code: .failedPrecondition, message: "incomplete")
      }
      return Self.payment("p1", .acknowledged)
    }
    let words = ["payment", "acknowledge", "--request-id", "r"]
    #expect(await rig.run(words[0], words[1], "p1", "p2", words[2], words[3]) == 1)
    #expect(await rig.run(words[0], words[1], "p1", "p2", words[2], words[3]) == 1)
    let ids = rig.wire.requests(of: Payments.AcknowledgePayment.self).map(\.requestID)
    #expect(ids[0] == ids[2] && ids[1] == ids[3] && ids[0] != ids[1])
    #expect(await rig.run("payment", "acknowledge", "p2") == 3)
  }
}
