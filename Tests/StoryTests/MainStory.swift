import BureauAPI
import Formats
import Foundation
import Primitives
import Sandbox
import Testing
import EngineKit
import TestKit

/// The product in one breath, over real TLS, with a real signature and real bank files.
@Suite(.everyEngine) struct MainStory {
  @Test
  func
    `an invoice is acknowledged, signed, sent, paid and posted (A-08, A-10, A-11, C-01, P-08, P-10, L-02, D-05, F-02, B-02)`()
    async throws
  {
    try await withBureau(at: "2026-03-02T08:00:00Z") { bureau in
      let kim = try await bureau.accountant("Kim")
      let alex = try await bureau.approver("Alex")

      let agreement = try await kim.registersAgreement(bank: "dnb", signer: alex)
      #expect(agreement.state == .sentForSigning)
      try await alex.signs(agreement)
      try await alex.consents(to: "dnb")

      let payment = try await kim.imports(SupplierInvoice())
      #expect(payment.state == .proposalComplete)
      #expect(try await kim.acknowledges(payment).state == .acknowledged)

      let order = try await alex.startsSigning(payment)
      #expect(order.visibleText.contains("Elbolaget AS"))
      #expect(order.visibleText.contains("Total 7155.00 NOK"))
      try await alex.approves(order)
      let signed = try await alex.sees(payment)
      #expect(signed.state == .signed)
      #expect(signed.signer == alex.name)
      #expect(bureau.executed.isEmpty)

      try await bureau.turnClock(to: "2026-03-16T04:00:00Z")  // before the due day's transfer
      #expect(try await kim.sees(payment).state == .signed)
      try await bureau.bankSettles(on: "2026-03-16")

      let paid = try await kim.sees(payment)
      #expect(paid.state == .paid)
      #expect(paid.instructions.map(\.state) == [.executed])
      let executed = try #require(bureau.executed.first)
      #expect(bureau.executed.count == 1)
      #expect(executed.endToEndID == paid.instructions.first?.endToEndID)
      #expect(executed.amountMinor == 715_500)
      #expect(executed.creditorAccount == "86011117947")
      #expect(executed.reference == "20260010447106")
      #expect(executed.referenceType == "KID")
      #expect(executed.debtorAccount == (try bureau.company.account))

      let voucher = try await kim.posts(payment)
      #expect(voucher.lines.reduce(0) { $0 + $1.amount.minorUnits } == 0)
      #expect(voucher.date == "2026-03-16")
      #expect(try await kim.sees(payment).state == .posted)

      let robin = try bureau.administrator
      _ = try await robin.leavesCheckpoint()
      let audit = try await robin.verifiesAudit()
      #expect(audit.integrity && audit.completeness && audit.findings.isEmpty)
    }
  }
}
