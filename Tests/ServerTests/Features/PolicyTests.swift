import BureauAPI
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Companies' policies through the whole server: who must sign what, and what must come before.
@Suite(.everyEngine) struct PolicyTests {
  /// Another approver with consent.
  private static func approver(_ name: String, _ office: Office) async throws -> Person {
    let person = try await office.bureau.approver(name)
    try await person.consents()
    return person
  }

  @Test func `without a policy one approver signs, whoever made the payment (P-09, L-02)`()
    async throws
  {
    try await withOffice { office in
      let policy = try await office.kim.seesPolicy()
      #expect(policy.approvers == 1 && !policy.makerMayNotSign && !policy.acknowledgeFirst)
      #expect(policy.etag.isEmpty)
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      let seen = try await office.kim.sees(payment)
      #expect(seen.state == .signed)
      #expect(seen.signers == [office.alex.name] && seen.requiredSignatures == 1)
    }
  }

  @Test func `above a limit several people sign the same values, and then it goes (S)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      try await bureau.administrator.sets {
        $0.perPayment = [.nok(above: 700_000, 2)]
      }
      let max = try await Self.approver("Max", office)
      let payment = try await office.kim.imports(SupplierInvoice())  // 7,155.00
      try await office.kim.acknowledges(payment)
      try await office.alex.signs(payment)
      var seen = try await office.kim.sees(payment)
      #expect(seen.state == .acknowledged)
      #expect(seen.signers == [office.alex.name] && seen.requiredSignatures == 2)
      #expect(seen.signer.isEmpty)
      // One person counts once.
      let twice = try await bureau.refusal { try await office.alex.startsSigning(payment) }
      #expect(twice.reason == "POLICY_SIGNED_ALREADY")
      #expect(twice.fields == ["payments[0]"])
      // Nothing goes to the bank with one signature.
      try await bureau.turnClock(to: "2026-03-16T18:00:00Z")
      #expect(bureau.executed.isEmpty)
      try await max.signs(payment)
      seen = try await office.kim.sees(payment)
      #expect(seen.signers == [office.alex.name, max.name])
      try await bureau.bankSettles(on: "2026-03-17")
      #expect(try await office.kim.sees(payment).state == .paid)
      #expect(bureau.executed.count == 1)
      // Below the limit one is enough.
      let small = try await office.kim.imports(
        SupplierInvoice(number: "2").with {
          $0.amount = "7000.00"
          $0.due = "2026-03-30"
        })
      try await office.alex.signs(small)
      #expect(try await office.kim.sees(small).state == .signed)
    }
  }

  @Test func `any change voids all signatures`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      try await bureau.administrator.sets { $0.approvers = 2 }
      let max = try await Self.approver("Max", office)
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      try await office.kim.corrects(payment, "amount") {
        $0.amount.minorUnits = 715_501
        $0.amount.currencyCode = "NOK"
      }
      #expect(try await office.kim.sees(payment).signers.isEmpty)
      try await max.signs(payment)
      // Max alone: Alex has signed other values.
      var seen = try await office.kim.sees(payment)
      #expect(seen.state == .proposalComplete && seen.signers == [max.name])
      try await office.kim.deletes(payment)
      #expect(try await office.kim.sees(payment).signers.isEmpty)
      try await office.kim.restores(payment)
      try await office.alex.signs(payment)
      seen = try await office.kim.sees(payment)
      #expect(seen.state == .proposalComplete && seen.signers == [office.alex.name])
      try await max.signs(payment)
      #expect(try await office.kim.sees(payment).state == .signed)
      // A change of what is signed completely voids both.
      try await office.kim.corrects(payment, "due_date") { $0.dueDate = "2026-03-17" }
      #expect(try await office.kim.sees(payment).signers.isEmpty)
    }
  }

  @Test func `over a day's limit more people sign, also of payments signed together`() async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      try await bureau.administrator.sets { $0.perDay = [.nok(above: 1_000_000, 2)] }
      func invoice(_ number: String) async throws -> Bureau_V1_Payment {
        try await office.kim.imports(
          SupplierInvoice(number: number).with { $0.amount = "4000.00" })
      }
      let first = try await invoice("1"), second = try await invoice("2")
      let third = try await invoice("3"), fourth = try await invoice("4")
      try await office.alex.signs(first)
      // 4,000 + 4,000 is below, the third is above.
      try await office.alex.signs(second, third)
      #expect(try await office.kim.sees(second).state == .signed)
      let seen = try await office.kim.sees(third)
      #expect(seen.state != .signed && seen.requiredSignatures == 2)
      // The next day begins anew; the third counts there only when it is signed there.
      try await bureau.turnClock(to: "2026-03-03T08:00:00Z")
      try await office.alex.signs(fourth)
      #expect(try await office.kim.sees(fourth).state == .signed)
    }
  }

  @Test func `who made or changed a payment does not sign it where the policy says so`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      // Kim is an approver too.
      try await robin.gives(office.kim, .approver, at: try bureau.company)
      try await office.kim.consents()
      let lee = try await bureau.accountant("Lee")
      try await robin.sets { $0.makerMayNotSign = true }
      let own = try await office.kim.imports(SupplierInvoice())
      let refused = try await bureau.refusal { try await office.kim.startsSigning(own) }
      #expect(refused.reason == "POLICY_MAKER_SIGNS")
      // Somebody else's, until Kim has a hand in it.
      let others = try await lee.imports(SupplierInvoice(number: "2"))
      // Kim has brought the payee's account too, and does not confirm it.
      try await office.alex.confirmsPayees(of: [others.name])
      try await office.kim.signs(others)
      #expect(try await office.kim.sees(others).state == .signed)
      let changed = try await lee.imports(SupplierInvoice(number: "3"))
      try await office.kim.corrects(changed, "due_date") { $0.dueDate = "2026-03-17" }
      let hand = try await bureau.refusal { try await office.kim.startsSigning(changed) }
      #expect(hand.reason == "POLICY_MAKER_SIGNS")
      try await office.alex.signs(own, changed)
      #expect(try await office.kim.sees(changed).state == .signed)
    }
  }

  @Test func `a proposal is acknowledged first where the policy says so (P-08, P-10)`() async throws
  {
    try await withOffice { office in
      try await office.bureau.administrator.sets { $0.acknowledgeFirst = true }
      let payment = try await office.kim.imports(SupplierInvoice())
      let refused = try await office.bureau.refusal { try await office.alex.startsSigning(payment) }
      #expect(refused.reason == "POLICY_NOT_ACKNOWLEDGED")
      try await office.kim.acknowledges(payment)
      try await office.alex.signs(payment)
      #expect(try await office.kim.sees(payment).state == .signed)
    }
  }

  @Test func `a policy acts on the next signature, also on one that is under way`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      try await bureau.administrator.sets { $0.acknowledgeFirst = true }
      let refused = try await bureau.refusal { try await office.alex.approves(order) }
      #expect(refused.reason == "POLICY_NOT_ACKNOWLEDGED")
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
    }
  }

  @Test func `who may change a payee's account is the policy's to say`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let payment = try await office.kim.imports(SupplierInvoice())
      func change() async throws {
        try await office.kim.corrects(payment, "creditor_account") {
          $0.creditorAccount.form = .noBban
          $0.creditorAccount.text = Numbers.norwegianAccount(900)
        }
      }
      try await robin.sets { $0.payeeAccountChanges = .administrators }
      #expect(try await bureau.refusal { try await change() }.reason == "POLICY_PAYEE_ACCOUNT")
      // Another field is the accountant's own.
      try await office.kim.corrects(payment, "due_date") { $0.dueDate = "2026-03-17" }
      try await robin.gives(office.kim, .companyAdministrator, at: try bureau.company)
      try await change()
      try await robin.sets { $0.payeeAccountChanges = .nobody }
      #expect(try await bureau.refusal { try await change() }.reason == "POLICY_PAYEE_ACCOUNT")
    }
  }

  @Test func `the policy says whether a seal is demanded`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      try await robin.sets { $0.sealing = .always }
      let early = await #expect(throws: Refused.self) {
        try await office.kim.submits(bureau.batch(), sealedWith: nil)
      }
      #expect(early?.reason == "SEAL_REQUIRED")
      try await robin.sets { $0.sealing = .never }
      try await office.kim.makesKey(try .test(1))
      try await office.kim.submits(bureau.batch(), sealedWith: nil)
    }
  }

  // MARK: Setting it

  @Test func `a policy whose own examples fail is refused, and so is a faulty one`()
    async throws
  {
    try await withOffice { office in
      let robin = try office.bureau.administrator
      let fails = try await office.bureau.refusal {
        try await robin.sets {
          $0.approvers = 2
          $0.examples = [
            .with {
              $0.name = "one is enough"
              $0.payment.currencyCode = "NOK"
              $0.payment.minorUnits = 1
              $0.approvers = 1
            }
          ]
        }
      }
      #expect(fails.reason == "POLICY_EXAMPLE_FAILS")
      #expect(fails.message.contains("one is enough"))
      let faulty = try await office.bureau.refusal { try await robin.sets { $0.approvers = 9 } }
      #expect(faulty.reason == "POLICY_INVALID" && faulty.fields == ["policy.approvers"])
      let foreign = try await office.bureau.refusal {
        try await robin.sets { $0.perDay = [.init()] }
      }
      #expect(foreign.reason == "POLICY_INVALID")
      // Not the accountant's to set.
      let kim = try await office.bureau.refusal { try await office.kim.sets { $0.approvers = 1 } }
      #expect(kim.code == .permissionDenied)
      let set = try await robin.sets { $0.approvers = 2 }
      let stale = try await office.bureau.refusal {
        try await robin.sets(etag: "1") { $0.approvers = 3 }
      }
      #expect(stale.reason == "POLICY_ETAG")
      try await robin.sets(etag: set.policy.etag) { $0.approvers = 3 }
      #expect(try await office.kim.seesPolicy().approvers == 3)
    }
  }

  @Test func `a preview shows what would change for the open payments, and changes nothing`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let large = try await office.kim.imports(SupplierInvoice())
      let acknowledged = try await office.kim.imports(
        SupplierInvoice(number: "2").with { $0.amount = "100.00" })
      try await office.kim.acknowledges(acknowledged)
      let small = try await office.kim.imports(
        SupplierInvoice(number: "3").with { $0.amount = "200.00" })
      let signed = try await office.kim.imports(
        SupplierInvoice(number: "4").with { $0.amount = "9000.00" })
      try await office.alex.signs(signed)
      let heads = try await bureau.journals()
      let answer = try await robin.sets(dryRun: true) {
        $0.perPayment = [.nok(above: 700_000, 2)]
        $0.acknowledgeFirst = true
      }
      #expect(try await bureau.journals() == heads)
      #expect(try await robin.seesPolicy().etag.isEmpty)
      #expect(answer.paymentCount == 3 && !answer.truncated)
      let effects = Dictionary(uniqueKeysWithValues: answer.effects.map { ($0.payment, $0) })
      #expect(Set(effects.keys) == [large.name, small.name])
      let first = try #require(effects[large.name])
      #expect(first.approversBefore == 1 && first.approversAfter == 2)
      #expect(first.acknowledgeAfter && !first.acknowledgeBefore)
      #expect(effects[small.name]?.approversAfter == 1)
    }
  }
}
