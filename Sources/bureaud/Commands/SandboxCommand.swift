// Server and outside world in one process, offline: a bank and a BankID of their own, with a clock
// that can be turned.

import ArgumentParser
import Connectors
import Domain
import Engine
import Formats
import Foundation
import Logging
import Primitives
import Sandbox
import Server
import ServiceLifecycle
import Storage

struct SandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox",
    abstract: "Serves with a bank and a BankID of its own, on a clock that can be turned.")

  @OptionGroup var common: CommonOptions

  @Option(help: "What the clock shows at the start, e.g. 2026-03-02T08:00:00Z; now if left out.")
  var at: String?

  @Flag(
    help: """
      Leaves the bank to another sandbox with the same bank.folder: for several servers on one \
      PostgreSQL.
      """)
  var noBank = false

  func run() async throws {
    var common = common
    common.settings =
      ["listen.host=127.0.0.1", "listen.port=0", "pages.listen=127.0.0.1:0"] + common.settings
    let configuration = try common.load()
    let logger = Logger.server(configuration.logLevel)
    guard let start = at.map({ Instant(rfc3339: $0) }) ?? Sources.system.now() else {
      throw ValidationError("--at takes a time like 2026-03-02T08:00:00Z")
    }
    let home = Home(folder: configuration.home)
    let authority = try home.prepare(
      hostnames: ["localhost", "127.0.0.1"], now: Date(), auditKey: configuration.auditKey,
      masterKey: configuration.masterKeyText == nil ? configuration.masterKey : nil,
      witness: FolderWitness(folder: configuration.witnessFolder))
    let clock = SandboxClock(at: start)
    let people = try SandboxAuthority(
      folder: home.folder.appending(path: "sandbox-bankid").path)
    let bankID = SandboxBankID(authority: people, now: { clock.now })
    let bankIDServer = SandboxBankIDServer(bankID, logger: logger)
    let norwegian = try SandboxNorway(authority, now: { clock.now }, logger: logger)
    // BankID must listen before its client can be made, and end after it: a group of its own.
    let outside = ServiceGroup(
      configuration: .init(
        services: [.init(service: bankIDServer), .init(service: norwegian.server)],
        logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await outside.run() }
      let client = try BankIDClient(
        BankIDRelyingParty(
          baseURL: try await bankIDServer.baseURL(),
          certificatePEM: people.tls.relyingPartyCertificate,
          keyPEM: people.tls.relyingPartyKey, trustRootsPEM: people.tls.serverRoot),
        logger: logger)
      let result: Result<Void, any Error>
      do {
        let identity = BankIDIdentity(
          client: client,
          verifier: try EvidenceVerifier(rootPEM: people.rootPEM, nonceRule: .sha256OfDocument))
        try await serve(
          configuration, home, authority, clock, bankID, identity, norwegian, logger: logger)
        result = .success(())
      } catch { result = .failure(error) }
      await client.shutdown()
      await outside.triggerGracefulShutdown()
      try result.get()
      while let ended = await group.nextResult() {
        if case .failure(let error) = ended, !(error is CancellationError) { throw error }
      }
    }
  }

  private func serve(
    _ configuration: ServerConfiguration, _ home: Home, _ authority: Authority,
    _ clock: SandboxClock, _ bankID: SandboxBankID, _ identity: BankIDIdentity,
    _ norwegian: SandboxNorway, logger: Logger
  ) async throws {
    let bank = noBank ? nil : try SandboxBank(root: configuration.bankFolder)
    let folders = FolderChannel(root: configuration.bankFolder)
    let sources = Sources(
      now: { clock.now }, uuid: Sources.system.uuid, random: Sources.system.random)
    let issuer = try await norwegian.server.issuer()
    let wiring = try await Wiring.make(
      configuration, home: home, sources: sources, identity: identity,
      channel: bank.map { OpeningChannel(folders: folders, bank: $0) } ?? folders,
      partner: AnsweringPartner(
        root: configuration.reviewFolder ?? home.folder.appending(path: "reviews"),
        now: { clock.now }),
      openID: { try norwegian.wiring(issuer, $0, sources, logger: logger) },
      collectInterval: .zero, allowsSyntheticIDs: true, logger: logger)
    let world = SandboxWorld(
      clock: clock, bank: bank, jobs: wiring.server.jobs, database: wiring.database)
    let control = SandboxControlServer(
      actions(world, clock, bankID, norwegian.provider, bank, wiring.messages),
      certificateChain: authority.serverCertificate, privateKey: authority.serverKey,
      logger: logger)
    let runner = JobRunner(interval: .milliseconds(500), logger: logger) {
      try await world.settle()
    }
    let announcer = Announcer(
      file: home.folder.appending(path: "sandbox.json"), grpc: wiring.grpc,
      operations: wiring.operations, pages: wiring.pages, control: control,
      home: home, configuration: configuration, people: bankID.authority.people,
      norwegian: norwegian.provider, logger: logger)
    let desk = OperatorService(
      folder: OperatorFolder(home: home.folder), desk: wiring.server.reviews, logger: logger)
    try await wiring.run(beside: [control, runner, desk, announcer], logger: logger)
  }

  private func actions(
    _ world: SandboxWorld, _ clock: SandboxClock, _ bankID: SandboxBankID,
    _ norwegian: SandboxOpenID, _ bank: SandboxBank?, _ messages: FolderMessenger
  ) -> SandboxActions {
    SandboxActions(
      now: { clock.now },
      turn: { try await world.turn(to: $0) },
      approve: { person, qr in try await bankID.approve(person, qr: qr) },
      decline: { person, qr in try await bankID.decline(person, qr: qr) },
      confirm: { try await norwegian.approve($0, link: $1) },
      orders: {
        await bankID.pendingOrders().map {
          SandboxOrderSummary(person: $0.person?.digits, text: $0.visibleText ?? "")
        }
      },
      messages: {
        try messages.messages().map {
          SandboxMessage(
            to: $0.mobile, subject: $0.subject, agreement: $0.about, linkSecret: $0.secret,
            text: $0.text ?? $0.subject, link: $0.link)
        }
      },
      executed: {
        guard let bank else { throw NoBank() }
        return try bank.executedJSON()
      })
  }
}

