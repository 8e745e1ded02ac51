// A bureau with its companies and people, as tests speak of them.

package import BureauAPI
package import Domain
import Engine
import Foundation
import GRPCCore
package import Primitives
package import Sandbox
package import Storage
import SwiftProtobuf
import Synchronization

/// Runs `body` with a fresh server, bank and BankID and one bureau with one company.
/// - Parameter disk: the SQLite VFS under the database; nil: the system's.
package func withBureau<Result: Sendable>(
  at time: String = "2026-03-02T08:00:00Z", disk: String? = nil,
  _ body: @Sendable (TestBureau) async throws -> Result
) async throws -> Result {
  try await World.run(at: time, disk: disk) { world in
    try await body(try await TestBureau.founded(in: world, name: "Fjord Regnskap AS"))
  }
}

/// Runs `body` with a bureau whose company has an active agreement with DNB, an accountant Kim, and
/// an approver Alex who has given consent.
package func withOffice<Result: Sendable>(
  at time: String = "2026-03-02T08:00:00Z", disk: String? = nil,
  _ body: @Sendable (Office) async throws -> Result
) async throws -> Result {
  try await withBureau(at: time, disk: disk) { bureau in
    let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
    let agreement = try await kim.registersAgreement(signer: alex)
    try await alex.signs(agreement)
    try await alex.consents()
    return try await body(Office(bureau: bureau, kim: kim, alex: alex))
  }
}

package struct Office: Sendable {
  package let bureau: TestBureau
  package let kim: Person
  package let alex: Person
}

/// A company as tests speak of it.
package struct TestCompany: Sendable, Equatable {
  /// `bureaus/{bureau}/companies/{company}`
  package let name: String
  package let displayName: String
  package let place: Place
  /// Its account at the bank: Norwegian, in NOK.
  package let account: String

  /// 32 hexadecimal digits.
  package var key: String { place.company.hex }
  package init(name: String, displayName: String, place: Place, account: String) {
    self.name = name
    self.displayName = displayName
    self.place = place
    self.account = account
  }

  package func connection(to bank: String = "dnb") -> BankConnection {
    BankConnection(bureau: place.bureau, company: place.company, bank: bank)
  }
}

