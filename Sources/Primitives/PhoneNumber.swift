/// A telephone number with its country (E.164): "+" and 8 to 15 digits, nothing between.
package struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  /// Refuses rather than mends: an SMS code must reach exactly the number that was agreed.
  package init(_ text: String) throws(IdentifierError) {
    guard !text.isEmpty else { throw .empty }
    guard text.hasPrefix("+") else {
      throw .characters(
        "a phone number starts with + and the country: 070-123 45 67 is written +46701234567")
    }
    let digits = text.utf8.dropFirst()
    guard digits.isDigits else {
      throw .characters("a phone number is + and digits, without spaces or hyphens")
    }
    guard 8...15 ~= digits.count, digits.first != UInt8(ascii: "0") else {
      throw .length("a phone number has 8 to 15 digits after +, the first of them not 0")
    }
    try Self.check(text)
    self.text = text
  }

  private static func check(_ text: String) throws(IdentifierError) {
    let count = text.utf8.count
    if text.hasPrefix("+460") || text.hasPrefix("+3580") {
      throw .characters("the 0 before the area code is left out after the country code")
    }
    if text.hasPrefix("+47") || text.hasPrefix("+45"), count != 11 {
      throw .length("a phone number with \(text.prefix(3)) has 8 digits after it")
    }
    if text.hasPrefix("+467"), count != 12 {
      throw .length("a Swedish mobile number has 9 digits after +46")
    }
  }

  /// Whether it is a mobile number, as SMS needs; nil outside Norway and Sweden, where we don't
  /// know the number plan.
  package var isMobile: Bool? {
    if text.hasPrefix("+47") { return text.hasPrefix("+474") || text.hasPrefix("+479") }
    if text.hasPrefix("+46") {
      return ["+4670", "+4672", "+4673", "+4676", "+4679"].contains { text.hasPrefix($0) }
    }
    return nil
  }

  package var description: String { text }
}

extension PhoneNumber {
  /// Country and the last two digits: enough to know one's own by.
  package var masked: String {
    text.prefix(3) + String(repeating: "*", count: text.count - 5) + text.suffix(2)
  }
}
