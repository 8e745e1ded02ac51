/// Why somebody is not let in, or a BankID answer is not accepted.
package enum IdentityError: Refusal, Equatable {
  case unauthenticated
  case sessionExpired
  case loginRefused
  case orderNotFound
  case orderEnded
  case tooManyOrders
  case evidenceRefused(String)
  case otherPerson
  case otherContent
  case bankIDUnavailable(String)

  package var kind: RefusalKind {
    switch self {
    case .unauthenticated, .sessionExpired, .loginRefused: .unauthenticated
    case .orderNotFound: .notFound
    case .tooManyOrders: .exhausted
    case .bankIDUnavailable: .unavailable
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .unauthenticated: "UNAUTHENTICATED"
    case .sessionExpired: "SESSION_EXPIRED"
    case .loginRefused: "LOGIN_REFUSED"
    case .orderNotFound: "ORDER_NOT_FOUND"
    case .orderEnded: "ORDER_ENDED"
    case .tooManyOrders: "ORDER_LIMIT"
    case .evidenceRefused: "EVIDENCE_REFUSED"
    case .otherPerson: "EVIDENCE_OTHER_PERSON"
    case .otherContent: "EVIDENCE_OTHER_CONTENT"
    case .bankIDUnavailable: "BANKID_UNAVAILABLE"
    }
  }

  package var message: String {
    switch self {
    case .unauthenticated: "No valid session or token came with the call; run `bureau login`."
    case .sessionExpired: "The session has ended; run `bureau login`."
    case .loginRefused: "This person has no access here; ask your customer administrator."
    case .orderNotFound: "There is no such order, or it has been collected; start again."
    case .orderEnded: "The order has ended; start again."
    case .tooManyOrders: "Too many orders are open in the bureau; wait for one to end."
    case .evidenceRefused(let why):
      "The BankID answer could not be verified: \(why). Nothing was done."
    case .otherPerson: "Another person than the one asked has signed. Nothing was done."
    case .otherContent: "Another content than the one asked for was signed. Nothing was done."
    case .bankIDUnavailable(let why): "BankID did not take the order: \(why) Try again."
    }
  }
}
