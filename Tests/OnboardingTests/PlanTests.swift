import Domain
import Foundation
import Primitives
import TestKit
import Testing

@testable import Onboarding

/// A bureau in memory that does what a plan says, as the server would.
struct ModelBureau {
  var state: BureauState
  private var count: UInt8 = 0

  init(of file: BureauFile) {
    state = BureauState(bureau: file.bureau, users: [], clients: [])
  }

  mutating func id<Of>() throws -> ID<Of> {
    count += 1
    return try #require(ID(bytes: [UInt8](repeating: count, count: 16)))
  }

  mutating func apply(_ plan: BureauPlan) throws {
    var made: [String: ID<User>] = [:]
    for client in plan.clients where !client.steps.changes.isEmpty {
      let company = client.file.company
      var known =
        try state.clients.first { $0.known.company.id == client.company }?.known
        ?? KnownCompany(
          company: Company(
            id: try id(), displayName: company.displayName,
            organisationNumber: company.organisationNumber, street: company.street,
            postalCode: company.postalCode, town: company.town,
            createTime: Instant(microseconds: 0)), roles: [], agreements: [])
      let people = Dictionary(uniqueKeysWithValues: client.people.map { ($0.key, $0) })
      for change in client.steps.changes {
        switch change {
        case .createUser(let key):
          let person = try #require(people[key])
          if made[key] == nil {
            let user: ID<User> = try id()
            made[key] = user
            state.users.append(
              KnownUser(
                id: user, kind: .person, displayName: person.displayName, email: person.email,
                reference: person.reference))
          }
        case .assignRole(let role):
          let user = try #require(made[role.person] ?? people[role.person]?.user)
          known.roles.append(
            RoleAssignment(id: try id(), user: user, company: known.company.id, role: role.role))
        case .removeRole(let removal): known.roles.removeAll { $0.id == removal.assignment }
        case .createAgreement(let account, let kind):
          let wish = try #require(
            company.agreements.first { $0.account == account && $0.kind == kind })
          known.agreements.append(
            KnownAgreement(
              id: try id(), state: .sentForSigning, kind: wish.kind, bank: wish.bank,
              account: account, currency: wish.currency,
              signer: try #require(people[wish.signer]?.reference)))
        case .sendAgreement(let id, _):
          for index in known.agreements.indices where known.agreements[index].id == id {
            known.agreements[index].state = .sentForSigning
          }
        case .setPolicy: known.policy = company.policy
        case .createSigningKey:
          known.signingKeys.append(
            KnownSigningKey(publicKey: try #require(company.signingKey).publicKey, state: .current))
        case .inviteConsent(let wish):
          let user = try #require(made[wish.person] ?? people[wish.person]?.user)
          known.consents.append(
            KnownConsent(
              user: user, bank: wish.bank, state: .link(.open),
              createTime: Instant(microseconds: 0)))
        case .setReminders: known.reminders = company.reminders
        case .createCompany: break
        case .updateCompany:
          known.company.displayName = company.displayName
          known.company.street = company.street
          known.company.postalCode = company.postalCode
          known.company.town = company.town
        case .updateUser(let key, let user, _):
          for index in state.users.indices where state.users[index].id == user {
            state.users[index].displayName = people[key]?.displayName ?? ""
            state.users[index].email = people[key]?.email ?? ""
          }
        }
      }
      state.clients.removeAll { $0.known.company.id == known.company.id }
      state.clients.append(
        BureauState.Client(
          known: known, appliedDigest: client.digest,
          appliedSequence: client.appliedSequence + 1))
    }
  }
}

@Suite struct PlanTests {
  static let references = [
    "kari": PersonReference(text: "k"), "ola": PersonReference(text: "o"),
  ]

  private func sample(_ old: String = "", _ new: String = "") throws -> BureauFile {
    try Sample.read(
      old.isEmpty ? Sample.text : Sample.text.replacingOccurrences(of: old, with: new)
    )
    .file
  }

  private func plan(
    _ file: BureauFile, on state: BureauState,
    _ references: [String: PersonReference] = Self.references
  ) -> BureauPlan {
    BureauPlan(file, on: state, references: references)
  }

  private func applied() throws -> ModelBureau {
    let file = try sample()
    var model = ModelBureau(of: file)
    try model.apply(plan(file, on: model.state))
    return model
  }

  private func changes(_ plan: BureauPlan) -> [OnboardingChange] {
    plan.clients.flatMap(\.steps.changes)
  }

  @Test func `an empty bureau needs everything`() throws {
    let file = try sample()
    let account = try AccountNumber(typed: Numbers.norwegianAccount(1))
    let made = plan(file, on: ModelBureau(of: file).state)
    #expect(made.findings.isEmpty)
    #expect(
      changes(made) == [
        .createCompany, .createUser(person: "ola"), .createUser(person: "kari"),
        .assignRole(DesiredRole(person: "ola", role: .accountant)),
        .assignRole(DesiredRole(person: "ola", role: .approver)),
        .assignRole(DesiredRole(person: "kari", role: .approver)),
        .createAgreement(account, .remittance),
      ])
  }

  @Test func `what was applied needs nothing, with national ids and without`() throws {
    let model = try applied()
    #expect(changes(plan(try sample(), on: model.state)).isEmpty)
    #expect(changes(plan(try sample(), on: model.state, [:])).isEmpty)
  }

  @Test func `the request is the same until it is done, and a new one after`() throws {
    let file = try sample()
    var model = ModelBureau(of: file)
    let first = plan(file, on: model.state).clients[0].requestID
    #expect(plan(file, on: model.state).clients[0].requestID == first)
    try model.apply(plan(file, on: model.state))
    // Undone by hand: the same file, and yet another request.
    model.state.clients[0].known.roles.removeAll()
    #expect(plan(file, on: model.state).clients[0].requestID != first)
  }

  @Test func `a role given by hand is taken away, and one taken away is given`() throws {
    var model = try applied()
    let taken = model.state.clients[0].known.roles.removeFirst()
    let given = RoleAssignment(
      id: try model.id(), user: taken.user, company: taken.company, role: .reader)
    model.state.clients[0].known.roles.append(given)
    let made = plan(try sample(), on: model.state)
    #expect(
      changes(made) == [
        .assignRole(DesiredRole(person: "ola", role: .accountant)),
        .removeRole(.init(assignment: given.id, user: given.user, role: .reader)),
      ])
    #expect(made.clients[0].isDrift)
  }

  @Test func `an edited file is no drift`() throws {
    let model = try applied()
    let file = try sample("      approver: [seniors]\n", "")
    let made = plan(file, on: model.state)
    #expect(changes(made).count == 2)
    #expect(!made.clients[0].isDrift)
  }

  @Test func `a change of name or address is seen, a missing mail address is left`() throws {
    let model = try applied()
    #expect(
      changes(plan(try sample("Havnegata 1", "Havnegata 2"), on: model.state)) == [
        .updateCompany(["address.street"])
      ])
    #expect(
      changes(plan(try sample("    email: ola@example.com\n", ""), on: model.state)).isEmpty)
    let renamed = changes(plan(try sample("Ola Nordmann", "Ola Berg"), on: model.state))
    guard case .updateUser("ola", _, ["name"])? = renamed.first else {
      Issue.record("\(renamed)")
      return
    }
  }

  @Test func `a new person needs a national id, a known one does not`() throws {
    let file = try sample()
    let made = plan(file, on: ModelBureau(of: file).state, ["kari": PersonReference(text: "k")])
    #expect(made.findings.map(\.reason) == ["NATIONAL_ID_MISSING"])
    #expect(made.findings.map(\.line) == [10])
  }

  @Test func `a person with two ids is refused`() throws {
    let model = try applied()
    // Kari's mail address, and the national id of somebody else.
    let made = plan(
      try sample(), on: model.state,
      ["kari": PersonReference(text: "x"), "ola": PersonReference(text: "o")])
    #expect(made.findings.map(\.reason) == ["PERSON_TWO_IDS"])
    #expect(made.findings.map(\.path) == ["people[0]"])
    // Or of another user.
    let swapped = plan(
      try sample(), on: model.state,
      ["kari": PersonReference(text: "o"), "ola": PersonReference(text: "k")])
    #expect(swapped.findings.map(\.reason) == ["PERSON_TWO_IDS", "PERSON_TWO_IDS"])
  }

  @Test func `a mail address that several users have names none`() throws {
    var model = try applied()
    model.state.users.append(
      KnownUser(
        id: try model.id(), kind: .person, displayName: "K", email: "Kari@example.com",
        reference: PersonReference(text: "z")))
    #expect(
      plan(try sample(), on: model.state, [:]).findings.map(\.reason) == ["EMAIL_AMBIGUOUS"])
    // The national id tells.
    #expect(changes(plan(try sample(), on: model.state)).isEmpty)
  }

  @Test func `a user id names a user, and must be one`() throws {
    let model = try applied()
    let kari = try #require(model.state.users.first { $0.email == "kari@example.com" })
    let named = try sample("    email: kari@example.com\n", "    user: \(kari.id.hex)\n")
    #expect(changes(plan(named, on: model.state, [:])).isEmpty)
    let unknown = try sample(
      "    email: kari@example.com\n", "    user: \(String(repeating: "ee", count: 16))\n")
    #expect(plan(unknown, on: model.state, [:]).findings.map(\.reason) == ["USER_UNKNOWN"])
  }

  @Test(arguments: [
    ("currency: NOK", "currency: EUR", "currency"),
    ("bank: dnb", "bank: sparebank1", "bank"), ("signer: kari", "signer: ola", "signer"),
  ])
  func `an agreement that differs is for people to decide`(old: String, new: String, field: String)
    throws
  {
    let model = try applied()
    let made = plan(try sample(old, new), on: model.state)
    #expect(made.findings.map(\.reason) == ["AGREEMENT_DIFFERS"])
    #expect(made.findings[0].message.contains(field))
    #expect(made.findings[0].path == "clients[0].agreements[0]")
  }

  @Test func `who signed is history, and a terminated agreement is made anew`() throws {
    var model = try applied()
    model.state.clients[0].known.agreements[0].state = .active
    #expect(plan(try sample("signer: kari", "signer: ola"), on: model.state).findings.isEmpty)
    model.state.clients[0].known.agreements[0].state = .terminated
    let account = model.state.clients[0].known.agreements[0].account
    #expect(
      changes(plan(try sample(), on: model.state)) == [.createAgreement(account, .remittance)])
    model.state.clients[0].known.agreements[0].state = .draft
    let id = model.state.clients[0].known.agreements[0].id
    #expect(changes(plan(try sample(), on: model.state)) == [.sendAgreement(id, account)])
  }

  @Test func `a new agreement goes to a signer with mobile and mail address (A-09)`() throws {
    let file = try sample("    mobile: \"+4791234567\"\n", "")
    let made = plan(file, on: ModelBureau(of: file).state)
    #expect(made.findings.map(\.reason) == ["SIGNER_UNREACHABLE"])
  }

  @Test func `programs have the roles of programs, people those of people`() throws {
    var model = try applied()
    let program = KnownUser(
      id: try model.id(), kind: .service, displayName: "ERP", email: "", reference: nil)
    model.state.users.append(program)
    let person = "  - key: erp\n    name: ERP\n    user: \(program.id.hex)\ngroups:\n"
    func with(_ role: String, _ who: String) throws -> BureauFile {
      try Sample.read(
        Sample.text.replacingOccurrences(of: "groups:\n", with: person)
          .replacingOccurrences(
            of: "      approver: [seniors]",
            with: "      approver: [seniors]\n      \(role): [\(who)]")
      ).file
    }
    #expect(
      changes(plan(try with("service_user", "erp"), on: model.state)) == [
        .assignRole(DesiredRole(person: "erp", role: .serviceUser))
      ])
    #expect(
      plan(try with("company_administrator", "erp"), on: model.state).findings.map(\.reason)
        == ["ROLE_OF_OTHER_KIND"])
    #expect(
      plan(try with("service_user", "kari"), on: model.state).findings.map(\.reason)
        == ["ROLE_OF_OTHER_KIND"])
  }

  @Test func `a file of another bureau is refused`() throws {
    let model = try applied()
    let file = try sample("923609016", Numbers.organisation(9))
    #expect(plan(file, on: model.state).findings.map(\.reason) == ["OTHER_BUREAU"])
  }

  @Test func `companies that the file does not name are left alone and told`() throws {
    let model = try applied()
    var file = try sample()
    file.clients = []
    let made = plan(file, on: model.state)
    #expect(changes(made).isEmpty)
    #expect(made.unlisted.map(\.displayName) == ["Fjord Fisk AS"])
  }

  @Test func `the digest follows the client and its people, not the rest of the file`() throws {
    func digest(_ file: BureauFile) -> String {
      plan(file, on: ModelBureau(of: file).state).clients[0].digest
    }
    let first = digest(try sample())
    #expect(digest(try sample("Havnegata 1", "Havnegata 2")) != first)
    #expect(digest(try sample("Ola Nordmann", "Ola Berg")) != first)
    // Another name for the same people.
    #expect(
      digest(try sample("accountant: [team]", "accountant: [ola]")) == first)
  }
}

