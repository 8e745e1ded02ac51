import Dispatch
package import Engine
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A database that speaks PostgreSQL's protocol: many writers, each with a connection of its own,
/// and snapshot readers. Several servers may share it.
///
/// A write runs at READ COMMITTED: the lock on a company's journal head puts its commands one after
/// the other. A read is one snapshot. A conflict or a lost connection runs the body again.
package final class PostgresDatabase: Database {
  /// How long things may take.
  package struct Timeouts: Sendable {
    /// One statement, its waiting for locks included.
    package var statementSeconds = 60
    /// Waiting for one lock, before the transaction is run again.
    package var lockSeconds = 10
    /// A transaction in which nothing happens: its server has died without a word.
    package var idleSeconds = 30
    /// An outage, before callers hear of it at once: time for a standby to take over.
    package var outageSeconds = 15

    package init() {}
  }

  /// Each command has a transaction to itself: PostgreSQL gathers the syncs of neighbours.
  package let commitShape: CommitShape

  private let connect: @Sendable () throws(EngineError) -> PostgresWire
  private let writers: Lanes<PostgresConnection>
  private let readers: Lanes<PostgresConnection>

  /// Opens the database that the URL names, see `PostgresAddress`. Its role owns the schema `main`
  /// or may make it, and is neither superuser nor exempt from row-level security.
  ///
  /// - Parameters:
  ///   - lanes: how many transactions may write at the same time, 1…256; each has a connection.
  ///   - readers: how many snapshots can be read at the same time, 1…256; each has a connection.
  ///   - queueLimit: the most writes, and the most reads, that wait.
  package static func open(
    url: String, lanes: Int = 16, readers: Int = 8, queueLimit: Int = 4096,
    timeouts: Timeouts = Timeouts()
  ) async throws -> PostgresDatabase {
    let database = PostgresDatabase(
      try PostgresAddress(url: url), lanes: min(max(lanes, 1), 256),
      readers: min(max(readers, 1), 256), queueLimit: queueLimit, timeouts: timeouts)
    do {
      // A server that can't be used is refused here and not later.
      try await database.writers.run { try $0.transaction(.write, as: .platform) { _ in } }
      return database
    } catch {
      await database.close()
      throw error
    }
  }

  private init(
    _ address: PostgresAddress, lanes: Int, readers: Int, queueLimit: Int, timeouts: Timeouts
  ) {
    let settings = [
      ("search_path", "main"), ("synchronous_commit", "on"), ("client_min_messages", "warning"),
      ("statement_timeout", "\(timeouts.statementSeconds)s"),
      ("lock_timeout", "\(timeouts.lockSeconds)s"),
      ("idle_in_transaction_session_timeout", "\(timeouts.idleSeconds)s"),
      // The server notices soon that a client's machine is gone, and gives its locks free.
      ("tcp_keepalives_idle", "10"), ("tcp_keepalives_interval", "5"),
      ("tcp_keepalives_count", "3"), ("client_connection_check_interval", "5s"),
      ("jit", "off"),
    ]
    let outage = Outage(limitSeconds: timeouts.outageSeconds)
    let connect = { @Sendable () throws(EngineError) -> PostgresWire in
      try outage.waitingOut { () throws(EngineError) in
        try PostgresWire(
          address, answerSeconds: timeouts.statementSeconds + 10, settings: settings)
      }
    }
    self.connect = connect
    commitShape = CommitShape(batches: lanes, commandsPerBatch: 1)
    writers = Lanes(lanes, name: "postgres-w", limit: queueLimit) { () throws(EngineError) in
      PostgresConnection(connect: connect)
    }
    self.readers = Lanes(readers, name: "postgres-r", limit: queueLimit) {
      () throws(EngineError) in
      PostgresConnection(connect: connect)
    }
  }

  package func write<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try await writers.run(ticket) { try $0.transaction(.write, as: scope, body) }
  }

  package func read<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try await readers.run(ticket) { try $0.transaction(.read, as: scope, body) }
  }

  /// On a connection and a thread of its own.
  package func snapshot() async throws -> any Snapshot {
    let connect = connect
    let lane = Lanes(1, name: "postgres-s", limit: 64) { () throws(EngineError) in
      PostgresConnection(connect: connect)
    }
    let snapshot = PostgresSnapshot(lane: lane)
    do {
      try await lane.run { try $0.beginSnapshot() }
      return snapshot
    } catch {
      await snapshot.close()
      throw error
    }
  }

  /// Writes that wait for a connection, batches among them.
  package var queuedWrites: Int { writers.queued }
  /// Reads that wait for a connection.
  package var queuedReads: Int { readers.queued }

  package func schedule(
    _ job: @escaping @Sendable (Result<any Connection, EngineError>) -> Void
  ) throws(EngineError) {
    try writers.schedule { lane in job(lane.map { $0 as any Connection }) }
  }

  package func sizeInBytes() async throws -> Int? {
    try await readers.run { lane in
      try lane.transaction(.read, as: .platform) {
        try $0.first("SELECT pg_database_size(current_database())", as: Int.self)
      }
    }
  }

  package func check() async throws -> [String] {
    try await readers.run { lane in
      try lane.transaction(.read, as: .platform, unguarded: true) { transaction in
        try transaction.execute("SELECT set_config('statement_timeout', '55min', true)")
        return try PostgresSchema.findings(on: transaction)
      }
    }
  }

  package func close() async {
    await readers.close()
    await writers.close()
  }
}

/// A read transaction that lasts, on a connection that does nothing else.
private struct PostgresSnapshot: Snapshot {
  let lane: Lanes<PostgresConnection>

  func read<T: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    do {
      return try await lane.run { connection in
        // A read that fails leaves the moment as it is.
        try connection.savepoint { try body(connection) }
      }
    } catch EngineError.retry(let reason) {
      throw EngineError.unavailable("the snapshot is lost: \(reason)")
    }
  }

  func close() async { await lane.close() }
}

/// An outage of the database as all lanes of a server know it: at first they wait for its end; if
/// it lasts, they are refused at once.
final class Outage: Sendable {
  private let limitNanoseconds: UInt64
  private let state = Mutex<(wasUp: Bool, since: UInt64?)>((false, nil))

  init(limitSeconds: Int) { limitNanoseconds = UInt64(max(limitSeconds, 0)) * 1_000_000_000 }

  /// Connects, again and again while there is hope. Before the first success there is none.
  func waitingOut<T>(_ connect: () throws(EngineError) -> T) throws(EngineError) -> T {
    var pauseMilliseconds: Int32 = 20
    while true {
      do throws(EngineError) {
        let connected = try connect()
        state.withLock { $0 = (true, nil) }
        return connected
      } catch {
        guard mayHope() else { throw error }
      }
      poll(nil, 0, pauseMilliseconds)
      pauseMilliseconds = min(pauseMilliseconds * 2, 500)
    }
  }

  private func mayHope() -> Bool {
    state.withLock { state in
      guard state.wasUp else { return false }
      let now = DispatchTime.now().uptimeNanoseconds
      let since = state.since ?? now
      state.since = since
      return now - since < limitNanoseconds
    }
  }
}
