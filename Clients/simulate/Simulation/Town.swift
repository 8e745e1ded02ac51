// One simulated world: a bureau with three companies and its people, the sandbox's bank, and two
// servers on one database, all of it the real code. Only BankID is played, and time and chance are
// given.

import BureauAPI
import Checker
import Connectors
import Domain
import Engine
import EngineKit
import EngineSQLite
import Foundation
import Logging
import Policies
import Primitives
import Sandbox
import Server
import Storage
import TestKit

/// Why a simulation cannot go on: a fault of its own, never one that it found.
package struct SimulationFault: Error, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

struct SimulatedCompany: Sendable {
  var place: Place
  var name: String
  var organisationNumber: String
  /// The first is the one that pays; the second is at the same bank; the third at another.
  var accounts: [(bank: String, number: AccountNumber)]
  /// A payee's new account is held there until somebody else has confirmed it.
  var confirmsAccounts: Bool

  func connection(_ bank: String) -> BankConnection {
    BankConnection(bureau: place.bureau, company: place.company, bank: bank)
  }
}

struct SimulatedPerson: Sendable {
  var user: ID<User>
  var number: PersonalNumber
  var token: String
}

/// A server as long as it lives.
struct Machine: Sendable {
  var fuse: Fuse
  var channel: WatchedChannel
  var desk: Desk
  var jobs: Jobs
}

/// A copy of the database, with how much had been acknowledged when it was made.
struct OldCopy: Sendable {
  var place: DatabasePlace
  var acknowledged: Int
}

final class Town {
  let seed: UInt64
  let plant: Plant?
  let folder: URL
  let clock: TurnedClock
  let chance: ChanceSource
  let bankID: SimulatedBankID
  let bank: SandboxBank
  let folders: FolderChannel
  let log = LogBook()
  let bureau: ID<Bureau>
  let companies: [SimulatedCompany]
  let administrator: SimulatedPerson
  let accountant: SimulatedPerson
  let approvers: [SimulatedPerson]
  /// Sees salaries, as the first of the approvers does, and nobody else.
  let payroll: SimulatedPerson

  let place: DatabasePlace
  private(set) var database: any Database
  private(set) var machines: [Machine] = []
  private(set) var tables: any StoredTables
  private let secrets: SecretBox
  private let nationalIDKey: NationalIDKey
  private let auditKey: AuditKey

  let oracle: Oracle
  var tale: [String] = []
  var faults = 0
  var acknowledged: [Acknowledgement] = []
  /// Calls of which nobody knows what became of them.
  var unanswered: [Wish] = []
  var openOrders: [OpenOrder] = []
  var copy: OldCopy?
  private var wasPutBack = false
  var stalled: [StalledDelivery] = []
  var invoices: [(company: Int, invoice: SupplierInvoice)] = []
  /// Lines of the log that were looked at.
  private var logged = 0

  static let start = "2026-03-02T08:00:00Z"

  /// - Parameter folder: empty, and the caller's to remove.
  init(seed: UInt64, plant: Plant?, folder: URL) async throws {
    guard let start = Instant(rfc3339: Self.start) else { throw SimulationFault("no start") }
    self.seed = seed
    self.plant = plant
    self.folder = folder
    clock = TurnedClock(at: start)
    chance = ChanceSource(seed: seed)
    bankID = SimulatedBankID(chance)
    let bankFolder = folder.appending(path: "bank")
    bank = try SandboxBank(root: bankFolder)
    folders = FolderChannel(root: bankFolder)
    guard let key = NationalIDKey(bytes: chance.bytes(32)),
      let master = MasterKey(bytes: chance.bytes(32))
    else { throw SimulationFault("no keys") }
    nationalIDKey = key
    secrets = SecretBox(master, random: chance.bytes)
    auditKey = try AuditKey(seed: chance.bytes(32))
    bureau = chance.id()
    companies = try Self.companies(of: bureau, chance)
    let people = try (1...6).map { [chance] number in
      SimulatedPerson(
        user: chance.id(), number: try PersonalNumber(Numbers.swedishPerson(number)),
        token: "token-\(number)")
    }
    (administrator, accountant, approvers) = (people[0], people[1], Array(people[2...4]))
    payroll = people[5]
    place = try await TestEngine.current.place(named: "bureau.db", in: folder, Schema.migrations)
    database = try await place.open()
    try await database.migrate(Schema.migrations)
    tables = try await Self.tables(of: place)
    oracle = Oracle(companies: companies, folders: folders, kind: place.kind)
    try await settle()
    try await logEverybodyIn()
    for index in 0..<2 { machines.append(try machine(index)) }
  }

  func close() async { await database.close() }

