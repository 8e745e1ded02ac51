/// On which days the banks of a country move money; holidays are data.
package struct BankingCalendar: Hashable, Sendable {
  package let name: String
  /// Holidays on the same date each year, as month * 100 + day.
  private let fixed: Set<Int>
  /// Holidays counted in days from Easter Sunday.
  private let fromEaster: Set<Int>
  /// Whether the Friday from 19 to 25 June is closed.
  private let midsummerEve: Bool

  /// Norway: lov om helligdager, 1 and 17 May. Christmas Eve is a half banking day, so it counts.
  package static let norway = BankingCalendar(
    name: "NO", fixed: [101, 501, 517, 1225, 1226], fromEaster: [-3, -2, 1, 39, 50],
    midsummerEve: false)

  /// Sweden: lag (1989:253), and the eves on which Bankgirot and the banks are closed.
  package static let sweden = BankingCalendar(
    name: "SE", fixed: [101, 106, 501, 606, 1224, 1225, 1226, 1231], fromEaster: [-2, 1, 39],
    midsummerEve: true)

  /// The euro system's T2: closing days since 2002.
  package static let target = BankingCalendar(
    name: "TARGET", fixed: [101, 501, 1225, 1226], fromEaster: [-2, 1], midsummerEve: false)

  package func isBankingDay(_ date: CalendarDate) -> Bool {
    if date.weekday >= 6 || fixed.contains(date.month * 100 + date.day) { return false }
    if midsummerEve, date.weekday == 5, date.month == 6, 19...25 ~= date.day { return false }
    return !fromEaster.contains(CalendarDate.easter(of: date.year).days(until: date))
  }

  package func bankingDay(onOrAfter date: CalendarDate) -> CalendarDate {
    nearest(date, step: 1)
  }

  package func bankingDay(onOrBefore date: CalendarDate) -> CalendarDate {
    nearest(date, step: -1)
  }

  /// Counts banking days after the date, or before it when negative; 0 is the date itself or the
  /// next banking day. At most 10,000 either way.
  package func adding(bankingDays count: Int, to date: CalendarDate) -> CalendarDate {
    guard count != 0 else { return bankingDay(onOrAfter: date) }
    let step = count > 0 ? 1 : -1
    var day = date
    for _ in 0..<min(count.magnitude, 10_000) {
      day = nearest(day.adding(days: step), step: step)
    }
    return day
  }

  // No closure is longer than a week; the bound also ends the search at the edge of the calendar.
  private func nearest(_ date: CalendarDate, step: Int) -> CalendarDate {
    var day = date
    for _ in 0..<14 where !isBankingDay(day) { day = day.adding(days: step) }
    return day
  }
}
