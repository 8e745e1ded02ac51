/// A moment, in microseconds since 1970-01-01T00:00:00Z, within years 1 to 9999 of UTC.
package struct Instant: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let microseconds: Int64

  /// Takes the moment as given; one outside years 1 to 9999 stops at their edge.
  package init(microseconds: Int64) {
    self.microseconds = min(max(microseconds, Self.first), Self.last)
  }

  private static let first: Int64 = -719_162 * 86_400_000_000
  private static let last: Int64 = 2_932_897 * 86_400_000_000 - 1

  /// Reads "2026-03-31T09:00:00Z", also with an offset and a fraction of 1 to 9 digits.
  ///
  /// What is finer than a microsecond is cut off; leap seconds are refused (RFC 3339).
  package init?(rfc3339 text: String) {
    let bytes = Array(text.utf8)
    guard 20...35 ~= bytes.count, let day = String(validating: bytes[0..<10], as: UTF8.self),
      let date = CalendarDate(iso: day), bytes[10] == UInt8(ascii: "T"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let hour = bytes[11..<13].number, hour <= 23,
      let minute = bytes[14..<16].number, minute <= 59,
      let second = bytes[17..<19].number, second <= 59
    else { return nil }
    var rest = bytes[19...]
    var fraction = 0
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      guard 1...9 ~= digits.count else { return nil }
      for place in 0..<6 {
        let index = digits.startIndex + place
        fraction = fraction * 10 + (index < digits.endIndex ? Int(digits[index] & 15) : 0)
      }
      rest = rest[digits.endIndex...]
    }
    guard let offset = Self.offsetSeconds(Array(rest)) else { return nil }
    let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second - offset
    self.init(microseconds: Int64(seconds) * 1_000_000 + Int64(fraction))
  }

  private static func offsetSeconds(_ text: [UInt8]) -> Int? {
    if text == [UInt8(ascii: "Z")] { return 0 }
    guard text.count == 6, text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-"),
      text[3] == UInt8(ascii: ":"), let hours = text[1..<3].number, hours <= 23,
      let minutes = text[4..<6].number, minutes <= 59
    else { return nil }
    return (hours * 3600 + minutes * 60) * (text[0] == UInt8(ascii: "-") ? -1 : 1)
  }

  /// The moment when clocks of a zone show a time on a day.
  ///
  /// Of an hour that occurs twice the first is taken; a time skipped in spring counts on, so that
  /// 02:30 becomes 03:30.
  package static func at(
    _ date: CalendarDate, hour: Int, minute: Int, in zone: TimeZoneRule
  ) -> Instant {
    precondition(0...23 ~= hour && 0...59 ~= minute, "a time of day is 00:00 to 23:59")
    let local = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60
    switch zone {
    case .utc: return Instant(seconds: local)
    case .centralEuropean:
      let summer = Instant(seconds: local - 7200)
      return zone.offsetSeconds(at: summer) == 7200 ? summer : Instant(seconds: local - 3600)
    }
  }

  private init(seconds: Int) {
    self.init(microseconds: Int64(seconds) * 1_000_000)
  }

  /// Whole seconds since 1970, rounded towards the past.
  var wholeSeconds: Int {
    Int(microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000)
  }

  var utcDate: CalendarDate { Self.date(wholeSeconds) }

  private static func date(_ seconds: Int) -> CalendarDate {
    CalendarDate(daysSinceEpoch: (seconds - secondOfDay(seconds)) / 86_400)
  }

  private static func secondOfDay(_ seconds: Int) -> Int {
    let rest = seconds % 86_400
    return rest < 0 ? rest + 86_400 : rest
  }

  private static func time(_ seconds: Int) -> (hour: Int, minute: Int, second: Int) {
    let second = secondOfDay(seconds)
    return (second / 3600, second / 60 % 60, second % 60)
  }

  /// The day that calendars of a zone show at this moment.
  package func date(in zone: TimeZoneRule) -> CalendarDate {
    Self.date(wholeSeconds + zone.offsetSeconds(at: self))
  }

  /// The time of day that clocks of a zone show at this moment.
  package func localTime(in zone: TimeZoneRule) -> (hour: Int, minute: Int, second: Int) {
    Self.time(wholeSeconds + zone.offsetSeconds(at: self))
  }

  /// "2026-03-31T07:00:00Z", with six decimals only where there is a fraction (RFC 3339).
  package var rfc3339: String {
    let micros = Int(microseconds - Int64(wholeSeconds) * 1_000_000)
    let fraction = micros == 0 ? "" : "." + String(micros, width: 6)
    return Self.text(wholeSeconds) + fraction + "Z"
  }

  /// "2026-03-31T09:00:00+02:00": local time with its offset, in whole seconds.
  package func isoLocal(in zone: TimeZoneRule) -> String {
    let offset = zone.offsetSeconds(at: self)
    let suffix = offset == 0 ? "Z" : "+\(String(offset / 3600, width: 2)):00"
    return Self.text(wholeSeconds + offset) + suffix
  }

  private static func text(_ seconds: Int) -> String {
    let time = time(seconds)
    return date(seconds).iso + "T" + String(time.hour, width: 2) + ":"
      + String(time.minute, width: 2) + ":" + String(time.second, width: 2)
  }

  package func adding(seconds: Int) -> Instant { adding(seconds, of: 1_000_000) }
  package func adding(minutes: Int) -> Instant { adding(minutes, of: 60_000_000) }
  package func adding(hours: Int) -> Instant { adding(hours, of: 3_600_000_000) }
  /// Days of 24 hours; for days of the calendar use `CalendarDate`.
  package func adding(days: Int) -> Instant { adding(days, of: 86_400_000_000) }

  private func adding(_ count: Int, of unit: Int64) -> Instant {
    let (span, tooLong) = Int64(count).multipliedReportingOverflow(by: unit)
    let (sum, tooFar) = microseconds.addingReportingOverflow(span)
    if tooLong || tooFar { return Instant(microseconds: count < 0 ? .min : .max) }
    return Instant(microseconds: sum)
  }

  /// Whole seconds from this moment to the other, cut towards zero; negative when it is earlier.
  package func seconds(until other: Instant) -> Int {
    Int((other.microseconds - microseconds) / 1_000_000)
  }

  package var description: String { rfc3339 }

  package static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }
}