  private static func tables(of place: DatabasePlace) async throws -> any StoredTables {
    switch place.kind {
    case .sqlite: return try SQLiteTables(place.address)
    case .postgres:
      return try PostgresTables(
        try await PostgresCluster.shared.url(place.name, user: "postgres"))
    }
  }

  // MARK: Servers

  private func machine(_ index: Int) throws -> Machine {
    let fuse = Fuse()
    let channel = WatchedChannel(folders, fuse, plant?.channel(self))
    let clock = clock
    let chance = chance
    var logger = log.logger
    logger.logLevel = .error
    var parts = ServerParts(
      database: WatchedDatabase(
        database, fuse, plant?.alteration(restarted: machines.count > 1),
        forgetsCommits: plant?.forgetsCommits ?? false),
      sources: Sources(now: { clock.now }, uuid: chance.uuid, random: chance.bytes),
      identity: bankID, channel: channel, messenger: Silence(), nationalIDKey: nationalIDKey,
      secrets: secrets, auditKey: auditKey,
      witness: TestWitness(folder: folder.appending(path: "witness")), bootstrap: TestBootstrap(),
      logger: logger, emptyDatabase: { try await SQLiteDatabase.inMemory() })
    parts.sessionLimits = Session.Limits(idleSeconds: 1 << 30, absoluteSeconds: 1 << 30)
    parts.collectInterval = .zero
    parts.checkpointMinutes = 24 * 60
    let server = BureauServer(parts)
    return Machine(fuse: fuse, channel: channel, desk: try Desk(server), jobs: server.jobs)
  }

  /// A server that was killed, or is stopped now, is started anew.
  func restart(_ index: Int) throws {
    stalled += machines[index].channel.takeStalled()
    machines[index] = try machine(index)
  }

  /// A server that lives: the one asked for, or its neighbour, or the first one, started anew.
  func living(_ index: Int) throws -> Machine {
    for candidate in [index, 1 - index] where !machines[candidate].fuse.isBurnt {
      return machines[candidate]
    }
    try restart(index)
    return machines[index]
  }

  /// Failed jobs of which no fault of the simulation is the cause.
  func strangeFailures() -> [String] {
    let lines = log.lines
    defer { logged = lines.count }
    return lines[logged...].filter { line in
      // After an older copy was put back the checkpoints of before are rightly contradicted.
      line.contains("will be tried again") && !line.contains(Fuse.word)
        && !(wasPutBack && line.contains("checkpoint"))
    }
  }

  // MARK: Copies of the database

  func keepCopy() async throws {
    try await whileClosed {
      copy = OldCopy(
        place: try await TestEngine.current.copy(place), acknowledged: acknowledged.count)
    }
  }

  /// The older copy is put back: what was acknowledged since is lost with it, and nobody is logged
  /// in any more.
  func putBack(_ copy: OldCopy) async throws {
    try await whileClosed { try await place.putBack(copy.place) }
    wasPutBack = true
    acknowledged = Array(acknowledged.prefix(copy.acknowledged))
    unanswered = []
    openOrders = []
    oracle.forgetJournals()
    try await logEverybodyIn()
  }

  private func whileClosed(_ change: () async throws -> Void) async throws {
    tables = NoTables()
    await database.close()
    try await change()
    database = try await place.open()
    try await database.migrate(Schema.migrations)
    tables = try await Self.tables(of: place)
    for index in machines.indices { try restart(index) }
  }
}

private struct NoTables: StoredTables {
  func rows(_ sql: String) throws -> [[Cell]] { throw SimulationFault("the database is closed") }
  func damage() throws -> [String] { [] }
}

/// Nobody is written to.
private struct Silence: Messenger {
  func send(_ message: PersonMessage) async throws {}
}

// MARK: Who lives here

extension Town {
  private static func companies(of bureau: ID<Bureau>, _ chance: ChanceSource) throws
    -> [SimulatedCompany]
  {
    try (0..<3).map { index in
      // One company pays by the other bank.
      let banks =
        index == 2 ? ["sparebank1", "sparebank1", "dnb"] : ["dnb", "dnb", "sparebank1"]
      return SimulatedCompany(
        place: Place(bureau: bureau, company: chance.id()), name: "Company \(index + 1) AS",
        organisationNumber: Numbers.organisation(index + 1),
        accounts: try banks.enumerated().map { number, bank in
          (
            bank,
            try AccountNumber(
              form: .norwegian, text: Numbers.norwegianAccount(3 * index + number + 1))
          )
        }, confirmsAccounts: index == 1)
    }
  }

