package import Primitives

/// Why something about vouchers is refused, in the order it is checked.
package enum PostingError: Refusal, Equatable {
  case notFound
  case bookingDateInvalid(String)
  case nothingPaid
  case bundleTooLarge
  case datesDiffer([CalendarDate])
  /// How many of them, and by which chart.
  case amountsDiffer(Int, ChartOfAccounts)
  case differenceAccountInvalid(String)
  case documentMissing
  case costAccountInvalid(String)
  case invoicePosted
  case valueNeedless
  case valueMissing(Currency)
  case valueInvalid(Currency)
  case valueSettled(Money)
  case invoiceUnfit(String)
  case agreementUnfit
  case modeMissing

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .bookingDateInvalid, .differenceAccountInvalid, .costAccountInvalid, .valueNeedless,
      .valueInvalid, .modeMissing:
      .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "VOUCHER_NOT_FOUND"
    case .bookingDateInvalid: "BOOKING_DATE_INVALID"
    case .nothingPaid: "BUNDLE_NOTHING_PAID"
    case .bundleTooLarge: "BUNDLE_TOO_LARGE"
    case .datesDiffer: "BUNDLE_DATES_DIFFER"
    case .amountsDiffer: "BUNDLE_AMOUNTS_DIFFER"
    case .differenceAccountInvalid: "POSTING_DIFFERENCE_ACCOUNT"
    case .documentMissing: "INVOICE_DOCUMENT_MISSING"
    case .costAccountInvalid: "INVOICE_COST_ACCOUNT"
    case .invoicePosted: "INVOICE_POSTED"
    case .valueNeedless: "INVOICE_VALUE_NEEDLESS"
    case .valueMissing: "INVOICE_VALUE_MISSING"
    case .valueInvalid: "INVOICE_VALUE_INVALID"
    case .valueSettled: "INVOICE_VALUE_SETTLED"
    case .invoiceUnfit: "INVOICE_UNFIT"
    case .agreementUnfit: "POSTING_AGREEMENT_UNFIT"
    case .modeMissing: "POSTING_MODE_MISSING"
    }
  }

  package var field: String? {
    switch self {
    case .bookingDateInvalid, .datesDiffer: "booking_date"
    case .amountsDiffer, .differenceAccountInvalid: "difference_account"
    case .costAccountInvalid: "cost_account"
    case .valueNeedless, .valueMissing, .valueInvalid, .valueSettled: "value"
    case .modeMissing: "mode"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such voucher."
    case .bookingDateInvalid(let text): "The date \(text) cannot be read; write it as 2026-03-31."
    case .nothingPaid:
      "Nothing of this bundle is paid and not yet posted, or not on that day (B-01)."
    case .bundleTooLarge:
      "One voucher holds at most \(Payment.bundleLimit) payments; post these one by one (B-03)."
    case .datesDiffer(let dates):
      "The bank booked the bundle on several days: \(dates.map(\.iso).joined(separator: ", "))."
        + " Give one of them as booking_date, and post a voucher for each."
    case .amountsDiffer(let count, let chart):
      "The bank has booked \(count) payments of the bundle with another amount than is owed, or has"
        + " not told what left the account: post them one by one, or give the account of the"
        + " difference as difference_account; with \(chart.supplierLedger.number) it stays open on"
        + " the supplier ledger."
    case .differenceAccountInvalid(let text):
      "\(text) is no account for a difference: four digits, as 8160, and none of the bank's (19)."
    case .documentMissing: "The payment was not made from an invoice that is kept."
    case .costAccountInvalid(let text):
      "\(text) is no account for costs: four digits, as 7790, and neither the bank's (19) nor one"
        + " that debts or input tax stand on."
    case .invoicePosted: "The invoice is posted already; see the payment's invoice_voucher."
    case .valueNeedless:
      "The invoice is in the company's own currency: what it says is what is posted."
    case .valueMissing(let currency):
      "The invoice is in another currency: say what is owed in \(currency.code)."
    case .valueSettled(let money):
      "The payment is posted and has settled \(money): that is what was owed."
    case .valueInvalid(let currency): "What is owed must be more than zero, in \(currency.code)."
    case .invoiceUnfit(let why): "The invoice cannot be posted as it is: \(why)."
    case .agreementUnfit:
      "Only a remittance agreement pays: nothing of another is posted by itself."
    case .modeMissing: "Say what is posted by itself: OFF, PAYMENTS or BUNDLES."
    }
  }
}
