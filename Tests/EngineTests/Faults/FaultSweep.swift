import Foundation
import Synchronization

@testable import Engine
@testable import EngineSQLite

/// What a life of commands was told: the ids that were acknowledged and the errors that came.
final class Told: Sendable {
  private let state = Mutex<(acknowledged: Set<Int>, asked: Set<Int>, errors: [String])>(
    ([], [], []))

  var acknowledged: Set<Int> { state.withLock { $0.acknowledged } }
  var asked: Set<Int> { state.withLock { $0.asked } }
  var errors: [String] { state.withLock { $0.errors } }

  /// Runs one command and notes its answer. Returns whether it was acknowledged.
  @discardableResult
  func ask(_ id: Int, _ command: () async throws -> Void) async -> Bool {
    state.withLock { _ = $0.asked.insert(id) }
    do {
      try await command()
      state.withLock { _ = $0.acknowledged.insert(id) }
      return true
    } catch {
      note(error)
      return false
    }
  }

  func note(_ error: any Error) {
    let name = (error as? EngineError)?.name ?? "\(error)"
    state.withLock { $0.errors.append(name) }
  }
}

/// A short life of a database file, always the same: made, written alone and in groups, its log
/// brought home, closed, opened again, written, closed.
struct LedgerLife {
  let path: String
  let vfs: String?
  let told = Told()

  static let bureau = Scope.bureau(Ledger.one)

  /// Both halves of one command: a row of each of two companies' tables, or neither.
  static func add(_ id: Int, in tx: any Transaction) throws {
    try tx.execute(
      """
      INSERT INTO main.bureau_row (bureau, company, id, amount)
      VALUES (\(Ledger.one), \(Ledger.alpha), \(id), 1)
      """)
    try tx.execute(
      """
      INSERT INTO main.directory_row (bureau, company, id, amount)
      VALUES (\(Ledger.one), \(Ledger.beta), \(id), 1)
      """)
  }

  func open() async -> SQLiteDatabase? {
    do {
      let database = try await SQLiteDatabase.open(path: path, readers: 1, vfs: vfs)
      do {
        try await database.migrate(Ledger.migrations)
        return database
      } catch {
        await database.close()
        throw error
      }
    } catch {
      told.note(error)
      return nil
    }
  }

  func commands(_ ids: ClosedRange<Int>, on database: SQLiteDatabase) async {
    let group = GroupCommit(database)
    for id in ids {
      await told.ask(id) { try await group.submit(as: Self.bureau) { try Self.add(id, in: $0) } }
    }
    await withTaskGroup { tasks in
      for id in ids.map({ $0 + 1_000_000 }) {
        tasks.addTask {
          await told.ask(id) {
            try await group.submit(as: Self.bureau) { try Self.add(id, in: $0) }
          }
        }
      }
    }
    do { _ = try await Self.stored(in: database) } catch { told.note(error) }
  }

  func checkpoint(_ database: SQLiteDatabase) async {
    await withCheckedContinuation { done in
      do throws(EngineError) {
        try database.schedule { lane in
          // Some fail to come about: the log stays as it is, and the next one does it.
          try? lane.get().script("PRAGMA wal_checkpoint(TRUNCATE)")
          done.resume()
        }
      } catch { done.resume() }
    }
  }

  func run() async {
    if let database = await open() {
      await commands(1...2, on: database)
      await checkpoint(database)
      await commands(11...12, on: database)
      await database.close()
    }
    if let database = await open() {
      await commands(21...22, on: database)
      await database.close()
    }
  }

  /// The commands that are stored, none of them by half.
  static func stored(in database: SQLiteDatabase) async throws -> Set<Int> {
    try await database.read(as: bureau) { tx in
      let one = Set(try tx.rows("SELECT id FROM bureau_row", as: Int.self))
      let two = Set(try tx.rows("SELECT id FROM directory_row", as: Int.self))
      guard one == two else { throw HalfDone(only: one.symmetricDifference(two)) }
      return one
    }
  }
}

struct HalfDone: Error { let only: Set<Int> }

/// Opens what is left of a file and says what is wrong with it; empty if nothing is.
func findings(at path: String, _ told: Told) async -> [String] {
  do {
    let database = try await SQLiteDatabase.open(path: path, readers: 1)
    var findings: [String] = []
    do {
      try await database.migrate(Ledger.migrations)
      let stored = try await LedgerLife.stored(in: database)
      findings += try await database.check()
      let lost = told.acknowledged.subtracting(stored)
      if !lost.isEmpty { findings.append("acknowledged and lost: \(lost.sorted())") }
      let foreign = stored.subtracting(told.asked)
      if !foreign.isEmpty { findings.append("stored and never asked: \(foreign.sorted())") }
    } catch { findings.append("\(error)") }
    await database.close()
    return findings
  } catch { return ["\(error)"] }
}
