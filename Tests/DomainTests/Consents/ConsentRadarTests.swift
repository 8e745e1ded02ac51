import Domain
import Primitives
import Testing

@Suite struct ConsentRadarTests {
  private func radar(
    agreements: [Agreement] = [.dnb], approvers: [User] = [.alex],
    consents: [Consent] = [.example()], at time: Instant = monday
  ) -> ConsentRadar {
    ConsentRadar(
      agreements: agreements, approvers: Set(approvers.map(\.id)), consents: consents, at: time)
  }

  private func payment(due: String, _ state: PaymentState = .acknowledged) -> Payment {
    Payment.example(40, state, PaymentTerms.complete.with { $0.dueDate = day(due) })
  }

  @Test func `C-01 a payment due while a consent lasts has no gap`() {
    #expect(radar().gap(for: payment(due: "2026-03-31")) == nil)
    // The consent ends at 8 o'clock UTC on 29 August; DNB takes files to 14 in Oslo.
    #expect(radar().gap(for: payment(due: "2026-08-28")) == nil)
  }

  @Test func `C-01 a payment due after the last consent's end lacks an approver from that end on`()
  {
    let gap = radar().gap(for: payment(due: "2026-08-29"))
    #expect(gap?.cause == .consentEnds)
    #expect(gap?.gapTime == Consent.example().expireTime)
    #expect(gap?.users == [User.alex.id] && gap?.bank == "dnb")
    let later = Consent.example(of: .kim, from: monday.adding(days: 20))
    #expect(
      radar(approvers: [.alex, .kim], consents: [.example(), later])
        .gap(for: payment(due: "2026-08-29")) == nil, "somebody else's lasts")
    #expect(
      radar(consents: [.example(), later]).gap(for: payment(due: "2026-08-29"))?.cause
        == .consentEnds, "and counts only with the role (C-03)")
  }

  @Test func `C-01 what is missing now is told with its cause`() {
    let due = payment(due: "2026-03-31")
    func cause(_ radar: ConsentRadar) -> ConsentGap.Cause? { radar.gap(for: due)?.cause }
    #expect(cause(radar(consents: [])) == .noConsent)
    #expect(cause(radar(consents: [.example(bank: "seb")])) == .noConsent)
    #expect(cause(radar(consents: [.example(revoked: monday)])) == .noConsent)
    #expect(cause(radar(approvers: [])) == .noApprover)
    #expect(cause(radar(agreements: [])) == .noAgreement)
    for state in [AgreementState.sentForSigning, .manualReview, .savedNotActivated] {
      #expect(cause(radar(agreements: [.example(state: state)])) == .agreementNotActive)
    }
    #expect(cause(radar(agreements: [.example(state: .terminated)])) == .noAgreement)
    #expect(radar(consents: []).gap(for: due)?.gapTime == monday)
  }

  @Test(arguments: PaymentState.allCases)
  func `only what still needs a signature can lack an approver`(state: PaymentState) {
    let gap = radar(consents: []).gap(for: payment(due: "2026-03-31", state))
    #expect((gap != nil) == ConsentRadar.unsigned.contains(state))
  }
}
