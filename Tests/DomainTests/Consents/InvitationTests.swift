import Domain
import Primitives
import Testing

@Suite struct InvitationTests {
  private func invitation(_ kept: ConsentInvitation.State = .open) -> ConsentInvitation {
    ConsentInvitation(
      id: key(35), user: User.alex.id, bank: "dnb", linkHash: [5], createTime: monday,
      expireTime: monday.adding(days: ConsentInvitation.linkDays), kept: kept)
  }

  private func role(_ role: Role, of user: User, in company: Company?) -> RoleAssignment {
    RoleAssignment(id: key(60), user: user.id, company: company?.id, role: role)
  }

  private func invited(_ roles: [RoleAssignment], agreements: [Agreement] = [.dnb]) throws
    -> [Fact]
  {
    try ConsentRules.inviting(
      key(35), user: .alex, roles: roles, bank: "dnb", agreements: agreements,
      company: Company.norwegian.id, linkHash: [5], at: monday)
  }

  @Test func `C-03 only who may approve payments there is asked for consent`() throws {
    let expected = [Fact.consentInvited(ConsentInvited(invitation: invitation()))]
    #expect(try invited([role(.approver, of: .alex, in: .norwegian)]) == expected)
    #expect(try invited([role(.approver, of: .alex, in: nil)]) == expected)
    for roles in [
      [], [role(.accountant, of: .alex, in: .norwegian)],
      [role(.approver, of: .alex, in: .swedish)],
    ] {
      #expect(throws: ConsentError.noBankRights) { try invited(roles) }
    }
    #expect(throws: ConsentError.noAgreement(bank: "dnb")) {
      try invited([role(.approver, of: .alex, in: nil)], agreements: [.seb])
    }
  }

  @Test func `C-01 a link to consent opens once, in its days, while it is the newest`() throws {
    try invitation().opening(linkHash: [5], at: monday)
    let end = monday.adding(days: ConsentInvitation.linkDays)
    try invitation().opening(linkHash: [5], at: Instant(microseconds: end.microseconds - 1))
    for (link, kept, time, refusal) in [
      ([4], .open, monday, .linkRefused), ([5], .replaced, monday, .linkRefused),
      ([5], .open, end, .linkExpired), ([5], .used, monday, .linkUsed),
      ([5], .declined, monday, .linkUsed),
    ] as [([UInt8], ConsentInvitation.State, Instant, ConsentError)] {
      #expect(throws: refusal) { try invitation(kept).opening(linkHash: link, at: time) }
    }
  }

  @Test func `C-01 an invited user declines in words`() throws {
    #expect(
      try invitation().declining(linkHash: [5], reason: "Not my bank", at: monday)
        == [
          .consentDeclined(ConsentDeclined(invitation: key(35), reason: "Not my bank"))
        ])
    #expect(throws: ConsentError.reasonInvalid) {
      try invitation().declining(linkHash: [5], reason: "", at: monday)
    }
    #expect(throws: ConsentError.linkUsed) {
      try invitation(.used).declining(linkHash: [5], reason: "No", at: monday)
    }
  }

  @Test func `a link goes to what is given, else to the user's own address`() throws {
    func contact(_ mobile: String, _ email: String, _ user: User = .alex) throws -> [String] {
      let found = try ConsentRules.contact(mobile: mobile, email: email, user: user)
      return [found.mobile, found.email]
    }
    #expect(try contact("", "") == ["", "alex@example.com"])
    #expect(try contact("+4790000001", "") == ["+4790000001", ""])
    var unknown = User.alex
    unknown.email = ""
    #expect(throws: ConsentError.contactMissing) { try contact("", "", unknown) }
    #expect(throws: ConsentError.self) { try contact("90000001", "") }
    #expect(throws: ConsentError.self) { try contact("", "alex") }
  }
}

@Suite struct ConnectionMarksTests {
  @Test func `C-05 C-06 C-07 the agreement's mark is everybody's, the consent's is one's own`() {
    let marks = ConnectionMarks(
      agreements: [.dnb], consents: [.example(of: .alex)], at: monday)
    #expect(marks.integration)
    #expect(marks.consents(of: User.alex.id).count == 1)
    #expect(marks.consents(of: User.kim.id).isEmpty)
    let unsigned = ConnectionMarks(
      agreements: [.example(state: .signed)], consents: [.example(of: .alex)], at: monday)
    #expect(!unsigned.integration)
    #expect(unsigned.consents(of: User.alex.id).count == 1, "the two are independent")
  }

  @Test(
    arguments: [
      (0, nil, true), (179, nil, true), (180, nil, false), (1, 0, false),
    ] as [(Int, Int?, Bool)])
  func `C-04 bank data is fetched while at least one consent counts`(
    days: Int, revokedAfter: Int?, fetched: Bool
  ) {
    let consent = Consent.example(revoked: revokedAfter.map { monday.adding(days: $0) })
    let marks = ConnectionMarks(
      agreements: [.dnb], consents: [consent], at: monday.adding(days: days))
    #expect(marks.bankData == fetched)
    #expect(!ConnectionMarks(agreements: [.dnb], consents: [], at: monday).bankData)
  }

  @Test func `C-01 a superseded consent counts no more`() {
    var old = Consent.example()
    old.supersedeTime = monday.adding(days: 10)
    #expect(old.state(at: monday.adding(days: 11)) == .superseded)
    #expect(
      !ConnectionMarks(agreements: [.dnb], consents: [old], at: monday.adding(days: 11)).bankData)
  }
}
