import Primitives
import Testing

@Suite struct InstantTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2026-03-31T09:00:00+02:00", 1_774_940_400_000_000),
    ("1969-12-31T23:59:59.5Z", -500_000), ("2026-03-31T07:00:00.123456789Z", 1_774_940_400_123_456),
    ("1970-01-01T05:30:00+05:30", 0), ("1969-12-31T19:00:00-05:00", 0),
  ])
  func `RFC 3339 text is read`(text: String, microseconds: Int64) throws {
    #expect(try #require(Instant(rfc3339: text)).microseconds == microseconds)
  }

  @Test(arguments: [
    "", "2026-03-31", "2026-03-31T09:00:00", "2026-03-31 09:00:00Z", "2026-03-31T24:00:00Z",
    "2026-03-31T09:60:00Z", "2026-03-31T23:59:60Z", "2026-02-30T09:00:00Z",
    "2026-03-31T09:00:00.Z", "2026-03-31T09:00:00.1234567890Z", "2026-03-31T09:00:00+2:00",
    "2026-03-31T09:00:00+24:00", "2026-03-31T09:00:00ZZ", "2026-03-31T09:00:00z",
    "2026-03-31T09-00-00Z", "ååååååååååååååååååå",
  ])
  func `what is not RFC 3339 is refused`(text: String) {
    #expect(Instant(rfc3339: text) == nil)
  }

  @Test(arguments: [1, 2, 3])
  func `what is written is read back`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let any = Int64.random(in: .min ... .max, using: &random)
      let instant = Instant(microseconds: any >> Int64.random(in: 0...40, using: &random))
      #expect(Instant(rfc3339: instant.rfc3339) == instant)
    }
  }

  @Test func `a fraction is written only where there is one`() {
    #expect(Instant(microseconds: 1_000_000).rfc3339 == "1970-01-01T00:00:01Z")
    #expect(Instant(microseconds: 1_000_010).rfc3339 == "1970-01-01T00:00:01.000010Z")
    #expect(Instant(microseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999Z")
    #expect(Instant(microseconds: .max).rfc3339 == "9999-12-31T23:59:59.999999Z")
    #expect(Instant(microseconds: .min).rfc3339 == "0001-01-01T00:00:00Z")
  }

  @Test(arguments: [
    ("2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"),
    ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"),
    ("2026-10-25T00:59:59Z", "2026-10-25T02:59:59+02:00"),
    ("2026-10-25T01:00:00Z", "2026-10-25T02:00:00+01:00"),
    ("2026-12-31T23:30:00Z", "2027-01-01T00:30:00+01:00"),
    ("2026-06-30T22:30:00Z", "2026-07-01T00:30:00+02:00"),
  ])
  func `summer time begins and ends at 01 UTC on the last Sunday`(
    utc: String, local: String
  ) throws {
    let instant = try #require(Instant(rfc3339: utc))
    #expect(instant.isoLocal(in: .centralEuropean) == local)
    #expect(instant.date(in: .centralEuropean).iso == String(local.prefix(10)))
    #expect(Instant(rfc3339: local) == instant)
    #expect(instant.isoLocal(in: .utc) == utc)
  }

  @Test(arguments: [
    ("2026-03-31", 9, 0, "2026-03-31T07:00:00Z"), ("2026-01-15", 0, 0, "2026-01-14T23:00:00Z"),
    // Skipped in spring: the clock counts on. Twice in autumn: the first.
    ("2026-03-29", 2, 30, "2026-03-29T01:30:00Z"), ("2026-10-25", 2, 30, "2026-10-25T00:30:00Z"),
    ("2026-10-25", 3, 0, "2026-10-25T02:00:00Z"),
  ])
  func `a local time is found on the line of time`(
    day: String, hour: Int, minute: Int, utc: String
  ) throws {
    let date = try #require(CalendarDate(iso: day))
    #expect(Instant.at(date, hour: hour, minute: minute, in: .centralEuropean).rfc3339 == utc)
  }

  @Test func `every local hour of a year is found again`() throws {
    let first = try #require(CalendarDate(iso: "2026-01-01"))
    for day in 0..<365 {
      for hour in 0..<24 {
        let date = first.adding(days: day)
        if date.iso == "2026-03-29", hour == 2 { continue }  // skipped
        let instant = Instant.at(date, hour: hour, minute: 59, in: .centralEuropean)
        #expect(instant.date(in: .centralEuropean) == date)
        #expect(instant.localTime(in: .centralEuropean) == (hour, 59, 0))
      }
    }
  }

  @Test func `moments move and are compared`() throws {
    let instant = try #require(Instant(rfc3339: "2026-03-02T08:00:00Z"))
    #expect(instant.adding(seconds: -1).rfc3339 == "2026-03-02T07:59:59Z")
    #expect(instant.adding(minutes: 61).rfc3339 == "2026-03-02T09:01:00Z")
    #expect(instant.adding(hours: 16).rfc3339 == "2026-03-03T00:00:00Z")
    #expect(instant.adding(days: 30).rfc3339 == "2026-04-01T08:00:00Z")
    #expect(instant.adding(days: .max).rfc3339 == "9999-12-31T23:59:59.999999Z")
    #expect(instant.adding(days: .min).rfc3339 == "0001-01-01T00:00:00Z")
    #expect(instant.seconds(until: instant.adding(minutes: 2)) == 120)
    #expect(instant < instant.adding(seconds: 1))
  }
}