private struct NoBank: Error, CustomStringConvertible {
  let description = "this sandbox runs with --no-bank: ask the one that has the bank"
}

/// Time, bank and server, moved one after the other.
actor SandboxWorld {
  private let clock: SandboxClock
  /// Nil: another sandbox has it.
  private let bank: SandboxBank?
  private let jobs: Jobs
  private let database: any Database
  private var isSettling = false

  init(clock: SandboxClock, bank: SandboxBank?, jobs: Jobs, database: any Database) {
    self.clock = clock
    self.bank = bank
    self.jobs = jobs
    self.database = database
  }

  /// Lets server and bank work until neither has anything left to do now.
  func settle() async throws {
    // Another caller is at it: what is due will be found by its last round, or by the next.
    if isSettling { return }
    isSettling = true
    defer { isSettling = false }
    try await work()
  }

  private func work() async throws {
    for _ in 0..<1_000 {
      try await jobs.runUntilIdle()
      if try bank?.tick(now: clock.now).isEmpty ?? true { return }
    }
  }

  /// Turns the clock, stopping at every moment at which something falls due on the way.
  func turn(to target: Instant) async throws -> Instant {
    while isSettling { await Task.yield() }
    isSettling = true
    defer { isSettling = false }
    try await work()
    while let stop = try await nextStop(before: target) {
      clock.turn(to: stop)
      try await work()
    }
    let reached = clock.turn(to: target)
    try await work()
    return reached
  }

  /// The next job, or the next morning's run at the bank.
  private func nextStop(before target: Instant) async throws -> Instant? {
    let now = clock.now
    let due = try await database.read(as: .platform) { try Work.nextDue(in: $0) }
    let today = now.date(in: .centralEuropean)
    let mornings = [today, today.adding(days: 1)].map {
      Instant.at($0, hour: 6, minute: 5, in: .centralEuropean)
    }
    let stops = mornings + [due].compactMap(\.self)
    return stops.filter { $0 > now && $0 < target }.min()
  }
}

/// Folders at a bank that opens an account for its customer when the first file comes.
struct OpeningChannel: BankChannel {
  let folders: FolderChannel
  let bank: SandboxBank

  func deliver(_ content: [UInt8], messageID: String, to connection: BankConnection)
    throws(BankChannelError)
  {
    do {
      let message = try Pain001.read(content)
      for group in message.paymentInformations {
        guard let account = group.debtorAccount.number, let currency = group.debtorAccountCurrency
        else { continue }
        try bank.openAccount(
          connection:
            "\(connection.bureau.hex)/\(connection.company.hex)/\(connection.bank)",
          number: account, currency: currency, owner: message.initiatingParty.name,
          openingBalance: Money(minorUnits: 100_000_000_00, currency: currency))
      }
    } catch { throw BankChannelError("the sandbox's bank cannot open the account: \(error)") }
    try folders.deliver(content, messageID: messageID, to: connection)
  }