  /// Facts as they are, past every rule: for how things stand at the beginning.
  func append(_ facts: [Fact], at place: Place, request: String = "founding") async throws {
    let origin = Origin(
      place: place, actor: nil, session: nil, requestID: request,
      requestDigest: Call.digest(request, []), time: clock.now,
      salt: { [chance] in
        chance.bytes(16)
      })
    try await database.write(as: place.scope) { tx in
      let head = try Journal.lock(place, in: tx)
      try Journal.append(facts, after: head, by: origin, in: tx)
    }
  }

  /// The facts of a bureau that has its agreements and consents, and its accounts at the bank.
  private func settle() async throws {
    let now = clock.now
    var facts: [Fact] = [
      .bureauCreated(
        BureauCreated(
          bureau: Bureau(
            id: bureau, displayName: "Fjord Regnskap AS",
            organisationNumber: try OrganisationNumber(Numbers.organisation(9), country: .no),
            createTime: now))),
      .packagesChosen(PackagesChosen(company: nil, grants: PackageGrant.all)),
    ]
    facts += try companies.map { company in
      .companyCreated(
        CompanyCreated(
          company: Company(
            id: company.place.company, displayName: company.name,
            organisationNumber: try OrganisationNumber(
              company.organisationNumber, country: .no), street: "Havnegata 14",
            postalCode: "8006", town: "Bodø", createTime: now)))
    }
    let people: [(SimulatedPerson, Role)] =
      [(administrator, .customerAdministrator), (accountant, .accountant)]
      + approvers.map { ($0, .approver) } + [(payroll, .payroll)]
    for (person, role) in people {
      facts.append(
        .userCreated(
          UserCreated(
            user: User(
              id: person.user, kind: .person, displayName: role.rawValue, email: "",
              nationalIDDigest: nationalIDKey.digest(of: person.number), createTime: now))))
      // Approvers have their role company by company, so that it can be taken away in one.
      let places: [ID<Company>?] =
        role == .approver ? companies.map(\.place.company) : [nil]
      for company in places {
        facts.append(
          .roleAssigned(
            RoleAssigned(
              assignment: RoleAssignment(
                id: chance.id(), user: person.user, company: company, role: role))))
      }
    }
    facts.append(
      .roleAssigned(
        RoleAssigned(
          assignment: RoleAssignment(
            id: chance.id(), user: approvers[0].user, company: nil, role: .payroll))))
    try await append(facts, at: Place(bureau: bureau))
    for company in companies { try await settle(company) }
  }

  private func settle(_ company: SimulatedCompany) async throws {
    var facts: [Fact] = [
      .companyPolicySet(
        CompanyPolicySet(
          policy: CompanyPolicy(
            payeeAccountConfirmation: company.confirmsAccounts ? .secondPerson : .none)))
    ]
    for (number, account) in company.accounts.enumerated() {
      let id: ID<Agreement> = chance.id()
      facts += [
        .agreementDrafted(
          AgreementDrafted(
            agreement: Agreement(
              id: id, kind: .remittance, state: .draft, bank: account.bank,
              account: account.number, currency: .nok,
              signer: Signer(
                displayName: "Approver", mobile: "+4791234567", email: "dag@example.com",
                nationalIDDigest: nationalIDKey.digest(of: approvers[0].number)),
              createTime: clock.now.adding(seconds: number), signTime: nil, linkHash: nil))),
        .agreementSigned(
          AgreementSigned(
            agreement: id, signTime: clock.now, evidenceDigest: chance.bytes(32))),
      ]
      try bank.openAccount(
        connection: connectionPath(company.connection(account.bank)), number: account.number,
        currency: .nok, owner: company.name,
        openingBalance: Money(minorUnits: 100_000_000_00, currency: .nok))
    }
    for person in approvers {
      for bank in Set(company.accounts.map(\.bank)).sorted() {
        facts.append(
          .consentGiven(
            ConsentGiven(
              consent: Consent(
                id: chance.id(), user: person.user, bank: bank, createTime: clock.now,
                expireTime: clock.now.adding(days: Consent.termDays), revokeTime: nil),
              evidenceDigest: chance.bytes(32))))
      }
    }
    try await append(facts, at: company.place)
  }

  func connectionPath(_ connection: BankConnection) -> String {
    "\(connection.bureau.hex)/\(connection.company.hex)/\(connection.bank)"
  }

  private func logEverybodyIn() async throws {
    let now = clock.now
    let bureau = bureau
    for person in [administrator, accountant, payroll] + approvers {
      let session = Session(id: chance.id(), user: person.user, startTime: now, lastUseTime: now)
      try await database.write(as: .bureau(TenantKey(bureau))) { tx in
        try tx.execute("DELETE FROM main.session WHERE hash = \(Access.hash(person.token))")
        try IdentityTables.start(
          session, hash: Access.hash(person.token), of: bureau, in: tx)
      }
    }
  }
}
