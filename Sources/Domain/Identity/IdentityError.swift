/// Why somebody is not let in, or a BankID answer is not accepted.
package enum IdentityError: Refusal, Equatable {
  case unauthenticated
  case sessionExpired
  case sessionNotFound
  case certificateMissing
  case loginRefused
  case orderNotFound
  case orderEnded
  case tooManyOrders
  case tooManyTries(waitSeconds: Int)
  case alreadyInProgress
  case eidNotConfigured
  case eidNotForPayments
  case codeRefused(String)
  case evidenceRefused(String)
  case otherPerson
  case otherContent
  case bankIDUnavailable(String)

  package var kind: RefusalKind {
    switch self {
    case .unauthenticated, .sessionExpired, .certificateMissing, .loginRefused: .unauthenticated
    case .sessionNotFound, .orderNotFound: .notFound
    case .tooManyOrders, .tooManyTries: .exhausted
    case .bankIDUnavailable: .unavailable
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .unauthenticated: "UNAUTHENTICATED"
    case .sessionExpired: "SESSION_EXPIRED"
    case .sessionNotFound: "SESSION_NOT_FOUND"
    case .certificateMissing: "CERTIFICATE_MISSING"
    case .loginRefused: "LOGIN_REFUSED"
    case .orderNotFound: "ORDER_NOT_FOUND"
    case .orderEnded: "ORDER_ENDED"
    case .tooManyOrders: "ORDER_LIMIT"
    case .tooManyTries: "TRIES_EXHAUSTED"
    case .alreadyInProgress: "ORDER_IN_PROGRESS"
    case .eidNotConfigured: "EID_NOT_AVAILABLE"
    case .eidNotForPayments: "EID_NOT_FOR_PAYMENTS"
    case .codeRefused: "CODE_REFUSED"
    case .evidenceRefused: "EVIDENCE_REFUSED"
    case .otherPerson: "EVIDENCE_OTHER_PERSON"
    case .otherContent: "EVIDENCE_OTHER_CONTENT"
    case .bankIDUnavailable: "BANKID_UNAVAILABLE"
    }
  }

  package var retryAfter: Duration? {
    if case .tooManyTries(let seconds) = self { .seconds(max(1, seconds)) } else { nil }
  }

  package var message: String {
    switch self {
    case .unauthenticated: "No valid session or token came with the call; run `bureau login`."
    case .sessionExpired: "The session has ended; run `bureau login`."
    case .sessionNotFound: "You have no such session; it may have ended."
    case .certificateMissing:
      "The token goes with a client certificate, which did not come with the call."
    case .loginRefused: "This person has no access here; ask your customer administrator."
    case .orderNotFound: "There is no such order, or it has been collected; start again."
    case .orderEnded: "The order has ended; start again."
    case .tooManyOrders: "Too many orders are open in the bureau; wait for one to end."
    case .tooManyTries(let seconds):
      "Too many tries have failed; the next is allowed in \(max(1, (seconds + 59) / 60)) minutes."
    case .alreadyInProgress:
      "Another order for this person was open and is now cancelled; start again."
    case .eidNotConfigured: "This server has no such electronic identity; leave eid out."
    case .eidNotForPayments:
      "Norwegian BankID does not show the payments that are signed; use Swedish BankID."
    case .codeRefused(let why):
      "BankID did not take the code that came back: \(why). Open BankID again."
    case .evidenceRefused(let why):
      "The BankID answer could not be verified: \(why). Nothing was done."
    case .otherPerson: "Another person than the one asked has signed. Nothing was done."
    case .otherContent: "Another content than the one asked for was signed. Nothing was done."
    case .bankIDUnavailable(let why): "BankID did not take the order: \(why) Try again."
    }
  }
}