  func waiting(limit: Int) throws(BankChannelError) -> [IncomingFile] {
    try folders.waiting(limit: limit)
  }
  func read(_ file: IncomingFile, limit: Int) throws(BankChannelError) -> [UInt8]? {
    try folders.read(file, limit: limit)
  }
  func finish(_ file: IncomingFile) throws(BankChannelError) { try folders.finish(file) }
  func connections() throws(BankChannelError) -> [BankConnection] {
    try folders.connections()
  }
  func sent(to connection: BankConnection) throws(BankChannelError) -> [String] {
    try folders.sent(to: connection)
  }
  func sentFile(_ messageID: String, to connection: BankConnection, limit: Int)
    throws(BankChannelError) -> [UInt8]?
  { try folders.sentFile(messageID, to: connection, limit: limit) }
  func finished(from connection: BankConnection) throws(BankChannelError) -> [IncomingFile] {
    try folders.finished(from: connection)
  }
  func check(_ connection: BankConnection) async -> ConnectionFinding {
    await folders.check(connection)
  }
}

/// The partner's folder with a partner behind it that answers at once what it does not hold.
struct AnsweringPartner: ReviewPartner {
  let root: URL
  let now: @Sendable () -> Instant

  func answer(_ asked: ReviewCase) async throws(ReviewPartnerError) -> ReviewAnswer {
    let folder = FolderReviewPartner(root: root)
    _ = try await folder.answer(asked)
    do { try SandboxReviewPartner(root: root).tick(now: now()) } catch {
      throw ReviewPartnerError("the sandbox's partner cannot answer: \(error)")
    }
    return try await folder.answer(asked)
  }
}

/// Writes `sandbox.json` once everything listens: where to find what.
private struct Announcer: Service {
  let file: URL
  let grpc: GRPCService
  let operations: OperationsServer?
  let pages: PagesServer?
  let control: SandboxControlServer
  let home: Home
  let configuration: ServerConfiguration
  let people: [SandboxPerson]
  let norwegian: SandboxOpenID
  let logger: Logger

  private struct Sheet: Encodable {
    struct Person: Encodable {
      var personal_number: String
      var name: String
    }
    struct Norwegian: Encodable {
      var national_id: String
      var name: String
    }
    var server: String
    var sandbox_url: String
    var metrics_url: String?
    var pages_url: String?
    var ca: String
    var bootstrap_token_file: String
    var persons: [Person]
    var norwegian_persons: [Norwegian]
    var pid: Int32
  }

  private var metricsURL: String? {
    get async throws {
      guard let operations else { return nil }
      return "http://127.0.0.1:\(try await operations.port())"
    }
  }

  /// Known once the pages are listened for.
  private var pagesURL: String? {
    get async throws {
      guard let pages else { return nil }
      _ = try await pages.port()
      return pages.address.base
    }
  }

  func run() async throws {
    let pagesURL = try await pagesURL
    if let pagesURL { await norwegian.setRedirect(pagesURL + Pages.returnPath) }
    let sheet = Sheet(
      server: "127.0.0.1:\(try await grpc.boundPort)",
      sandbox_url: "https://127.0.0.1:\(try await control.port())",
      metrics_url: try await metricsURL,
      pages_url: pagesURL,
      ca: configuration.authorityFolder.appending(path: "ca.pem").path,
      bootstrap_token_file: home.bootstrapToken.path,
      persons: people.map {
        Sheet.Person(
          personal_number: $0.personalNumber.digits, name: "\($0.givenName) \($0.surname)")
      },
      norwegian_persons: norwegian.people.map {
        Sheet.Norwegian(national_id: $0.nationalID.digits, name: $0.name)
      }, pid: ProcessInfo.processInfo.processIdentifier)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(sheet).write(to: file, options: .atomic)
    logger.info(
      "sandbox is ready",
      metadata: ["server": "\(sheet.server)", "pages": "\(sheet.pages_url ?? "none")"])
    try? await gracefulShutdown()
    try? FileManager.default.removeItem(at: file)
  }
}
