import BureauAPI
import Domain
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Sandbox
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Invoices in the books, what the bank makes of their payments, and what is posted by itself.
@Suite(.everyEngine) struct PostingTests {
  private static let invoice = SupplierInvoice().with {
    $0.tax = "1431.00"
    $0.lines = [("5000.00", "6340"), ("724.00", "")]
  }

  private func lines(_ voucher: Bureau_V1_Voucher) -> [String] {
    voucher.lines.map { "\($0.ledgerAccount) \($0.amount.minorUnits)" }
  }

  /// Signed and paid, this many of different invoices.
  private func paid(_ count: Int, in office: Office) async throws -> [Bureau_V1_Payment] {
    var payments: [Bureau_V1_Payment] = []
    for number in 1...count {
      let payment = try await office.kim.imports(SupplierInvoice(number: "\(number)"))
      try await office.alex.signs(payment)
      payments.append(payment)
    }
    try await office.bureau.bankSettles(on: "2026-03-16")
    return payments
  }

  /// What the vouchers say has left the bank account.
  private func booked(_ office: Office) async throws -> Int64 {
    let vouchers = try await office.kim.seesVouchers()
    return -vouchers.flatMap(\.lines).filter { $0.ledgerAccount == "1920" }
      .map(\.amount.minorUnits).reduce(0, +)
  }

