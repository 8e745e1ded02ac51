/// A Norwegian bank account: 11 digits, the last a mod 11 check.
package struct NorwegianAccountNumber: Hashable, Sendable, CustomStringConvertible {
  package let digits: String

  package init(_ text: String) throws(IdentifierError) {
    let noun = "the Norwegian account number"
    let plain = try IdentifierText.digits(text, noun, 11...11)
    // Old postgiro accounts had their own check; no payment reaches them.
    guard !plain.hasPrefix("0000") else {
      throw .unknownRange("\(noun) \(plain) is an old postgiro number: ask for the present one")
    }
    guard plain.utf8.suffix(1).number == CheckDigit.mod11(plain.utf8.dropLast()) else {
      throw .wrongCheckDigit(noun, plain)
    }
    digits = plain
  }

  init(checked digits: String) {
    self.digits = digits
  }

  /// "1234.56.78903".
  package var display: String { IdentifierText.grouped(digits, [4, 2, 5], ".") }

  /// The same account as IBAN: mechanical in Norway.
  package var iban: IBAN {
    IBAN(checked: "NO" + CheckDigit.mod97Digits(prefix: "NO", rest: digits) + digits)
  }

  package var description: String { digits }
}
