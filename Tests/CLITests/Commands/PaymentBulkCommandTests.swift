import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import GRPCProtobuf
import SwiftProtobuf
import Synchronization
import Testing

/// Many payments at once on the command line.
@Suite struct PaymentBulkCommandTests {
  private static let other = "\(CommandRig.bureau)/companies/0000000000000000000000000000000d"

  private func rig() throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    return rig
  }

  private static func status(
    _ code: RPCError.Code, _ reason: String, retry: Duration? = nil
  ) throws -> Google_Rpc_Status {
    var details: [ErrorDetails] = [.errorInfo(reason: reason, domain: "bureau", metadata: [:])]
    if let retry { details.append(.retryInfo(delay: retry)) }
    let bytes: [UInt8] = try GoogleRPCStatus(code: code, message: "no", details: details)
      .serializedBytes()
    return try Google_Rpc_Status(serializedBytes: bytes)
  }

  /// A server that takes what ends on an even digit and refuses the rest.
  private static func half(_ request: Bureau_V1_HandlePaymentsRequest) throws
    -> Bureau_V1_HandlePaymentsResponse
  {
    try .with { answer in
      answer.results = try request.names.map { name in
        try .with {
          $0.name = name
          if (name.last?.wholeNumberValue ?? 1).isMultiple(of: 2) {
            $0.payment.name = name
            $0.payment.state = .acknowledged
          } else {
            $0.error = try status(.failedPrecondition, "PAYMENT_INCOMPLETE")
          }
        }
      }
    }
  }

  @Test func `several go in one call with a line and a request id for all`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.HandlePayments.self) { try Self.half($0) }
    for _ in 0..<2 {
      #expect(await rig.run("payment", "acknowledge", "p1", "p2", "--request-id", "r") == 1)
    }
    let requests = rig.wire.requests(of: Payments.HandlePayments.self)
    #expect(requests.count == 2)
    #expect(requests[0] == requests[1])
    #expect(requests[0].requestID == "r")
    #expect(requests[0].parent == CommandRig.bureau)
    #expect(requests[0].names == ["p1", "p2"].map { "\(CommandRig.company)/payments/\($0)" })
    #expect(requests[0].action == .acknowledge)
    let lines = rig.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].contains("PAYMENT_INCOMPLETE"))
    #expect(lines[2].contains("ACKNOWLEDGED"))
    #expect(rig.notes.last?.contains("reason: PAYMENT_INCOMPLETE") == true)
  }

  @Test func `one alone is one payment's own call and ends as that does`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.AcknowledgePayment.self) { _ in
      throw RPCError(code: .failedPrecondition, message: "incomplete")
    }
    #expect(await rig.run("payment", "acknowledge", "p1") == 3)
  }

  @Test(arguments: [
    ("delete", Bureau_V1_HandlePaymentsRequest.Action.delete), ("restore", .undelete),
  ])
  func `payments come from a file, a word a line`(
    verb: String, action: Bureau_V1_HandlePaymentsRequest.Action
  ) async throws {
    let rig = try rig()
    try rig.write(
      "ids.txt", "# Monday\np2\n\n\(Self.other)/payments/p4, 1250.00 NOK\np2 again\n")
    rig.wire.on(Payments.HandlePayments.self) { try Self.half($0) }
    #expect(await rig.run("payment", verb, "--file", rig.path("ids.txt"), "-o", "json") == 0)
    let request = try #require(rig.wire.requests(of: Payments.HandlePayments.self).first)
    #expect(request.names == ["\(CommandRig.company)/payments/p2", "\(Self.other)/payments/p4"])
    #expect(request.action == action)
    #expect(rig.output.hasPrefix(#"[{"name":"\#(request.names[0])","payment":{"name":"#))
    #expect(await rig.run("payment", verb) == 2)
    try rig.write("none.txt", "# nothing\n")
    #expect(await rig.run("payment", verb, "--file", rig.path("none.txt")) == 6)
  }

  @Test func `what the server puts off is asked for again with the same id`() async throws {
    let rig = try rig(), calls = Mutex(0)
    rig.wire.on(Payments.HandlePayments.self) { request in
      let isFirst = calls.withLock { calls in
        calls += 1
        return calls == 1
      }
      var answer = try Self.half(request)
      if isFirst {
        answer.results[1].error = try Self.status(
          .resourceExhausted, "SHARE_EXHAUSTED", retry: .seconds(1))
      }
      return answer
    }
    #expect(await rig.run("payment", "delete", "p2", "p4") == 0)
    #expect(Set(rig.wire.requests(of: Payments.HandlePayments.self).map(\.requestID)).count == 1)
    #expect(rig.pauses == [.seconds(1)])
  }

  @Test func `more than one call holds go in several, each with an id that follows`() async throws {
    let rig = try rig()
    let ids = (0..<1_200).map { "p\($0 * 2)" }
    try rig.write("ids.txt", ids.joined(separator: "\n"))
    rig.wire.on(Payments.HandlePayments.self) { try Self.half($0) }
    for _ in 0..<2 {
      let arguments = ["payment", "delete", "--file", rig.path("ids.txt"), "--request-id", "r"]
      #expect(
        await CommandLineProgram.run(arguments, in: rig.surroundings(noteWidth: 80)) == 0)
    }
    let requests = rig.wire.requests(of: Payments.HandlePayments.self)
    #expect(requests.map(\.names.count) == [500, 500, 200, 500, 500, 200])
    #expect(requests[..<3].map(\.requestID) == requests[3...].map(\.requestID))
    #expect(Set(requests.map(\.requestID)).count == 3)
    #expect(rig.notes.last?.contains("1200 of 1200") == true)
  }

  @Test func `several companies are signed for in one ceremony`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.ListPayments.self) { request in
      .with {
        $0.payments = [
          .with { $0.name = "\(request.parent)/payments/1" },
          .with { $0.name = "\(request.parent)/payments/2" },
        ]
      }
    }
    let refused = "\(Self.other)/payments/2", late = "\(CommandRig.company)/payments/2"
    rig.wire.on(Payments.StartPaymentSignatures.self) { _ in
      try .with {
        $0.order.name = "\(CommandRig.bureau)/orders/1"
        $0.order.state = .pending
        $0.order.visibleText = "Approve 3 payments of 2 companies"
        $0.results = [
          try .with {
            $0.name = refused
            $0.error = try Self.status(.failedPrecondition, "CONSENT_MISSING")
          }
        ]
      }
    }
    rig.wire.on(Identity.CollectOrder.self) { _ in
      try .with {
        $0.name = "\(CommandRig.bureau)/orders/1"
        $0.state = .complete
        $0.results = [CommandRig.company, Self.other].map { "\($0)/payments/1" }
        $0.refusals = [
          try .with {
            $0.name = late
            $0.error = try Self.status(.aborted, "PAYMENT_CHANGED_WHILE_SIGNING")
          }
        ]
      }
    }
    let code = await rig.run(
      "payment", "sign", "--all-acknowledged", "--company", CommandRig.company, "--company",
      Self.other, "-o", "json")
    #expect(code == 1)
    let request = try #require(rig.wire.requests(of: Payments.StartPaymentSignatures.self).first)
    #expect(request.payments.count == 4)
    #expect(rig.notes.contains("Approve 3 payments of 2 companies"))
    #expect(rig.notes.contains("1 of 4 payments cannot be signed and are left out"))
    let reasons = rig.output.split(separator: "},{").map { item in
      ["CONSENT_MISSING", "PAYMENT_CHANGED_WHILE_SIGNING", "COMPLETE"].first(where: item.contains)
    }
    #expect(
      reasons == ["COMPLETE", "PAYMENT_CHANGED_WHILE_SIGNING", "COMPLETE", "CONSENT_MISSING"])
  }

  @Test func `a text that is too long is divided into several ceremonies`() async throws {
    let rig = try rig()
    rig.wire.on(Payments.StartPaymentSignatures.self) { request in
      guard request.payments.count <= 100 else {
        throw RPCError(
          GoogleRPCStatus(
            code: .invalidArgument, message: "too long",
            details: [
              .errorInfo(reason: "PAYMENTS_TEXT_TOO_LONG", domain: "bureau", metadata: [:])
            ]))
      }
      return .with {
        $0.order.state = .complete
        $0.order.results = request.payments
      }
    }
    let ids = (0..<200).map { "\($0)" }
    try rig.write("ids.txt", ids.joined(separator: "\n"))
    #expect(await rig.run("payment", "sign", "--file", rig.path("ids.txt")) == 0)
    let counts = rig.wire.requests(of: Payments.StartPaymentSignatures.self).map(\.payments.count)
    #expect(counts == [200, 100, 100])
  }

  @Test func `a command for one company refuses several`() async throws {
    let rig = try rig()
    #expect(
      await rig.run(
        "payment", "get", "p1", "--company", CommandRig.company, "--company", Self.other) == 2)
    #expect(rig.notes.last?.contains("COMPANY_SEVERAL") == true)
  }
}
