import CSQLite
package import Engine
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// One SQLite file in WAL mode, synced at each commit: one writer, several snapshot readers.
///
/// SQLite has one writer at a time, so all writes go through one thread. A second server on the
/// same file is refused by a lock on `<path>.lock`.
package final class SQLiteDatabase: Database {
  private let place: SQLiteConnection.Place
  private let guards = GuardGeneration()
  private let writer: Lanes<SQLiteConnection>
  /// `nil` in memory, where the one connection also reads.
  private let readers: Lanes<SQLiteConnection>?
  private let lock: FileLock?

  /// Opens or creates the file, with mode 0600. Until the schema has been found to fit (`migrate`),
  /// nothing in the file and its log is altered.
  ///
  /// - Parameters:
  ///   - readers: how many snapshots can be read at the same time, 1…64.
  ///   - queueLimit: the most writes, and the most reads, that wait.
  ///   - vfs: the name of the SQLite VFS that does the file's input and output; nil: the system's.
  package static func open(
    path: String, readers: Int = 4, queueLimit: Int = 4096, vfs: String? = nil
  ) async throws -> SQLiteDatabase {
    let path = resolved(path)
    let lock = try FileLock(path + ".lock")
    try SQLiteInspection.inspect(path)
    try restrict(path)
    let database = SQLiteDatabase(
      .file(path, vfs: vfs), readers: min(max(readers, 1), 64), queueLimit: queueLimit, lock: lock)
    return try await database.opened()
  }

  /// An empty database in memory, gone when closed. For tests and for replaying a journal.
  package static func inMemory(queueLimit: Int = 4096) async throws -> SQLiteDatabase {
    try await SQLiteDatabase(.memory, readers: 0, queueLimit: queueLimit, lock: nil).opened()
  }

  /// An empty database for work in between, gone when closed: in memory up to some 64 MiB, beyond
  /// that in a nameless file of the system's folder for temporary files. Nothing in it is durable.
  package static func scratch() async throws -> SQLiteDatabase {
    try await SQLiteDatabase(.scratch, readers: 0, queueLimit: 64, lock: nil).opened()
  }

  /// Opens a file that a server may be writing to, to read it and nothing else: it takes no lock,
  /// changes no byte of the database and refuses writes with `EngineError.readOnly`.
  package static func reading(path: String) async throws -> SQLiteDatabase {
    let database = SQLiteDatabase(
      .file(resolved(path), vfs: nil), readers: 1, queueLimit: 64, lock: nil, isObserver: true)
    do {
      _ = try await database.read(as: .platform) { try $0.first("SELECT 1", as: Int.self) }
      return database
    } catch {
      await database.close()
      throw error
    }
  }

  private init(
    _ place: SQLiteConnection.Place, readers: Int, queueLimit: Int, lock: FileLock?,
    isObserver: Bool = false
  ) {
    self.place = place
    self.lock = lock
    let guards = guards
    writer = Lanes(1, name: "sqlite-writer", limit: queueLimit) { () throws(EngineError) in
      if isObserver { throw .readOnly("the database is open for reading only") }
      return try SQLiteConnection(place, .writer, guards: guards)
    } isUsable: {
      !$0.isBroken
    }
    self.readers =
      readers == 0
      ? nil
      : Lanes(readers, name: "sqlite-reader", limit: queueLimit) { () throws(EngineError) in
        try SQLiteConnection(place, isObserver ? .observer : .reader, guards: guards)
      } isUsable: {
        !$0.isBroken
      }
  }

  /// Opens the writer at once, so that a file that can't be used is refused here and not later.
  private func opened() async throws -> SQLiteDatabase {
    do {
      try await writer.run { _ in }
      return self
    } catch {
      await close()
      throw error
    }
  }

  /// SQLite has one writer at a time, and a sync is dear: commands share both.
  package var commitShape: CommitShape { .oneWriter }

  package func write<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try await writer.run(ticket) { try $0.transaction(.write, as: scope, body) }
  }

  package func read<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try await (readers ?? writer).run(ticket) { try $0.transaction(.read, as: scope, body) }
  }

  /// On a connection and a thread of its own. A database in memory has one connection only, so that
  /// its snapshot is a copy.
  package func snapshot() async throws -> any Snapshot {
    let guards = guards
    let (source, role): (SQLiteConnection.Place, SQLiteConnection.Role) =
      if case .file = place { (place, .observer) } else { (.copy(try await copied()), .reader) }
    let lane = Lanes(1, name: "sqlite-snapshot", limit: 64) { () throws(EngineError) in
      try SQLiteConnection(source, role, guards: guards)
    }
    let snapshot = SQLiteSnapshot(lane: lane)
    do {
      try await lane.run { try $0.beginSnapshot() }
      return snapshot
    } catch {
      await snapshot.close()
      throw error
    }
  }

  private func copied() async throws -> [UInt8] { try await writer.run { try $0.serialized() } }

  /// Writes that wait for the writer, batches among them.
  package var queuedWrites: Int { writer.queued }
  /// Reads that wait for a reader.
  package var queuedReads: Int { (readers ?? writer).queued }

  package func schedule(
    _ job: @escaping @Sendable (Result<any Connection, EngineError>) -> Void
  ) throws(EngineError) {
    try writer.schedule { lane in job(lane.map { $0 as any Connection }) }
  }

  package func sizeInBytes() async throws -> Int? {
    try await (readers ?? writer).run { connection in
      let pages = try connection.first("PRAGMA page_count", as: Int.self) ?? 0
      return pages * (try connection.first("PRAGMA page_size", as: Int.self) ?? 0)
    }
  }

  package func check() async throws -> [String] {
    try await (readers ?? writer).run { try $0.findings() }
  }

  package func close() async {
    await readers?.close()
    await writer.close()
    lock?.release()
  }

  /// The path without symbolic links: one file has one lock, whatever name it is opened by.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// Payment data is for the server's user alone; the files beside it take over the file's mode.
  private static func restrict(_ path: String) throws(EngineError) {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path, errno) }
    fchmod(descriptor, 0o600)
    Glibc.close(descriptor)
  }
}

/// A read transaction that lasts, on a connection that does nothing else.
private struct SQLiteSnapshot: Snapshot {
  let lane: Lanes<SQLiteConnection>

  func read<T: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T { try await lane.run { try body($0) } }

  func close() async { await lane.close() }
}

/// Counts changes of the schema, so that each connection knows when to renew its guards.
final class GuardGeneration: Sendable {
  private let count = Atomic<Int>(0)

  var current: Int { count.load(ordering: .acquiring) }
  func advance() { count.add(1, ordering: .releasing) }
}
