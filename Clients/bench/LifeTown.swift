import BureauAPI
import Connectors
import Crypto
import Domain
import Engine
import EngineSQLite
import Foundation
import GRPCCore
import Policies
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import Synchronization

/// A bureau whose companies pay by the sandbox's bank: the real server behind its interceptors,
/// without a wire. Only BankID is played, and the clock is turned.
struct LifeTown: Sendable {
  static let approverSecret = "bench-approver"

  let companies: Int
  let jobs: Jobs
  let payments: PaymentService
  let postings: PostingService
  private let identity: IdentityService
  private let calls: PageCalls
  private let bank: SandboxBank
  private let clock: Clock
  private let approver = PlayedBankID()

  init(_ database: any Database, companies: Int, folder: URL) async throws {
    self.companies = companies
    clock = Clock()
    let folders = folder.appending(path: "bank")
    bank = try SandboxBank(root: folders)
    guard let key = NationalIDKey(bytes: [UInt8](repeating: 1, count: 32)) else {
      throw BenchError("no key")
    }
    let clock = clock
    var sources = Sources.system
    sources.now = { clock.now }
    var parts = ServerParts(
      database: database, sources: sources, identity: approver,
      channel: FolderChannel(root: folders), messenger: BenchServer.NobodyIsTold(),
      nationalIDKey: key, secrets: try BenchServer.secrets(),
      auditKey: try AuditKey(seed: [UInt8](repeating: 2, count: 32)),
      witness: FolderWitness(folder: folder), bootstrap: BenchServer.NoBootstrap(),
      logger: BenchServer.logger, emptyDatabase: { try await SQLiteDatabase.inMemory() })
    parts.sessionLimits = Session.Limits(idleSeconds: 1 << 30, absoluteSeconds: 1 << 30)
    parts.collectInterval = .zero
    let server = BureauServer(parts)
    jobs = server.jobs
    calls = PageCalls(interceptors: server.interceptors)
    payments = try Self.find(server)
    postings = try Self.find(server)
    identity = try Self.find(server)
    try await Workload.fill(database, companies: companies)
    try await settle(database)
  }

  private static func find<Service>(_ server: BureauServer) throws -> Service {
    guard let found = server.services.lazy.compactMap({ $0 as? Service }).first else {
      throw BenchError("the server has no \(Service.self)")
    }
    return found
  }

  // MARK: Time and the bank

  func turn(to time: Instant) { clock.turn(to: time) }
  func wait(minutes: Int) { clock.turn(to: clock.now.adding(minutes: minutes)) }

  /// The bank takes files and leaves answers.
  func bankWorks() throws { _ = try bank.tick(now: clock.now) }

  // MARK: Calls

  func call<Input: Sendable, Output: Sendable>(
    _ method: MethodDescriptor, _ request: Input, by secret: String = Workload.secret,
    _ serve: @escaping @Sendable (Input, ServerContext) async throws -> Output
  ) async throws -> Output {
    try await calls(
      method, request,
      by: PageCalls.Visitor(address: "127.0.0.1", requestID: "call", token: secret), serve)
  }

  /// One ceremony over these payments: started, signed and collected.
  func sign(_ names: [String]) async throws {
    let request = Bureau_V1_StartPaymentSignaturesRequest.with {
      $0.parent = ResourceName.bureau(Workload.bureau)
      $0.payments = names
    }
    let answer = try await call(
      Bureau_V1_PaymentService.Method.StartPaymentSignatures.descriptor, request,
      by: Self.approverSecret
    ) { [payments] in try await payments.startPaymentSignatures(request: $0, context: $1) }
    guard answer.results.isEmpty else {
      throw BenchError("not to be signed: \(answer.results[0].error.message)")
    }
    let order = try await call(
      Bureau_V1_IdentityService.Method.CollectOrder.descriptor,
      Bureau_V1_CollectOrderRequest.with { $0.name = answer.order.name }, by: Self.approverSecret
    ) { [identity] in try await identity.collectOrder(request: $0, context: $1) }
    guard order.state == .complete else { throw BenchError("the order is \(order.state)") }
  }

  // MARK: How things stand at the beginning

