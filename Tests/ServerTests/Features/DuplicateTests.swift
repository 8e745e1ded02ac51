import BureauAPI
import Domain
import EngineKit
import SwiftProtobuf
import TestKit
import Testing

/// The same debt proposed twice, through the whole server.
@Suite(.everyEngine) struct DuplicateTests {
  /// Of two that came in the same moment either may be the later one.
  private func later(_ office: Office) async throws {
    try await office.bureau.turnClock(to: "2026-03-02T08:05:00Z")
  }

  @Test func `the same debt is signed twice only when somebody has said why (O, L-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let first = try await office.kim.imports(SupplierInvoice())
      #expect(first.duplicates.isEmpty)
      try await later(office)
      // The supplier sends it again under another number.
      let twin = try await office.kim.imports(
        SupplierInvoice(number: "104471-2").with { $0.reference = SupplierInvoice().reference })
      #expect(twin.duplicates.map(\.payment) == [first.name])
      #expect(twin.duplicates.map(\.likeness) == [.reference])
      try await office.alex.signs(first)
      let refused = try await bureau.refusal { try await office.alex.asksToSign([twin]) }
      #expect(refused.reason == "PAYMENT_DUPLICATE" && refused.fields == ["payments[0]"])
      let wordless = try await bureau.refusal {
        try await office.kim.dismissesDuplicates(of: twin, " ")
      }
      #expect(wordless.reason == "DUPLICATE_REASON_INVALID")
      let seen = try await office.kim.dismissesDuplicates(of: twin, "The same fee for two meters")
      #expect(seen.duplicates.map(\.dismissal) == ["The same fee for two meters"])
      let order = try await office.alex.startsSigning(twin)
      #expect(
        order.visibleText.contains(
          "Looks like invoice 104471, owed as well: The same fee for two meters"))
      try await office.alex.approves(order)
      #expect(try await office.kim.sees(twin).state == .signed)
      // What resembles nothing has nothing to dismiss.
      let other = try await office.kim.imports(SupplierInvoice(number: "9"))
      let nothing = try await bureau.refusal {
        try await office.kim.dismissesDuplicates(of: other, "x")
      }
      #expect(nothing.reason == "DUPLICATE_NOT_FOUND")
    }
  }

  @Test func `a duplicate is none any more when the earlier one is deleted or corrected (O)`()
    async throws
  {
    try await withOffice { office in
      let first = try await office.kim.imports(SupplierInvoice())
      try await later(office)
      // By the number as another system writes it, and with another text.
      let twin = try await office.kim.imports(
        SupplierInvoice(number: "00-104471").with { $0.reference = "Invoice" })
      #expect(twin.duplicates.map(\.likeness) == [.invoiceNumber])
      try await office.kim.deletes(first)
      #expect(try await office.kim.sees(twin).duplicates.isEmpty)
      try await office.kim.restores(first)
      #expect(try await office.kim.sees(twin).duplicates.map(\.payment) == [first.name])
      try await office.kim.corrects(first, "amount") {
        $0.amount = .with {
          $0.minorUnits = 100
          $0.currencyCode = "NOK"
        }
      }
      #expect(try await office.kim.sees(twin).duplicates.isEmpty)
    }
  }

  @Test func `an earlier payment that comes back when the later one is signed is held (O, P-13)`()
    async throws
  {
    try await withOffice { office in
      let first = try await office.kim.imports(SupplierInvoice())
      try await later(office)
      let twin = try await office.kim.imports(
        SupplierInvoice(number: "104471-2").with { $0.reference = SupplierInvoice().reference })
      try await office.kim.deletes(first)
      try await office.alex.signs(twin)
      try await office.kim.restores(first)
      #expect(try await office.kim.sees(first).duplicates.map(\.payment) == [twin.name])
      let refused = try await office.bureau.refusal {
        try await office.alex.asksToSign([office.kim.sees(first)])
      }
      #expect(refused.reason == "PAYMENT_DUPLICATE")
      try await office.bureau.turnClock(to: "2026-03-16T18:00:00Z")
      #expect(office.bureau.executed.count == 1)
    }
  }

  @Test func `the same invoice from two sources that know the supplier differently is held (O)`()
    async throws
  {
    try await withOffice { office in
      let first = try await office.kim.imports(SupplierInvoice())
      try await later(office)
      // The ledger has neither the organisation number nor the KID; number and account are the same.
      let file = try await office.kim.importsItems(
        """
        kind,supplier,number,amount,currency,account,due_date
        invoice,Elbolaget,0104471,7155.00,NOK,86011117947,2026-03-16
        """)
      let name = try #require(file.items.first?.payment)
      #expect(name != first.name)
      let twin = try await office.kim.sees(Bureau_V1_Payment.with { $0.name = name })
      #expect(twin.duplicates.map(\.payment) == [first.name])
      #expect(twin.duplicates.map(\.likeness) == [.invoiceNumber])
      // Nothing is dropped: both can be looked at, and the later one is not signed.
      let refused = try await office.bureau.refusal { try await office.alex.asksToSign([twin]) }
      #expect(refused.reason == "PAYMENT_DUPLICATE")
      try await office.alex.signs(first)
      #expect(try await office.kim.sees(first).state == .signed)
    }
  }

  @Test func `a duplicate that turns up while a signature waits is not signed (L)`() async throws {
    try await withOffice { office in
      let first = try await office.kim.imports(SupplierInvoice())
      try await later(office)
      let twin = try await office.kim.imports(
        SupplierInvoice(number: "104471-2").with { $0.reference = SupplierInvoice().reference })
      try await office.kim.deletes(first)
      let order = try await office.alex.startsSigning(twin)
      try await office.kim.restores(first)
      let refused = try await office.bureau.refusal { try await office.alex.approves(order) }
      #expect(refused.reason == "PAYMENT_DUPLICATE")
      #expect(try await office.kim.sees(twin).state == .proposalOpenItems)
    }
  }

  @Test func `a salary is like last month's, and is no duplicate (A-05)`() async throws {
    try await withOffice { office in
      let pat = try await office.payroll("Pat")
      _ = try await pat.importsSalaries(SalaryTests.table())
      let second = try await pat.importsSalaries(
        SalaryTests.table() + "Per Nordmann;15032080119;1000\n")
      try await office.entrusts(office.kim)
      let salaries = try await office.kim.seesPayments(.with { $0.salaryBatch = second.name })
      #expect(salaries.count == 3 && salaries.allSatisfy(\.duplicates.isEmpty))
    }
  }
}
