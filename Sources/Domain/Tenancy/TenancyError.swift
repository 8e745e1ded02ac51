/// Why a change to bureaus, companies, users or roles is refused, in the order it is checked.
package enum TenancyError: Refusal, Equatable {
  case bootstrapRefused
  case fieldMissing(String)
  case fieldTooLong(String, limit: Int)
  case fieldNotPlain(String)
  case organisationNumberInvalid(String)
  case countryNotSupported(String)
  case companyExists
  case companyNotFound
  case nationalIDInvalid(String)
  case emailInvalid(String)
  case userExists
  case userNotFound
  case roleInvalid
  case roleExists
  case roleNotFound
  case userNotService
  case userNotPerson
  case tokenLifetimeInvalid
  case tokenNotFound

  package var kind: RefusalKind {
    switch self {
    case .bootstrapRefused: .denied
    case .companyNotFound, .userNotFound, .roleNotFound, .tokenNotFound: .notFound
    case .companyExists, .userExists, .roleExists, .userNotService, .userNotPerson:
      .failedPrecondition
    default: .invalidArgument
    }
  }

  package var reason: String {
    switch self {
    case .bootstrapRefused: "BOOTSTRAP_REFUSED"
    case .fieldMissing: "FIELD_MISSING"
    case .fieldTooLong: "FIELD_TOO_LONG"
    case .fieldNotPlain: "FIELD_NOT_PLAIN"
    case .organisationNumberInvalid: "ORGANISATION_NUMBER_INVALID"
    case .countryNotSupported: "COUNTRY_NOT_SUPPORTED"
    case .companyExists: "COMPANY_EXISTS"
    case .companyNotFound: "COMPANY_NOT_FOUND"
    case .nationalIDInvalid: "NATIONAL_ID_INVALID"
    case .emailInvalid: "EMAIL_INVALID"
    case .userExists: "USER_EXISTS"
    case .userNotFound: "USER_NOT_FOUND"
    case .roleInvalid: "ROLE_INVALID"
    case .roleExists: "ROLE_EXISTS"
    case .roleNotFound: "ROLE_NOT_FOUND"
    case .userNotService: "USER_NOT_SERVICE"
    case .userNotPerson: "USER_NOT_PERSON"
    case .tokenLifetimeInvalid: "TOKEN_LIFETIME_INVALID"
    case .tokenNotFound: "TOKEN_NOT_FOUND"
    }
  }

  package var field: String? {
    switch self {
    case .fieldMissing(let field), .fieldTooLong(let field, _), .fieldNotPlain(let field): field
    case .organisationNumberInvalid: "organisation_number"
    case .countryNotSupported: "country_code"
    case .nationalIDInvalid: "national_id"
    case .emailInvalid: "email"
    case .roleInvalid: "role"
    case .tokenLifetimeInvalid: "expire_time"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .bootstrapRefused:
      "The bootstrap token is wrong, used or expired; `bureaud init` makes a new one."
    case .fieldMissing(let field): "The field \(field) is missing; give it a value."
    case .fieldTooLong(let field, let limit):
      "The field \(field) is longer than \(limit) characters; shorten it."
    case .fieldNotPlain(let field):
      "The field \(field) holds line breaks or invisible characters; write it on one line."
    case .organisationNumberInvalid(let why): "The organisation number is not valid: \(why)"
    case .countryNotSupported(let code): "The country \(code) is not supported; use NO or SE."
    case .companyExists:
      "The bureau has a company with this organisation number; use that one."
    case .companyNotFound: "There is no such company."
    case .nationalIDInvalid(let why): "The national id is not valid: \(why)"
    case .emailInvalid(let why): "The e-mail address is not valid: \(why)"
    case .userExists: "The bureau has a user with this national id; give that user a role."
    case .userNotFound: "There is no such user in the bureau."
    case .roleInvalid: "The role is not one of those that can be given here."
    case .roleExists: "The user has this role already."
    case .roleNotFound: "There is no such role assignment."
    case .userNotService: "Tokens are for service users; a person logs in with BankID."
    case .userNotPerson:
      "A service user has no personal role; give SERVICE_USER, READER or PAYROLL."
    case .tokenLifetimeInvalid: "A token must expire, and within 400 days from now."
    case .tokenNotFound: "There is no such token."
    }
  }
}
