/// Why a call to BankID gave no answer to use.
package enum BankIDError: Error, Hashable, Sendable {
  /// An order for the person existed; both are now aborted and the user must try again.
  case alreadyInProgress
  /// Our mistake, or an order that is gone. Never repeated unchanged, never shown as BankID's.
  case invalidParameters(details: String)
  /// The relying-party certificate is not accepted.
  case unauthorized(details: String)
  case notFound(details: String)
  case maintenance
  case tooManyRequests(retryAfterSeconds: Int)
  /// No or no usable answer. Whether the call had effect is not known.
  case unavailable(String)
  /// A complete result that can't be read. It can't be collected again, so it is kept here.
  case unreadableResult(raw: [UInt8])
  /// Certificate, key or trust roots of the configuration can't be used.
  case badCredentials(String)
  /// The task that waited was cancelled.
  case interrupted

  /// A stable code for clients and logs.
  package var reason: String {
    switch self {
    case .alreadyInProgress: "BANKID_ALREADY_IN_PROGRESS"
    case .invalidParameters: "BANKID_INVALID_PARAMETERS"
    case .unauthorized: "BANKID_UNAUTHORIZED"
    case .notFound: "BANKID_NOT_FOUND"
    case .maintenance: "BANKID_MAINTENANCE"
    case .tooManyRequests: "BANKID_TOO_MANY_REQUESTS"
    case .unavailable: "BANKID_UNAVAILABLE"
    case .unreadableResult: "BANKID_UNREADABLE_RESULT"
    case .badCredentials: "BANKID_BAD_CREDENTIALS"
    case .interrupted: "BANKID_INTERRUPTED"
    }
  }

  package var message: String {
    switch self {
    case .alreadyInProgress:
      "Another BankID order for this person was open and is now cancelled: please try again."
    case .invalidParameters(let details):
      "BankID refused the request (\(details)): start over; if it happens again, report it."
    case .unauthorized(let details):
      "BankID does not accept the relying-party certificate (\(details)): "
        + "check that it is valid and made for this environment."
    case .notFound(let details):
      "BankID has no such address (\(details)): check the configured base URL."
    case .maintenance: "BankID is closed for maintenance: please try again in some minutes."
    case .tooManyRequests(let seconds):
      "BankID gets too many calls: please try again in \(seconds) seconds."
    case .unavailable(let why): "BankID does not answer (\(why)): please try again."
    case .unreadableResult: "BankID's result can't be read: it is kept, please start over."
    case .badCredentials(let why):
      "The BankID credentials can't be used (\(why)): mend the configured PEM files."
    case .interrupted: "The wait for BankID was interrupted."
    }
  }
}

extension BankIDError: CustomStringConvertible {
  package var description: String { "\(reason): \(message)" }
}
