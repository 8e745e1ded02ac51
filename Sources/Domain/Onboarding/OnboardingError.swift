package import Primitives

/// Why a company cannot be brought into the state that is wanted of it: somebody has to decide.
package enum OnboardingError: Refusal, Hashable {
  case tooMany(String, limit: Int)
  case companyNotActive(CompanyState)
  case personNotListed(person: String)
  case userUnknown(person: String)
  case personTwoIDs(person: String)
  case emailAmbiguous(person: String)
  case nationalIDMissing(person: String)
  case roleOfOtherKind(person: String, Role)
  case signerUnreachable(person: String, fields: [String])
  case agreementDiffers(AccountNumber, fields: [String])

  package var kind: RefusalKind {
    switch self {
    case .tooMany, .personNotListed: .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .tooMany: "ONBOARDING_TOO_MANY"
    case .companyNotActive: "COMPANY_NOT_ACTIVE"
    case .personNotListed: "PERSON_NOT_LISTED"
    case .userUnknown: "USER_UNKNOWN"
    case .personTwoIDs: "PERSON_TWO_IDS"
    case .emailAmbiguous: "EMAIL_AMBIGUOUS"
    case .nationalIDMissing: "NATIONAL_ID_MISSING"
    case .roleOfOtherKind: "ROLE_OF_OTHER_KIND"
    case .signerUnreachable: "SIGNER_UNREACHABLE"
    case .agreementDiffers: "AGREEMENT_DIFFERS"
    }
  }

  package var field: String? {
    switch self {
    case .tooMany(let field, _): field
    case .personNotListed: "people"
    default: nil
    }
  }

  /// The person of the file that it is about.
  package var person: String? {
    switch self {
    case .personNotListed(let key), .userUnknown(let key), .personTwoIDs(let key),
      .emailAmbiguous(let key), .nationalIDMissing(let key), .roleOfOtherKind(let key, _),
      .signerUnreachable(let key, _):
      key
    case .tooMany, .companyNotActive, .agreementDiffers: nil
    }
  }

  package var message: String {
    switch self {
    case .tooMany(let field, let limit): "The field \(field) may hold at most \(limit)."
    case .companyNotActive(let state):
      "The company is \(state.rawValue): activate it, or take it out of the file."
    case .personNotListed(let person):
      "The person \(person) has a role or signs and is not among the people."
    case .userUnknown(let person): "The bureau has no user with the id that \(person) names."
    case .personTwoIDs(let person):
      "The person \(person) would be two: the national id is one user's, the mail address or user"
        + " id another's. Correct the one that is wrong."
    case .emailAmbiguous(let person):
      "Several users have the mail address of \(person): say which by user: ID"
        + " (bureau user list)."
    case .nationalIDMissing(let person):
      "The person \(person) is new here: give the national id with --national-ids FILE."
    case .roleOfOtherKind(let person, let role):
      role == .serviceUser
        ? "The role service_user is for programs; \(person) is a person."
        : "The roles of a program are service_user and reader; \(person) is a program."
    case .signerUnreachable(let person, let fields):
      "The signer \(person) has no \(fields.joined(separator: " and no ")): the link of an"
        + " agreement goes there (A-09)."
    case .agreementDiffers(let account, let fields):
      "The agreement for \(account.display) has another \(fields.joined(separator: " and ")):"
        + " terminate it first, or correct the file."
    }
  }
}
