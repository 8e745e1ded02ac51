/// Why something about an agreement is refused, in the order it is checked.
package enum AgreementError: Refusal, Equatable {
  case notFound
  case bankNotSupported(String)
  case kindInvalid
  case currencyUnknown(String)
  case accountInvalid(String)
  case accountNotAtBank(String)
  case exists
  case signerIncomplete(String)
  case signerInvalid(field: String, String)
  case linkRefused
  case otherSigner
  case state(AgreementEvent, in: AgreementState)

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .linkRefused: .denied
    case .exists, .otherSigner, .state: .failedPrecondition
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
    case .exists: "AGREEMENT_EXISTS"
    case .signerIncomplete: "SIGNER_INCOMPLETE"
    case .signerInvalid: "SIGNER_INVALID"
    case .linkRefused: "AGREEMENT_LINK_REFUSED"
    case .otherSigner: "AGREEMENT_OTHER_SIGNER"
    case .state: "AGREEMENT_STATE"
    }
  }

  package var field: String? {
    switch self {
    case .bankNotSupported: "bank"
    case .kindInvalid: "kind"
    case .currencyUnknown: "currency_code"
    case .accountInvalid, .accountNotAtBank: "account"
    case .signerIncomplete(let field), .signerInvalid(let field, _): field
    case .linkRefused: "link_secret"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such agreement."
    case .bankNotSupported(let bank):
      "The bank \(bank) is not supported; use one of "
        + BankProfile.all.map(\.id).joined(separator: ", ") + "."
    case .kindInvalid: "The kind of agreement is missing; use REMITTANCE."
    case .currencyUnknown(let code): "\(code) is no currency of ISO 4217."
    case .accountInvalid(let why): "The account is not valid: \(why)"
    case .accountNotAtBank(let bank):
      "The account is not of a form that \(bank) has; give an account of that bank's country."
    case .exists: "There is an agreement for this account already (A-18: one per account)."
    case .signerIncomplete(let field):
      "The person who shall sign is incomplete: \(field) is missing (A-09)."
    case .signerInvalid(let field, let why): "The signer's \(field) is not valid: \(why)"
    case .linkRefused:
      "The link is wrong or replaced by a newer one; have the agreement sent again."
    case .otherSigner: "Only the named signer can sign this agreement (A-10)."
    case .state(let event, let state):
      "The agreement is \(state.rawValue): it cannot \(event.rawValue) from there."
    }
  }
}
