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
  /// The fingerprint of the current key.
  case signingKeyDiffers(String)
  case signingKeyOver(String, SigningKey.State)
  case signingKeyProofMissing(String)
  case consentBankUnconnected(person: String, bank: String)
  case consentUnreachable(person: String)

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
    case .signingKeyDiffers: "SIGNING_KEY_DIFFERS"
    case .signingKeyOver: "SIGNING_KEY_OVER"
    case .signingKeyProofMissing: "SIGNING_KEY_PROOF_MISSING"
    case .consentBankUnconnected: "CONSENT_BANK_UNCONNECTED"
    case .consentUnreachable: "CONSENT_UNREACHABLE"
    }
  }

  package var field: String? {
    switch self {
    case .tooMany(let field, _): field
    case .personNotListed: "people"
    case .signingKeyDiffers, .signingKeyOver: "signing_key.public_key"
    case .signingKeyProofMissing: "signing_key.proof"
    default: nil
    }
  }

  /// The person of the file that it is about.
  package var person: String? {
    switch self {
    case .personNotListed(let key), .userUnknown(let key), .personTwoIDs(let key),
      .emailAmbiguous(let key), .nationalIDMissing(let key), .roleOfOtherKind(let key, _),
      .signerUnreachable(let key, _), .consentUnreachable(let key):
      key
    case .tooMany, .companyNotActive, .agreementDiffers, .signingKeyDiffers, .signingKeyOver,
      .signingKeyProofMissing, .consentBankUnconnected:
      nil
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
        : "The roles of a program are service_user, reader and payroll; \(person) is a program."
    case .signerUnreachable(let person, let fields):
      "The signer \(person) has no \(fields.joined(separator: " and no ")): the link of an"
        + " agreement goes there (A-09)."
    case .agreementDiffers(let account, let fields):
      "The agreement for \(account.display) has another \(fields.joined(separator: " and ")):"
        + " terminate it first, or correct the file."
    case .signingKeyDiffers(let fingerprint):
      "The company's current signing key is another, \(fingerprint): rotate it first"
        + " (bureau key rotate), or correct the file (K-01, K-05)."
    case .signingKeyOver(let fingerprint, let state):
      "The signing key \(fingerprint) is \(state) and never comes back: name the current one, or make"
        + " a new pair."
    case .signingKeyProofMissing(let fingerprint):
      "The signing key \(fingerprint) is new here and has no proof: bureau key proof makes it."
    case .consentBankUnconnected(let person, let bank):
      "The company has no agreement with \(bank), nor does the file make one: \(person) cannot consent"
        + " there (C-01)."
    case .consentUnreachable(let person):
      "The person \(person) shall consent and has neither mobile nor email: the link goes there."
    }
  }
}
