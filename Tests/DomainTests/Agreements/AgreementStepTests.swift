import Domain
import Primitives
import Testing

/// What is done outside and recorded.
@Suite struct AgreementStepTests {
  private func record(
    _ step: AgreementStep, on date: String? = nil, note: String = "", digest: String = ""
  ) -> StepRecord {
    StepRecord(
      step: step, date: date.flatMap { CalendarDate(iso: $0) }, note: note,
      settingsDigest: digest)
  }

  @Test func `A-17 an application is sent, then confirmed, where the bank wants one`() throws {
    var seb = Agreement.example(
      bank: "seb", account: accountNumber(.bankgiro, "9912346"), currency: .sek, state: .draft)
    #expect(seb.application.state == .toSend)
    #expect(throws: AgreementError.stepTooEarly(.applicationConfirmed, in: .draft)) {
      try seb.recording(record(.applicationConfirmed), at: monday)
    }
    #expect(
      try seb.recording(record(.applicationSent, note: "Case 17"), at: monday)
        == [
          .agreementStepRecorded(
            AgreementStepRecorded(
              agreement: seb.id, step: .applicationSent,
              date: monday.date(in: .centralEuropean), note: "Case 17", recordTime: monday))
        ])
    seb.application.state = .sent
    #expect(try seb.recording(record(.applicationSent), at: monday).count == 1)
    #expect(try seb.recording(record(.applicationConfirmed), at: monday).count == 1)
    seb.application.state = .confirmed
    for step in [AgreementStep.applicationSent, .applicationConfirmed] {
      #expect(throws: AgreementError.stepDone(step)) {
        try seb.recording(record(step), at: monday)
      }
    }
    seb.state = .terminated
    #expect(throws: AgreementError.stepTooEarly(.applicationSent, in: .terminated)) {
      try seb.recording(record(.applicationSent), at: monday)
    }
    #expect(throws: AgreementError.applicationNotNeeded) {
      try Agreement.dnb.recording(record(.applicationSent), at: monday)
    }
  }

  @Test(arguments: AgreementState.allCases)
  func `A-22 A-27 settings are gone through and accounting set up once it is active`(
    state: AgreementState
  ) throws {
    let agreement = Agreement.example(state: state)
    for step in [AgreementStep.settingsReviewed, .accountingSetUp] {
      let record = record(step, digest: agreement.settingsDigest)
      if state == .active {
        #expect(try agreement.recording(record, at: monday).count == 1)
      } else {
        #expect(throws: AgreementError.stepTooEarly(step, in: state)) {
          try agreement.recording(record, at: monday)
        }
      }
    }
  }

  @Test func `A-22 whoever has gone through the settings has seen them as they are`() throws {
    let seen = Agreement.dnb.settingsDigest
    var agreement = Agreement.dnb
    agreement.signer.mobile = "+4790000009"
    #expect(throws: AgreementError.settingsChanged) {
      try agreement.recording(record(.settingsReviewed, digest: seen), at: monday)
    }
    let names = agreement.settings.map(\.name)
    #expect(Set(names).count == names.count)
    for name in ["account", "currency", "signer", "Pays to", "cut-off", "channel"] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(agreement.settings.allSatisfy { !$0.value.isEmpty })
  }

  @Test func `a step has been done: not in the future, and told on one line`() {
    #expect(throws: AgreementError.stepDateInFuture) {
      try Agreement.dnb.recording(record(.accountingSetUp, on: "2026-03-03"), at: monday)
    }
    #expect(throws: AgreementError.reasonInvalid) {
      try Agreement.dnb.recording(record(.accountingSetUp, note: "a\nb"), at: monday)
    }
  }

  @Test func `A-29 A-30 the bank's form is filled in with all that it asks for`() throws {
    for profile in BankProfile.all where !profile.application.isEmpty {
      let agreement = Agreement.example(
        bank: profile.id, account: accountNumber(.bankgiro, "9912346"), currency: .sek,
        state: .draft)
      let lines = try agreement.applicationForm(company: .norwegian, bureau: .example)
      #expect(lines.count == profile.application.count)
      #expect(lines.allSatisfy { !$0.value.isEmpty })
      let page = try agreement.applicationPage(company: .norwegian, bureau: .example)
      for line in lines {
        #expect(page.contains(line.name) && page.contains(line.value))
      }
      #expect(page.hasPrefix("Application to \(profile.displayName)"))
    }
    #expect(throws: AgreementError.applicationNotNeeded) {
      try Agreement.dnb.applicationForm(company: .norwegian, bureau: .example)
    }
  }
}
