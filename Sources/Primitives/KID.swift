/// How the check of a KID is made; the payee's agreement says which.
package enum KIDCheck: String, Hashable, Sendable, CaseIterable {
  case mod10 = "MOD10"
  case mod11 = "MOD11"

  /// The character that ends a KID with this payload of digits; MOD11 writes 10 as "-".
  package func character(for payload: String) -> String {
    switch self {
    case .mod10: return String(CheckDigit.luhn(payload.utf8))
    case .mod11:
      let check = CheckDigit.mod11(payload.utf8)
      return check == 10 ? "-" : String(check)
    }
  }
}

/// A Norwegian payment reference (kundeidentifikasjon): 2 to 25 characters, the last a check.
///
/// Without the payee's agreement nobody knows which check was meant, so either one will do.
package struct KID: Hashable, Sendable, CustomStringConvertible {
  /// Digits; the last character may be "-".
  package let text: String

  package init(_ text: String) throws(IdentifierError) {
    let plain = try IdentifierText.plain(text, "the KID")
    try IdentifierText.check(plain, "a KID", 2...25, "characters")
    guard plain.utf8.dropLast().isDigits, plain.utf8.suffix(1).isDigits || plain.hasSuffix("-")
    else { throw .characters("a KID is digits only; the last character may be a hyphen") }
    self.text = plain
    guard !checks.isEmpty else { throw .wrongCheckDigit("the KID", plain) }
  }

  /// Makes the KID for a payload of 1 to 24 digits.
  package init(payload: String, check: KIDCheck) throws(IdentifierError) {
    let digits = try IdentifierText.digits(payload, "the payload of a KID", 1...24)
    text = digits + check.character(for: digits)
  }

  /// The algorithms that its last character is right by; never empty.
  package var checks: Set<KIDCheck> {
    let payload = String(text.dropLast())
    return Set(KIDCheck.allCases.filter { text == payload + $0.character(for: payload) })
  }

  package var description: String { text }
}