package final class TestBureau: Sendable {
  package let world: World
  package let id: ID<Bureau>
  /// `bureaus/{bureau}`
  package let name: String
  private let found = Mutex(Found())

  private struct Found {
    var administrator: Person?
    var company: TestCompany?
    var citizens: [SandboxPerson] = []
  }

  private init(world: World, id: ID<Bureau>, citizens: [SandboxPerson]) {
    self.world = world
    self.id = id
    name = "bureaus/\(id.hex)"
    found.withLock { $0.citizens = citizens }
  }

  /// Made with a token of its own by its first administrator, who logs in and makes a company.
  /// - Parameter accepting: whether the terms are accepted and the licence is in force.
  package static func founded(
    in world: World, name: String, accepting: Bool = true
  ) async throws -> TestBureau {
    let token = "bootstrap-\(world.next())"
    world.bootstrap.issue(token)
    var citizens = world.bankID.authority.people
    let citizen = citizens.removeFirst()
    let request = request(name, citizen: citizen, id: "found-\(world.next())")
    let made = try await Refused.calling {
      try await Bureau_V1_TenancyService.Client(wrapping: world.client)
        .createBureau(request, metadata: ["authorization": "Bearer \(token)"])
    }
    let id = ID<Bureau>(hex: String(made.name.dropFirst("bureaus/".count)))
    guard let id else { throw TestFault("\(made.name) is no bureau") }
    let bureau = TestBureau(world: world, id: id, citizens: citizens)
    let administrator = Person(
      "Robin", made.administrator, citizen: citizen, of: bureau)
    bureau.found.withLock { $0.administrator = administrator }
    // As everybody begins (O-05, O-06).
    if accepting { try await administrator.acceptsTerms() }
    let company = try await bureau.makeCompany("Nordlys Verksted AS")
    bureau.found.withLock { $0.company = company }
    return bureau
  }

  /// What founds a bureau; tests of the bootstrap token send it themselves.
  package static func request(_ name: String, citizen: SandboxPerson, id: String)
    -> Bureau_V1_CreateBureauRequest
  {
    .with {
      $0.bureau.displayName = name
      $0.bureau.organisationNumber = "974760673"
      $0.bureau.countryCode = "NO"
      $0.administrator.displayName = "Robin"
      $0.administrator.kind = .person
      $0.administrator.nationalID = citizen.personalNumber.digits
      $0.administrator.email = "robin@fjord.example"
      $0.customerNumber = "100200"
      $0.requestID = id
    }
  }

  /// The first customer administrator (U-01).
  package var administrator: Person {
    get throws {
      guard let person = found.withLock({ $0.administrator }) else { throw TestFault("nobody") }
      return person
    }
  }

  package var company: TestCompany {
    get throws {
      guard let company = found.withLock({ $0.company }) else { throw TestFault("no company") }
      return company
    }
  }

  /// Another company of the bureau.
  package func makeCompany(_ name: String, manually: Bool = false) async throws -> TestCompany {
    let number = world.next()
    let made = try await administrator.calls { connection, metadata in
      try await connection.tenancy.createCompany(
        .with {
          $0.parent = self.name
          $0.company.displayName = name
          $0.company.organisationNumber = Numbers.organisation(number)
          $0.company.countryCode = "NO"
          $0.company.address.street = "Havnegata 14"
          $0.company.address.postalCode = "8006"
          $0.company.address.town = "Bodø"
          $0.manual = manually
          $0.requestID = "company-\(number)"
        }, metadata: metadata)
    }
    guard let id = ID<Company>(hex: String(made.name.suffix(32))) else {
      throw TestFault("\(made.name) is no company")
    }
    return TestCompany(
      name: made.name, displayName: name, place: Place(bureau: self.id, company: id),
      account: Numbers.norwegianAccount(number))
  }

  // MARK: People

  package func accountant(_ name: String, at company: TestCompany? = nil) async throws -> Person {
    try await person(name, .accountant, at: company ?? self.company)
  }

  package func approver(_ name: String, at company: TestCompany? = nil) async throws -> Person {
    try await person(name, .approver, at: company ?? self.company)
  }

  package func reader(_ name: String, at company: TestCompany? = nil) async throws -> Person {
    try await person(name, .reader, at: company ?? self.company)
  }

  /// Somebody whom BankID knows and the bureau does not, or not yet.
  package func stranger() throws -> SandboxPerson {
    let citizen = found.withLock { $0.citizens.isEmpty ? nil : $0.citizens.removeFirst() }
    guard let citizen else { throw TestFault("the sandbox has no more people") }
    return citizen
  }

  /// A new user with one role; `company` nil: in the whole bureau.
  package func person(
    _ name: String, _ role: Bureau_V1_Role, at company: TestCompany?
  ) async throws -> Person {
    let citizen = try stranger()
    let user = try await administrator.calls { connection, metadata in
      try await connection.tenancy.createUser(
        .with {
          $0.parent = self.name
          $0.user.displayName = name
          $0.user.kind = .person
          $0.user.nationalID = citizen.personalNumber.digits
          $0.user.email = "\(name.lowercased())@nordlys.example"
          $0.requestID = "user-\(self.world.next())"
        }, metadata: metadata)
    }
    let person = Person(name, user.name, citizen: citizen, of: self)
    try await administrator.gives(person, role, at: company)
    return person
  }

  /// A service user with a token for `days`.
  package func serviceUser(_ name: String, days: Int = 30) async throws -> ServiceUser {
    let administrator = try administrator, company = try company
    let user = try await administrator.calls { connection, metadata in
      try await connection.tenancy.createUser(
        .with {
          $0.parent = self.name
          $0.user.displayName = name
          $0.user.kind = .service
          $0.requestID = "user-\(self.world.next())"
        }, metadata: metadata)
    }
    try await administrator.givesRole(.serviceUser, to: user.name, at: company)
    let token = try await administrator.issuesToken(to: user.name, days: days)
    return ServiceUser(name: user.name, token: token)
  }

  package struct ServiceUser: Sendable {
    /// `bureaus/{bureau}/users/{user}`
    package let name: String
    package let token: Bureau_V1_Token
  }

  // MARK: Looking

  /// What the bank has paid, by its own ledger.
  package var executed: [ExecutedTransfer] { world.bank.executed }

  /// The heads of all the bureau's journals: equal before and after means nothing has changed.
  package func journals() async throws -> [JournalHead] {
    let id = id
    return try await world.database.read(as: .bureau(TenantKey(id))) { tx in
      try AuditTables.heads(of: id, in: tx)
    }
  }

  /// The facts of one journal, oldest first; nil: the bureau's own.
  package func facts(of company: TestCompany? = nil) async throws -> [JournalEntry] {
    let place = company?.place ?? Place(bureau: id)
    return try await world.database.read(as: place.scope) { tx in
      try Journal.entries(of: place, after: 0, limit: 10_000, in: tx)
    }
  }

  /// Runs a call that must be refused and must change nothing: no fact, no transfer at the bank.
  package func refusal<Answer>(
    of call: () async throws -> Answer
  ) async throws -> Refused {
    let journals = try await journals(), executed = executed
    do { _ = try await Refused.calling(call) } catch let refused as Refused {
      guard try await self.journals() == journals, self.executed == executed else {
        throw TestFault("refused, and yet something was changed: \(refused)")
      }
      return refused
    }
    throw TestFault("was not refused")
  }

  // MARK: Time

  package func settle() async throws { try await world.settle() }
  package func turnClock(
    to time: String, visiting: () async throws -> Void = {}
  ) async throws {
    try await world.turnClock(to: time, visiting: visiting)
  }
  package func restart() async throws { try await world.restart() }

  /// Lets the world go on to the evening of a day: files leave, the bank pays and answers.
  package func bankSettles(on date: String) async throws {
    try await turnClock(to: "\(date)T18:00:00Z")
  }
}
