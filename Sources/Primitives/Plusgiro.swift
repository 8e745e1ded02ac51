/// A Swedish plusgiro number: 2 to 8 digits, the last by Luhn.
///
/// Many numbers are valid bankgiro numbers too, so the kind is stored and never guessed.
package struct Plusgiro: Hashable, Sendable, CustomStringConvertible {
  package let digits: String

  package init(_ text: String) throws(IdentifierError) {
    let plain = try IdentifierText.digits(text, "the plusgiro number", 2...8)
    guard CheckDigit.luhnHolds(plain.utf8) else {
      throw .wrongCheckDigit("the plusgiro number", plain)
    }
    digits = plain
  }

  /// In pairs from the right, the check digit apart: "28 65 43-4".
  package var display: String {
    let payload = digits.dropLast()
    let odd = payload.count % 2
    let pairs = Array(repeating: 2, count: payload.count / 2)
    let grouped = IdentifierText.grouped(String(payload), odd == 1 ? [1] + pairs : pairs, " ")
    return "\(grouped)-\(digits.suffix(1))"
  }

  package var description: String { digits }
}
