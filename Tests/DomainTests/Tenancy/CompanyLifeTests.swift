import Domain
import Primitives
import Testing

@Suite struct CompanyLifeTests {
  private func company(_ state: CompanyState) -> Company {
    var company = Company.norwegian
    company.state = state
    return company
  }

  private let draft = CompanyDraft(
    displayName: "Nordlys Handel AS", organisationNumber: "988 077 917", countryCode: "NO",
    street: "Storgata 1", postalCode: "0155", town: "Oslo")

  @Test func `U-06 a company made by hand exists inactive, another is active`() throws {
    #expect(try draft.validated(as: key(2), at: monday).state == .active)
    let manual = try draft.validated(as: key(2), at: monday, isManual: true)
    #expect(manual == company(.inactive))
  }

  @Test func `U-05 a company that exists is not made again, and the refusal says how it stands`()
    throws
  {
    try CompanyDraft.refusing(nil)
    #expect(throws: TenancyError.companyExists) { try CompanyDraft.refusing(.active) }
    #expect(throws: CompanyError.existsInactive) { try CompanyDraft.refusing(.inactive) }
    #expect(throws: CompanyError.existsClosed) { try CompanyDraft.refusing(.closed) }
  }

  @Test func `U-07 only an inactive company is activated`() throws {
    #expect(
      try company(.inactive).activating()
        == [.companyActivated(CompanyActivated(company: key(2)))])
    #expect(throws: CompanyError.active) { try company(.active).activating() }
    #expect(throws: CompanyError.closed) { try company(.closed).activating() }
  }

  @Test func `U-05 work needs an active company`() throws {
    try Company.requireActive(.active)
    #expect(throws: CompanyError.inactive) { try Company.requireActive(.inactive) }
    #expect(throws: CompanyError.closed) { try Company.requireActive(.closed) }
  }

  @Test func `U-03 no change takes one of the mandatory values away`() throws {
    for change in [
      CompanyChange(displayName: " "), CompanyChange(street: ""), CompanyChange(postalCode: "\t"),
      CompanyChange(town: ""),
    ] {
      #expect(throws: TenancyError.self) { try company(.active).changing(change) }
    }
    #expect(throws: CompanyError.closed) {
      try company(.closed).changing(CompanyChange(town: "Bodø"))
    }
    let facts = try company(.inactive).changing(CompanyChange(town: " Bodø "))
    #expect(
      facts == [
        .companyUpdated(
          CompanyUpdated(
            company: key(2), displayName: "Nordlys Handel AS", street: "Storgata 1",
            postalCode: "0155", town: "Bodø"))
      ])
  }

  @Test func `a company is closed once, with a reason and nothing that could still move money`()
    throws
  {
    let nothing = CompanyRemains()
    #expect(throws: TenancyError.fieldMissing("reason")) {
      try company(.active).closing(" ", remains: nothing)
    }
    #expect(throws: CompanyError.closed) {
      try company(.closed).closing("Moved", remains: nothing)
    }
    #expect(throws: CompanyError.openPayments(count: 2, first: [key(40)])) {
      try company(.active).closing("Moved", remains: CompanyRemains(openCount: 2, open: [key(40)]))
    }
    #expect(throws: CompanyError.held) {
      try company(.active).closing("Moved", remains: CompanyRemains(isHeld: true))
    }
    for state in [CompanyState.active, .inactive] {
      #expect(
        try company(state).closing("Moved", remains: nothing)
          == [.companyClosed(CompanyClosed(company: key(2), reason: "Moved"))])
    }
  }

  @Test func `every state in which money may leave or have left keeps a company open`() {
    let moving = PaymentState.allCases.filter { state in
      (PaymentState.table[state] ?? [:]).keys.contains { [.transfer, .pay, .lose].contains($0) }
    }
    #expect(Set(PaymentState.holdingCompanyOpen) == Set(moving))
  }
}

@Suite struct UserLifeTests {
  @Test func `U-01 the last customer administrator is neither blocked nor loses the role`() throws {
    #expect(throws: UserError.lastAdministrator) {
      try User.alex.blocking("", isAdministrator: true, others: false)
    }
    #expect(try User.alex.blocking("", isAdministrator: true, others: true).count == 1)
    #expect(try User.alex.blocking("", isAdministrator: false, others: false).count == 1)
    func removing(_ role: Role, in company: ID<Company>?, others: Bool) throws -> [Fact] {
      try TenancyRules.removing(
        RoleAssignment(id: key(60), user: User.alex.id, company: company, role: role),
        others: others)
    }
    #expect(throws: UserError.lastAdministrator) {
      try removing(.customerAdministrator, in: nil, others: false)
    }
    #expect(try removing(.customerAdministrator, in: nil, others: true).count == 1)
    #expect(try removing(.customerAdministrator, in: key(2), others: false).count == 1)
    #expect(try removing(.accountant, in: nil, others: false).count == 1)
  }

  @Test func `a user is blocked once and let in once`() throws {
    var blocked = User.kim
    blocked.isBlocked = true
    #expect(throws: UserError.blocked) {
      try blocked.blocking("", isAdministrator: false, others: true)
    }
    #expect(throws: UserError.notBlocked) { try User.kim.unblocking() }
    #expect(try blocked.unblocking() == [.userUnblocked(UserUnblocked(user: User.kim.id))])
    #expect(throws: TenancyError.fieldNotPlain("reason")) {
      try User.kim.blocking("a\nb", isAdministrator: false, others: true)
    }
  }

  @Test func `a user's name and mail address change, each by itself`() throws {
    #expect(
      try User.kim.changing(UserChange(email: ""))
        == [.userUpdated(UserUpdated(user: User.kim.id, displayName: "Kim Lie", email: ""))])
    #expect(throws: TenancyError.fieldMissing("display_name")) {
      try User.kim.changing(UserChange(displayName: " "))
    }
    expectReason("EMAIL_INVALID") { try User.kim.changing(UserChange(email: "kim at home")) }
  }
}

@Suite struct SearchTextTests {
  @Test(arguments: [
    ("Ørland", "%ørland%"), ("988 077 917", "%988077917%"), ("988.077", "%988077%"),
    ("50% off_!", "%50!% off!_!!%"), (" Fjord ", "%fjord%"), ("", nil), ("  ", nil),
  ])
  func `K-03 a text becomes a pattern, a number in groups the number`(
    text: String, pattern: String?
  ) throws {
    #expect(try SearchText.pattern(text) == pattern)
  }

  @Test func `a text that is too long is refused`() {
    #expect(throws: TenancyError.fieldTooLong("query", limit: 100)) {
      try SearchText.pattern(String(repeating: "x", count: 101))
    }
  }

  @Test func `folding changes capital letters and nothing else`() {
    #expect(SearchText.folded("ÆRLIG Åsmund ÖBERG & Co 7") == "ærlig åsmund öberg & co 7")
    #expect(Set(SearchText.letters.map(\.upper)).count == SearchText.letters.count)
  }
}
