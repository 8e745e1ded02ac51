// A supplier's invoice in the books before it is paid: cost and input tax against the debt to
// the supplier. The payment's voucher closes that debt.

package import Formats
package import Primitives

/// What somebody may say of how an invoice is posted.
package struct InvoiceChoice: Sendable, Equatable {
  /// For lines that name no account; nil: the chart's.
  package var cost: LedgerAccount?
  /// What is owed, in the company's own currency; needed where the invoice is in another.
  package var value: Money?

  package init(cost: LedgerAccount? = nil, value: Money? = nil) {
    self.cost = cost
    self.value = value
  }

  /// An account for costs, in the chart's numbers; empty: nobody has said.
  package static func account(_ text: String, in chart: ChartOfAccounts) throws(PostingError)
    -> LedgerAccount?
  {
    if text.isEmpty { return nil }
    guard let account = LedgerAccount(digits: text), chart.takesCosts(account) else {
      throw .costAccountInvalid(String(text.plainLine.prefix(20)))
    }
    return account
  }
}

extension ChartOfAccounts {
  /// Whether an invoice may be debited there. The bank's accounts hold what the bank has booked and
  /// nothing else, those of debts what is owed; tax has its own line.
  fileprivate func takesCosts(_ account: LedgerAccount) -> Bool {
    !account.isBank && ![supplierLedger, salaries, inputTax].contains(account)
  }
}

/// The debt of an invoice as it stands on the supplier ledger.
package struct PostedInvoice: Hashable, Sendable {
  package var voucher: ID<Voucher>
  /// In the company's own currency.
  package var amount: Money

  package init(voucher: ID<Voucher>, amount: Money) {
    self.voucher = voucher
    self.amount = amount
  }
}

package enum InvoicePosting {
  /// The voucher of an invoice. Its lines carry the supplier's debt first, then costs by account in the
  /// order of their numbers, then the tax.
  /// - Parameter payment: What was made from it, as it stands.
  package static func posting(
    _ document: UBLDocument, of payment: Payment, choice: InvoiceChoice, _ draft: VoucherDraft
  ) throws(PostingError) -> [Fact] {
    if payment.postedInvoice != nil { throw .invoicePosted }
    let settled = payment.state == .posted ? payment.postedAmount : nil
    return try posting(
      document, of: payment.id, supplier: payment.terms.creditorName ?? "", choice: choice,
      settled: settled, draft)
  }

  /// The same in the go that makes the payment.
  package static func posting(
    _ document: UBLDocument, of payment: ID<Payment>, supplier: String, choice: InvoiceChoice,
    settled: Money? = nil, _ draft: VoucherDraft
  ) throws(PostingError) -> [Fact] {
    let currency = draft.chart.currency
    let text = "\(supplier) \(document.id.plainLine.prefix(140))".trimmed
    let owed: Money
    var lines: [VoucherLine] = []
    let cost = choice.cost ?? draft.chart.cost
    if (document.payableCurrency ?? document.currency) == currency.code {
      if choice.value != nil { throw .valueNeedless }
      let amounts = try InvoiceAmounts(document, draft.chart)
      owed = amounts.payable
      lines = try amounts.debits(cost: cost, draft.chart, text)
    } else {
      // What a supplier abroad writes as tax is none that the company may deduct.
      guard let value = choice.value else { throw .valueMissing(currency) }
      guard value.currency == currency, value.isPositive,
        value.minorUnits < Payment.amountLimit
      else { throw .valueInvalid(currency) }
      // The payment has gone to the books first, with what it cost: there is nothing to lose by the
      // rate any more.
      if let settled, settled.currency == currency, settled != value {
        throw .valueSettled(settled)
      }
      owed = value
      lines = [VoucherLine(ledgerAccount: cost, amount: value, text: text)]
    }
    let debt = Money(minorUnits: -owed.minorUnits, currency: currency)
    lines.insert(
      VoucherLine(ledgerAccount: draft.chart.supplierLedger, amount: debt, text: text), at: 0)
    let date =
      document.issueDate.flatMap { CalendarDate(iso: $0) } ?? draft.time.date(in: .centralEuropean)
    return [
      .voucherPosted(
        VoucherPosted(
          voucher: Voucher(
            id: draft.id, number: draft.number, date: date, lines: lines, payments: [payment],
            postTime: draft.time, isInvoice: true)))
    ]
  }
}

/// The sums of a document in the company's own currency.
private struct InvoiceAmounts {
  var payable: Money
  var tax: Money
  /// By the account that a line names, where it names one that takes costs.
  var costs: [LedgerAccount?: Money] = [:]

  init(_ document: UBLDocument, _ chart: ChartOfAccounts) throws(PostingError) {
    let currency = chart.currency
    guard document.currency == currency.code else {
      throw .invoiceUnfit("its lines are in \(document.currency.plainLine.prefix(3))")
    }
    payable = try Self.money(document.payableAmount, "PayableAmount", currency)
    guard payable.isPositive else { throw .invoiceUnfit("there is nothing to pay") }
    // The part paid before stands in the books already, where this cannot find it.
    if let before = document.prepaidAmount,
      try Self.money(before, "PrepaidAmount", currency).minorUnits != 0
    {
      throw .invoiceUnfit("a part of it was paid before")
    }
    // The same tax may stand there once more in the currency of its authority.
    tax = .zero(currency)
    let own = document.taxTotals.first { ($0.currency ?? document.currency) == currency.code }
    if let own { tax = try Self.money(own.amount, "TaxAmount", currency) }
    for line in document.lines {
      let account = line.accountingCost.flatMap { LedgerAccount(digits: $0) }
        .flatMap { chart.takesCosts($0) ? $0 : nil }
      let net = try Self.money(line.netAmount, "LineExtensionAmount", currency)
      guard let sum = try? (costs[account] ?? .zero(currency)).adding(net) else {
        throw .invoiceUnfit("the sum of its lines is too large")
      }
      costs[account] = sum
    }
  }

  private static func money(_ text: String?, _ what: String, _ currency: Currency)
    throws(PostingError) -> Money
  {
    guard let text, let money = try? Money(decimal: text, currency: currency),
      money.minorUnits.magnitude < UInt64(Payment.amountLimit)
    else { throw .invoiceUnfit("\(what) is no amount") }
    return money
  }

  /// What lines and tax leave of the sum to pay (allowances, charges) goes to the cost account; a few
  /// øre are rounding.
  func debits(cost: LedgerAccount, _ chart: ChartOfAccounts, _ text: String) throws(PostingError)
    -> [VoucherLine]
  {
    var sums: [LedgerAccount: Money] = [:]
    var rest = payable
    func add(_ amount: Money, to account: LedgerAccount) throws(PostingError) {
      guard let sum = try? (sums[account] ?? .zero(payable.currency)).adding(amount),
        let left = try? rest.subtracting(amount)
      else { throw .invoiceUnfit("the sum of its lines is too large") }
      (sums[account], rest) = (sum, left)
    }
    for (account, amount) in costs { try add(amount, to: account ?? cost) }
    try add(tax, to: chart.inputTax)
    let isRounding = !costs.isEmpty && Payment.isRounding(rest)
    try add(rest, to: isRounding ? chart.rounding : cost)
    return sums.filter { $0.value.minorUnits != 0 }
      .sorted { one, other in
        let isTax = (one.key == chart.inputTax, other.key == chart.inputTax)
        return isTax.0 == isTax.1 ? one.key.number < other.key.number : isTax.1
      }
      .map { VoucherLine(ledgerAccount: $0.key, amount: $0.value, text: text) }
  }
}
