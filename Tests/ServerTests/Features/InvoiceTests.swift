import BureauAPI
import GRPCCore
import EngineKit
import TestKit
import Testing

/// What an invoice or a correction may not say.
@Suite(.everyEngine) struct InvoiceTests {
  private static let impossible: [(String, @Sendable (inout SupplierInvoice) -> Void)] = [
    ("INVOICE_CURRENCY_UNKNOWN", { $0.currency = "XQX" }),
    ("INVOICE_AMOUNT_NOT_POSITIVE", { $0.amount = "0.00" }),
    ("INVOICE_AMOUNT_NOT_POSITIVE", { $0.amount = "-12.00" }),
    ("INVOICE_AMOUNT_INVALID", { $0.amount = "12.345" }),
    ("INVOICE_DUE_DATE_INVALID", { $0.due = "2026-02-30" }),
    ("INVOICE_DUE_DATE_INVALID", { $0.due = "next week" }),
    ("INVOICE_UNREADABLE", { $0.number = "" }),
    ("INVOICE_UNREADABLE", { $0.supplier = "A & B" }),
  ]

  @Test(arguments: Self.impossible)
  func `an invoice that cannot be paid as it says is refused (P-03)`(
    reason: String, change: @Sendable (inout SupplierInvoice) -> Void
  ) async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      let refused = try await bureau.refusal {
        try await kim.imports(SupplierInvoice().with(change))
      }
      #expect(refused.reason == reason)
      #expect(refused.code == .invalidArgument)
      #expect(refused.fields == ["content"])
    }
  }

  @Test func `a wrong check digit is named, shown as written, and never paid (P-03, P-07)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      let account = Numbers.wrong("86011117947"), kid = Numbers.wrong("20260010447106")
      let payment = try await kim.imports(
        SupplierInvoice().with {
          $0.account = account
          $0.reference = kid
        })
      #expect(payment.state == .proposalIncomplete)
      #expect(payment.missingFields == ["creditor_account", "reference"])
      #expect(payment.accountAsWritten == account)
      #expect(payment.referenceAsWritten == kid)
      #expect(payment.creditorAccount.text.isEmpty)
    }
  }

  @Test func `a supplier's other open records are told and stop nothing (P-05, P-06)`()
    async throws
  {
    try await withOffice { office in
      let first = try await office.kim.imports(SupplierInvoice(number: "1"))
      #expect(first.state == .proposalComplete)
      let second = try await office.kim.imports(SupplierInvoice(number: "2"))
      #expect(second.state == .proposalOpenItems)
      try await office.kim.acknowledges(second)
      try await office.alex.signs(second)
      #expect(try await office.kim.sees(second).state == .signed)
    }
  }

  @Test func `the same invoice is taken once, also when it has been deleted`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      let payment = try await kim.imports(SupplierInvoice())
      let again = try await bureau.refusal { try await kim.imports(SupplierInvoice()) }
      #expect(again.reason == "INVOICE_DUPLICATE")
      let disguised = try await bureau.refusal {
        try await kim.imports(SupplierInvoice().with { $0.amount = "1.00" })
      }
      #expect(disguised.reason == "INVOICE_DUPLICATE")
      try await kim.deletes(payment)
      let deleted = try await bureau.refusal { try await kim.imports(SupplierInvoice()) }
      #expect(deleted.reason == "INVOICE_DUPLICATE")
    }
  }

  @Test func `a correction with an impossible value is refused and names the field (P-07)`()
    async throws
  {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      let payment = try await kim.imports(SupplierInvoice())
      for (field, reason, change) in Self.corrections {
        let refused = try await bureau.refusal {
          try await kim.corrects(payment, field, change: change)
        }
        #expect(refused.reason == reason, "\(field)")
        #expect(refused.code == .invalidArgument, "\(reason)")
      }
      #expect(try await kim.sees(payment) == payment)
    }
  }

  private static let corrections: [(String, String, @Sendable (inout Bureau_V1_Payment) -> Void)] =
    [
      (
        "creditor_account", "PAYMENT_ACCOUNT_INVALID",
        {
          $0.creditorAccount.form = .noBban
          $0.creditorAccount.text = Numbers.wrong("86011117947")
        }
      ),
      (
        "reference", "PAYMENT_REFERENCE_INVALID",
        {
          $0.reference.type = .kid
          $0.reference.text = Numbers.wrong("20260010447106")
        }
      ),
      (
        "amount", "PAYMENT_CURRENCY_UNKNOWN",
        {
          $0.amount.minorUnits = 100
          $0.amount.currencyCode = "XQX"
        }
      ),
      (
        "amount", "PAYMENT_AMOUNT_NOT_POSITIVE",
        {
          $0.amount.minorUnits = 0
          $0.amount.currencyCode = "NOK"
        }
      ),
      (
        "amount", "PAYMENT_AMOUNT_NOT_POSITIVE",
        {
          $0.amount.minorUnits = -100
          $0.amount.currencyCode = "NOK"
        }
      ),
      ("due_date", "PAYMENT_DUE_DATE_INVALID", { $0.dueDate = "2026-02-30" }),
      ("state", "PAYMENT_FIELD_UNKNOWN", { $0.state = .paid }),
    ]

  @Test func `a correction of what has been changed meanwhile is refused`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim")
      let payment = try await kim.imports(SupplierInvoice())
      try await kim.corrects(payment, "due_date") { $0.dueDate = "2026-03-17" }
      let refused = try await bureau.refusal {
        try await kim.corrects(payment, "due_date") {
          $0.dueDate = "2026-03-18"
          $0.etag = payment.etag
        }
      }
      #expect(refused.reason == "PAYMENT_ETAG")
      #expect(refused.code == .aborted)
    }
  }
}
