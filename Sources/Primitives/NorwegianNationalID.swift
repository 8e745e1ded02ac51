/// A Norwegian national id: fødselsnummer or D-number, 11 digits with two checks.
///
/// Printing it shows the first six digits only, so that it cannot reach a log by accident.
package struct NorwegianNationalID: Hashable, Sendable {
  /// Which remainders the first check may leave.
  package enum CheckRule: Hashable, Sendable {
    /// Zero only: all numbers given before 2032.
    case classic
    /// Zero to three, as numbers given from 2032 may have (Skatteetaten).
    case from2032
  }

  /// All eleven digits: for the encrypted column, never for logs.
  package let digits: String
  /// Whether it is a test number: 80, 65 or 40 added to the month.
  package let isSynthetic: Bool

  /// Production passes `allowsSynthetic: false`; test systems also demand `isSynthetic`.
  package init(
    _ text: String, allowsSynthetic: Bool = false, rule: CheckRule = .classic
  ) throws(IdentifierError) {
    let digits = try IdentifierText.digits(
      text, "a Norwegian national id", 11...11, separators: ["-"])
    let bytes = Array(digits.utf8)
    let added = Self.addedToMonth(bytes[2..<4].number ?? 0)
    isSynthetic = added > 0
    guard Self.isDate(bytes, month: (bytes[2..<4].number ?? 0) - added) else {
      throw .unknownRange("the national id does not start with a birth date")
    }
    let first = CheckDigit.weightedSum(
      bytes.dropLast(), fromRight: [1, 2, 5, 4, 9, 8, 1, 6, 7, 3])
    let second = CheckDigit.weightedSum(bytes, fromRight: [1, 2, 3, 4, 5, 6, 7, 2, 3, 4, 5])
    guard first % 11 <= (rule == .classic ? 0 : 3), second % 11 == 0 else {
      throw .checkDigit("the last two digits of the national id are wrong: compare digit by digit")
    }
    guard allowsSynthetic || !isSynthetic else {
      throw .notAllowed("the national id is a test number, which is not allowed here")
    }
    self.digits = digits
  }

  /// Skatteetaten's Tenor adds 80 to the month, Norsk helsenett 65, NAV 40.
  private static func addedToMonth(_ month: Int) -> Int {
    switch month {
    case 81...92: 80
    case 66...77: 65
    case 41...52: 40
    default: 0
    }
  }

  private static func isDate(_ bytes: [UInt8], month: Int) -> Bool {
    guard let written = bytes[0..<2].number, let yearOfCentury = bytes[4..<6].number else {
      return false
    }
    // A D-number has 40 added to the day. Without the century, 29 February needs a year by four.
    let day = written > 40 ? written - 40 : written
    return CalendarDate(year: 2000 + yearOfCentury, month: month, day: day) != nil
  }

  /// Whether it is a D-number, given to people who are not registered in Norway.
  package var isDNumber: Bool { (digits.utf8.prefix(2).number ?? 0) > 40 }
}

extension NorwegianNationalID: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// "311290*****".
  package var description: String { digits.prefix(6) + "*****" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["birth": digits.prefix(6)]) }
}
