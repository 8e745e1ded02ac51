package import Primitives

/// A balanced entry in the books (B-02, B-03, B-04). Its first lines stand on the supplier ledger,
/// one for each payment and in the same order; the rest balances them. Salaries have one line for all
/// of them, so that the books name nobody.
package struct Voucher: Sendable, Equatable {
  package var id: ID<Voucher>
  /// Unique and gap-free in the company.
  package var number: Int64
  package var date: CalendarDate
  package var lines: [VoucherLine]
  package var payments: [ID<Payment>]
  /// When it was posted; nil in what was written before that was kept.
  package var postTime: Instant?

  package init(
    id: ID<Voucher>, number: Int64, date: CalendarDate, lines: [VoucherLine],
    payments: [ID<Payment>], postTime: Instant? = nil
  ) {
    self.id = id
    self.number = number
    self.date = date
    self.lines = lines
    self.payments = payments
    self.postTime = postTime
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
  /// Net salaries that are owed to the employees.
  package var salaries: LedgerAccount

  /// NS 4102.
  package static let norwegian = ChartOfAccounts(
    supplierLedger: LedgerAccount(number: "2400"), bank: LedgerAccount(number: "1920"),
    salaries: LedgerAccount(number: "2930"))
  /// BAS.
  package static let swedish = ChartOfAccounts(
    supplierLedger: LedgerAccount(number: "2440"), bank: LedgerAccount(number: "1930"),
    salaries: LedgerAccount(number: "2821"))

  package init(supplierLedger: LedgerAccount, bank: LedgerAccount, salaries: LedgerAccount) {
    self.supplierLedger = supplierLedger
    self.bank = bank
    self.salaries = salaries
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

/// What a new voucher is given from outside.
package struct VoucherDraft: Sendable {
  package var id: ID<Voucher>
  package var number: Int64
  package var chart: ChartOfAccounts
  package var time: Instant

  package init(id: ID<Voucher>, number: Int64, chart: ChartOfAccounts, time: Instant) {
    self.id = id
    self.number = number
    self.chart = chart
    self.time = time
  }

  /// Posts what was paid: the debt to the suppliers goes, and so does the money (B-01…B-04).
  fileprivate func posting(
    _ payments: [Payment], of total: Money, text: String, on date: CalendarDate
  ) -> [Fact] {
    let isSalary = payments.contains { $0.salary != nil }
    let text = isSalary ? "Salaries" : text
    var lines =
      isSalary
      ? [VoucherLine(ledgerAccount: chart.salaries, amount: total, text: text)]
      : payments.map { payment in
        VoucherLine(
          ledgerAccount: chart.supplierLedger, amount: payment.postedAmount,
          text: payment.voucherText)
      }
    // Never overflows: a total is more than zero.
    let credit = Money(minorUnits: -total.minorUnits, currency: total.currency)
    lines.append(VoucherLine(ledgerAccount: chart.bank, amount: credit, text: text))
    return [
      .voucherPosted(
        VoucherPosted(
          voucher: Voucher(
            id: id, number: number, date: date, lines: lines, payments: payments.map(\.id),
            postTime: time)))
    ]
  }
}

extension Payment {
  /// What the bank has booked, to the øre; what was asked for where it has not said.
  fileprivate var postedAmount: Money {
    instructions.last { $0.state == .executed }?.booking?.amount ?? terms.amount
  }

  fileprivate var voucherText: String { "\(terms.creditorName ?? "") \(invoiceNumber)".trimmed }

  /// A voucher of its own (B-03).
  package func posting(_ draft: VoucherDraft) throws(PaymentError) -> [Fact] {
    _ = try state.after(.post)
    if salary != nil { throw .salaryByBundle }
    return draft.posting(
      [self], of: postedAmount, text: voucherText,
      on: bookingDate ?? draft.time.date(in: .centralEuropean))
  }

  /// Payments that one voucher holds.
  package static let bundleLimit = 2_000

  /// One voucher for what is paid of a bundle (B-04); what waits, has failed or is posted already
  /// stays as it is.
  /// - Parameter date: Of those booked on this day; nil: they were all booked on one.
  package static func posting(
    bundle payments: [Payment], bookedOn date: CalendarDate?, _ draft: VoucherDraft
  ) throws(PostingError) -> [Fact] {
    let today = draft.time.date(in: .centralEuropean)
    let paid = payments.filter {
      $0.state == .paid && (date == nil || ($0.bookingDate ?? today) == date)
    }
    guard let first = paid.first else { throw .nothingPaid }
    guard paid.count <= Self.bundleLimit else { throw .bundleTooLarge }
    let dates = Set(paid.map { $0.bookingDate ?? today }).sorted()
    guard dates.count == 1 else { throw .datesDiffer(dates) }
    var total = Money.zero(first.postedAmount.currency)
    for payment in paid {
      do { total = try total.adding(payment.postedAmount) } catch { throw .bundleTooLarge }
    }
    return draft.posting(
      paid, of: total, text: "Bundle of \(paid.count) payments", on: dates[0])
  }
}
