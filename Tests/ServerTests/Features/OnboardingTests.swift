import BureauAPI
import Connectors
import Domain
import EngineKit
import GRPCCore
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// One company of a bureau file: whole or not at all, and nothing twice.
@Suite(.everyEngine) struct OnboardingTests {
  private func apply(
    _ request: Bureau_V1_ApplyCompanyRequest, by person: Person
  ) async throws -> Bureau_V1_ApplyCompanyResponse {
    try await person.calls { connection, metadata in
      try await connection.onboarding.applyCompany(request, metadata: metadata)
    }
  }

  private func state(_ bureau: TestBureau) async throws -> Bureau_V1_BureauState {
    let parent = bureau.name
    return try await bureau.administrator.calls { connection, metadata in
      try await connection.onboarding.readBureauState(
        .with {
          $0.parent = parent
          $0.pageSize = 1
        }, metadata: metadata
      ) { response in
        var whole = Bureau_V1_BureauState()
        for try await part in response.messages {
          if part.hasBureau { whole.bureau = part.bureau }
          whole.users += part.users
          // A page has no more than was asked for.
          #expect(part.companies.count <= 1)
          whole.companies += part.companies
        }
        return whole
      }
    }
  }

  @Test func `an agreement on incoming payments comes with it too`() async throws {
    try await withBureau { bureau in
      var wish = try bureau.wish("Ny Fisk AS", number: 70)
      wish.agreements[0].kind = .incoming
      let answer = try await apply(wish, by: try bureau.administrator)
      #expect(answer.done.agreementsCreated == 1)
      let kinds = try await state(bureau).companies.flatMap(\.agreements).map(\.agreement.kind)
      #expect(kinds == [.incoming])
      wish.agreements[0].kind = .unspecified
      wish.requestID += "-other"
      let unspecified = wish
      let refused = try await bureau.refusal {
        try await apply(unspecified, by: try bureau.administrator)
      }
      #expect(refused.reason == "AGREEMENT_KIND_INVALID")
    }
  }

