import EngineKit
import EngineSQLite
import Foundation
import Synchronization
import Testing

@testable import Engine

/// A key that is easy to tell from others in a failure.
func key(_ number: UInt64) -> TenantKey { TenantKey(high: 0xB0, low: number) }

enum Ledger {
  static let one = key(1)
  static let two = key(2)
  /// Companies of bureau one.
  static let alpha = key(11)
  static let beta = key(12)

  static let scopes: [Scope] = [
    .platform, .bureau(one), .company(bureau: one, company: alpha),
    .company(bureau: one, company: one), .bureau(two),
  ]

  /// One table for each kind of guard, and one that takes every type of value.
  static let migrations = [
    Migration(
      1, "a table of each kind",
      tables: GuardKind.allCases.map { TenantTable("\($0)_row", $0) }
        + [TenantTable("fact", .journal, appendOnly: true), TenantTable("everything", .bureau)],
      """
      CREATE TABLE company_row (
        bureau BLOB NOT NULL, company BLOB NOT NULL, id INTEGER NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        PRIMARY KEY (bureau, company, id)) WITHOUT ROWID, STRICT;
      CREATE TABLE directory_row (
        bureau BLOB NOT NULL, company BLOB NOT NULL, id INTEGER NOT NULL, amount INTEGER NOT NULL,
        PRIMARY KEY (bureau, company, id)) WITHOUT ROWID, STRICT;
      CREATE TABLE bureau_row (
        bureau BLOB NOT NULL, company BLOB NOT NULL, id INTEGER NOT NULL, amount INTEGER NOT NULL,
        PRIMARY KEY (bureau, id, company)) WITHOUT ROWID, STRICT;
      CREATE TABLE journal_row (
        bureau BLOB NOT NULL, company BLOB NOT NULL, id INTEGER NOT NULL, amount INTEGER NOT NULL,
        PRIMARY KEY (bureau, company, id)) WITHOUT ROWID, STRICT;
      CREATE TABLE platform_row (
        bureau BLOB, company BLOB, id INTEGER NOT NULL, amount INTEGER NOT NULL) STRICT;
      CREATE TABLE fact (
        bureau BLOB NOT NULL, company BLOB NOT NULL, id INTEGER NOT NULL, amount INTEGER NOT NULL,
        PRIMARY KEY (bureau, company, id)) WITHOUT ROWID, STRICT;
      CREATE TABLE everything (
        bureau BLOB NOT NULL, id INTEGER NOT NULL, flag BOOLEAN, number INTEGER, text TEXT,
        bytes BLOB, parent INTEGER, PRIMARY KEY (bureau, id),
        FOREIGN KEY (bureau, parent) REFERENCES everything (bureau, id)) WITHOUT ROWID, STRICT;
      CREATE INDEX company_row_amount ON company_row (bureau, company, amount);
      """)
  ]

  static func add(
    _ id: Int, to bureau: TenantKey = one, _ company: TenantKey = alpha, amount: Int = 1,
    in transaction: any Transaction
  ) throws {
    try transaction.execute(
      """
      INSERT INTO main.company_row (bureau, company, id, amount)
      VALUES (\(bureau), \(company), \(id), \(amount))
      """)
  }

  static func ids(_ database: any Database, in company: TenantKey = alpha) async throws -> [Int] {
    try await database.read(as: .company(bureau: one, company: company)) {
      try $0.rows("SELECT id FROM company_row ORDER BY id", as: Int.self)
    }
  }
}

/// A folder of its own for one test, removed afterwards.
func withFolder<T>(_ body: (String) async throws -> T) async throws -> T {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await body(folder.path())
}

/// A migrated database of the running test's engine.
func withDatabase<T>(
  readers: Int = 2, lanes: Int = 4, _ body: (any Database) async throws -> T
) async throws -> T {
  let database = try await TestEngine.current.place(Ledger.migrations)
    .open(readers: readers, lanes: lanes)
  do {
    let value = try await body(database)
    await database.close()
    return value
  } catch {
    await database.close()
    throw error
  }
}

/// A migrated SQLite database in a file of its own.
func withSQLite<T>(
  readers: Int = 2, queueLimit: Int = 4096, _ body: (SQLiteDatabase) async throws -> T
) async throws -> T {
  try await withFolder { folder in
    let database = try await SQLiteDatabase.open(
      path: folder + "/test.db", readers: readers, queueLimit: queueLimit)
    do {
      try await database.migrate(Ledger.migrations)
      let value = try await body(database)
      await database.close()
      return value
    } catch {
      await database.close()
      throw error
    }
  }
}

extension EngineError {
  /// The case alone: messages are the engine's own.
  var name: String { String("\(self)".prefix { $0 != "(" }) }
}

/// The name of the engine error that `body` throws, or "nothing".
func refusal(_ body: () async throws -> Void) async -> String {
  do {
    try await body()
    return "nothing"
  } catch let error as EngineError {
    return error.name
  } catch {
    return "\(error)"
  }
}

/// Holds a lane's thread until it is opened: makes queues fill without sleeping.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  func wait() { semaphore.wait() }
  func open() { semaphore.signal() }
}

/// Counts, from whatever thread.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .acquiring) }
  func add() { count.add(1, ordering: .acquiringAndReleasing) }
}
