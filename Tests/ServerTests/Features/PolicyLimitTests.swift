import BureauAPI
import Domain
import Engine
import EngineKit
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// What a policy refuses changes nothing, whoever else signs at the same moment.
@Suite(.everyEngine) struct PolicyLimitTests {
  private func approver(_ name: String, _ office: Office) async throws -> Person {
    let person = try await office.bureau.approver(name)
    try await person.consents()
    return person
  }

  private func invoice(_ number: String, _ amount: String, _ office: Office) async throws
    -> Bureau_V1_Payment
  {
    try await office.kim.imports(SupplierInvoice(number: number).with { $0.amount = amount })
  }

  /// A refusal that left every journal, and the payment, as they were.
  private func refused<Answer>(
    _ payment: Bureau_V1_Payment, _ office: Office, _ call: () async throws -> Answer
  ) async throws -> Refused {
    let heads = try await office.bureau.journals()
    let before = try await office.kim.sees(payment)
    let refusal = try await office.bureau.refusal { try await call() }
    #expect(try await office.bureau.journals() == heads, "\(refusal.reason) wrote something")
    #expect(try await office.kim.sees(payment) == before)
    return refusal
  }

  @Test func `nobody signs above the payment's last limit, and nothing changes (L-02)`()
    async throws
  {
    try await withOffice { office in
      try await office.bureau.administrator.sets {
        $0.perPayment = [.nobody(above: 700_000)]
      }
      let payment = try await invoice("1", "7000.01", office)
      let refusal = try await refused(payment, office) {
        try await office.alex.startsSigning(payment)
      }
      #expect(refusal.reason == "POLICY_PAYMENT_LIMIT" && refusal.fields == ["payments[0]"])
      #expect(refusal.message.contains("7000.00 NOK"))
      // The amount of the limit itself is not above it.
      let fitting = try await invoice("2", "7000.00", office)
      try await office.alex.signs(fitting)
      #expect(try await office.kim.sees(fitting).state == .signed)
      // Of several, the one at fault is named, and the others are not signed either.
      let third = try await invoice("3", "10.00", office)
      let two = try await refused(third, office) {
        try await office.alex.startsSigning(third, payment)
      }
      #expect(two.fields == ["payments[1]"])
    }
  }

