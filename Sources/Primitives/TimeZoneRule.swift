/// A zone by its rule, so that no time zone database is asked.
package enum TimeZoneRule: String, Hashable, Sendable, CaseIterable {
  case utc
  /// Norway, Sweden, Denmark: UTC+1, and UTC+2 in summer time by directive 2000/84/EC.
  ///
  /// The rule is applied to every year; before 1996 it may differ from what clocks showed.
  case centralEuropean

  /// What local clocks are ahead of UTC at a moment, in seconds.
  package func offsetSeconds(at instant: Instant) -> Int {
    switch self {
    case .utc: return 0
    case .centralEuropean:
      let year = instant.utcDate.year
      // Both changes happen at 01:00 UTC.
      let summer = Self.lastSunday(of: 3, year).daysSinceEpoch * 86_400 + 3600
      let winter = Self.lastSunday(of: 10, year).daysSinceEpoch * 86_400 + 3600
      return summer..<winter ~= instant.wholeSeconds ? 7200 : 3600
    }
  }

  /// Both months have 31 days.
  private static func lastSunday(of month: Int, _ year: Int) -> CalendarDate {
    guard let last = CalendarDate(year: year, month: month, day: 31) else {
      preconditionFailure("March and October have 31 days")
    }
    return last.adding(days: -(last.weekday % 7))
  }
}
