// One server with all that is outside of it: clock, bank, BankID, folders. The server is put
// together by `BureauServer` from the same parts as the daemon's and served over real TLS; it can
// be stopped and started again on the same database.

import BureauAPI
package import Connectors
package import Domain
package import Engine
import EngineKit
import EngineSQLite
package import Foundation
package import GRPCCore
package import GRPCNIOTransportHTTP2Posix
import Logging
package import Primitives
package import Sandbox
package import Server
import ServiceLifecycle
package import Storage
import Synchronization

package typealias Transport = HTTP2ClientTransport.Posix

package final class World: Sendable {
  package let clock: TurnedClock
  package let bank: SandboxBank
  package let bankID: SandboxBankID
  package let channel: TestChannel
  package let messenger: FolderMessenger
  package let bootstrap = TestBootstrap()
  package let log: LogBook
  package let nationalIDKey: NationalIDKey
  package let secrets: SecretBox
  package let sessionLimits = Session.Limits()

  let folder: URL
  /// The SQLite VFS under the database; nil: the system's.
  private let disk: String?
  let place: DatabasePlace
  private let identity: BankIDIdentity
  package let auditKey: AuditKey
  package let witness: TestWitness
  private let running = Mutex<Running?>(nil)
  private let counter = Mutex(0)
  private let rates = Mutex(RateSettings())
  private let asks = Shared(false)
  private let redirect = Mutex<(any RedirectIdentity)?>(nil)

  /// A server that has been started.
  private struct Running: Sendable {
    var database: any Database
    var server: BureauServer
    var group: ServiceGroup
    var client: GRPCClient<Transport>
    var census: ConnectionCensus
    var port: Int
    var pages: PagesServer
    var tasks: [Task<Void, any Error>]
  }

  private init(
    at start: Instant, folder: URL, disk: String?, bankID: SandboxBankID, clock: TurnedClock,
    identity: BankIDIdentity, log: LogBook, place: DatabasePlace
  ) throws {
    self.folder = folder
    self.disk = disk
    self.place = place
    self.clock = clock
    self.bankID = bankID
    self.identity = identity
    self.log = log
    bank = try SandboxBank(root: folder.appending(path: "bank"))
    channel = TestChannel(root: folder.appending(path: "bank"))
    witness = TestWitness(folder: folder.appending(path: "witness"))
    messenger = FolderMessenger(folder: folder.appending(path: "messages"))
    guard let key = NationalIDKey(bytes: Sources.system.random(32)) else {
      throw TestFault("no key")
    }
    nationalIDKey = key
    guard let masterKey = MasterKey(bytes: Sources.system.random(32)) else {
      throw TestFault("no key")
    }
    secrets = SecretBox(masterKey, random: Sources.system.random)
    auditKey = try AuditKey(seed: Sources.system.random(32))
  }

  /// Runs `body` in a world of its own and takes it down again.
  static func run<Result: Sendable>(
    at time: String, disk: String? = nil, _ body: @Sendable (World) async throws -> Result
  ) async throws -> Result {
    try await Turnstile.worlds.pass { try await made(at: time, disk: disk, body) }
  }

  private static func made<Result: Sendable>(
    at time: String, disk: String?, _ body: @Sendable (World) async throws -> Result
  ) async throws -> Result {
    guard let start = Instant(rfc3339: time) else { throw TestFault("\(time) is no time") }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-world-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let log = LogBook(), clock = TurnedClock(at: start)
    let people = try Trust.people.get()
    let bankID = SandboxBankID(authority: people, now: { clock.now })
    let bankIDServer = SandboxBankIDServer(bankID, logger: log.logger)
    // BankID must listen before its client can be made.
    let serving = Task { try await bankIDServer.run() }
    let client = try BankIDClient(
      BankIDRelyingParty(
        baseURL: try await bankIDServer.baseURL(),
        certificatePEM: people.tls.relyingPartyCertificate, keyPEM: people.tls.relyingPartyKey,
        trustRootsPEM: people.tls.serverRoot), logger: log.logger)
    let outcome: Swift.Result<Result, any Error>
    do {
      let identity = BankIDIdentity(
        client: client,
        verifier: try EvidenceVerifier(rootPEM: people.rootPEM, nonceRule: .sha256OfDocument))
      let world = try World(
        at: start, folder: folder, disk: disk, bankID: bankID, clock: clock, identity: identity,
        log: log,
        place: try await TestEngine.current.place(named: "bureau.db", in: folder, Schema.migrations)
      )
      outcome = await world.serving(body)
    } catch { outcome = .failure(error) }
    await client.shutdown()
    serving.cancel()
    _ = await serving.result
    return try outcome.get()
  }

  private func serving<Result>(
    _ body: (World) async throws -> Result
  ) async -> Swift.Result<Result, any Error> {
    let outcome: Swift.Result<Result, any Error>
    do {
      try await start()
      let result = try await body(self)
      try await replays()
      outcome = .success(result)
    } catch { outcome = .failure(error) }
    await stop()
    return outcome
  }

  // MARK: The server

  private var partnerFolder: URL { folder.appending(path: "reviews") }

  /// From now on the partner is asked about what is signed; until then nobody reviews anything.
  package func asksPartner() { asks.withLock { $0 = true } }

  /// The partner that is asked.
  package var partner: SandboxReviewPartner { SandboxReviewPartner(root: partnerFolder) }

  /// Whose certificates everything outside of BankID shows.
  package var authority: Authority { get throws { try Trust.tls.get() } }

  package var bankFolder: URL { folder.appending(path: "bank") }
  package var witnessFolder: URL { folder.appending(path: "witness") }

  private func start() async throws {
    let database: any Database =
      if let disk {
        try await SQLiteDatabase.open(path: databaseFile.path, vfs: disk)
      } else {
        try await place.open()
      }
    try await database.migrate(Schema.migrations)
    let clock = clock
    let server = BureauServer(parts(database, now: { clock.now }))
    let tls = try Trust.tls.get()
    var limits = TransportLimits()
    limits.shutdownGrace = .milliseconds(300)
    let grpc = try GRPCService(
      services: server.services, interceptors: server.interceptors, host: "127.0.0.1", port: 0,
      tls: tls.tls, limits: limits, drain: server.commands.drain,
      metrics: server.metrics, logger: log.logger)
    let pages = try PagesServer(
      server.pages, host: "127.0.0.1", port: 0, tls: tls.tls, limits: limits,
      metrics: server.metrics, logger: log.logger)
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: pages), .init(service: grpc)], logger: log.logger))
    let serving = Task { try await group.run() }
    let port = try await grpc.boundPort
    _ = try await pages.port()
    let client = try Self.client(port: port, trusting: tls)
    let connected = Task { try await client.runConnections() }
    running.withLock {
      $0 = Running(
        database: database, server: server, group: group, client: client, census: grpc.census,
        port: port, pages: pages,
        tasks: [serving, connected])
    }
  }

  private func parts(_ database: any Database, now: @escaping @Sendable () -> Instant)
    -> ServerParts
  {
    var parts = ServerParts(
      database: database,
      sources: Sources(now: now, uuid: Sources.system.uuid, random: Sources.system.random),
      identity: identity, channel: channel, messenger: messenger, nationalIDKey: nationalIDKey,
      secrets: secrets, auditKey: auditKey, witness: witness,
      bootstrap: bootstrap, logger: log.logger,
      emptyDatabase: { try await SQLiteDatabase.inMemory() })
    parts.sessionLimits = sessionLimits
    parts.rates = rates.withLock { $0 }
    parts.redirect = redirect.withLock { $0 }
    parts.collectInterval = .zero
    parts.allowsSyntheticIDs = true
    parts.register = FolderChannel(root: bankFolder)
    parts.partner = TestPartner(
      root: partnerFolder, isAsked: { [asks] in asks.withLock { $0 } }, now: now)
    return parts
  }

  /// Another server on the same database, with a clock of its own; it is not served.
  package func anotherServer(now: @escaping @Sendable () -> Instant) throws -> BureauServer {
    BureauServer(parts(try database, now: now))
  }

  /// Another listener for the pages of the server that runs now; whoever asks runs it.
  package func anotherListener(_ limits: TransportLimits) throws -> PagesServer {
    try PagesServer(
      server.pages, host: "127.0.0.1", port: 0, tls: Trust.tls.get().tls, limits: limits,
      metrics: metrics, logger: log.logger)
  }

  private static func client(port: Int, trusting tls: Authority) throws -> GRPCClient<Transport> {
    GRPCClient(
      transport: try HTTP2ClientTransport.Posix(
        target: .ipv4(address: "127.0.0.1", port: port),
        transportSecurity: .tls {
          $0.trustRoots = .certificates([
            .bytes(Array(tls.authorityCertificate.utf8), format: .pem)
          ])
        }, config: .defaults { $0.http2.authority = "localhost" }))
  }

  private func stop() async {
    guard let now = running.withLock({ $0.take() }) else { return }
    now.client.beginGracefulShutdown()
    await now.group.triggerGracefulShutdown()
    for task in now.tasks { _ = await task.result }
    try? await now.server.jobs.release()
    await now.database.close()
  }

  /// The database file; what lies beside it belongs to it while a server runs.
  package var databaseFile: URL { folder.appending(path: "bureau.db") }

  /// The same with the server stopped meanwhile, for whoever puts other files in place.
  func restart<Result>(_ change: () async throws -> Result) async throws -> Result {
    await stop()
    let result = try await change()
    try await start()
    return result
  }

  /// Starts the server again with Norwegian BankID beside the Swedish.
  package func restart(redirecting identity: any RedirectIdentity) async throws {
    redirect.withLock { $0 = identity }
    try await restart()
  }

  /// Starts the server again with these limits.
  package func restart(limiting settings: RateSettings) async throws {
    rates.withLock { $0 = settings }
    try await restart()
  }

  /// Ends the server and starts it again on the same database, as after a crash or an upgrade.
  package func restart() async throws {
    await stop()
    try await start()
  }

  private var current: Running {
    get throws {
      guard let now = running.withLock({ $0 }) else { throw TestFault("no server is running") }
      return now
    }
  }

  package var client: GRPCClient<Transport> { get throws { try current.client } }
  /// Where the API of the server that runs now listens, on 127.0.0.1.
  package var port: Int { get throws { try current.port } }
  package var database: any Database { get throws { try current.database } }
  /// Of the server that runs now; it goes on counting when that one is stopped.
  package var census: ConnectionCensus { get throws { try current.census } }
  /// `https://127.0.0.1:…`: where the pages of the server that runs now are found.
  package var pagesURL: String {
    get throws {
      guard let base = try current.pages.address.base else { throw TestFault("no pages") }
      return base
    }
  }
  package var pagesCensus: ConnectionCensus { get throws { try current.pages.census } }
  package var jobs: Jobs { get throws { try current.server.jobs } }
  package var metrics: Metrics { get throws { try current.server.metrics } }
  /// The services and interceptors that are served.
  package var server: BureauServer { get throws { try current.server } }

  /// Every story proves invariant J for what has happened in it: the journals, replayed, give the
  /// very rows that are live.
  private func replays() async throws {
    guard let database = running.withLock({ $0?.database }) else { return }
    let scratch = try await SQLiteDatabase.scratch()
    let report = try await Rebuild.verify(database, scratch: scratch)
    await scratch.close()
    guard report.isClean else {
      throw TestFault("the journals say otherwise: \(report.differences) \(report.faults)")
    }
  }

  /// A number that no one else in this world gets.
  package func next() -> Int {
    counter.withLock {
      $0 += 1
      return $0
    }
  }

  // MARK: Time

  /// Lets server and bank work until neither has anything left to do now.
  package func settle() async throws {
    for _ in 0..<1_000 {
      try await jobs.runUntilIdle()
      if try bank.tick(now: clock.now).isEmpty { return }
    }
    throw TestFault("server and bank do not come to rest")
  }

  /// Turns the clock, stopping at every moment at which something falls due on the way.
  /// - Parameter visiting: what is done at each of these moments, when all has come to rest.
  package func turnClock(
    to time: String, visiting: () async throws -> Void = {}
  ) async throws {
    guard let target = Instant(rfc3339: time) else { throw TestFault("\(time) is no time") }
    try await settle()
    while let stop = try await nextStop(before: target) {
      clock.turn(to: stop)
      try await settle()
      try await visiting()
    }
    clock.turn(to: target)
    try await settle()
    try await visiting()
  }

  /// The next job, or the next morning's run at the bank.
  private func nextStop(before target: Instant) async throws -> Instant? {
    let now = clock.now
    let due = try await database.read(as: .platform) { try Work.nextDue(in: $0) }
    let today = now.date(in: .centralEuropean)
    let mornings = [today, today.adding(days: 1)].map {
      Instant.at($0, hour: 6, minute: 5, in: .centralEuropean)
    }
    return (mornings + [due].compactMap(\.self)).filter { $0 > now && $0 < target }.min()
  }

  // MARK: BankID

  /// Fetches BankID's answer to an order and keeps it, and nothing more: what a server has done
  /// that is stopped right after.
  package func keepsAnswer(of id: ID<Order>, at bureau: ID<Bureau>) async throws {
    let scope = Scope.bureau(TenantKey(bureau))
    let stored = try await database.read(as: scope) { [secrets] tx in
      try OrderTables.load(id, openedBy: secrets, of: bureau, in: tx)
    }
    guard let stored else { throw TestFault("no such order") }
    guard case .complete(let answer) = try await identity.collect(stored.ticket.orderRef) else {
      throw TestFault("nobody has signed")
    }
    let time = clock.now
    try await database.write(as: scope) { tx in
      try OrderTables.keepAnswer(answer, at: time, of: id, bureau, in: tx)
    }
  }

  /// The person scans the code that the order shows, and signs.
  package func approve(_ qrText: String, as citizen: SandboxPerson) async throws {
    try await bankID.approve(citizen.personalNumber, qr: qrText)
  }
}
