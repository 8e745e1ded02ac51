/// An international creditor reference (ISO 11649): "RF", two check digits, 1 to 21 characters.
package struct CreditorReference: Hashable, Sendable, CustomStringConvertible {
  /// Capital letters and digits without spaces.
  package let text: String

  package init(_ text: String) throws(IdentifierError) {
    let plain = try IdentifierText.plain(text, "the RF reference")
    try IdentifierText.check(plain, "an RF reference", 5...25, "characters")
    guard plain.hasPrefix("RF"), plain.utf8.dropFirst(2).prefix(2).isDigits,
      plain.utf8.isCapitalsOrDigits
    else {
      throw .characters("an RF reference is RF, two check digits, then letters and digits")
    }
    guard CheckDigit.mod97Holds(plain) else {
      throw .checkDigit("the check digits of the reference \(plain) are wrong: compare them")
    }
    self.text = plain
  }

  /// In groups of four, as printed: "RF18 5390 0754 7034".
  package var display: String {
    IdentifierText.grouped(text, Array(repeating: 4, count: 7), " ")
  }

  package var description: String { text }
}