  @Test func `nobody signs above the day's last limit, until the next day (D-01)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      try await bureau.administrator.sets { $0.perDay = [.nobody(above: 1_000_000)] }
      let first = try await invoice("1", "6000.00", office)
      let second = try await invoice("2", "4000.01", office)
      try await office.alex.signs(first)
      let refusal = try await refused(second, office) {
        try await office.alex.startsSigning(second)
      }
      #expect(refusal.reason == "POLICY_DAY_LIMIT")
      try await bureau.turnClock(to: "2026-03-03T08:00:00Z")
      try await office.alex.signs(second)
      #expect(try await office.kim.sees(second).state == .signed)
      // What is changed no longer counts on the day on which it was signed.
      let third = try await invoice("3", "9000.00", office)
      #expect(
        try await refused(third, office) { try await office.alex.startsSigning(third) }.reason
          == "POLICY_DAY_LIMIT")
      try await office.kim.corrects(second, "due_date") { $0.dueDate = "2026-03-30" }
      try await office.alex.signs(third)
      #expect(try await office.kim.sees(third).state == .signed)
    }
  }

  @Test func `of two who sign at the same moment one reaches the day's limit first`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let max = try await approver("Max", office)
      try await bureau.administrator.sets { $0.perDay = [.nobody(above: 1_000_000)] }
      let payments = [
        try await invoice("1", "6000.00", office), try await invoice("2", "6000.00", office),
      ]
      // Each of them may be signed while the other is not.
      let orders = [
        (office.alex, try await office.alex.startsSigning(payments[0])),
        (max, try await max.startsSigning(payments[1])),
      ]
      for (person, order) in orders {
        try await bureau.world.approve(order.qrText, as: person.citizen)
      }
      let reasons = try await withThrowingTaskGroup(of: String?.self) { group in
        for (person, order) in orders {
          group.addTask {
            do {
              _ = try await person.collects(order)
              return nil
            } catch let refusal as Refused { return refusal.reason }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(
        reasons.count { $0 == nil } == 1 && reasons.contains("POLICY_DAY_LIMIT"), "\(reasons)")
      var states: [Bureau_V1_Payment.State] = []
      for payment in payments { states.append(try await office.kim.sees(payment).state) }
      #expect(states.count { $0 == .signed } == 1, "\(states)")
    }
  }

  @Test func `two who sign one payment at the same moment are two`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let max = try await approver("Max", office)
      try await bureau.administrator.sets { $0.approvers = 2 }
      let payment = try await invoice("1", "6000.00", office)
      let orders = [
        (office.alex, try await office.alex.startsSigning(payment)),
        (max, try await max.startsSigning(payment)),
      ]
      for (person, order) in orders {
        try await bureau.world.approve(order.qrText, as: person.citizen)
      }
      try await withThrowingTaskGroup { group in
        for (person, order) in orders { group.addTask { _ = try await person.collects(order) } }
        try await group.waitForAll()
      }
      let seen = try await office.kim.sees(payment)
      #expect(seen.state == .signed && Set(seen.signers) == [office.alex.name, max.name])
      let facts = try await bureau.facts(of: bureau.company).map(\.fact)
      #expect(facts.count { if case .paymentPartlySigned = $0 { true } else { false } } == 1)
      #expect(facts.count { if case .paymentSigned = $0 { true } else { false } } == 1)
    }
  }

  @Test func `too few approvers: a payment waits, is told so, and never goes (D-01)`() async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      try await bureau.administrator.sets { $0.approvers = 3 }
      let max = try await approver("Max", office)
      let payment = try await invoice("1", "6000.00", office)
      try await office.alex.signs(payment)
      try await max.signs(payment)
      // On its due date, and after it.
      try await bureau.turnClock(to: "2026-03-20T18:00:00Z")
      let seen = try await office.kim.sees(payment)
      #expect(seen.state == .proposalComplete)
      #expect(seen.signers.count == 2 && seen.requiredSignatures == 3)
      #expect(seen.signer.isEmpty && seen.instructions.isEmpty)
      #expect(bureau.executed.isEmpty)
      // Who has signed does not sign again, and nothing changes by trying.
      let again = try await refused(payment, office) { try await max.startsSigning(payment) }
      #expect(again.reason == "POLICY_SIGNED_ALREADY")
      // With a milder policy the next signature is enough.
      let pat = try await approver("Pat", office)
      try await bureau.administrator.sets { $0.approvers = 2 }
      try await pat.signs(payment)
      #expect(try await office.kim.sees(payment).state == .signed)
    }
  }

  @Test func `each of the policy's refusals leaves payment and journals as they were`() async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      try await robin.gives(office.kim, .approver, at: try bureau.company)
      try await office.kim.consents()
      let payment = try await invoice("1", "6000.00", office)
      func reason(_ call: () async throws -> Bureau_V1_Order) async throws -> String {
        try await refused(payment, office, call).reason
      }
      try await robin.sets { $0.makerMayNotSign = true }
      #expect(
        try await reason { try await office.kim.startsSigning(payment) } == "POLICY_MAKER_SIGNS")
      try await robin.sets { $0.acknowledgeFirst = true }
      #expect(
        try await reason { try await office.alex.startsSigning(payment) }
          == "POLICY_NOT_ACKNOWLEDGED")
      for right in [Bureau_V1_Policy.PayeeAccountChanges.administrators, .nobody] {
        try await robin.sets { $0.payeeAccountChanges = right }
        let account = try await refused(payment, office) {
          try await office.kim.corrects(payment, "creditor_account") {
            $0.creditorAccount.form = .noBban
            $0.creditorAccount.text = Numbers.norwegianAccount(900)
          }
        }
        #expect(account.reason == "POLICY_PAYEE_ACCOUNT")
        #expect(account.fields == ["creditor_account"])
      }
      // Collected under another policy than it was asked for under.
      try await robin.sets { _ in }
      let order = try await office.alex.startsSigning(payment)
      try await bureau.world.approve(order.qrText, as: office.alex.citizen)
      try await robin.sets { $0.perPayment = [.nobody(above: 1)] }
      #expect(try await reason { try await office.alex.collects(order) } == "POLICY_PAYMENT_LIMIT")
    }
  }

  @Test func `a preview tells exactly which open payments would now lack an approver`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      // Max may approve and has consented, Pat has not; Lou is blocked.
      _ = try await approver("Max", office)
      _ = try await bureau.approver("Pat")
      let lou = try await approver("Lou", office)
      try await robin.blocks(lou)
      let small = try await invoice("1", "100.00", office)
      let middle = try await invoice("2", "2000.00", office)
      let large = try await invoice("3", "8000.00", office)
      let huge = try await invoice("4", "90000.00", office)
      let heads = try await bureau.journals()
      let answer = try await robin.sets(dryRun: true) {
        $0.perPayment = [
          .nok(above: 100_000, 2), .nok(above: 500_000, 3), .nobody(above: 5_000_000),
        ]
      }
      #expect(try await bureau.journals() == heads)
      #expect(try await robin.seesPolicy().etag.isEmpty)
      #expect(answer.paymentCount == 4 && answer.lackingCount == 2)
      let effects = Dictionary(uniqueKeysWithValues: answer.effects.map { ($0.payment, $0) })
      #expect(effects[small.name] == nil)
      #expect(effects[middle.name]?.approversAfter == 2 && effects[middle.name]?.lackingAfter == 0)
      #expect(effects[large.name]?.approversAfter == 3 && effects[large.name]?.lackingAfter == 1)
      #expect(effects[large.name]?.lackingBefore == 0)
      #expect(effects[huge.name]?.refusedAfter == "POLICY_PAYMENT_LIMIT")
      #expect(effects[huge.name]?.approversAfter == 0 && effects[huge.name]?.approversBefore == 1)
      // The day's limit counts what is signed today.
      try await office.alex.signs(middle)
      let day = try await robin.sets(dryRun: true) { $0.perDay = [.nobody(above: 200_000)] }
      #expect(Set(day.effects.map(\.payment)) == [small.name, large.name, huge.name])
      #expect(day.effects.allSatisfy { $0.refusedAfter == "POLICY_DAY_LIMIT" })
    }
  }

  @Test func `a preview knows who made a payment and who has signed it`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      // Alex made one of them, as accountant.
      try await robin.gives(office.alex, .accountant, at: try bureau.company)
      let own = try await office.alex.imports(SupplierInvoice(number: "1"))
      let others = try await invoice("2", "100.00", office)
      let maker = try await robin.sets(dryRun: true) { $0.makerMayNotSign = true }
      #expect(maker.effects.map(\.payment) == [own.name] && maker.lackingCount == 1)
      #expect(maker.effects.first?.lackingAfter == 1)
      // Half signed: one more is there.
      let max = try await approver("Max", office)
      try await robin.sets { $0.approvers = 2 }
      try await max.signs(others)
      try await robin.takesAway(
        try #require(
          try await robin.findsRoles("Max").first { $0.role == .approver }))
      let two = try await robin.sets(dryRun: true) { $0.approvers = 3 }
      let effects = Dictionary(uniqueKeysWithValues: two.effects.map { ($0.payment, $0) })
      #expect(effects[others.name]?.lackingBefore == 0 && effects[others.name]?.lackingAfter == 1)
      #expect(effects[own.name]?.lackingBefore == 1 && effects[own.name]?.lackingAfter == 2)
      #expect(two.lackingCount == 1)
    }
  }
}
