// The composition root: the only place that names BankID, folders and, with DatabaseLocation, the
// engines.

import Connectors
import Domain
import Engine
import EngineSQLite
import Foundation
import Logging
import Primitives
import Server
import ServiceLifecycle
import Storage
import UnixSignals

/// A server put together from its configuration.
struct Wiring: Sendable {
  let database: any Database
  let server: BureauServer
  let grpc: GRPCService
  let messages: FolderMessenger
  /// Nil where no metrics are asked for.
  let operations: OperationsServer?
  /// Nil where no pages are asked for.
  let pages: PagesServer?
  private let openID: OpenIDClient?
  private let shutdownSeconds: Int

  /// Opens the database and puts the parts together.
  /// - Parameters:
  ///   - channel: nil for the folders of the configuration; the sandbox brings its own.
  ///   - openID: nil for what is configured; the sandbox brings its own.
  static func make(
    _ configuration: ServerConfiguration, home: Home, sources: Sources,
    identity: any IdentityProvider, channel: (any BankChannel)? = nil,
    partner: (any ReviewPartner)? = nil,
    openID: ((PagesAddress) throws -> OpenIDWiring)? = nil,
    collectInterval: Duration = .seconds(1), allowsSyntheticIDs: Bool = false, logger: Logger
  ) async throws -> Wiring {
    // Before the database: a folder that nobody has prepared stays as it is.
    let nationalIDKey = try home.nationalIDKey()
    let secrets = try Home.secretBox(configuration, sources)
    let auditKey = try home.auditKey(configuration.auditKey)
    let witness = FolderWitness(folder: configuration.witnessFolder)
    try requireKey(auditKey, at: witness, logger: logger)
    let bootstrap = try home.bootstrap()
    let database: any Database
    do {
      database = try await configuration.location.open()
      do {
        try await database.migrate(Schema.migrations)
        _ = try await SealedSecrets.take(secrets, in: database)
      } catch {
        // So that a file which is refused lies there as it did.
        await database.close()
        throw error
      }
    } catch let error as EngineError {
      throw DatabaseFault(error)
    } catch let error as OtherMasterKey {
      throw error.fault
    }
    let messages = FolderMessenger(folder: home.folder.appending(path: "messages"))
    var parts = ServerParts(
      database: database, sources: sources, identity: identity,
      channel: channel ?? FolderChannel(root: configuration.bankFolder), messenger: messages,
      nationalIDKey: nationalIDKey, secrets: secrets, auditKey: auditKey,
      witness: witness,
      bootstrap: bootstrap, logger: logger,
      emptyDatabase: { try await SQLiteDatabase.inMemory() })
    parts.register = FolderChannel(root: configuration.bankFolder)
    let partner =
      partner ?? configuration.reviewFolder.map { FolderReviewPartner(root: $0) }
    if let partner { parts.partner = partner }
    parts.set(configuration)
    parts.collectInterval = collectInterval
    parts.allowsSyntheticIDs = allowsSyntheticIDs
    let openID =
      try openID?(parts.pagesAddress)
      ?? OpenIDWiring(configuration, sources, parts.pagesAddress, logger: logger)
    parts.redirect = openID?.identity(sources, allowsSynthetic: allowsSyntheticIDs)
    if identity is NoIdentity, openID != nil { parts.standardEid = .bankIDNO }
    do { return try served(configuration, parts, messages, openID?.client, logger) } catch {
      // A client that is dropped without an end takes the process, and the message, with it.
      await openID?.client.shutdown()
      throw error
    }
  }

  private static func served(
    _ configuration: ServerConfiguration, _ parts: ServerParts, _ messages: FolderMessenger,
    _ openID: OpenIDClient?, _ logger: Logger
  ) throws -> Wiring {
    let server = BureauServer(parts)
    let tls = try configuration.serverTLS()
    let grpc = try GRPCService(
      services: server.services, interceptors: server.interceptors,
      host: configuration.listenHost, port: configuration.listenPort,
      tls: tls, limits: configuration.limits, drain: parts.drain,
      metrics: parts.metrics, logger: logger)
    return Wiring(
      database: parts.database, server: server, grpc: grpc, messages: messages,
      operations: operations(configuration, parts, server, grpc),
      pages: try configuration.pagesListen.map {
        try PagesServer(
          server.pages, host: $0.host, port: $0.port, tls: tls, limits: configuration.limits,
          metrics: parts.metrics, logger: logger)
      }, openID: openID,
      // A backstop: handlers are awaited, whatever they do.
      shutdownSeconds: 20 + Int(configuration.limits.drain / .seconds(1)))
  }

