import Domain
import Primitives
import Testing

/// From signed to active: partner, owner, connection.
@Suite struct ActivationTests {
  private func advanced(
    _ agreement: Agreement = .example(state: .signed), review: ReviewAnswer = .approved,
    owner: AccountOwner = .untold, connection: ConnectionFinding = .ok, at time: Instant = monday
  ) throws -> [Fact] {
    try agreement.advancing(
      by: ActivationFindings(review: review, owner: owner, connection: connection),
      for: .norwegian, at: time)
  }

  private func held(_ reasons: [ReviewReason] = [.randomCheck]) -> Agreement {
    var agreement = Agreement.example(state: .manualReview)
    agreement.review = AgreementReview(
      reasons: reasons, startTime: monday, expectedDate: day("2026-03-04"))
    return agreement
  }

  @Test func `A-11 X-02 signed, not held and reachable: active`() throws {
    #expect(try advanced().names == ["connectionChecked", "agreementActivated"])
    #expect(try advanced(review: .unanswered) == [])
  }

  @Test(
    arguments: [
      ("R-04", .randomCheck, "random_check"), ("R-05", .newCompany, "new_company"),
      ("R-06", .politicallyExposed, "politically_exposed"), ("R-07", .financing, "financing"),
      ("R-08", .countries, "countries"), ("R-09", .industry, "industry"),
      ("R-10", .persons, "persons"), ("R-11", .other("sanctions_list"), "sanctions_list"),
    ] as [(String, ReviewReason, String)])
  func `R-01 R-04 R-05 R-06 R-07 R-08 R-09 R-10 R-11 the partner holds it with a named reason`(
    rule: String, reason: ReviewReason, code: String
  ) throws {
    #expect(ReviewReason(code: code) == reason, "\(rule)")
    #expect(reason.code == code, "\(rule)")
    let facts = try advanced(review: .pending([reason]))
    guard case .agreementHeldForReview(let fact) = facts.first else {
      Issue.record("\(rule): was not held")
      return
    }
    #expect(facts.count == 1)
    #expect(fact.review.reasons == [reason], "\(rule)")
    #expect(fact.review.message.contains(reason.words), "\(rule)")
  }

  @Test(arguments: [
    ("2026-03-02T08:00:00Z", "2026-03-04"), ("2026-03-05T08:00:00Z", "2026-03-09"),
    // Maundy Thursday, Good Friday and Easter Monday are no banking days in Norway.
    ("2026-04-01T08:00:00Z", "2026-04-08"),
  ])
  func `R-02 R-03 it takes a couple of banking days, and nothing needs doing`(
    start: String, expected: String
  ) throws {
    let facts = try advanced(review: .pending([.industry]), at: moment(start))
    guard case .agreementHeldForReview(let fact) = facts.first else {
      Issue.record("was not held")
      return
    }
    #expect(fact.review.expectedDate == day(expected))
    #expect(fact.review.message.contains("nothing needs doing"))
    #expect(fact.review.message.contains(expected))
  }

  @Test func `R-01 what is held waits, and goes on by the partner's word`() throws {
    #expect(try advanced(held(), review: .pending([.randomCheck])) == [])
    #expect(
      try advanced(held(), review: .pending([.industry])).names == ["agreementHeldForReview"])
    #expect(
      try advanced(held(), review: .approved).names
        == ["agreementApproved", "connectionChecked", "agreementActivated"])
    #expect(
      try advanced(held(), review: .rejected("Not our kind")) == [
        .agreementRejected(
          AgreementRejected(agreement: key(20), by: "partner", reason: "Not our kind"))
      ])
  }

  @Test func `R-01 the operator decides on what is held, and on nothing else`() throws {
    let findings = ActivationFindings(review: .approved, owner: .untold, connection: .ok)
    func approve(_ agreement: Agreement) throws -> [Fact] {
      try agreement.approving(
        by: "operator Ida", note: "Known", findings: findings, for: .norwegian, at: monday)
    }
    #expect(
      try approve(held()).first
        == .agreementApproved(
          AgreementApproved(agreement: key(20), by: "operator Ida", note: "Known")))
    for state in AgreementState.allCases where state != .manualReview {
      #expect(throws: AgreementError.state(.approve, in: state)) {
        try approve(.example(state: state))
      }
    }
    #expect(try held().rejecting(by: "operator Ida", reason: "").names == ["agreementRejected"])
    #expect(throws: AgreementError.state(.reject, in: .active)) {
      try Agreement.dnb.rejecting(by: "operator Ida", reason: "No")
    }
  }

  @Test(arguments: ConnectionFault.allCases)
  func `X-02 X-03 a connection that fails: saved, not activated, and not usable`(
    fault: ConnectionFault
  ) throws {
    let failed = ConnectionFinding.failed(fault, "as the bank says")
    let facts = try advanced(connection: failed)
    #expect(facts.names == ["connectionChecked", "agreementNotActivated"])
    guard case .agreementNotActivated(let fact) = facts.last else { return }
    #expect(fact.reason.contains(fault.words) && fact.reason.contains("as the bank says"))
    let saved = Agreement.example(state: .savedNotActivated)
    #expect(!saved.remits(on: day("2026-03-02")))
    func activated(_ finding: ConnectionFinding, _ agreement: Agreement) throws -> [Fact] {
      try agreement.activating(
        ActivationFindings(review: .approved, owner: .untold, connection: finding),
        for: .norwegian, at: monday)
    }
    #expect(try activated(.ok, saved).names == ["connectionChecked", "agreementActivated"])
    #expect(try activated(failed, saved).names == ["connectionChecked", "agreementNotActivated"])
    #expect(throws: AgreementError.state(.activate, in: .draft)) {
      try activated(.ok, .example(state: .draft))
    }
  }

  @Test func `X-01 a check on demand says what it found and changes nothing else`() {
    let found = ConnectionFinding.failed(.keyMismatch, "")
    #expect(
      Agreement.dnb.checking(found, at: monday) == [
        .connectionChecked(
          ConnectionChecked(
            agreement: key(20), check: ConnectionCheck(finding: found, time: monday)))
      ])
  }

  @Test func `A-03 A-04 the bank's answer about the owner rejects what was signed`() throws {
    for owner in [AccountOwner.privatePerson, .organisation("923609016")] {
      let facts = try advanced(owner: owner)
      guard case .agreementRejected(let fact) = facts.first else {
        Issue.record("was not rejected")
        return
      }
      #expect(facts.count == 1 && fact.by == "bank")
    }
  }

  @Test func `A-28 an agreement for incoming payments carries none out`() {
    var incoming = Agreement.example()
    incoming.kind = .incoming
    #expect(!incoming.remits(on: day("2026-03-02")))
    var later = Agreement.example()
    later.startDate = day("2026-03-03")
    #expect(!later.remits(on: day("2026-03-02")))
    #expect(later.remits(on: day("2026-03-03")))
    #expect(throws: PaymentError.noAgreement) {
      try PaymentRules.agreement(for: .complete, among: [incoming])
    }
  }
}
