import Domain
import Primitives
import Testing

/// An agreement that an old solution has, and its conversion.
@Suite struct ConversionTests {
  private let found = ActivationFindings(review: .approved, owner: .untold, connection: .ok)

  private func legacy(
    agreed: String? = "2026-03-02", fetched: String? = "2026-03-02",
    kind: Agreement.Kind = .remittance
  ) -> Agreement {
    var agreement = Agreement.example(state: .legacyActive)
    agreement.kind = kind
    agreement.number = "OLD-17"
    agreement.conversionDate = agreed.map { day($0) }
    agreement.returnDataDate = fetched.map { day($0) }
    return agreement
  }

  @Test func `V-10 V-11 it is active under its number, from the day that was agreed`() throws {
    for kind in Agreement.Kind.allCases {
      let facts = try legacy(kind: kind).converting(found, for: .norwegian, at: monday)
      #expect(
        facts.last
          == .agreementConverted(
            AgreementConverted(
              agreement: Agreement.dnb.id, startDate: day("2026-03-02"), convertTime: monday)))
    }
    for state in AgreementState.allCases where state != .legacyActive {
      #expect(throws: AgreementError.state(.convert, in: state)) {
        try Agreement.example(state: state).converting(found, for: .norwegian, at: monday)
      }
    }
  }

  @Test func `V-12 not before the day that was agreed with the bank`() throws {
    #expect(throws: AgreementError.conversionNotAgreed) {
      try legacy(agreed: nil).converting(found, for: .norwegian, at: monday)
    }
    #expect(throws: AgreementError.conversionTooEarly(day("2026-03-03"))) {
      try legacy(agreed: "2026-03-03").converting(found, for: .norwegian, at: monday)
    }
    let record = StepRecord(
      step: .conversionAgreed, date: day("2026-05-01"), note: "Anna, case 17", settingsDigest: "")
    #expect(try legacy().recording(record, at: monday).count == 1)
    var silent = record
    silent.note = ""
    #expect(throws: AgreementError.reasonInvalid) { try legacy().recording(silent, at: monday) }
    #expect(throws: AgreementError.state(.convert, in: .active)) {
      try Agreement.dnb.recording(record, at: monday)
    }
  }

  @Test func `V-13 not while return data of the old solution are outstanding`() throws {
    for fetched in [nil, "2026-03-01"] {
      #expect(throws: AgreementError.returnDataOutstanding(day("2026-03-02"))) {
        try legacy(fetched: fetched).converting(found, for: .norwegian, at: monday)
      }
      // Nothing was remitted under an agreement on incoming payments.
      let incoming = legacy(fetched: fetched, kind: .incoming)
      #expect(try incoming.converting(found, for: .norwegian, at: monday).count == 2)
    }
  }

  @Test func `X-03 without a way to the bank the old solution stays in use`() throws {
    let cut = ActivationFindings(
      review: .approved, owner: .untold, connection: .failed(.communication, "no answer"))
    #expect(throws: AgreementError.self) {
      try legacy().converting(cut, for: .norwegian, at: monday)
    }
  }

  @Test func `an agreement that is taken over pays nothing before its conversion`() {
    #expect(!legacy().remits(on: day("2026-03-02")))
    var converted = legacy()
    converted.state = .active
    converted.startDate = day("2026-03-02")
    #expect(converted.remits(on: day("2026-03-02")) && !converted.remits(on: day("2026-03-01")))
  }
}
