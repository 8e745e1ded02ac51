/// Why a token is not made, in the order it is checked.
package enum TokenError: Refusal, Equatable {
  case tooWide
  case verbUnknown(String)
  case companyWithoutRole
  case tooMany
  case certificateInvalid

  package var kind: RefusalKind {
    switch self {
    case .companyWithoutRole: .failedPrecondition
    case .tooMany: .exhausted
    default: .invalidArgument
    }
  }

  package var reason: String {
    switch self {
    case .tooWide: "TOKEN_SCOPE_TOO_WIDE"
    case .verbUnknown: "TOKEN_VERB_UNKNOWN"
    case .companyWithoutRole: "TOKEN_COMPANY_WITHOUT_ROLE"
    case .tooMany: "TOKEN_LIMIT"
    case .certificateInvalid: "TOKEN_CERTIFICATE_INVALID"
    }
  }

  package var field: String? {
    switch self {
    case .tooWide, .companyWithoutRole: "token.companies"
    case .verbUnknown: "token.verbs"
    case .tooMany: nil
    case .certificateInvalid: "token.certificate_fingerprint"
    }
  }

  package var message: String {
    switch self {
    case .tooWide:
      "A token names at most \(TokenRules.companyLimit) companies and \(TokenRules.verbLimit) verbs;"
        + " name none for all that its user's roles allow."
    case .verbUnknown(let verb):
      "There is no verb \(verb); use read, import, submit, change, post, administer, or a method"
        + " such as PaymentService/ImportInvoice."
    case .companyWithoutRole:
      "The service user has no role in one of the companies; give it a role there first."
    case .tooMany:
      "The user has \(TokenRules.tokenLimit) tokens that are good; revoke those that nobody uses."
    case .certificateInvalid:
      "The fingerprint is not the SHA-256 of a certificate: 64 hexadecimal digits, as"
        + " `openssl x509 -noout -fingerprint -sha256` shows it."
    }
  }
}