  @Test
  func `A-14 an invoice is posted and its payment added in one go, and the payment settles it`()
    async throws
  {
    try await withOffice { office in
      let kim = office.kim
      let request = try kim.importRequest(Self.invoice, posting: true)
      var dry = request
      dry.validateOnly = true
      let shown = try await kim.imports(dry)
      let outlook = try #require(shown.preview.outlooks.first)
      #expect(outlook.invoicePostings.map(\.ledgerAccount) == ["2400", "6340", "7790", "2710"])
      #expect(outlook.invoicePostingDate == "2026-02-16")
      #expect(try await kim.seesPayments().isEmpty)
      #expect(try await kim.seesVouchers().isEmpty)
      let payment = try await kim.imports(request)
      #expect(payment.state == .proposalComplete && !payment.invoiceVoucher.isEmpty)
      let voucher = try await kim.sees(voucher: payment.invoiceVoucher)
      #expect(voucher.invoice && voucher.payments == [payment.name])
      #expect(lines(voucher) == ["2400 -715500", "6340 500000", "7790 72400", "2710 143100"])
      // The same request answers the same; whatever else there is does not post it again.
      #expect(try await kim.imports(request).invoiceVoucher == payment.invoiceVoucher)
      var repeated = request
      repeated.requestID = kim.newRequestID()
      let twice = repeated
      let other = try await office.bureau.refusal { try await kim.imports(twice) }
      #expect(other.reason == "INVOICE_DUPLICATE")
      let again = try await office.bureau.refusal { try await kim.postsInvoice(of: payment) }
      #expect(again.reason == "INVOICE_POSTED")
      try await office.alex.signs(payment)
      try await office.bureau.bankSettles(on: "2026-03-16")
      let paid = try await kim.posts(payment)
      #expect(lines(paid) == ["2400 715500", "1920 -715500"] && !paid.invoice)
      #expect(try await kim.sees(payment).voucher == paid.name)
      #expect(try await kim.seesVouchers().count == 2)
      // Both are in the ledger, and the supplier is owed nothing.
      let ledger = try await kim.exportsLedger(
        .safT, from: "2026-02-01", through: "2026-03-31")
      let text = String(decoding: ledger.content, as: UTF8.self)
      #expect(text.contains("<NumberOfEntries>2</NumberOfEntries>"))
      let supplier = try #require(
        text.firstMatch(of: /<Supplier>.*?<\/Supplier>/.dotMatchesNewlines()))
      #expect(supplier.0.contains("<ClosingDebitBalance>0.00</ClosingDebitBalance>"))
      let sie = try await kim.exportsLedger(.sie, from: "2026-02-01", through: "2026-03-31")
      let rows = sie.content.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
      #expect(rows.count { $0.hasPrefix("#VER") } == 2)
      #expect(rows.contains { $0.contains("#TRANS 6340") && $0.contains("5000.00") })
      let told = try await kim.history(of: payment)
      #expect(told.contains { $0.contains("Its invoice was posted with voucher 1") })
    }
  }

  @Test func `A-14 what cannot be posted is not imported, and who may not post does neither`()
    async throws
  {
    try await withOffice { office in
      let unfit = Self.invoice.with { $0.tax = "many" }
      let refused = try await office.bureau.refusal {
        try await office.kim.imports(try office.kim.importRequest(unfit, posting: true))
      }
      #expect(refused.reason == "INVOICE_UNFIT")
      #expect(try await office.kim.seesPayments().isEmpty)
      let foreign = try await office.bureau.refusal {
        try await office.kim.imports(
          try office.kim.importRequest(Self.invoice.with { $0.currency = "EUR" }, posting: true))
      }
      #expect(foreign.reason == "INVOICE_VALUE_MISSING" && foreign.fields == ["value"])
      let robot = try await office.bureau.serviceUser("ERP").token.secret
      let request = try office.kim.importRequest(Self.invoice, posting: true)
      let denied = try await office.bureau.refusal {
        try await Refused.calling {
          try await office.kim.connection.payments.importInvoice(
            request, metadata: ["authorization": "Bearer \(robot)"])
        }
      }
      #expect(denied.code == .permissionDenied)
      #expect(try await office.kim.seesPayments().isEmpty)
    }
  }

  @Test func `an invoice is posted later too, by an accountant, with an account of one's choice`()
    async throws
  {
    try await withOffice { office in
      let payment = try await office.kim.imports(Self.invoice)
      #expect(payment.invoiceVoucher.isEmpty)
      let denied = try await office.bureau.refusal {
        try await office.alex.postsInvoice(of: payment)
      }
      #expect(denied.code == .permissionDenied)
      let wrong = try await office.bureau.refusal {
        try await office.kim.postsInvoice(of: payment, cost: "43OO")
      }
      #expect(wrong.reason == "INVOICE_COST_ACCOUNT" && wrong.fields == ["cost_account"])
      let voucher = try await office.kim.postsInvoice(of: payment, cost: "4300")
      #expect(lines(voucher).contains("4300 72400"))
    }
  }

  @Test func `B-02 what the bank takes on top is posted as its fee, to the øre of its ledger`()
    async throws
  {
    try await withOffice { office in
      try office.bureau.bankWill(BankFault(.fee, amountMinor: 2_550))
      for payment in try await paid(2, in: office) { _ = try await office.kim.posts(payment) }
      let taken = office.bureau.executed.map(\.takenMinor).reduce(0, +)
      #expect(taken == 2 * 715_500 + 2_550)
      #expect(try await booked(office) == taken)
      let fees = try await office.kim.seesVouchers().flatMap(\.lines)
        .filter { $0.ledgerAccount == "7770" }
      #expect(fees.map(\.amount.minorUnits) == [2_550])
    }
  }

  @Test func `B-02 what the bank has booked with another amount waits for a person's word`()
    async throws
  {
    try await withOffice { office in
      let kim = office.kim
      try office.bureau.bankWill(
        BankFault(.otherAmount, amountMinor: 40), BankFault(.otherAmount, amountMinor: -5_000))
      let agreement = try #require(try await kim.seesAgreements().first)
      #expect(try await kim.setsPosting(.payments, of: agreement).mode == .payments)
      let payments = try await paid(3, in: office)
      // A few øre are rounding; what is more is left alone, and somebody is told.
      #expect(try await kim.seesPayments().map(\.state).count { $0 == .posted } == 2)
      let wrong = try #require(try await kim.seesPayments().first { $0.state == .paid })
      let rounded = try await kim.seesVouchers().flatMap(\.lines)
        .filter { $0.ledgerAccount == "7740" }
      #expect(rounded.map(\.amount.minorUnits) == [40])
      #expect(try await kim.seesReturnFiles().flatMap(\.alarms).contains { $0.contains("7105.00") })
      let refused = try await office.bureau.refusal { try await kim.posts(wrong) }
      #expect(refused.reason == "PAYMENT_AMOUNT_DIFFERS")
      #expect(refused.fields == ["difference_account"])
      let transfer = try #require(try await kim.seesTransfers().first)
      let bundle = try await office.bureau.refusal { try await kim.postsBundle(transfer) }
      #expect(bundle.reason == "BUNDLE_AMOUNTS_DIFFER")
      let bank = try await office.bureau.refusal {
        try await kim.posts(wrong, difference: "1920")
      }
      #expect(bank.reason == "POSTING_DIFFERENCE_ACCOUNT")
      let voucher = try await kim.posts(wrong, difference: "2400")
      #expect(lines(voucher) == ["2400 710500", "1920 -710500"])
      #expect(
        try await booked(office) == office.bureau.executed.map(\.takenMinor).reduce(0, +))
      #expect(payments.count == 3)
    }
  }

  @Test func `U-15 what the bank has booked is posted by itself, under the company's employee`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim
      let agreement = try #require(try await kim.seesAgreements().first)
      let set = try await kim.setsPosting(.bundles, of: agreement)
      // U-16: nobody is chosen, so the lowest id of those with rights stands for it.
      let lowest = [kim.name, try bureau.administrator.name].min()
      #expect(set.mode == .bundles && set.employee == lowest)
      let payments = try await paid(3, in: office)
      for payment in payments { #expect(try await kim.sees(payment).state == .posted) }
      let vouchers = try await kim.seesVouchers()
      #expect(vouchers.count == 1 && vouchers.first?.payments.count == 3)
      // Postings equal the bank's own ledger, to the øre.
      #expect(try await booked(office) == bureau.executed.map(\.takenMinor).reduce(0, +))
      let posted = try #require(
        try await bureau.facts(of: bureau.company).first {
          if case .voucherPosted = $0.fact { true } else { false }
        })
      #expect(posted.actor.map { "\(bureau.name)/users/\($0.hex)" } == lowest)
      let told = try await kim.history(of: payments[0])
      #expect(told.contains { $0.contains("posted by itself with voucher 1") })
      // Once: nothing is left to do, and what was done does not come back.
      let before = try await bureau.journals()
      try await bureau.settle()
      try await bureau.restart()
      try await bureau.settle()
      #expect(try await bureau.journals() == before)
      #expect(try await kim.setsPosting(.off, of: agreement).mode == .off)
      let next = try await kim.imports(SupplierInvoice(number: "9").with { $0.due = "2026-03-20" })
      try await office.alex.signs(next)
      try await bureau.bankSettles(on: "2026-03-20")
      #expect(try await kim.sees(next).state == .paid)
      // Set again, it posts what has been waiting, in the name of whom the company has chosen.
      let robin = try bureau.administrator
      _ = try await robin.choosesAutomation(kim)
      #expect(try await kim.setsPosting(.payments, of: agreement).employee == kim.name)
      try await bureau.settle()
      #expect(try await kim.sees(next).state == .posted)
      let last = try await bureau.facts(of: bureau.company).last {
        if case .voucherPosted = $0.fact { true } else { false }
      }
      #expect(last?.actor.map { "\(bureau.name)/users/\($0.hex)" } == kim.name)
    }
  }
}
