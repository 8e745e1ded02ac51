/// A Swedish personal or coordination number with its century: 12 digits, as BankID wants it.
///
/// Printing it shows the birth date only, so that it cannot reach a log by accident.
package struct PersonalNumber: Hashable, Sendable {
  /// All twelve digits: for BankID and the encrypted column, never for logs.
  package let digits: String

  /// Reads "YYYYMMDDNNNC", with or without a hyphen before the last four.
  package init(_ text: String) throws(IdentifierError) {
    let digits = try IdentifierText.digits(
      text, "a personal number with century", 12...12, separators: ["-"])
    let bytes = Array(digits.utf8)
    // A coordination number has 60 added to the day.
    let day = bytes[6..<8].number.map { $0 > 60 ? $0 - 60 : $0 }
    guard let year = bytes[0..<4].number, 1800...2099 ~= year, let month = bytes[4..<6].number,
      let day, CalendarDate(year: year, month: month, day: day) != nil
    else {
      throw .unknownRange("the personal number does not start with a birth date, as 19900131")
    }
    guard CheckDigit.luhnHolds(bytes[2...]) else {
      throw .checkDigit("the last digit of the personal number is wrong: compare digit by digit")
    }
    self.digits = digits
  }

  /// Whether it is a samordningsnummer, given to people who are not registered in Sweden.
  package var isCoordinationNumber: Bool { (digits.utf8.dropFirst(6).prefix(2).number ?? 0) > 60 }
}

extension PersonalNumber: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// "19900131****".
  package var description: String { digits.prefix(8) + "****" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["birth": digits.prefix(8)]) }
}