  @Test
  func `a company comes with its people, roles and agreements in one step (U-02, A-08, A-10)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let wish = try bureau.wish("Ny Fisk AS", number: 70)
      let answer = try await apply(wish, by: robin)
      #expect(answer.done.companyCreated)
      #expect(answer.done.usersCreated == 2)
      #expect(answer.done.rolesGiven == 2)
      #expect(answer.done.agreementsCreated == 1 && answer.done.agreementsSent == 1)
      // In two journals, under one request.
      let own = try await bureau.facts().filter { $0.requestID == wish.requestID }
      #expect(
        own.map(\.fact.name) == [
          "CompanyOnboarded", "CompanyCreated", "PackagesChosen", "UserCreated", "UserCreated",
          "RoleAssigned", "RoleAssigned",
        ])
      let id = try #require(ID<Company>(hex: String(answer.company.suffix(32))))
      let company = TestCompany(
        name: answer.company, displayName: "Ny Fisk AS",
        place: .init(bureau: bureau.id, company: id), account: "")
      let theirs = try await bureau.facts(of: company)
      #expect(theirs.map(\.fact.name) == ["AgreementDrafted", "AgreementSent"])
      #expect(theirs.allSatisfy { $0.requestID == wish.requestID })
      // The company's facts saw the bureau's journal with the roles in it.
      #expect(theirs.allSatisfy { $0.bureauSequence == own.last?.sequence })
      // The link goes to the signer.
      try await bureau.settle()
      let letter = try #require(try bureau.world.messenger.messages().last)
      #expect(letter.email == "dag-70@example.com")
    }
  }

  @Test
  func `onboarding asks for the packages that its parts need, and switches them on (O-01, U-04)`()
    async throws
  {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      var wish = try bureau.wish("Ny Fisk AS", number: 70)
      try await robin.choosesPackages(["remittance": [], "messages": []], of: nil)
      let moduleless = try await bureau.refusal { try await apply(wish, by: robin) }
      #expect(moduleless.reason == "PACKAGE_MISSING" && moduleless.message.contains("bank"))
      try await robin.choosesPackages(["bank": []], of: nil)
      let linkless = try await bureau.refusal { try await apply(wish, by: robin) }
      #expect(linkless.reason == "PACKAGE_MISSING" && linkless.message.contains("messages"))
      // People and roles need none.
      wish.agreements = []
      wish.requestID = robin.newRequestID()
      let answer = try await apply(wish, by: robin)
      let packages = try await robin.calls { connection, metadata in
        try await connection.licences.getPackages(
          .with { $0.parent = answer.company }, metadata: metadata)
      }
      #expect(!packages.inherited && packages.packages.map(\.package) == ["bank"])
    }
  }

  @Test func `the same once more changes nothing, also under another request`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      var wish = try bureau.wish("Ny Fisk AS", number: 70)
      let first = try await apply(wish, by: robin)
      let journals = try await bureau.journals()
      #expect(try await apply(wish, by: robin) == first)
      wish.requestID = "another"
      let again = try await apply(wish, by: robin)
      #expect(again.company == first.company)
      #expect(again.done == Bureau_V1_OnboardingCounts())
      #expect(try await bureau.journals() == journals)
    }
  }

  @Test func `a refusal anywhere leaves nothing of the company behind`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let good = try bureau.wish("Ny Fisk AS", number: 70)
      func refused(_ change: (inout Bureau_V1_ApplyCompanyRequest) -> Void) async throws -> String {
        var wish = good
        change(&wish)
        wish.requestID = robin.newRequestID()
        return try await bureau.refusal { try await apply(wish, by: robin) }.reason
      }
      #expect(try await refused { $0.agreements[0].bank = "seb" } == "ACCOUNT_NOT_AT_BANK")
      #expect(try await refused { $0.agreements[0].bank = "x" } == "BANK_NOT_SUPPORTED")
      #expect(try await refused { $0.agreements[0].account.text = "1" } == "ACCOUNT_INVALID")
      #expect(try await refused { $0.people[1].mobile = "" } == "SIGNER_UNREACHABLE")
      #expect(try await refused { $0.people[1].nationalID = "" } == "NATIONAL_ID_MISSING")
      #expect(
        try await refused { $0.people[1].nationalID = "191212121213" } == "NATIONAL_ID_INVALID")
      #expect(try await refused { $0.people.removeLast() } == "PERSON_NOT_LISTED")
      #expect(try await refused { $0.roles[0].role = .unspecified } == "ROLE_INVALID")
      #expect(try await refused { $0.roles[0].role = .serviceUser } == "ROLE_OF_OTHER_KIND")
      #expect(try await refused { $0.company.address.town = "" } == "FIELD_MISSING")
      #expect(
        try await refused {
          $0.people[0].user = "\($0.parent)/users/\(String(repeating: "ab", count: 16))"
        } == "USER_UNKNOWN")
      #expect(
        try await refused { wish in
          wish.people = (0...1_000).map { n in .with { $0.key = "p\(n)" } }
        } == "ONBOARDING_TOO_MANY")
      #expect(try await state(bureau).companies.count == 1)
    }
  }

  @Test func `a user with the national id of another is refused`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let kim = try await bureau.accountant("Kim")
      var wish = try bureau.wish("Ny Fisk AS", number: 70)
      wish.people[0].user = kim.name
      let refusal = try await bureau.refusal { try await apply(wish, by: robin) }
      #expect(refusal.reason == "PERSON_TWO_IDS")
    }
  }

  @Test func `who is a user already stays the one user`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let kim = try await bureau.accountant("Kim"), dag = try bureau.stranger()
      var wish = bureau.wish("Ny Fisk AS", number: 70, accountant: kim.citizen, director: dag)
      wish.people[0].email = ""
      #expect(try await apply(wish, by: robin).done.usersCreated == 1)
      let held = try await state(bureau).companies.flatMap(\.roleAssignments)
      #expect(held.count { $0.user == kim.name && $0.role == .accountant } == 2)
    }
  }

  @Test func `roles given by hand are taken away, those taken away are given`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      var wish = try bureau.wish("Ny Fisk AS", number: 70)
      let name = try await apply(wish, by: robin).company
      wish.roles = [
        wish.roles[1],
        .with {
          $0.person = "kim"; $0.role = .reader
        },
      ]
      wish.requestID = "edited"
      let done = try await apply(wish, by: robin).done
      #expect(done.rolesGiven == 1 && done.rolesTaken == 1)
      let company = try #require(
        try await state(bureau).companies.first { $0.company.name == name })
      #expect(Set(company.roleAssignments.map(\.role)) == [.approver, .reader])
      #expect(company.contentDigest == "digest-70")
    }
  }

  @Test func `names and addresses follow the file`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      var wish = try bureau.wish("Ny Fisk AS", number: 70)
      let name = try await apply(wish, by: robin).company
      wish.company.displayName = "Nyere Fisk AS"
      wish.company.address.street = "Nygata 2"
      wish.people[0].displayName = "Kim Berg"
      wish.people[1].email = "dag.berg@example.com"
      wish.requestID = "renamed"
      let done = try await apply(wish, by: robin).done
      #expect(done.companyUpdated && done.usersUpdated == 2)
      let state = try await state(bureau)
      let company = try #require(state.companies.first { $0.company.name == name }?.company)
      #expect(company.displayName == "Nyere Fisk AS" && company.address.street == "Nygata 2")
      #expect(state.users.contains { $0.user.displayName == "Kim Berg" })
      #expect(state.users.contains { $0.user.email == "dag.berg@example.com" })
    }
  }

  @Test func `a signer signs what was sent, and the state tells so (A-11)`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let kim = try bureau.stranger(), dag = try bureau.stranger()
      let wish = bureau.wish("Ny Fisk AS", number: 70, accountant: kim, director: dag)
      let name = try await apply(wish, by: robin).company
      let sent = try await state(bureau).companies.first { $0.company.name == name }
      let agreement = try #require(sent?.agreements.first)
      #expect(agreement.agreement.state == .sentForSigning)
      let user = try await state(bureau).users.first { $0.user.displayName == "Dag" }
      #expect(user?.personReference == agreement.signerReference)
    }
  }

  @Test func `people are resolved to references that tell nothing`() async throws {
    try await withBureau { bureau in
      let parent = bureau.name
      let ids = [try bureau.administrator.citizen, try bureau.stranger()]
        .map(\.personalNumber.digits)
      let answer = try await bureau.administrator.calls { connection, metadata in
        try await connection.onboarding.resolvePeople(
          .with {
            $0.parent = parent
            $0.nationalIds = ids + [ids[0]]
          }, metadata: metadata)
      }
      let references = answer.personReferences
      #expect(references.count == 3 && references[0] == references[2])
      #expect(references[0] != references[1])
      let robin = try await state(bureau).users.first { $0.user.displayName == "Robin" }
      #expect(robin?.personReference == references[0])
      for (id, reference) in zip(ids, references) { #expect(!reference.contains(id)) }
      let refusal = try await bureau.refusal {
        try await bureau.administrator.calls { connection, metadata in
          try await connection.onboarding.resolvePeople(
            .with {
              $0.parent = parent
              $0.nationalIds = ["1"]
            }, metadata: metadata)
        }
      }
      #expect(refusal.reason == "NATIONAL_ID_INVALID")
    }
  }

  @Test func `the journal's digest of a request can't be undone to a national id`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let wish = try bureau.wish("Ny Fisk AS", number: 70)
      _ = try await apply(wish, by: robin)
      let plain = Call.digest(
        "bureau.v1.OnboardingService/ApplyCompany", try wish.serializedBytes())
      let facts = try await bureau.facts().filter { $0.requestID == wish.requestID }
      #expect(!facts.isEmpty)
      for fact in facts {
        #expect(fact.envelope.firstRange(of: plain) == nil)
      }
    }
  }

  @Test func `many clients at once share their people and each is there once`() async throws {
    try await withBureau { bureau in
      let robin = try bureau.administrator
      let kim = try bureau.stranger(), dag = try bureau.stranger()
      let wishes = (70..<90).map {
        var wish = bureau.wish("Ny \($0) AS", number: $0, accountant: kim, director: dag)
        for index in wish.people.indices { wish.people[index].email = "p\(index)@example.com" }
        return wish
      }
      try await withThrowingDiscardingTaskGroup { group in
        for wish in wishes {
          for _ in 0..<2 { group.addTask { _ = try await apply(wish, by: robin) } }
        }
      }
      let state = try await state(bureau)
      #expect(state.companies.count == 21)
      #expect(state.users.count == 3)
      #expect(state.companies.allSatisfy { $0.applySequence == 0 || $0.agreements.count == 1 })
      #expect(Set(state.companies.map(\.company.name)).count == 21)
    }
  }
}
