import Domain
import Primitives
import Testing

@Suite struct TenancyRulesTests {
  private let draft = CompanyDraft(
    displayName: "Nordlys Handel AS", organisationNumber: "988 077 917", countryCode: "NO",
    street: "Storgata 1", postalCode: "0155", town: "Oslo")

  @Test func `U-03 a company with all five values is made`() throws {
    let company = try draft.validated(as: key(2), at: monday)
    #expect(company == .norwegian)
  }

  struct Part: Sendable {
    let field: String
    let set: @Sendable (inout CompanyDraft, String) -> Void
  }

  static let five = [
    Part(field: "display_name") { $0.displayName = $1 },
    Part(field: "organisation_number") { $0.organisationNumber = $1 },
    Part(field: "address.street") { $0.street = $1 },
    Part(field: "address.postal_code") { $0.postalCode = $1 },
    Part(field: "address.town") { $0.town = $1 },
  ]

  @Test(arguments: five)
  func `U-03 without one of the five values nothing is made`(part: Part) {
    for empty in ["", "   ", "\t\n"] {
      var draft = draft
      part.set(&draft, empty)
      #expect(throws: TenancyError.fieldMissing(part.field)) {
        try draft.validated(as: key(2), at: monday)
      }
    }
    var long = draft
    part.set(&long, String(repeating: "1", count: 500))
    #expect(throws: TenancyError.self) { try long.validated(as: key(2), at: monday) }
  }

  @Test func `a wrong organisation number or another country is refused`() {
    var wrong = draft
    wrong.organisationNumber = "988077918"
    expectReason("ORGANISATION_NUMBER_INVALID") { try wrong.validated(as: key(2), at: monday) }
    var country = draft
    country.countryCode = "DE"
    #expect(throws: TenancyError.countryNotSupported("DE")) {
      try country.validated(as: key(2), at: monday)
    }
  }

  @Test func `a Swedish company is read by its country`() throws {
    var swedish = draft
    swedish.countryCode = "SE"
    swedish.organisationNumber = "556016-0680"
    let company = try swedish.validated(as: key(2), at: monday)
    #expect(company.organisationNumber.digits == "5560160680")
  }

  @Test func `a person needs a national id and a user is made once`() throws {
    let person = UserDraft(
      kind: .person, displayName: " Alex Berg ", email: "alex@example.com",
      nationalIDDigest: person(10))
    #expect(try person.validated(as: key(10), taken: false, at: monday) == .alex)
    #expect(throws: TenancyError.userExists) {
      try person.validated(as: key(10), taken: true, at: monday)
    }
    var nobody = person
    nobody.nationalIDDigest = nil
    #expect(throws: TenancyError.fieldMissing("national_id")) {
      try nobody.validated(as: key(10), taken: false, at: monday)
    }
    var nameless = person
    nameless.displayName = " "
    #expect(throws: TenancyError.fieldMissing("display_name")) {
      try nameless.validated(as: key(10), taken: false, at: monday)
    }
    var unreachable = person
    unreachable.email = "alex at example"
    expectReason("EMAIL_INVALID") {
      try unreachable.validated(as: key(10), taken: false, at: monday)
    }
  }

  @Test func `a service user keeps no national id`() throws {
    let draft = UserDraft(
      kind: .service, displayName: "ERP", email: "", nationalIDDigest: person(9))
    #expect(try draft.validated(as: key(12), taken: false, at: monday) == .robot)
  }

  @Test func `U-01 a bureau starts with a customer administrator`() throws {
    let facts = try TenancyRules.creating(
      key(1), displayName: "Kontoret AS", organisationNumber: "923609016", countryCode: "NO",
      administrator: .alex, assignment: key(60), at: monday)
    let role = RoleAssignment(
      id: key(60), user: User.alex.id, company: nil, role: .customerAdministrator)
    #expect(facts.contains(.bureauCreated(BureauCreated(bureau: .example))))
    #expect(facts.contains(.userCreated(UserCreated(user: .alex))))
    #expect(facts.contains(.roleAssigned(RoleAssigned(assignment: role))))
  }
}

@Suite struct RoleTests {
  private func role(_ role: Role, in company: ID<Company>? = key(2)) -> RoleAssignment {
    RoleAssignment(id: key(61), user: User.alex.id, company: company, role: role)
  }

  @Test func `U-09 one user holds several roles, each in its company`() throws {
    let held = [role(.accountant)]
    for new in [role(.approver), role(.accountant, in: key(3)), role(.accountant, in: nil)] {
      #expect(
        try TenancyRules.assigning(new, to: .alex, held: held)
          == [.roleAssigned(RoleAssigned(assignment: new))])
    }
    #expect(throws: TenancyError.roleExists) {
      try TenancyRules.assigning(role(.accountant), to: .alex, held: held)
    }
  }

  @Test(arguments: Role.allCases)
  func `a person is never a service user and a service user never a person`(new: Role) {
    let forPerson = try? TenancyRules.assigning(role(new), to: .alex, held: [])
    #expect((forPerson != nil) == (new != .serviceUser))
    let forService = try? TenancyRules.assigning(role(new), to: .robot, held: [])
    #expect((forService != nil) == TenancyRules.ofPrograms.contains(new))
  }
}

/// Expects a refusal with this reason.
func expectReason<T>(
  _ reason: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> T
) {
  let refusal = #expect(throws: (any Error).self, sourceLocation: sourceLocation) { try body() }
  #expect((refusal as? any Refusal)?.reason == reason, sourceLocation: sourceLocation)
}
