/// How an account number is written; the raw value is what is stored and sent over the API.
package enum AccountForm: String, Hashable, Sendable, CaseIterable {
  case norwegian = "NO_BBAN"
  case iban = "IBAN"
  case bankgiro = "SE_BANKGIRO"
  case plusgiro = "SE_PLUSGIRO"
  case swedish = "SE_BBAN"
}

/// An account that money can be sent to or taken from, in one of the forms we know.
package enum AccountNumber: Hashable, Sendable, CustomStringConvertible {
  case norwegian(NorwegianAccountNumber)
  case iban(IBAN)
  case bankgiro(Bankgiro)
  case plusgiro(Plusgiro)
  case swedish(SwedishAccountNumber)

  package init(form: AccountForm, text: String) throws(IdentifierError) {
    switch form {
    case .norwegian: self = .norwegian(try NorwegianAccountNumber(text))
    case .iban: self = .iban(try IBAN(text))
    case .bankgiro: self = .bankgiro(try Bankgiro(text))
    case .plusgiro: self = .plusgiro(try Plusgiro(text))
    case .swedish: self = .swedish(try SwedishAccountNumber(text))
    }
  }

  /// One account, one value: a Norwegian IBAN becomes the Norwegian number.
  ///
  /// Swedish IBANs stay: which account they mean is each bank's own affair.
  package static func normalised(_ account: AccountNumber) -> AccountNumber {
    if case .iban(let iban) = account, let inner = iban.norwegianAccount {
      return .norwegian(inner)
    }
    return account
  }

  package var form: AccountForm {
    switch self {
    case .norwegian: .norwegian
    case .iban: .iban
    case .bankgiro: .bankgiro
    case .plusgiro: .plusgiro
    case .swedish: .swedish
    }
  }

  /// The plain form that is stored: digits, the IBAN without spaces, or clearing-account.
  package var text: String {
    switch self {
    case .norwegian(let number): number.digits
    case .iban(let number): number.text
    case .bankgiro(let number): number.digits
    case .plusgiro(let number): number.digits
    case .swedish(let number): number.text
    }
  }

  /// As it is printed on paper.
  package var display: String {
    switch self {
    case .norwegian(let number): number.display
    case .iban(let number): number.display
    case .bankgiro(let number): number.display
    case .plusgiro(let number): number.display
    case .swedish(let number): number.text
    }
  }

  package var description: String { "\(form.rawValue) \(text)" }
}
