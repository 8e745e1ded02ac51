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
  /// Of an invoice, before its payment.
  package var isInvoice: Bool

  package init(
    id: ID<Voucher>, number: Int64, date: CalendarDate, lines: [VoucherLine],
    payments: [ID<Payment>], postTime: Instant? = nil, isInvoice: Bool = false
  ) {
    self.id = id
    self.number = number
    self.date = date
    self.lines = lines
    self.payments = payments
    self.postTime = postTime
    self.isInvoice = isInvoice
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

/// Where payments and invoices are posted by default.
package struct ChartOfAccounts: Sendable, Equatable {
  package var supplierLedger: LedgerAccount
  package var bank: LedgerAccount
  /// Net salaries that are owed to the employees.
  package var salaries: LedgerAccount
  /// Costs that nobody has given an account.
  package var cost: LedgerAccount
  package var inputTax: LedgerAccount
  package var bankFees: LedgerAccount
  package var rounding: LedgerAccount
  package var exchangeGain: LedgerAccount
  package var exchangeLoss: LedgerAccount
  /// Of the books.
  package var currency: Currency

  /// NS 4102.
  package static let norwegian = ChartOfAccounts(
    supplierLedger: "2400", bank: "1920", salaries: "2930", cost: "7790", inputTax: "2710",
    bankFees: "7770", rounding: "7740", exchangeGain: "8060", exchangeLoss: "8160",
    currency: .nok)
  /// BAS.
  package static let swedish = ChartOfAccounts(
    supplierLedger: "2440", bank: "1930", salaries: "2821", cost: "6990", inputTax: "2641",
    bankFees: "6570", rounding: "3740", exchangeGain: "3960", exchangeLoss: "7960",
    currency: .sek)

  private init(
    supplierLedger: String, bank: String, salaries: String, cost: String, inputTax: String,
    bankFees: String, rounding: String, exchangeGain: String, exchangeLoss: String,
    currency: Currency
  ) {
    self.supplierLedger = LedgerAccount(number: supplierLedger)
    self.bank = LedgerAccount(number: bank)
    self.salaries = LedgerAccount(number: salaries)
    self.cost = LedgerAccount(number: cost)
    self.inputTax = LedgerAccount(number: inputTax)
    self.bankFees = LedgerAccount(number: bankFees)
    self.rounding = LedgerAccount(number: rounding)
    self.exchangeGain = LedgerAccount(number: exchangeGain)
    self.exchangeLoss = LedgerAccount(number: exchangeLoss)
    self.currency = currency
  }

  /// The default chart of the company's country.
  package init(of company: Company) {
    self = company.organisationNumber.country == .se ? .swedish : .norwegian
  }
}

package struct VoucherPosted: Sendable, Equatable {
  package var voucher: Voucher
  /// By the agreement's setting, in the name of the company's employee (U-15).
  package var isAutomatic: Bool
  package init(voucher: Voucher, isAutomatic: Bool = false) {
    self.voucher = voucher
    self.isAutomatic = isAutomatic
  }
}

/// What a new voucher is given from outside.
package struct VoucherDraft: Sendable {
  package var id: ID<Voucher>
  package var number: Int64
  package var chart: ChartOfAccounts
  package var time: Instant
  /// Where a person wants what is neither rounding nor exchange; nil: nobody has said.
  package var difference: LedgerAccount?
  package var isAutomatic: Bool

  package init(
    id: ID<Voucher>, number: Int64, chart: ChartOfAccounts, time: Instant,
    difference: LedgerAccount? = nil, isAutomatic: Bool = false
  ) {
    self.id = id
    self.number = number
    self.chart = chart
    self.time = time
    self.difference = difference
    self.isAutomatic = isAutomatic
  }

  /// Posts what was paid: the debt to the suppliers goes, and so does the money (B-01…B-04).
  fileprivate func posting(_ payments: [Payment], text: String, on date: CalendarDate)
    throws(PaymentError) -> [Fact]
  {
    let isSalary = payments.contains { $0.salary != nil }
    let text = isSalary ? "Salaries" : text
    let settlements = try payments.map { payment throws(PaymentError) in
      try payment.settlement(self)
    }
    guard let sums = try? SettlementSums(settlements) else { throw .amountTooLarge }
    var lines =
      isSalary
      ? [VoucherLine(ledgerAccount: chart.salaries, amount: sums.debt, text: text)]
      : zip(payments, settlements).map { payment, settlement in
        VoucherLine(
          ledgerAccount: chart.supplierLedger, amount: settlement.debt, text: payment.voucherText)
      }
    lines += sums.others.sorted { $0.key.number < $1.key.number }
      .filter { $0.value.minorUnits != 0 }
      .map { VoucherLine(ledgerAccount: $0.key, amount: $0.value, text: text) }
    let credit = Money(minorUnits: -sums.bank.minorUnits, currency: sums.bank.currency)
    lines.append(VoucherLine(ledgerAccount: chart.bank, amount: credit, text: text))
    return [
      .voucherPosted(
        VoucherPosted(
          voucher: Voucher(
            id: id, number: number, date: date, lines: lines, payments: payments.map(\.id),
            postTime: time), isAutomatic: isAutomatic))
    ]
  }
}

extension Payment {
  fileprivate var voucherText: String { "\(terms.creditorName ?? "") \(invoiceNumber)".trimmed }

  /// A voucher of its own (B-03).
  package func posting(_ draft: VoucherDraft) throws(PaymentError) -> [Fact] {
    _ = try state.after(.post)
    if salary != nil { throw .salaryByBundle }
    return try draft.posting(
      [self], text: voucherText, on: bookingDate ?? draft.time.date(in: .centralEuropean))
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
    if paid.isEmpty { throw .nothingPaid }
    guard paid.count <= Self.bundleLimit else { throw .bundleTooLarge }
    let dates = Set(paid.map { $0.bookingDate ?? today }).sorted()
    guard dates.count == 1 else { throw .datesDiffer(dates) }
    let undecided = paid.count { $0.awaitsDecision(draft) }
    guard undecided == 0 else { throw .amountsDiffer(undecided, draft.chart) }
    do {
      return try draft.posting(paid, text: "Bundle of \(paid.count) payments", on: dates[0])
    } catch { throw .bundleTooLarge }
  }
}
