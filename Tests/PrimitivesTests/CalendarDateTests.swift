import Primitives
import Testing

@Suite struct CalendarDateTests {
  @Test(arguments: [
    ("1970-01-01", 0, 4), ("2026-03-31", 20_543, 2), ("2000-02-29", 11_016, 2),
    ("0001-01-01", -719_162, 1), ("9999-12-31", 2_932_896, 5), ("1900-02-28", -25_509, 3),
  ])
  func `days count from 1970 and know their weekday`(
    iso: String, daysSinceEpoch: Int, weekday: Int
  ) throws {
    let date = try #require(CalendarDate(iso: iso))
    #expect(date.daysSinceEpoch == daysSinceEpoch)
    #expect(date.weekday == weekday)
    #expect(date.iso == iso)
    #expect(CalendarDate(daysSinceEpoch: daysSinceEpoch) == date)
  }

  @Test(arguments: [
    "", "2026-3-31", "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01",
    "20260331", "2026-03-31Z", " 2026-03-31", "2026-03-00", "1900-02-29", "２０２６-03-31",
    "+026-03-31", "2026/03/31",
  ])
  func `what is not a day is refused`(text: String) {
    #expect(CalendarDate(iso: text) == nil)
  }

  @Test(arguments: ["2026-03-31", "2026-03-31Z", "2026-03-31+01:00", "2026-03-31-05:30"])
  func `the zone of an xs date does not move the day`(text: String) {
    #expect(CalendarDate(isoPrefix: text)?.iso == "2026-03-31")
  }

  @Test(arguments: [
    "2026-03-31T", "2026-03-31+1:00", "2026-03-31+15:00", "2026-03-31+01:60", "2026-03-3é",
    "2026-03-31 01:00", "Z",
  ])
  func `what follows an xs date must be a zone`(text: String) {
    #expect(CalendarDate(isoPrefix: text) == nil)
  }

  @Test func `every day of 800 years follows the one before`() throws {
    var date = try #require(CalendarDate(year: 1600, month: 1, day: 1))
    for _ in 0..<292_194 {
      let next = date.adding(days: 1)
      #expect(next > date && next.daysSinceEpoch == date.daysSinceEpoch + 1)
      let isNextDay = next.day == date.day + 1 && next.month == date.month
      #expect(isNextDay || next.day == 1)
      date = next
    }
    #expect(date.iso == "2400-01-01")
  }

  @Test func `moving stops at the edge of the calendar`() throws {
    let date = try #require(CalendarDate(iso: "2026-03-31"))
    #expect(date.adding(days: .max).iso == "9999-12-31")
    #expect(date.adding(days: .min).iso == "0001-01-01")
    #expect(date.adding(days: -31).iso == "2026-02-28")
    #expect(date.days(until: date.adding(days: 30)) == 30)
  }

  @Test(arguments: [
    (2024, "2024-03-31"), (2025, "2025-04-20"), (2026, "2026-04-05"), (2027, "2027-03-28"),
    (2038, "2038-04-25"), (1961, "1961-04-02"), (2285, "2285-03-22"),
  ])
  func `Easter is where almanacs have it`(year: Int, iso: String) {
    #expect(CalendarDate.easter(of: year).iso == iso)
  }
}
