import Domain
import Primitives
import Testing

/// From draft to signed: the signer's link.
@Suite struct AgreementLinkTests {
  private func sent(_ link: [UInt8] = [2]) -> Agreement {
    var agreement = Agreement.example(state: .sentForSigning, linkHash: link)
    agreement.linkExpireTime = monday.adding(days: Agreement.linkDays)
    return agreement
  }

  private func text(_ agreement: Agreement) -> String {
    agreement.text(company: .norwegian, bureau: .example)
  }

  private func evidence(
    _ agreement: Agreement, by signer: UInt8 = 10, text: String? = nil, at time: Instant = monday
  ) -> Evidence {
    var evidence = Evidence.by(person(signer), at: time)
    evidence.visibleText = text ?? self.text(agreement)
    evidence.nonVisibleData = agreement.signedData
    return evidence
  }

  @Test func `A-10 the newest link opens the agreement, and only while it waits for a signature`()
    throws
  {
    try sent().opening(linkHash: [2], at: monday)
    #expect(throws: AgreementError.linkRefused) { try sent().opening(linkHash: [1], at: monday) }
    #expect(throws: AgreementError.linkRefused) {
      try Agreement.example(state: .draft).opening(linkHash: [], at: monday)
    }
    for state in AgreementState.allCases where state != .sentForSigning {
      #expect(throws: AgreementError.linkUsed) {
        try Agreement.example(state: state, linkHash: [2]).opening(linkHash: [2], at: monday)
      }
    }
    #expect(
      try sent().sending(linkHash: [3], at: monday)
        == [
          .agreementSent(
            AgreementSent(
              agreement: key(20), linkHash: [3], expireTime: moment("2026-03-16T08:00:00Z")))
        ])
    #expect(throws: AgreementError.state(.send, in: .active)) {
      try Agreement.dnb.sending(linkHash: [3], at: monday)
    }
  }

  @Test func `A-10 a link ends after its days, and the agreement is a draft again`() throws {
    let agreement = sent(), end = monday.adding(days: Agreement.linkDays)
    let before = Instant(microseconds: end.microseconds - 1)
    try agreement.opening(linkHash: [2], at: before)
    #expect(agreement.expiring(at: before) == [])
    #expect(throws: AgreementError.linkExpired) { try agreement.opening(linkHash: [2], at: end) }
    #expect(
      agreement.expiring(at: end)
        == [.agreementLinkExpired(AgreementLinkExpired(agreement: key(20)))])
    #expect(throws: AgreementError.linkExpired) {
      try agreement.signing(with: evidence(agreement, at: end), text: text(agreement))
    }
  }

  @Test
  func `A-10 A-11 signed by the named person it waits for activation, by anybody else nothing`()
    throws
  {
    let agreement = sent()
    #expect(
      try agreement.signing(with: evidence(agreement), text: text(agreement))
        == [
          .agreementSigned(
            AgreementSigned(
              agreement: key(20), signTime: monday,
              evidenceDigest: [UInt8](repeating: 7, count: 32), awaitsActivation: true))
        ])
    #expect(throws: AgreementError.otherSigner) {
      try agreement.signing(with: evidence(agreement, by: 11), text: text(agreement))
    }
    #expect(throws: AgreementError.state(.sign, in: .draft)) {
      try Agreement.example(state: .draft)
        .signing(with: evidence(agreement), text: text(agreement))
    }
  }

  @Test func `A-10 a signature over another text, or begun by an earlier link, is refused`() throws
  {
    let agreement = sent()
    #expect(throws: AgreementError.textChanged) {
      try agreement.signing(with: evidence(agreement, text: "Other"), text: text(agreement))
    }
    #expect(throws: AgreementError.textChanged) {
      try sent([3]).signing(with: evidence(agreement), text: text(agreement))
    }
    var exposed = agreement
    exposed.declarations.politicallyExposed = true
    #expect(throws: AgreementError.textChanged) {
      try exposed.signing(with: evidence(agreement), text: text(exposed))
    }
  }

  @Test func `A-10 the signer declines in words, by the link`() throws {
    #expect(
      try sent().declining(linkHash: [2], reason: " Wrong account ", at: monday)
        == [
          .agreementDeclined(AgreementDeclined(agreement: key(20), reason: "Wrong account"))
        ])
    #expect(throws: AgreementError.linkRefused) {
      try sent().declining(linkHash: [1], reason: "No", at: monday)
    }
    for empty in ["", "  ", "…", "a\nb", String(repeating: "a", count: 301)] {
      #expect(throws: AgreementError.reasonInvalid) {
        try sent().declining(linkHash: [2], reason: empty, at: monday)
      }
    }
  }

  @Test func `A-09 who signs and what is declared may change until it is signed`() throws {
    var draft = AgreementDraft(
      kind: nil, bank: "", accountForm: nil, accountText: "", currency: "", signerName: "Kim Lie",
      signerMobile: "+4790000003", signerEmail: "kim@example.com", signerDigest: person(11))
    draft.declarations.industry = "Fishing"
    let changed = try sent().changing(to: draft, fields: ["signer"])
    guard case .agreementChanged(let fact) = changed.first else {
      Issue.record("nothing was changed")
      return
    }
    #expect(fact.signer.displayName == "Kim Lie" && fact.signer.nationalIDDigest == person(11))
    #expect(fact.declarations == Declarations())
    draft.signerDigest = nil
    let both = try sent().changing(to: draft, fields: [])
    guard case .agreementChanged(let fact) = both.first else {
      Issue.record("nothing was changed")
      return
    }
    #expect(fact.signer.nationalIDDigest == person(10), "stays where none is given")
    #expect(fact.declarations.industry == "Fishing")
    #expect(throws: AgreementError.fieldUnknown("account")) {
      try sent().changing(to: draft, fields: ["account"])
    }
    #expect(throws: AgreementError.state(.send, in: .signed)) {
      try Agreement.example(state: .signed).changing(to: draft, fields: [])
    }
  }

  @Test(arguments: [
    ("R-06", "Politically exposed person linked to the company: yes"), ("R-08", "Pays to: NO, SE"),
    ("R-07", "Financed by: loans, own funds"), ("R-09", "Industry: Workshop"),
    ("R-10", "Persons: Kari Holm (owner), Per Ek (auditor)"),
  ])
  func `R-06 R-07 R-08 R-09 R-10 what is declared stands in the text that is signed`(
    rule: String, line: String
  ) {
    var agreement = sent()
    #expect(!text(agreement).contains(line), "\(rule)")
    agreement.declarations = Declarations(
      politicallyExposed: true, countries: [.no, .se], financing: [.ownFunds, .loans],
      industry: "Workshop",
      persons: [
        .init(role: .owner, displayName: "Kari Holm"), .init(role: .auditor, displayName: "Per Ek"),
      ])
    #expect(text(agreement).contains(line), "\(rule)")
  }

  @Test func `an agreement ends with a reason, and not while payments hang on it`() throws {
    #expect(
      try Agreement.dnb.terminating(reason: "Sold", open: 0, at: monday)
        == [
          .agreementTerminated(
            AgreementTerminated(agreement: key(20), reason: "Sold", terminateTime: monday))
        ])
    #expect(throws: AgreementError.openPayments(2)) {
      try Agreement.dnb.terminating(reason: "Sold", open: 2, at: monday)
    }
    #expect(throws: AgreementError.reasonInvalid) {
      try Agreement.dnb.terminating(reason: "", open: 0, at: monday)
    }
    #expect(throws: AgreementError.state(.terminate, in: .terminated)) {
      try Agreement.example(state: .terminated).terminating(reason: "Sold", open: 0, at: monday)
    }
  }
}
