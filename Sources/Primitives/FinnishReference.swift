/// A Finnish payment reference (viitenumero): 4 to 20 digits, the last by weights 7, 3, 1.
///
/// Zeros in front are kept as printed.
package struct FinnishReference: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) throws(IdentifierError) {
    let plain = try IdentifierText.digits(text, "a Finnish reference", 4...20, separators: [])
    let sum = CheckDigit.weightedSum(plain.utf8.dropLast(), fromRight: [7, 3, 1])
    guard plain.utf8.suffix(1).number == (10 - sum % 10) % 10 else {
      throw .wrongCheckDigit("the Finnish reference", plain)
    }
    self.text = plain
  }

  package var description: String { text }
}
