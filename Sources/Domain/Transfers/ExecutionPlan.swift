package import Primitives

/// When signed payments are transferred: a setting of the company with five values (D-02).
package enum TransferTiming: String, Sendable, CaseIterable {
  case immediate, threeDaysBefore, twoDaysBefore, oneDayBefore, onDueDate

  /// Calendar days before the execution date; nil: as soon as it is signed.
  package var daysBefore: Int? {
    switch self {
    case .immediate: nil
    case .threeDaysBefore: 3
    case .twoDaysBefore: 2
    case .oneDayBefore: 1
    case .onDueDate: 0
    }
  }
}

/// The dates of one payment: a function of due date, timing, calendar and cut-off and of nothing
/// else (invariant S).
package struct ExecutionPlan: Sendable, Equatable {
  package let dueDate: CalendarDate
  package let timing: TransferTiming
  package let profile: BankProfile

  /// Local hour of the day at which due files leave.
  package static let transferHour = 7
  /// Seconds that a signed payment stays in the Due List at least (D-03).
  package static let regretSeconds = 60

  package init(dueDate: CalendarDate, timing: TransferTiming, profile: BankProfile) {
    self.dueDate = dueDate
    self.timing = timing
    self.profile = profile
  }

  /// The banking day on which the bank shall pay, if the file leaves at `time`: the due date or
  /// the next banking day, and never earlier than the bank's cut-off allows.
  package func executionDate(transferredAt time: Instant) -> CalendarDate {
    let today = time.date(in: profile.zone)
    let late = time.localTime(in: profile.zone).hour >= profile.cutOffHour
    let earliest = profile.calendar.bankingDay(onOrAfter: late ? today.adding(days: 1) : today)
    return max(profile.calendar.bankingDay(onOrAfter: dueDate), earliest)
  }

  /// When a payment signed at `time` leaves the Due List (D-02…D-04).
  package func transferTime(signedAt time: Instant) -> Instant {
    let soonest = time.adding(seconds: Self.regretSeconds)
    guard let daysBefore = timing.daysBefore else { return soonest }
    let day = executionDate(transferredAt: soonest).adding(days: -daysBefore)
    return max(soonest, Instant.at(day, hour: Self.transferHour, minute: 0, in: profile.zone))
  }
}
