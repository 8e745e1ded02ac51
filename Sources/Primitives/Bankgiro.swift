/// A Swedish bankgiro number: 7 or 8 digits, the last by Luhn.
package struct Bankgiro: Hashable, Sendable, CustomStringConvertible {
  package let digits: String

  package init(_ text: String) throws(IdentifierError) {
    let plain = try IdentifierText.digits(text, "the bankgiro number", 7...8)
    guard CheckDigit.luhnHolds(plain.utf8) else {
      throw .wrongCheckDigit("the bankgiro number", plain)
    }
    digits = plain
  }

  /// "991-2346", "5555-5551".
  package var display: String { "\(digits.dropLast(4))-\(digits.suffix(4))" }

  package var description: String { digits }
}
