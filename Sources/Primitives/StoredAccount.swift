// Accounts as they were kept. A number that was right when it was written stays readable when the
// tables behind the checks change (clearing ranges, lengths of IBANs): its form is checked, and the
// digits that carry their own proof, but no table is asked. What people type goes through
// `init(form:text:)`.

extension AccountNumber {
  /// An account that has been checked when it was stored, in its stored form.
  package init(stored form: AccountForm, text: String) throws(IdentifierError) {
    switch form {
    case .iban: self = .iban(try IBAN(stored: text))
    case .swedish: self = .swedish(try SwedishAccountNumber(stored: text))
    case .norwegian, .bankgiro, .plusgiro: try self.init(form: form, text: text)
    }
  }
}

extension IBAN {
  fileprivate init(stored text: String) throws(IdentifierError) {
    guard 8...34 ~= text.utf8.count, text.utf8.isCapitalsOrDigits, text.utf8.prefix(2).isCapitals,
      CheckDigit.mod97Holds(text)
    else { throw .characters("what is stored is no IBAN") }
    self.init(checked: text)
  }
}

extension SwedishAccountNumber {
  fileprivate init(stored text: String) throws(IdentifierError) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 4, 7...10 ~= parts[1].utf8.count,
      parts.allSatisfy({ $0.utf8.isDigits })
    else { throw .characters("what is stored is no Swedish account number") }
    self.init(checked: String(parts[0]), String(parts[1]))
  }
}
