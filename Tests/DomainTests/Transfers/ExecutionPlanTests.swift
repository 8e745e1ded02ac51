import Domain
import Primitives
import Testing

@Suite struct ExecutionPlanTests {
  private func plan(
    _ due: String, _ timing: TransferTiming = .onDueDate, _ profile: BankProfile = .dnb
  ) -> ExecutionPlan {
    ExecutionPlan(dueDate: day(due), timing: timing, profile: profile)
  }

  // DNB's cut-off is 14:00, SEB's 13:00; 2026-03-02 is a Monday, Easter Sunday is 2026-04-05.
  @Test(arguments: [
    ("on a banking day", "dnb", "2026-03-31", "2026-03-02T08:00:00Z", "2026-03-31"),
    ("a Saturday", "dnb", "2026-03-07", "2026-03-02T08:00:00Z", "2026-03-09"),
    ("a Sunday", "dnb", "2026-03-08", "2026-03-02T08:00:00Z", "2026-03-09"),
    ("Maundy Thursday in Norway", "dnb", "2026-04-02", "2026-03-02T08:00:00Z", "2026-04-07"),
    ("Maundy Thursday in Sweden", "seb", "2026-04-02", "2026-03-02T08:00:00Z", "2026-04-02"),
    ("Good Friday in Sweden", "seb", "2026-04-03", "2026-03-02T08:00:00Z", "2026-04-07"),
    (
      "Norway's day, a Sunday, and Whit Monday", "dnb", "2026-05-17", "2026-05-01T08:00:00Z",
      "2026-05-18"
    ),
    ("Midsummer Eve", "seb", "2026-06-19", "2026-06-01T08:00:00Z", "2026-06-22"),
    ("overdue, in the morning", "dnb", "2026-02-01", "2026-03-02T08:00:00Z", "2026-03-02"),
    ("overdue, just before the cut-off", "dnb", "2026-02-01", "2026-03-02T12:59:59Z", "2026-03-02"),
    ("overdue, at the cut-off", "dnb", "2026-02-01", "2026-03-02T13:00:00Z", "2026-03-03"),
    (
      "overdue, at the other bank's cut-off", "seb", "2026-02-01", "2026-03-02T12:00:00Z",
      "2026-03-03"
    ),
    (
      "overdue, at the cut-off in summer time", "dnb", "2026-02-01", "2026-06-01T12:00:00Z",
      "2026-06-02"
    ),
    ("today, too late on a Friday", "dnb", "2026-03-06", "2026-03-06T15:00:00Z", "2026-03-09"),
    ("today, on a Saturday", "dnb", "2026-03-07", "2026-03-07T08:00:00Z", "2026-03-09"),
    ("late on the eve of Easter", "dnb", "2026-04-01", "2026-04-01T13:30:00Z", "2026-04-07"),
  ])
  func
    `D-04 the bank pays on the due date or the next banking day, never before its cut-off allows`(
      what: String, bank: String, due: String, sent: String, executed: String
    )
  {
    let plan = plan(due, .onDueDate, .example(bank))
    #expect(plan.executionDate(transferredAt: moment(sent)) == day(executed), "\(what)")
  }

  @Test(arguments: [
    (TransferTiming.immediate, "2026-03-02T08:01:00Z"),
    (.threeDaysBefore, "2026-03-27T06:00:00Z"), (.twoDaysBefore, "2026-03-28T06:00:00Z"),
    (.oneDayBefore, "2026-03-29T05:00:00Z"), (.onDueDate, "2026-03-30T05:00:00Z"),
  ])
  func `D-02 D-03 D-04 five timings, counted from the due date`(
    timing: TransferTiming, leaves: String
  ) {
    // The clock goes forward on 2026-03-29, so seven o'clock comes an hour earlier in UTC.
    #expect(plan("2026-03-30", timing).transferTime(signedAt: monday) == moment(leaves))
  }

  @Test func `D-02 there are five values and no others`() {
    #expect(TransferTiming.allCases.map(\.daysBefore) == [nil, 3, 2, 1, 0])
  }

  @Test(arguments: TransferTiming.allCases)
  func `D-03 what is signed at the last moment stays a minute`(timing: TransferTiming) {
    for signed in ["2026-03-30T05:30:00Z", "2026-03-30T11:00:00Z"] {
      let time = moment(signed)
      #expect(plan("2026-03-30", timing).transferTime(signedAt: time) == time.adding(seconds: 60))
    }
  }

  @Test func `D-04 what is due on a Saturday leaves on Monday`() {
    #expect(
      plan("2026-03-07").transferTime(signedAt: monday) == moment("2026-03-09T06:00:00Z"))
    let friday = moment("2026-03-06T15:00:00Z")
    #expect(plan("2026-03-06").transferTime(signedAt: friday) == moment("2026-03-09T06:00:00Z"))
    let saturday = moment("2026-03-07T10:00:00Z")
    #expect(plan("2026-03-07").transferTime(signedAt: saturday) == moment("2026-03-09T06:00:00Z"))
  }

  @Test(arguments: [UInt64](1...300))
  func `D-02 D-04 whatever the dates, the bank pays on a banking day and not before the due date`(
    seed: UInt64
  ) {
    var random = Seeded(seed)
    let profile = random.pick(BankProfile.all)
    let signed = monday.adding(minutes: random.int(0...600_000))
    let due = signed.date(in: profile.zone).adding(days: random.int(-60...90))
    let timing = random.pick(TransferTiming.allCases)
    let plan = ExecutionPlan(dueDate: due, timing: timing, profile: profile)
    let leaves = plan.transferTime(signedAt: signed)
    let executed = plan.executionDate(transferredAt: leaves)
    #expect(profile.calendar.isBankingDay(executed))
    #expect(executed >= due)
    #expect(leaves >= signed.adding(seconds: ExecutionPlan.regretSeconds))
    #expect(executed >= leaves.date(in: profile.zone))
    if executed == leaves.date(in: profile.zone) {
      #expect(leaves.localTime(in: profile.zone).hour < profile.cutOffHour)
    }
    // The next banking day at the latest, where it isn't waiting for the due date.
    let latest = profile.calendar.adding(
      bankingDays: 1, to: max(due, signed.adding(seconds: 60).date(in: profile.zone)))
    #expect(executed <= latest)
    if timing == .onDueDate {
      #expect(profile.calendar.isBankingDay(leaves.date(in: profile.zone)))
      #expect(executed == leaves.date(in: profile.zone))
    }
  }
}
