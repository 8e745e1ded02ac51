/// Why a code by SMS is not sent, or signs nothing, in the order it is checked. Whether the person may
/// sign by SMS at all is `SMSSigningError` and the company's policy.
package enum SigningCodeError: Refusal, Equatable {
  case sessionMissing
  case textTooLong
  case tooSoon
  case tooMany
  case notByCode
  case used
  case superseded
  case expired
  case triesUsedUp
  case otherSession
  case otherSet(left: Int)
  case wrong(left: Int)
  case numberChanged

  package var kind: RefusalKind {
    switch self {
    case .tooSoon, .tooMany: .exhausted
    case .wrong, .otherSet: .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .sessionMissing: "SMS_SESSION_MISSING"
    case .textTooLong: "SMS_TEXT_TOO_LONG"
    case .tooSoon: "SMS_CODE_TOO_SOON"
    case .tooMany: "SMS_CODES_TOO_MANY"
    case .notByCode: "SMS_ORDER_WITHOUT_CODE"
    case .used: "SMS_CODE_USED"
    case .superseded: "SMS_CODE_SUPERSEDED"
    case .expired: "SMS_CODE_EXPIRED"
    case .triesUsedUp: "SMS_CODE_TRIES"
    case .otherSession: "SMS_CODE_OTHER_SESSION"
    case .otherSet: "SMS_CODE_OTHER_SET"
    case .wrong: "SMS_CODE_WRONG"
    case .numberChanged: "SMS_NUMBER_CHANGED"
    }
  }

  package var field: String? {
    switch self {
    case .wrong, .otherSet: "code"
    default: nil
    }
  }

  /// Whether somebody has guessed, or taken one code for another: it is recorded.
  package var isFailedTry: Bool { triesLeft != nil }

  package var triesLeft: Int? {
    switch self {
    case .wrong(let left), .otherSet(let left): left
    default: nil
    }
  }

  package var metadata: [String: String] {
    triesLeft.map { ["triesLeft": String($0)] } ?? [:]
  }

  package var message: String {
    switch self {
    case .sessionMissing: "A code by SMS is sent to a person who is logged in; run `bureau login`."
    case .textTooLong:
      "The payments have too many currencies for one message; sign fewer at once, or with BankID."
    case .tooSoon: "A code was sent a moment ago; wait for it before you ask for another."
    case .tooMany:
      "\(SigningCode.perHour) codes were sent to you within an hour; sign with BankID, or wait."
    case .notByCode: "The order is not one that a code by SMS signs."
    case .used: "The code was used already; a code signs once."
    case .superseded: "A newer code was sent, which ended this one; use that, or start again."
    case .expired: "The code is older than five minutes; start again for a new one."
    case .triesUsedUp: "A wrong code was entered five times; start again for a new one."
    case .otherSession: "The code was asked for in another session; start again here."
    case .otherSet(let left):
      "The code is for other payments than these; \(left) more tries. Nothing was signed."
    case .wrong(let left): "The code is wrong; \(left) more tries. Nothing was signed."
    case .numberChanged:
      "Your number has changed since the code was sent; start again for a new one."
    }
  }
}
