import Primitives
import Testing

@Suite struct BankingCalendarTests {
  private func closedWeekdays(_ calendar: BankingCalendar, _ year: Int) throws -> [String] {
    let first = try #require(CalendarDate(year: year, month: 1, day: 1))
    return (0..<365).map { first.adding(days: $0) }
      .filter { $0.weekday <= 5 && !calendar.isBankingDay($0) }.map { String($0.iso.dropFirst(5)) }
  }

  @Test func `Norwegian banks close on these weekdays of 2026`() throws {
    // 17 May, 26 December are at a weekend; Christmas Eve is a half day and stays open.
    #expect(
      try closedWeekdays(.norway, 2026) == [
        "01-01", "04-02", "04-03", "04-06", "05-01", "05-14", "05-25", "12-25",
      ])
  }

  @Test func `Swedish banks close on these weekdays of 2026`() throws {
    #expect(
      try closedWeekdays(.sweden, 2026) == [
        "01-01", "01-06", "04-03", "04-06", "05-01", "05-14", "06-19", "12-24", "12-25", "12-31",
      ])
  }

  @Test func `T2 closes on these weekdays of 2026`() throws {
    #expect(
      try closedWeekdays(.target, 2026) == ["01-01", "04-03", "04-06", "05-01", "12-25"])
  }

  @Test(arguments: [(2024, "2024-06-21"), (2025, "2025-06-20"), (2026, "2026-06-19")])
  func `Midsummer Eve is the Friday from 19 June`(year: Int, iso: String) throws {
    let eve = try #require(CalendarDate(iso: iso))
    #expect(!BankingCalendar.sweden.isBankingDay(eve))
    #expect(BankingCalendar.norway.isBankingDay(eve))
    #expect(BankingCalendar.sweden.isBankingDay(eve.adding(days: -1)))
  }

  @Test func `17 May closes Norway when it is a weekday`() throws {
    let day = try #require(CalendarDate(iso: "2027-05-17"))
    #expect(!BankingCalendar.norway.isBankingDay(day))
    #expect(BankingCalendar.sweden.bankingDay(onOrAfter: day) == day)
  }

  @Test func `a date moves over Easter to the next or the last banking day`() throws {
    let goodFriday = try #require(CalendarDate(iso: "2026-04-03"))
    #expect(BankingCalendar.norway.bankingDay(onOrAfter: goodFriday).iso == "2026-04-07")
    #expect(BankingCalendar.norway.bankingDay(onOrBefore: goodFriday).iso == "2026-04-01")
    #expect(BankingCalendar.sweden.bankingDay(onOrBefore: goodFriday).iso == "2026-04-02")
  }

  @Test(arguments: [
    (0, "2026-04-07"), (1, "2026-04-07"), (2, "2026-04-08"), (-1, "2026-04-01"),
    (-2, "2026-03-31"),
  ])
  func `banking days are counted from a closed day`(count: Int, iso: String) throws {
    let goodFriday = try #require(CalendarDate(iso: "2026-04-03"))
    #expect(BankingCalendar.norway.adding(bankingDays: count, to: goodFriday).iso == iso)
  }

  @Test func `counting ends at the edge of the calendar`() throws {
    let last = try #require(CalendarDate(iso: "9999-12-31"))
    #expect(BankingCalendar.sweden.adding(bankingDays: .max, to: last) == last)
    let first = try #require(CalendarDate(iso: "0001-01-01"))
    #expect(BankingCalendar.sweden.adding(bankingDays: .min, to: first) == first)
  }
}
