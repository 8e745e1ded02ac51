/// A day of the proleptic Gregorian calendar, years 1 to 9999, without time or zone.
package struct CalendarDate: Hashable, Sendable, Comparable, CustomStringConvertible {
  // Year, month and day side by side: four bytes that sort as dates do.
  private let packed: Int32

  package var year: Int { Int(packed >> 9) }
  /// 1 to 12.
  package var month: Int { Int(packed >> 5 & 15) }
  /// 1 to 31.
  package var day: Int { Int(packed & 31) }

  package init?(year: Int, month: Int, day: Int) {
    guard 1...9999 ~= year, 1...12 ~= month, day >= 1,
      day <= Self.days(inMonth: month, of: year)
    else { return nil }
    self.init(checkedYear: year, month: month, day: day)
  }

  private init(checkedYear year: Int, month: Int, day: Int) {
    packed = Int32(year << 9 | month << 5 | day)
  }

  /// Reads "2026-03-31" and nothing else.
  package init?(iso: String) {
    let text = Array(iso.utf8)
    guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      let year = text[0..<4].number, let month = text[5..<7].number, let day = text[8..<10].number
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Reads "2026-03-31" with the zone that xs:date allows after it: "Z" or "+01:00".
  ///
  /// The day is taken as written; the zone does not move it.
  package init?(isoPrefix text: String) {
    let zone = Array(text.utf8.dropFirst(10))
    if !zone.isEmpty, zone != [UInt8(ascii: "Z")] {
      guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
        zone[3] == UInt8(ascii: ":"), let hours = zone[1..<3].number, hours <= 14,
        let minutes = zone[4..<6].number, minutes <= 59
      else { return nil }
    }
    guard let date = String(text.utf8.prefix(10)) else { return nil }
    self.init(iso: date)
  }

  /// The day so many days after 1970-01-01, held within years 1 to 9999.
  package init(daysSinceEpoch days: Int) {
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": eras of 400 years from March.
    let shifted = min(max(days, Self.firstDay), Self.lastDay) + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    self.init(
      checkedYear: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// 0001-01-01 and 9999-12-31, in days since 1970-01-01.
  private static let firstDay = -719_162
  private static let lastDay = 2_932_896

  package var daysSinceEpoch: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear % 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The same day moved; a result outside years 1 to 9999 stops at their first or last day.
  package func adding(days: Int) -> CalendarDate {
    let (moved, overflow) = daysSinceEpoch.addingReportingOverflow(days)
    return CalendarDate(daysSinceEpoch: overflow ? days : moved)
  }

  /// How many days later the other day is; negative when it is earlier.
  package func days(until other: CalendarDate) -> Int {
    other.daysSinceEpoch - daysSinceEpoch
  }

  /// 1 is Monday, 7 is Sunday.
  package var weekday: Int {
    // 0001-01-01 was a Monday.
    (daysSinceEpoch - Self.firstDay) % 7 + 1
  }

  package var iso: String {
    "\(String(year, width: 4))-\(String(month, width: 2))-\(String(day, width: 2))"
  }

  package var description: String { iso }

  package static func < (left: Self, right: Self) -> Bool { left.packed < right.packed }

  /// Easter Sunday of a year (the anonymous Gregorian computus).
  package static func easter(of year: Int) -> CalendarDate {
    let a = year % 19
    let b = year / 100
    let c = year % 100
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
    let m = (a + 11 * h + 22 * l) / 451
    let sum = h + l - 7 * m + 114
    return CalendarDate(checkedYear: year, month: sum / 31, day: sum % 31 + 1)
  }

  package static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
