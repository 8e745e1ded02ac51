import BureauAPI
import Domain
import GRPCCore
import Primitives
import Sandbox
import Storage
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// Whose signature over what counts, tried through the whole server.
@Suite(.everyEngine) struct SignatureTests {
  @Test func `an accountant signs nothing (L-02)`() async throws {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      let refused = try await office.bureau.refusal { try await office.kim.startsSigning(payment) }
      #expect(refused.code == .permissionDenied)
      #expect(refused.reason == "ACCESS_DENIED")
    }
  }

  @Test func `another person's BankID signs nothing, even with the right to sign (L-02)`()
    async throws
  {
    try await withOffice { office in
      let max = try await office.bureau.approver("Max")
      try await max.consents()
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      let refused = try await office.bureau.refusal { try await max.approves(order) }
      #expect(refused.reason == "EVIDENCE_OTHER_PERSON")
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
      #expect(try await office.alex.collects(order).state == .failed)
    }
  }

  @Test func `somebody whom the bureau does not know is not let in`() async throws {
    try await withBureau { bureau in
      let stranger = try bureau.stranger()
      let robin = try bureau.administrator
      let refused = try await bureau.refusal {
        let order = try await robin.connection.identity.startLogin(
          .with { $0.parent = bureau.name })
        try await bureau.world.approve(order.qrText, as: stranger)
        return try await robin.collects(order)
      }
      #expect(refused.code == .unauthenticated)
      #expect(refused.reason == "LOGIN_REFUSED")
    }
  }

  @Test func `evidence of other content, another chain or a revoked person signs nothing`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      // A comment within the base64 text is harmless: the text is read whole.
      for fault in EvidenceFault.allCases where fault != .comment {
        let order = try await office.alex.startsSigning(payment)
        await bureau.world.bankID.setEvidenceFault(fault)
        let refused = try await bureau.refusal { try await office.alex.approves(order) }
        await bureau.world.bankID.setEvidenceFault(nil)
        #expect(refused.reason.hasPrefix("EVIDENCE_"), "\(fault): \(refused)")
        if [.otherText, .otherData].contains(fault) {
          #expect(refused.reason == "EVIDENCE_OTHER_CONTENT", "\(fault)")
        }
        #expect(try await office.kim.sees(payment).state == .proposalComplete, "\(fault)")
        // Whoever fails so often is locked out for up to an hour.
        bureau.world.clock.turn(to: bureau.world.clock.now.adding(hours: 1))
      }
      try await office.alex.signs(payment)
      #expect(try await office.kim.sees(payment).state == .signed)
    }
  }

  private static let changes: [(String, @Sendable (inout Bureau_V1_Payment) -> Void)] = [
    ("creditor.display_name", { $0.creditor.displayName = "Skurk AS" }),
    (
      "creditor_account",
      {
        $0.creditorAccount.form = .noBban
        $0.creditorAccount.text = Numbers.norwegianAccount(900)
      }
    ),
    (
      "amount",
      {
        $0.amount.minorUnits = 1_00
        $0.amount.currencyCode = "NOK"
      }
    ),
    (
      "reference",
      {
        $0.reference.type = .kid
        $0.reference.text = Numbers.kid(900)
      }
    ),
    ("due_date", { $0.dueDate = "2026-03-20" }),
  ]

  @Test(arguments: Self.changes)
  func `a change after signing voids the signature, and the old one cannot be sent`(
    field: String, change: @Sendable (inout Bureau_V1_Payment) -> Void
  ) async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      let changed = try await office.kim.corrects(payment, field, change: change)
      #expect(changed.state == .proposalComplete)
      #expect(changed.signer.isEmpty)
      try await bureau.bankSettles(on: "2026-03-23")
      #expect(bureau.world.channel.attempts.isEmpty)

      let order = try await office.alex.startsSigning(payment)
      try await office.alex.approves(order)
      try await bureau.bankSettles(on: "2026-03-24")
      let sent = try #require(bureau.executed.first)
      #expect(bureau.executed.count == 1)
      #expect(sent.creditorName == changed.creditor.displayName)
      #expect(sent.creditorAccount == changed.creditorAccount.text)
      #expect(sent.amountMinor == changed.amount.minorUnits)
      #expect(sent.reference == changed.reference.text)
    }
  }

  @Test func `a change while the approver signs makes the signature void`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      try await office.kim.corrects(payment, "amount") {
        $0.amount.minorUnits = 999_999_00
        $0.amount.currencyCode = "NOK"
      }
      let refused = try await bureau.refusal { try await office.alex.approves(order) }
      #expect(refused.reason == "PAYMENT_CHANGED_WHILE_SIGNING")
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
    }
  }

  @Test func `signing needs no acknowledgement, but every field (P-09, P-11)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let lacking = try await office.kim.imports(SupplierInvoice().with { $0.account = "" })
      #expect(lacking.state == .proposalIncomplete)
      #expect(lacking.missingFields == ["creditor_account"])
      let refused = try await bureau.refusal { try await office.alex.startsSigning(lacking) }
      #expect(refused.reason == "PAYMENT_INCOMPLETE")
      let acknowledged = try await bureau.refusal { try await office.kim.acknowledges(lacking) }
      #expect(["PAYMENT_INCOMPLETE", "PAYMENT_STATE"].contains(acknowledged.reason))

      try await office.kim.corrects(lacking, "creditor_account") {
        $0.creditorAccount.form = .noBban
        $0.creditorAccount.text = "86011117947"
      }
      try await office.alex.signs(lacking)
      #expect(try await office.kim.sees(lacking).state == .signed)
    }
  }

  @Test func `accountant and approver may acknowledge, and others then sign (P-08, P-10)`()
    async throws
  {
    try await withOffice { office in
      for (number, person) in [("1", office.kim), ("2", office.alex)] {
        let payment = try await office.kim.imports(SupplierInvoice(number: number))
        #expect(try await person.acknowledges(payment).state == .acknowledged)
        try await office.alex.signs(payment)
        #expect(try await person.sees(payment).state == .signed)
      }
    }
  }

  // MARK: BankID's answer comes once

  @Test func `an order is carried out once, however often it is collected`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      let first = try await office.alex.approves(order)
      #expect(first.state == .complete)
      #expect(first.results == [payment.name])
      let journals = try await bureau.journals()
      let second = try await office.alex.collects(order)
      #expect(second.state == .complete)
      #expect(second.results == first.results)
      #expect(try await bureau.journals() == journals)

      let login = try await office.alex.logsIn()
      #expect(!login.session.token.isEmpty)
      #expect(try await office.alex.collects(login).session.token.isEmpty)
    }
  }

  @Test func `an answer that came just before a crash is not lost and counts once`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      try await bureau.world.approve(order.qrText, as: office.alex.citizen)
      let id = try #require(ID<Order>(hex: String(order.name.suffix(32))))
      try await bureau.world.keepsAnswer(of: id, at: bureau.id)
      try await bureau.restart()
      try await bureau.turnClock(to: "2026-03-02T12:00:00Z")  // the crash came at lunch

      #expect(try await office.kim.sees(payment).state == .proposalComplete)
      #expect(try await office.alex.collects(order).state == .complete)
      #expect(try await office.kim.sees(payment).state == .signed)
      let facts = try await bureau.facts(of: try bureau.company)
      #expect(facts.count { $0.fact.name == "PaymentSigned" } == 1)
    }
  }

  @Test func `a declined order does nothing`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      let journals = try await bureau.journals()
      try await bureau.world.bankID.decline(
        office.alex.citizen.personalNumber, qr: order.qrText)
      #expect(try await office.alex.collects(order).state == .failed)
      #expect(try await bureau.journals() == journals)
    }
  }
}