@Suite struct ImportTests {
  private func state(_ seed: UInt64) throws -> (BureauState, [ID<Agreement>: DesiredPerson]) {
    let example = BureauExample(clients: 12, seed: seed)
    var model = ModelBureau(of: example.file)
    let references = Dictionary(
      uniqueKeysWithValues: example.nationalIDs.map {
        ($0.person, PersonReference(text: $0.number))
      })
    let plan = BureauPlan(example.file, on: model.state, references: references)
    #expect(plan.findings.isEmpty)
    // Ids of a byte are enough for a few clients only.
    try model.apply(plan)
    let people = Dictionary(
      uniqueKeysWithValues: example.nationalIDs.map { ($0.number, $0.person) })
    let byKey = Dictionary(
      uniqueKeysWithValues: example.file.people.map { ($0.person.key, $0.person) })
    var signers: [ID<Agreement>: DesiredPerson] = [:]
    for agreement in model.state.clients.flatMap(\.known.agreements) {
      signers[agreement.id] = people[agreement.signer.text].flatMap { byKey[$0] }
    }
    return (model.state, signers)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `the plan of what was imported is empty`(seed: UInt64) throws {
    let (state, signers) = try state(seed)
    let text = BureauFile(of: state, signers: signers).text
    let file = try BureauFile.read(Array(text.utf8)).file
    let plan = BureauPlan(file, on: state, references: [:])
    #expect(plan.findings.isEmpty)
    #expect(plan.clients.count == 12)
    #expect(plan.changed.isEmpty)
  }

  @Test func `users without a mail address of their own are named by their id`() throws {
    var (state, signers) = try state(4)
    for index in state.users.indices {
      state.users[index].email = index.isMultiple(of: 2) ? "" : "info@example.com"
    }
    let text = BureauFile(of: state, signers: signers).text
    let file = try BureauFile.read(Array(text.utf8)).file
    #expect(file.people.contains { $0.person.user != nil })
    let plan = BureauPlan(file, on: state, references: [:])
    #expect(plan.findings.isEmpty)
    #expect(plan.changed.isEmpty)
  }
}
