/// Why something about a consent is refused.
package enum ConsentError: Refusal, Equatable {
  case notFound
  case invitationNotFound
  case noAgreement(bank: String)
  case noBankRights
  case contactMissing
  case contactInvalid(field: String, String)
  case linkRefused
  case linkExpired
  case linkUsed
  case reasonInvalid
  case textChanged
  case horizonInvalid
  case notOwn
  case state(Consent.State)
  case missing(bank: String)

  package var kind: RefusalKind {
    switch self {
    case .notFound, .invitationNotFound: .notFound
    case .notOwn, .linkRefused: .denied
    case .contactMissing, .contactInvalid, .reasonInvalid, .horizonInvalid: .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "CONSENT_NOT_FOUND"
    case .invitationNotFound: "CONSENT_INVITATION_NOT_FOUND"
    case .noAgreement: "CONSENT_NO_AGREEMENT"
    case .noBankRights: "CONSENT_NO_BANK_RIGHTS"
    case .contactMissing: "CONSENT_CONTACT_MISSING"
    case .contactInvalid: "CONSENT_CONTACT_INVALID"
    case .linkRefused: "CONSENT_LINK_REFUSED"
    case .linkExpired: "CONSENT_LINK_EXPIRED"
    case .linkUsed: "CONSENT_LINK_USED"
    case .reasonInvalid: "CONSENT_REASON_INVALID"
    case .textChanged: "CONSENT_TEXT_CHANGED"
    case .horizonInvalid: "CONSENT_HORIZON_INVALID"
    case .notOwn: "CONSENT_NOT_OWN"
    case .state: "CONSENT_STATE"
    case .missing: "CONSENT_MISSING"
    }
  }

  package var field: String? {
    switch self {
    case .contactMissing: "mobile"
    case .contactInvalid(let field, _): field
    case .linkRefused, .linkExpired, .linkUsed: "link_secret"
    case .reasonInvalid: "reason"
    case .horizonInvalid: "horizon_days"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such consent."
    case .invitationNotFound: "There is no such consent invitation."
    case .noAgreement(let bank):
      "The company has no active agreement with \(bank); have one signed first."
    case .noBankRights:
      "This user has no role to approve payments in the company and shall not give consent (C-03)."
    case .contactMissing: "Give a mobile number or a mail address to send the link to."
    case .contactInvalid(let field, let why): "The \(field) is not valid: \(why)"
    case .linkRefused: "The link is wrong or replaced by a newer one; ask for a new one."
    case .linkExpired:
      "The link worked for \(ConsentInvitation.linkDays) days, which are over; ask for a new one."
    case .linkUsed: "The link has been used; it works once."
    case .reasonInvalid: "Give a reason in words: one line of at most 300 visible characters."
    case .textChanged:
      "The company's accounts at the bank changed after the signature was begun; read and sign anew."
    case .horizonInvalid: "The horizon must be 1 to 366 days."
    case .notOwn: "Consent is personal: only the person who gave it can revoke it (C-05)."
    case .state(let state): "The consent is \(state.rawValue)."
    case .missing(let bank):
      "You have no active consent of your own for \(bank); run `bureau consent give` first (C-01)."
    }
  }
}
