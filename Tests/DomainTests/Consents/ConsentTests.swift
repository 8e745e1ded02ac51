import Domain
import Primitives
import Testing

@Suite struct ConsentTests {
  @Test func `C-01 a consent needs an active agreement with the bank`() throws {
    let (profile, accounts) = try ConsentRules.opening(bank: "dnb", agreements: [.dnb, .seb])
    #expect(profile == .dnb)
    #expect(accounts == [.dnb])
    for agreements in [[], [Agreement.seb], [Agreement.example(state: .sentForSigning)]] {
      #expect(throws: ConsentError.noAgreement(bank: "dnb")) {
        try ConsentRules.opening(bank: "dnb", agreements: agreements)
      }
    }
    #expect(throws: ConsentError.noAgreement(bank: "nobank")) {
      try ConsentRules.opening(bank: "nobank", agreements: [.dnb])
    }
  }

  @Test func `C-01 a consent is given with evidence and lasts 180 days`() throws {
    let facts = ConsentRules.giving(
      key(30), user: User.alex.id, bank: "dnb", accounts: [.dnb], with: .by(person(10)))
    var consent = Consent.example()
    consent.accounts = ["1234.56.78903 NOK"]
    consent.rights = [.balances, .transactions, .payments]
    #expect(
      facts == [
        .consentGiven(
          ConsentGiven(consent: consent, evidenceDigest: [UInt8](repeating: 7, count: 32)))
      ])
    #expect(Consent.example().expireTime == moment("2026-08-29T08:00:00Z"))
  }

  @Test func `C-05 C-07 after the director's consent the accountant still has none`() throws {
    let consents = [Consent.example(of: .alex)]
    let own = try ConsentRules.required(
      of: User.alex.id, bank: "dnb", among: consents, at: monday)
    #expect(own == consents[0])
    #expect(throws: ConsentError.missing(bank: "dnb")) {
      try ConsentRules.required(of: User.kim.id, bank: "dnb", among: consents, at: monday)
    }
    #expect(throws: ConsentError.missing(bank: "seb")) {
      try ConsentRules.required(of: User.alex.id, bank: "seb", among: consents, at: monday)
    }
  }

  @Test(
    arguments: [
      (0, nil, Consent.State.active), (165, nil, .active), (166, nil, .expiring),
      (179, nil, .expiring), (180, nil, .expired),
      (300, nil, .expired),
      (0, 0, .revoked), (300, 5, .revoked),
    ] as [(Int, Int?, Consent.State)])
  func `C-01 a consent counts while it is active`(
    days: Int, revokedAfter: Int?, state: Consent.State
  ) {
    let consent = Consent.example(revoked: revokedAfter.map { monday.adding(days: $0) })
    let now = monday.adding(days: days)
    #expect(consent.state(at: now) == state)
    let usable = try? ConsentRules.required(
      of: User.alex.id, bank: "dnb", among: [consent], at: now)
    #expect((usable != nil) == (state == .active || state == .expiring))
  }

  @Test func `C-05 only the person who gave a consent revokes it, once`() throws {
    #expect(
      try Consent.example().revoking(by: User.alex.id, at: monday)
        == [.consentRevoked(ConsentRevoked(consent: key(30), revokeTime: monday))])
    #expect(throws: ConsentError.notOwn) {
      try Consent.example().revoking(by: User.kim.id, at: monday)
    }
    #expect(throws: ConsentError.state(.revoked)) {
      try Consent.example(revoked: monday).revoking(by: User.alex.id, at: monday)
    }
    #expect(throws: ConsentError.state(.expired)) {
      try Consent.example().revoking(by: User.alex.id, at: monday.adding(days: 200))
    }
  }

  @Test func `C-02 the person reads bank, accounts, term and what is confirmed`() {
    let text = Consent.text(
      user: .alex, company: .norwegian, bank: .dnb, accounts: [.dnb],
      until: monday.adding(days: 180))
    for part in [
      "Alex Berg", "DNB", "1234.56.78903 NOK", "right to approve", "988077917", "2026-08-29",
      "balances", "transactions", "payments", "4 times a day",
    ] {
      #expect(text.contains(part))
    }
  }
}
