package import Primitives

/// Why something about vouchers is refused, in the order it is checked.
package enum PostingError: Refusal, Equatable {
  case notFound
  case bookingDateInvalid(String)
  case nothingPaid
  case bundleTooLarge
  case datesDiffer([CalendarDate])

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .bookingDateInvalid: .invalidArgument
    case .nothingPaid, .bundleTooLarge, .datesDiffer: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "VOUCHER_NOT_FOUND"
    case .bookingDateInvalid: "BOOKING_DATE_INVALID"
    case .nothingPaid: "BUNDLE_NOTHING_PAID"
    case .bundleTooLarge: "BUNDLE_TOO_LARGE"
    case .datesDiffer: "BUNDLE_DATES_DIFFER"
    }
  }

  package var field: String? {
    switch self {
    case .bookingDateInvalid, .datesDiffer: "booking_date"
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
    }
  }
}
