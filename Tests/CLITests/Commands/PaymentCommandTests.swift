import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import GRPCProtobuf
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
    rig.wire.on(Payments.ImportInvoice.self) { _ in Self.payment("p1", .proposalComplete) }
    rig.wire.on(Payments.ImportInvoices.self) { request in
      .with {
        $0.requestID = request.requestID
        if request.content == Data("<Invoice/>".utf8) {
          $0.payment = Self.payment("p1", .proposalComplete)
        } else {
          $0.error.code = Int32(RPCError.Code.invalidArgument.rawValue)
          $0.error.message = "a credit note"
        }
      }
    }
    let files = [rig.path("bad.xml"), rig.path("good.xml"), rig.path("none.xml")]
    #expect(await rig.run("invoice", "import", files[0], files[1], files[2]) == 1)
    #expect(rig.output.contains("PROPOSAL_COMPLETE  p1       Elbolaget  1250.00 SEK  2026-03-31"))
    #expect(rig.notes.count == 2)
    #expect(await rig.run("invoice", "import", files[1], "-o", "json") == 0)
    #expect(rig.output.hasPrefix(#"[{"file":"\#(files[1])","payment":{"name":"#))
    let streamed = rig.wire.requests(of: Payments.ImportInvoices.self).map(\.requestID)
    let single = rig.wire.requests(of: Payments.ImportInvoice.self).map(\.requestID)
    #expect(streamed.count == 2)
    #expect(Set(streamed).count == 2)
    #expect(single == [streamed[1]])
  }

  @Test func `in JSON a failed file carries its error`() async throws {
    let rig = try rig()
    #expect(await rig.run("invoice", "import", "/nowhere/x.xml", "--output", "json") == 1)
    #expect(
      rig.output == #"[{"file":"/nowhere/x.xml","error":{"code":"LOCAL","message":"#
        + #""/nowhere/x.xml: the file can't be read","reason":"FILE_UNREADABLE"}}]"# + "\n")
  }

  /// Deletes a payment at a server that fails as given, once for each, and then does it.
  private func deleting(
    _ failures: [RPCError], _ arguments: String...
  ) async throws -> (ending: Int32, rig: CommandRig) {
    let rig = try rig(), left = Mutex(failures)
    rig.wire.on(Payments.DeletePayment.self) { _ in
      if let failure = left.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw failure }
      return Self.payment("p1", .deleted)
    }
    let ending = await CommandLineProgram.run(
      ["payment", "delete", "p1"] + arguments, in: rig.surroundings())
    #expect(
      Set(rig.wire.requests(of: Payments.DeletePayment.self).map(\.requestID)) == ["request-1"])
    return (ending, rig)
  }

  private static let away = RPCError(code: .unavailable, message: "away")

  private static func busy(_ code: RPCError.Code, _ delay: Duration?) -> RPCError {
    var details: [ErrorDetails] = [
      .errorInfo(reason: "SHARE_EXHAUSTED", domain: "bureau", metadata: [:])
    ]
    if let delay { details.append(.retryInfo(delay: delay)) }
    return RPCError(GoogleRPCStatus(code: code, message: "later", details: details))
  }

  @Test func `a server that is away is asked again with one request id, with longer pauses`()
    async throws
  {
    let (ending, rig) = try await deleting(Array(repeating: Self.away, count: 6))
    #expect(ending == 0)
    #expect(rig.pauses == [200, 400, 800, 1_600, 3_000, 3_000].map { .milliseconds($0) })
    #expect(rig.notes.first == "the server is unavailable; trying again in 0.2 s")
  }

  @Test func `a server that stays away is given up after the time that the caller has`()
    async throws
  {
    let (ending, rig) = try await deleting(Array(repeating: Self.away, count: 100))
    #expect(ending == 7)
    #expect(rig.pauses.reduce(.zero, +) == .seconds(15))
    let (soon, short) = try await deleting(
      Array(repeating: Self.away, count: 100), "--retry", "1s")
    #expect(soon == 7)
    #expect(short.pauses == [.milliseconds(200), .milliseconds(400)])
  }

  @Test(arguments: [RPCError.Code.resourceExhausted, .unavailable])
  func `the server says when to come back`(code: RPCError.Code) async throws {
    let busy = Self.busy(code, .seconds(2))
    let (ending, rig) = try await deleting([busy, busy])
    #expect(ending == 0)
    #expect(rig.pauses == [.seconds(2), .seconds(2)])
  }

  @Test func `who is asked to come back later than the caller can wait gives up at once`()
    async throws
  {
    let (ending, rig) = try await deleting([Self.busy(.resourceExhausted, .seconds(60))])
    #expect(ending == 7)
    #expect(rig.pauses.isEmpty)
    #expect(rig.notes.last?.contains("SHARE_EXHAUSTED") == true)
  }

  @Test func `what is exhausted without a time to come back is not tried again`() async throws {
    let (ending, rig) = try await deleting([Self.busy(.resourceExhausted, nil)])
    #expect(ending == 7)
    #expect(rig.pauses.isEmpty)
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
        guard request.filter.states == [.inDoubt] else { return }
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
    #expect(request.method == .bankid)
    #expect(await rig.run("payment", "sign") == 2)
    #expect(await rig.run("payment", "sign", "p1", "--all-acknowledged") == 2)
  }

  /// A rig whose server sends a code and takes `123456`.
  private func codeRig() throws -> CommandRig {
    let rig = try rig()
    rig.wire.on(Payments.StartPaymentSignature.self) { _ in
      .with {
        $0.name = "\(CommandRig.bureau)/orders/1"
        $0.state = .pending
        $0.method = .smsCode
        $0.maskedNumber = "+46*******67"
        $0.visibleText = "Total 2500.00 SEK"
      }
    }
    rig.wire.on(Payments.ConfirmPaymentSignature.self) { request in
      guard request.code == "123456" else {
        throw RPCError(
          GoogleRPCStatus(
            code: .invalidArgument, message: "The code is wrong; 4 more tries.",
            details: [.errorInfo(reason: "SMS_CODE_WRONG", domain: "bureau", metadata: [:])]))
      }
      return .with {
        $0.state = .complete
        $0.results = ["p1"]
      }
    }
    rig.wire.on(Identity.CancelOrder.self) { _ in .with { $0.state = .failed } }
    return rig
  }

  @Test func `a code is typed, never an argument, and typed again after a mistake (L-02)`()
    async throws
  {
    let rig = try codeRig()
    rig.types("12 34 57", "", " 123 456 ")
    #expect(await rig.run("payment", "sign", "--sms", "p1", "-o", "json") == 0)
    #expect(rig.output == #"{"state":"COMPLETE","results":["p1"]}"# + "\n")
    #expect(rig.notes.first == "Total 2500.00 SEK")
    #expect(rig.notes.contains { $0.contains("+46*******67") && $0.hasSuffix("enter it:") })
    #expect(rig.notes.last == "The code is wrong; 4 more tries.")
    let asked = rig.wire.requests(of: Payments.ConfirmPaymentSignature.self)
    #expect(asked.map(\.code) == ["123457", "123456"])
    #expect(Set(asked.map(\.requestID)).count == 2 && asked.allSatisfy { !$0.requestID.isEmpty })
    let started = try #require(rig.wire.requests(of: Payments.StartPaymentSignature.self).first)
    #expect(started.method == .smsCode)
    #expect(rig.wire.requests(of: Identity.CancelOrder.self).isEmpty)
  }

  @Test func `without the right code the order is withdrawn, and the mistake told (L-02)`()
    async throws
  {
    let rig = try codeRig()
    #expect(await rig.run("payment", "sign", "--sms", "p1") != 0)
    #expect(rig.notes.contains { $0.contains("CODE_MISSING") })
    rig.types("000000")
    #expect(await rig.run("payment", "sign", "--sms", "p1") != 0)
    #expect(rig.notes.contains { $0.contains("SMS_CODE_WRONG") })
    #expect(rig.wire.requests(of: Identity.CancelOrder.self).count == 2)
    #expect(await rig.run("payment", "sign", "--sms", "p1", "--eid", "bankid-se") == 2)
  }
}
