package import Primitives

/// Why something about an agreement is refused, in the order it is checked.
package enum AgreementError: Refusal, Equatable {
  case notFound
  case bankNotSupported(String)
  case kindInvalid
  case currencyUnknown(String)
  case accountInvalid(String)
  case accountNotAtBank(String)
  case accountPrivate
  case accountOfAnother
  case ownerUnavailable(String)
  case exists
  case signerIncomplete(String)
  case signerInvalid(field: String, String)
  case declarationInvalid(field: String, String)
  case fieldUnknown(String)
  case reasonInvalid
  case linkRefused
  case linkExpired
  case linkUsed
  case otherSigner
  case textChanged
  case openPayments(Int)
  case numberInvalid
  case conversionNotAgreed
  case conversionTooEarly(CalendarDate)
  case returnDataOutstanding(CalendarDate)
  case conversionNotConnected(String)
  case applicationNotNeeded
  case stepMissing
  case stepDateInFuture
  case stepDateInvalid(String)
  case stepTooEarly(AgreementStep, in: AgreementState)
  case stepDone(AgreementStep)
  case settingsChanged
  case state(AgreementEvent, in: AgreementState)

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .linkRefused: .denied
    case .ownerUnavailable: .unavailable
    case .accountPrivate, .accountOfAnother, .exists, .linkExpired, .linkUsed, .otherSigner,
      .textChanged, .openPayments, .applicationNotNeeded, .stepTooEarly, .stepDone,
      .settingsChanged, .conversionNotAgreed, .conversionTooEarly, .returnDataOutstanding,
      .conversionNotConnected, .state:
      .failedPrecondition
    default: .invalidArgument
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "AGREEMENT_NOT_FOUND"
    case .bankNotSupported: "BANK_NOT_SUPPORTED"
    case .kindInvalid: "AGREEMENT_KIND_INVALID"
    case .currencyUnknown: "AGREEMENT_CURRENCY_UNKNOWN"
    case .accountInvalid: "ACCOUNT_INVALID"
    case .accountNotAtBank: "ACCOUNT_NOT_AT_BANK"
    case .accountPrivate: "ACCOUNT_PRIVATE"
    case .accountOfAnother: "ACCOUNT_OF_ANOTHER_OWNER"
    case .ownerUnavailable: "ACCOUNT_OWNER_UNAVAILABLE"
    case .exists: "AGREEMENT_EXISTS"
    case .signerIncomplete: "SIGNER_INCOMPLETE"
    case .signerInvalid: "SIGNER_INVALID"
    case .declarationInvalid: "DECLARATION_INVALID"
    case .fieldUnknown: "AGREEMENT_FIELD_UNKNOWN"
    case .reasonInvalid: "AGREEMENT_REASON_INVALID"
    case .linkRefused: "AGREEMENT_LINK_REFUSED"
    case .linkExpired: "AGREEMENT_LINK_EXPIRED"
    case .linkUsed: "AGREEMENT_LINK_USED"
    case .otherSigner: "AGREEMENT_OTHER_SIGNER"
    case .textChanged: "AGREEMENT_TEXT_CHANGED"
    case .openPayments: "AGREEMENT_OPEN_PAYMENTS"
    case .numberInvalid: "AGREEMENT_NUMBER_INVALID"
    case .conversionNotAgreed: "CONVERSION_NOT_AGREED"
    case .conversionTooEarly: "CONVERSION_TOO_EARLY"
    case .returnDataOutstanding: "RETURN_DATA_OUTSTANDING"
    case .conversionNotConnected: "CONVERSION_NOT_CONNECTED"
    case .applicationNotNeeded: "BANK_APPLICATION_NOT_NEEDED"
    case .stepMissing: "AGREEMENT_STEP_MISSING"
    case .stepDateInFuture: "AGREEMENT_STEP_IN_FUTURE"
    case .stepDateInvalid: "AGREEMENT_STEP_DATE_INVALID"
    case .stepTooEarly: "AGREEMENT_STEP_TOO_EARLY"
    case .stepDone: "AGREEMENT_STEP_DONE"
    case .settingsChanged: "AGREEMENT_SETTINGS_CHANGED"
    case .state: "AGREEMENT_STATE"
    }
  }

  package var field: String? {
    switch self {
    case .bankNotSupported: "bank"
    case .kindInvalid: "kind"
    case .currencyUnknown: "currency_code"
    case .accountInvalid, .accountNotAtBank, .accountPrivate, .accountOfAnother: "account"
    case .signerIncomplete(let field), .signerInvalid(let field, _),
      .declarationInvalid(let field, _):
      field
    case .fieldUnknown: "update_mask"
    case .reasonInvalid: "reason"
    case .numberInvalid: "legacy_number"
    case .stepMissing: "step"
    case .stepDateInFuture, .stepDateInvalid: "date"
    case .settingsChanged: "settings_digest"
    case .linkRefused, .linkExpired, .linkUsed: "link_secret"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such agreement."
    case .bankNotSupported(let bank):
      "The bank \(bank) is not supported; `bureau bank list` shows those that are (A-20)."
    case .kindInvalid:
      "The kind of agreement is missing: REMITTANCE for outgoing payments, INCOMING for KID (A-28)."
    case .currencyUnknown(let code): "\(code) is no currency of ISO 4217."
    case .accountInvalid(let why): "The account is not valid: \(why)"
    case .accountNotAtBank(let bank):
      "The account is not of a form that \(bank) has; give an account of that bank's country."
    case .accountPrivate:
      "The bank says that this is a private person's account; only business accounts can be"
        + " connected (A-04)."
    case .accountOfAnother:
      "The bank says that the account belongs to another owner; the business must own it (A-03)."
    case .ownerUnavailable(let why):
      "The bank cannot be asked who owns the account: \(why). Try again later."
    case .exists:
      "There is an agreement of this kind for this account already (A-18: one per account)."
    case .signerIncomplete(let field):
      "The person who shall sign is incomplete: \(field) is missing (A-09)."
    case .signerInvalid(let field, let why): "The signer's \(field) is not valid: \(why)"
    case .declarationInvalid(let field, let why): "What \(field) declares is not valid: \(why)."
    case .fieldUnknown(let field):
      "The field \(field) of an agreement cannot be changed; give `signer` or `declarations`."
    case .reasonInvalid:
      "Give a reason in words: one line of at most 300 visible characters."
    case .linkRefused:
      "The link is wrong or replaced by a newer one; have the agreement sent again."
    case .linkExpired:
      "The link opened the agreement for \(Agreement.linkDays) days, which are over; have it sent"
        + " again."
    case .linkUsed: "The link has been used; it works once."
    case .otherSigner: "Only the named signer can sign this agreement (A-10)."
    case .textChanged:
      "The agreement was changed after the signature was begun; read it again and sign anew."
    case .openPayments(let count):
      "\(count) payments of this agreement are signed or on their way; let the bank answer,"
        + " or change them, which voids their signatures."
    case .numberInvalid:
      "The old agreement's number has at most 35 characters, on one line."
    case .conversionNotAgreed:
      "The time of conversion must be agreed with the bank first; record it with"
        + " `bureau agreement record --step conversion-agreed` (V-12)."
    case .conversionTooEarly(let date):
      "The bank has agreed to the conversion on \(date.iso); wait until then (V-12)."
    case .returnDataOutstanding(let date):
      "What the old solution has sent must be answered first: fetch its last return data on"
        + " \(date.iso) or later and record it with"
        + " `bureau agreement record --step return-data-fetched` (V-13)."
    case .conversionNotConnected(let why):
      "The bank is not reached, so the old solution stays in use: \(why)."
    case .applicationNotNeeded:
      "This bank wants no application; there is nothing to send (A-17)."
    case .stepMissing: "Say which step was done; `bureau agreement record --help` lists them."
    case .stepDateInFuture: "A step is recorded when it has been done; the date lies ahead."
    case .stepDateInvalid(let text): "The date \(text) cannot be read; write it as 2026-03-02."
    case .stepTooEarly(let step, let state):
      "The agreement is \(state.rawValue): \(step.words) comes later. An application is confirmed"
        + " after it was sent; settings and accounting follow when the agreement is active (A-22)."
    case .stepDone(let step): "It is recorded already: \(step.words)."
    case .settingsChanged:
      "The settings are not those that were shown; read them again with"
        + " `bureau agreement settings` (A-22)."
    case .state(let event, let state):
      "The agreement is \(state.rawValue): it cannot \(event.rawValue) from there."
    }
  }
}