  private func settle(_ database: any Database) async throws {
    let user = Workload.id(User.self, 0xA4, 1), home = Place(bureau: Workload.bureau)
    let digest = PlayedBankID.signer
    let session = Session(
      id: Workload.id(Session.self, 0xA1, 2), user: user, startTime: Workload.time,
      lastUseTime: Workload.time)
    try await append(
      [
        .userCreated(
          UserCreated(
            user: User(
              id: user, kind: .person, displayName: "Dag Berg", email: "dag@example.com",
              nationalIDDigest: digest, createTime: Workload.time))),
        .roleAssigned(
          RoleAssigned(
            assignment: RoleAssignment(
              id: Workload.id(RoleAssignment.self, 0xA5, 1), user: user, company: nil,
              role: .approver))),
      ], at: home, of: database)
    try await database.write(as: home.scope) { tx in
      try IdentityTables.start(
        session, hash: Access.hash(Self.approverSecret), of: home.bureau, in: tx)
    }
    let accounts = try BoardTime.accounts(companies)
    for index in 0..<companies {
      try await settle(
        Workload.place(index, of: companies), accounts[index], approver: user, database)
    }
  }

  private func settle(
    _ place: Place, _ account: AccountNumber, approver user: ID<User>, _ database: any Database
  ) async throws {
    let id: ID<Agreement> = Workload.sources.id(), time = Workload.time
    try await append(
      [
        // Nobody has to confirm payees' accounts: that is no part of these lives.
        .companyPolicySet(
          CompanyPolicySet(policy: CompanyPolicy(payeeAccountConfirmation: .none))),
        .agreementDrafted(
          AgreementDrafted(
            agreement: Agreement(
              id: id, kind: .remittance, state: .draft, bank: "dnb", account: account,
              currency: .nok,
              signer: Signer(
                displayName: "Dag Berg", mobile: "+4791234567", email: "dag@example.com",
                nationalIDDigest: PlayedBankID.signer),
              createTime: time, signTime: nil, linkHash: nil))),
        .agreementSigned(
          AgreementSigned(
            agreement: id, signTime: time, evidenceDigest: [UInt8](repeating: 3, count: 32))),
        .consentGiven(
          ConsentGiven(
            consent: Consent(
              id: Workload.sources.id(), user: user, bank: "dnb", createTime: time,
              expireTime: time.adding(days: Consent.termDays), revokeTime: nil),
            evidenceDigest: [UInt8](repeating: 4, count: 32))),
      ], at: place, of: database)
    try bank.openAccount(
      connection: "\(place.bureau.hex)/\(place.company.hex)/dnb", number: account, currency: .nok,
      owner: "Verksted", openingBalance: Money(minorUnits: 1_000_000_000_000, currency: .nok))
  }

  private func append(_ facts: [Fact], at place: Place, of database: any Database) async throws {
    try await database.write(as: place.scope) { tx in
      let head = try Journal.lock(place, in: tx)
      let origin = Origin(
        place: place, actor: nil, session: nil, requestID: "settle",
        requestDigest: Call.digest("settle", []), time: Workload.time,
        salt: { Workload.sources.random(16) })
      try Journal.append(facts, after: head, by: origin, in: tx)
    }
  }
}

/// A clock that stands until it is turned.
private final class Clock: Sendable {
  private let time = Mutex(Workload.time)
  var now: Instant { time.withLock { $0 } }
  func turn(to target: Instant) { time.withLock { $0 = target } }
}

/// A person who signs at once whatever there is to sign, without the cryptography.
private final class PlayedBankID: IdentityProvider {
  static let signer = NationalIDDigest(bytes: [UInt8](repeating: 1, count: 32))

  private let orders = Mutex<[String: (text: String, data: [UInt8])]>([:])

  func startLogin(from _: String) async throws(IdentityError) -> OrderTicket { start("", []) }
  func startSignature(
    of text: String, data: [UInt8], from _: String
  ) async throws(IdentityError) -> OrderTicket { start(text, data) }

  private func start(_ text: String, _ data: [UInt8]) -> OrderTicket {
    let order = UUID().uuidString
    orders.withLock { $0[order] = (text, data) }
    return OrderTicket(
      orderRef: order, autoStartToken: order, qrStartToken: order, qrStartSecret: order)
  }

  func collect(_ orderRef: String) async throws(IdentityError) -> IdentityAnswer {
    .complete(Array(orderRef.utf8))
  }

  func cancel(_: String) async {}
  func qrText(_: OrderTicket, seconds _: Int) -> String { "" }

  func verify(
    _ answer: [UInt8], of _: Order, key _: NationalIDKey, at time: Instant
  ) throws(IdentityError) -> Evidence {
    guard let what = orders.withLock({ $0[String(decoding: answer, as: UTF8.self)] }) else {
      throw .otherContent
    }
    return Evidence(
      digest: Array(SHA256.hash(data: answer)), signer: Self.signer, signerName: "Dag Berg",
      visibleText: what.text, nonVisibleData: what.data, time: time)
  }
}
