/// A Swedish payment reference (OCR): 2 to 25 digits, the last by Luhn.
package struct SwedishOCR: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) throws(IdentifierError) {
    let plain = try IdentifierText.digits(text, "an OCR reference", 2...25, separators: [])
    guard CheckDigit.luhnHolds(plain.utf8) else { throw .wrongCheckDigit("the OCR", plain) }
    self.text = plain
  }

  /// Makes the OCR for a payload of digits, with or without a length digit before the check.
  package init(payload: String, lengthDigit: Bool) throws(IdentifierError) {
    let longest = lengthDigit ? 23 : 24
    var digits = try IdentifierText.digits(payload, "the payload of an OCR", 1...longest)
    if lengthDigit { digits += String((digits.utf8.count + 2) % 10) }
    text = digits + String(CheckDigit.luhn(digits.utf8))
  }

  /// Whether the second last digit is the length modulo 10; by chance in one of ten.
  package var hasLengthDigit: Bool {
    text.utf8.count > 2 && text.utf8.dropLast().suffix(1).number == text.utf8.count % 10
  }

  package var description: String { text }
}