  private static func operations(
    _ configuration: ServerConfiguration, _ parts: ServerParts, _ server: BureauServer,
    _ grpc: GRPCService
  ) -> OperationsServer? {
    guard let listen = configuration.metricsListen else { return nil }
    let commands = server.commands
    let probe = OperationsProbe(
      metrics: parts.metrics, database: parts.database, drain: parts.drain,
      now: parts.sources.now,
      gauges: [
        .callsInFlight: { Double(grpc.calls.count) },
        .commandsWaiting: { Double(commands.waiting) },
        .connections: { Double(grpc.census.count) },
        .partialBytes: { Double(grpc.census.partialBytes) },
      ])
    return OperationsServer(
      host: listen.host, port: listen.port, probe: probe, logger: parts.logger)
  }

  /// Refuses an audit key that is not the one of the newest checkpoints. A witness that cannot be
  /// reached keeps nobody from paying: the key is compared again at each checkpoint.
  private static func requireKey(
    _ key: AuditKey, at witness: any Witness, logger: Logger
  ) throws {
    do throws(WitnessError) { try witness.requireKey(key.publicKey) } catch {
      guard case .unavailable = error else { throw Home.Fault(description: error.message) }
      logger.error("the witness cannot be read", metadata: ["cause": "\(error.message)"])
    }
  }

  /// Runs the services until SIGTERM or SIGINT, then closes the database.
  func run(beside others: [any Service], logger: Logger) async throws {
    // Ended in the opposite order: metrics and readiness tell of the drain to its end.
    var services: [any Service] = []
    if let operations { services.append(operations) }
    services += others
    if let pages { services.append(pages) }
    services.append(grpc)
    var configuration = ServiceGroupConfiguration(
      services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(shutdownSeconds)
    let result: Result<Void, any Error>
    do { result = .success(try await ServiceGroup(configuration: configuration).run()) } catch {
      result = .failure(error)
    }
    await server.publisher.publishAll()
    do { try await server.jobs.release() } catch {
      logger.warning(
        "claims of work were not released and end by themselves",
        metadata: ["cause": "\(String(reflecting: error).prefix(300))"])
    }
    await openID?.shutdown()
    await database.close()
    try result.get()
  }
}

extension ServerParts {
  /// What the configuration says of times and bounds.
  fileprivate mutating func set(_ configuration: ServerConfiguration) {
    sessionLimits = Session.Limits(
      idleSeconds: configuration.sessionIdleMinutes * 60,
      absoluteSeconds: configuration.sessionAbsoluteMinutes * 60)
    rates = configuration.rates
    checkpointMinutes = configuration.witnessIntervalMinutes
    pastLimits = configuration.past
    if configuration.pagesListen != nil { pagesAddress = PagesAddress(configuration.pagesURL) }
  }
}

/// Stands in where no BankID is configured: nobody can log in, and is told why.
struct NoIdentity: IdentityProvider {
  private let why = "BankID is not configured on this server (bankid.url and its keys)."

  func startLogin(from address: String) async throws(IdentityError) -> OrderTicket {
    throw .bankIDUnavailable(why)
  }
  func startSignature(of text: String, data: [UInt8], from address: String)
    async throws(IdentityError) -> OrderTicket
  {
    throw .bankIDUnavailable(why)
  }
  func collect(_ orderRef: String) async throws(IdentityError) -> IdentityAnswer {
    throw .bankIDUnavailable(why)
  }
  func cancel(_ orderRef: String) async {}
  func qrText(_ ticket: OrderTicket, seconds: Int) -> String { "" }
  func verify(_ answer: [UInt8], of order: Order, key: NationalIDKey, at time: Instant)
    throws(IdentityError) -> Evidence
  {
    throw .evidenceRefused(why)
  }
}

/// Runs the jobs about once a second.
struct JobRunner: Service {
  let interval: Duration
  let logger: Logger
  let round: @Sendable () async throws -> Void

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await round() } catch {
          logger.error("jobs failed", metadata: ["cause": "\(String(reflecting: error))"])
        }
        try? await Task.sleep(for: interval)
      }
    }
  }
}
