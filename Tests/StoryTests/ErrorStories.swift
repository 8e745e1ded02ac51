import BureauAPI
import GRPCCore
import Primitives
import Sandbox
import EngineKit
import TestKit
import Testing

/// What the bank refuses comes back, is put right, and is paid once.
@Suite(.everyEngine) struct ErrorStories {
  @Test
  func `a payee who wants a KID gets it in a second instruction, and is paid once (E-01, E-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      bureau.world.bank.demandReference(
        of: try AccountNumber(form: .norwegian, text: "86011117947"))
      let payment = try await office.kim.imports(SupplierInvoice().with { $0.reference = "" })
      try await office.alex.signs(payment)
      try await bureau.bankSettles(on: "2026-03-16")

      let refused = try await office.kim.sees(payment)
      #expect(refused.state == .error)
      #expect(refused.rejection.reasonCode == "RR09")
      #expect(refused.rejection.field == "reference")
      #expect(bureau.executed.isEmpty)

      let kid = Numbers.kid(4711)
      try await office.kim.corrects(payment, "reference") {
        $0.reference.type = .kid
        $0.reference.text = kid
      }
      #expect(try await office.kim.sees(payment).state == .error)
      try await office.alex.signs(payment)
      #expect(try await office.kim.sees(payment).state == .signed)
      try await bureau.bankSettles(on: "2026-03-17")

      let paid = try await office.kim.sees(payment)
      #expect(paid.state == .paid)
      #expect(paid.instructions.map(\.state) == [.rejected, .executed])
      #expect(bureau.executed.map(\.endToEndID) == [paid.instructions[1].endToEndID])
      #expect(bureau.executed.map(\.reference) == [kid])
    }
  }

  @Test
  func `a payment that was accepted and then refused is in error with the reason (F-02, E-01)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      try bureau.bankWill(
        BankFault(.rejectAtExecution, code: "AM04", text: "no money"), BankFault(.late, minutes: 5))
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      try await bureau.turnClock(to: "2026-03-16T06:01:00Z")
      #expect(try await office.kim.sees(payment).state == .processing)
      try await bureau.bankSettles(on: "2026-03-16")
      let refused = try await office.kim.sees(payment)
      #expect(refused.state == .error)
      #expect(refused.rejection.reasonCode == "AM04")
      #expect(refused.instructions.map(\.state) == [.rejected])
      #expect(bureau.executed.isEmpty)
    }
  }

  // MARK: In doubt

  /// Thursday's end is the last that the bank may answer what was due on Monday.
  private static let afterDeadline = "2026-03-20T08:00:00Z"

  private func doubt(
    _ fault: BankFault.Action, _ office: Office
  ) async throws -> Bureau_V1_Payment {
    try office.bureau.bankWill(BankFault(fault))
    let payment = try await office.kim.imports(SupplierInvoice())
    try await office.alex.signs(payment)
    try await office.bureau.bankSettles(on: "2026-03-19")
    #expect(try await office.kim.sees(payment).state == .processing)
    try await office.bureau.turnClock(to: Self.afterDeadline)
    return try await office.kim.sees(payment)
  }

  @Test func `a payment without an answer is in doubt and nothing but a check leads out (E-03)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim, alex = office.alex
      let payment = try await doubt(.silentNotExecuted, office)
      #expect(payment.state == .inDoubt)
      for attempt in [
        { _ = try await alex.startsSigning(payment) },
        { try await kim.deletes(payment) },
        { try await kim.acknowledges(payment) },
        { try await kim.corrects(payment, "amount") { $0.amount.minorUnits = 1 } },
        { _ = try await kim.posts(payment) },
      ] as [() async throws -> Void] {
        #expect(try await bureau.refusal { try await attempt() }.reason == "PAYMENT_STATE")
      }
      try await bureau.turnClock(to: "2026-04-20T08:00:00Z")
      #expect(bureau.world.channel.attempts.count == 1)
      #expect(try await kim.sees(payment).state == .inDoubt)
    }
  }

  @Test func `found not executed it is corrected, signed anew and paid once (E-03, E-02)`()
    async throws
  {
    try await withOffice { office in
      let payment = try await doubt(.silentNotExecuted, office)
      #expect(try await office.kim.records(.notExecuted, of: payment).state == .error)
      try await office.alex.signs(payment)
      try await office.bureau.bankSettles(on: "2026-03-20")
      let paid = try await office.kim.sees(payment)
      #expect(paid.state == .paid)
      #expect(paid.instructions.map(\.state) == [.rejected, .executed])
      #expect(office.bureau.executed.map(\.endToEndID) == [paid.instructions[1].endToEndID])
    }
  }

  @Test func `found executed it is paid and never sent again (E-03)`() async throws {
    try await withOffice { office in
      let payment = try await doubt(.silent, office)
      #expect(try await office.kim.records(.executed, of: payment).state == .paid)
      let again = try await office.bureau.refusal {
        try await office.kim.records(.notExecuted, of: payment)
      }
      #expect(again.reason == "PAYMENT_STATE")
      try await office.bureau.turnClock(to: "2026-04-20T08:00:00Z")
      #expect(office.bureau.executed.count == 1)
      #expect(office.bureau.world.channel.attempts.count == 1)
    }
  }

  @Test func `the bank's late answer ends the doubt (E-03, F-02)`() async throws {
    try await withOffice { office in
      let payment = try await doubt(.silent, office)
      try office.bureau.bankSpeaks(about: try #require(office.bureau.world.channel.attempts.first))
      try await office.bureau.settle()
      #expect(try await office.kim.sees(payment).state == .paid)
      #expect(office.bureau.executed.count == 1)
    }
  }

  @Test func `a wrong check is found out before the money leaves twice (E-03)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await doubt(.silent, office)
      #expect(bureau.executed.count == 1)
      // The online bank was read wrongly: the money has left.
      _ = try await office.kim.records(.notExecuted, of: payment)
      try await office.alex.signs(payment)
      try bureau.bankSpeaks(about: try #require(bureau.world.channel.attempts.first))
      try await bureau.settle()
      let alarms = try await office.kim.seesReturnFiles().flatMap(\.alarms)
      #expect(alarms.contains { $0.contains("executed by sending 1") })
      try await bureau.turnClock(to: "2026-04-20T08:00:00Z")
      #expect(bureau.executed.count == 1)
      #expect(bureau.world.channel.attempts.count == 1)
    }
  }
}
