package import Primitives

/// A balanced entry in the books (B-02, B-03).
package struct Voucher: Sendable, Equatable {
  package var id: ID<Voucher>
  /// Unique and gap-free in the company.
  package var number: Int64
  package var date: CalendarDate
  package var lines: [VoucherLine]
  package var payments: [ID<Payment>]

  package init(
    id: ID<Voucher>, number: Int64, date: CalendarDate, lines: [VoucherLine],
    payments: [ID<Payment>]
  ) {
    self.id = id
    self.number = number
    self.date = date
    self.lines = lines
    self.payments = payments
  }
}

package struct VoucherLine: Hashable, Sendable {
  package var ledgerAccount: LedgerAccount
  /// Debit is positive, credit negative.
  package var amount: Money
  package var text: String

  package init(ledgerAccount: LedgerAccount, amount: Money, text: String) {
    self.ledgerAccount = ledgerAccount
    self.amount = amount
    self.text = text
  }
}

/// An account of the general ledger, by its number in the chart of accounts.
package struct LedgerAccount: Hashable, Sendable {
  package let number: String
  package init(number: String) { self.number = number }
}

/// Where payments are posted by default.
package struct ChartOfAccounts: Sendable, Equatable {
  package var supplierLedger: LedgerAccount
  package var bank: LedgerAccount

  /// NS 4102.
  package static let norwegian = ChartOfAccounts(
    supplierLedger: LedgerAccount(number: "2400"), bank: LedgerAccount(number: "1920"))
  /// BAS.
  package static let swedish = ChartOfAccounts(
    supplierLedger: LedgerAccount(number: "2440"), bank: LedgerAccount(number: "1930"))

  package init(supplierLedger: LedgerAccount, bank: LedgerAccount) {
    self.supplierLedger = supplierLedger
    self.bank = bank
  }

  /// The default chart of the company's country.
  package init(of company: Company) {
    self = company.organisationNumber.country == .se ? .swedish : .norwegian
  }
}

package struct VoucherPosted: Sendable, Equatable {
  package var voucher: Voucher
  package init(voucher: Voucher) { self.voucher = voucher }
}

extension Payment {
  /// Posts what was paid: the debt to the supplier goes, and so does the money (B-01…B-03).
  package func posting(
    as voucher: ID<Voucher>, number: Int64, chart: ChartOfAccounts, today: CalendarDate
  )
    throws(PaymentError) -> [Fact]
  {
    _ = try state.after(.post)
    let text = "\(terms.creditorName ?? "") \(invoiceNumber)".trimmed
    let amount = terms.amount
    // Never overflows: an amount is more than zero.
    let credit = Money(minorUnits: -amount.minorUnits, currency: amount.currency)
    let lines = [
      VoucherLine(ledgerAccount: chart.supplierLedger, amount: amount, text: text),
      VoucherLine(ledgerAccount: chart.bank, amount: credit, text: text),
    ]
    return [
      .voucherPosted(
        VoucherPosted(
          voucher: Voucher(
            id: voucher, number: number, date: bookingDate ?? today, lines: lines, payments: [id])))
    ]
  }
}
