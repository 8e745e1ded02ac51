/// A bank's business identifier code (ISO 9362): 8 or 11 characters.
package struct BIC: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) throws(IdentifierError) {
    let plain = try IdentifierText.plain(text, "the BIC")
    guard plain.utf8.count == 8 || plain.utf8.count == 11 else {
      throw .length("a BIC has 8 or 11 characters, not \(plain.utf8.count)")
    }
    guard plain.utf8.prefix(6).isCapitals, plain.utf8.isCapitalsOrDigits else {
      throw .characters(
        "a BIC is four letters, two letters of the country, then letters or digits: DNBANOKK")
    }
    self.text = plain
  }

  /// The fifth and sixth letter.
  package var countryCode: CountryCode {
    CountryCode(known: String(text.dropFirst(4).prefix(2)))
  }

  package var description: String { text }
}
