// What a paid payment does to the books: the debt goes as it was posted, the money as the bank has
// booked it, and what is between them has an account of its own, or waits for a person.

package import Primitives

extension Payment {
  /// Up to one krone, or one of whatever the currency counts in, is rounding.
  static func isRounding(_ difference: Money) -> Bool {
    let unit = (0..<difference.currency.exponent).reduce(UInt64(1)) { unit, _ in unit * 10 }
    return difference.minorUnits.magnitude <= unit
  }

  /// The bank's entry about what was executed.
  private var booking: Booking? { instructions.last { $0.state == .executed }?.booking }

  /// Whether what left in this currency may be what the bank's rate has made of what was asked for:
  /// within a country nothing is exchanged.
  func isExchanged(into currency: Currency) -> Bool {
    guard currency != terms.amount.currency, let account = terms.creditorAccount else {
      return false
    }
    if case .domestic? = PaymentRoute(to: account, in: terms.amount.currency) { return false }
    return true
  }

  /// What the bank has booked, to the øre; what was asked for where it has not said.
  package var postedAmount: Money { booking?.amount ?? terms.amount }

  struct Settlement {
    /// The debt that is gone.
    var debt: Money
    var others: [(account: LedgerAccount, amount: Money)] = []
    /// What has left the account.
    var bank: Money
  }

  /// Debt and others make up what has left the account: the voucher balances.
  func settlement(_ draft: VoucherDraft) throws(PaymentError) -> Settlement {
    let paid = postedAmount
    // What was asked for in another currency may have left in the account's own.
    if booking == nil, paid.currency != draft.chart.currency, draft.difference == nil {
      throw .notBooked(paid.currency, draft.chart)
    }
    var settlement = Settlement(debt: paid, bank: paid)
    if let fee = booking?.fee, fee.isPositive {
      settlement.others.append((draft.chart.bankFees, fee))
      do { settlement.bank = try paid.adding(fee) } catch { throw .amountTooLarge }
    }
    // Nobody has posted it, and it was asked for in another currency: it has cost what was paid.
    var isExchanged = isExchanged(into: paid.currency)
    var owed = isExchanged ? paid : terms.amount
    if let posted = postedInvoice?.amount {
      owed = posted
      // What was set off stays on the supplier's account for the voucher of its credit note.
      if let netting, let setOff = try? netting.gross.subtracting(terms.amount) {
        // What it is worth in the books' currency nobody has said.
        if setOff.currency != posted.currency { isExchanged = false }
        owed = (try? posted.subtracting(setOff)) ?? posted
      }
    }
    let difference = try? paid.subtracting(owed)
    if difference?.minorUnits == 0 { return settlement }
    if let difference, isExchanged {
      let isLoss = difference.isPositive
      settlement.others.append(
        (isLoss ? draft.chart.exchangeLoss : draft.chart.exchangeGain, difference))
      settlement.debt = owed
    } else if let difference, Self.isRounding(difference) {
      settlement.others.append((draft.chart.rounding, difference))
      settlement.debt = owed
    } else if draft.difference == draft.chart.supplierLedger {
      return settlement  // it stays open there
    } else if let difference, let account = draft.difference {
      settlement.others.append((account, difference))
      settlement.debt = owed
    } else {
      throw .differs(paid: paid, owed: owed, draft.chart)
    }
    return settlement
  }

  /// Whether posting it wants a person's word that `draft` does not have.
  package func awaitsDecision(_ draft: VoucherDraft) -> Bool {
    do throws(PaymentError) {
      _ = try settlement(draft)
      return false
    } catch {
      switch error {
      case .differs, .notBooked: return true
      default: return false
      }
    }
  }
}

/// What several payments do to the books together.
struct SettlementSums {
  var debt: Money
  var others: [LedgerAccount: Money] = [:]
  var bank: Money

  init(_ settlements: [Payment.Settlement]) throws(MoneyError) {
    let currency = settlements.first?.bank.currency ?? .nok
    debt = .zero(currency)
    bank = .zero(currency)
    for settlement in settlements {
      debt = try debt.adding(settlement.debt)
      bank = try bank.adding(settlement.bank)
      for (account, amount) in settlement.others {
        others[account] = try (others[account] ?? .zero(currency)).adding(amount)
      }
    }
  }
}

extension LedgerAccount {
  /// Four digits, as NS 4102 and BAS have them; nil: it is no account.
  init?(digits text: String) {
    guard text.utf8.count == 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      !text.hasPrefix("0")
    else { return nil }
    self.init(number: text)
  }

  /// What stands there is the bank's word, in both charts: nobody else writes on it.
  var isBank: Bool { number.hasPrefix("19") }

  /// Where a person wants a difference; empty: nobody has said.
  package static func difference(_ text: String) throws(PostingError) -> LedgerAccount? {
    if text.isEmpty { return nil }
    guard let account = LedgerAccount(digits: text), !account.isBank else {
      throw .differenceAccountInvalid(String(text.plainLine.prefix(20)))
    }
    return account
  }
}
