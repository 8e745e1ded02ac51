import EngineKit
import EngineSQLite
import Foundation
import Synchronization
import Testing

@testable import Engine

@Suite struct GroupCommitTests {
  private let alpha = Scope.company(bureau: Ledger.one, company: Ledger.alpha)
  private struct Refused: Error, Equatable {
    let id: Int
  }

  @Test(.everyEngine) func `sixty-four callers share commits and each succeeds or fails alone`()
    async throws
  {
    try await withDatabase { database in
      let group = GroupCommit(database)
      let answers = try await withThrowingTaskGroup(of: (Int, String).self) { tasks in
        for caller in 0..<64 {
          tasks.addTask {
            for round in 0..<8 {
              let id = caller * 8 + round
              let answer = await refusal {
                let back = try await group.submit(as: scope(id)) { tx in
                  try Ledger.add(id, to: Ledger.one, company(id), amount: id % 7, in: tx)
                  if id % 5 == 4 { throw Refused(id: id) }
                  return id
                }
                #expect(back == id)
              }
              let due = id % 7 == 0 ? "check" : id % 5 == 4 ? "\(Refused(id: id))" : "nothing"
              // An engine that defers statements may hear the body's own refusal first.
              #expect(answer == due || id % 5 == 4 && answer == "\(Refused(id: id))")
            }
            return (caller, "done")
          }
        }
        return try await tasks.reduce(into: 0) { count, _ in count += 1 }
      }
      #expect(answers == 64)
      let due = (0..<512).filter { $0 % 7 != 0 && $0 % 5 != 4 }
      let kept = try await database.read(as: .bureau(Ledger.one)) {
        try $0.rows("SELECT id FROM company_row ORDER BY id", as: Int.self)
      }
      #expect(kept == due)
      #expect(group.batches < 512, "commits are shared")
    }
    @Sendable func company(_ id: Int) -> TenantKey { id % 2 == 0 ? Ledger.alpha : Ledger.beta }
    @Sendable func scope(_ id: Int) -> Scope { .company(bureau: Ledger.one, company: company(id)) }
  }

  @Test func `a command sees its own scope only, whoever shares its batch`() async throws {
    let connection = ScriptedConnection()
    let database = ScriptedDatabase(connection)
    let group = GroupCommit(database)
    let held = database.hold()
    await withTaskGroup(of: Void.self) { tasks in
      for scope in Ledger.scopes {
        tasks.addTask {
          let seen = try? await group.submit(as: scope) { $0.scope }
          #expect(seen == scope)
        }
      }
      await group.waitUntilQueued(Ledger.scopes.count)
      held.open()
    }
    #expect(group.batches == 1)
  }

  @Test func `nobody hears of success before the commit`() async throws {
    let connection = ScriptedConnection()
    let database = ScriptedDatabase(connection)
    let group = GroupCommit(database)
    let committed = Atomic<Bool>(false)
    connection.onCommit.withLock { $0 = { committed.store(true, ordering: .releasing) } }
    let during = try await group.submit(as: alpha) { _ in committed.load(ordering: .acquiring) }
    let after = committed.load(ordering: .acquiring)
    #expect(!during && after)
  }

  @Test func `a conflict runs the whole batch again and is nobody's answer`() async throws {
    let connection = ScriptedConnection(
      commits: [.retry("busy"), .retry("busy"), nil], statements: [])
    let group = GroupCommit(ScriptedDatabase(connection))
    let runs = Atomic<Int>(0)
    let answer = try await group.submit(as: alpha) { _ in
      runs.add(1, ordering: .relaxed).newValue
    }
    #expect(answer == 3, "the answer is that of the last run")
    #expect(connection.log.withLock { $0.filter { $0 == "rollback" }.count } == 2)
  }

  @Test func `a conflict inside a command runs the batch again even if it is swallowed`()
    async throws
  {
    let conflict = ConnectionFailure(.retry("busy"), endsTransaction: true)
    let connection = ScriptedConnection(commits: [nil], statements: [conflict, nil])
    let group = GroupCommit(ScriptedDatabase(connection))
    let runs = Atomic<Int>(0)
    let answer = try await group.submit(as: alpha) { tx in
      try? tx.execute("anything")
      return runs.add(1, ordering: .relaxed).newValue
    }
    #expect(answer == 2)
  }

  /// What happens to one batch of commands that wait together.
  private func events(
    _ bodies: [@Sendable (any Transaction) throws -> Void]
  ) async throws -> (undone: Int, kept: [Int]) {
    let undone = Mutex(0)
    return try await withDatabase { database in
      let group = GroupCommit(database) {
        if case .undone = $0 { undone.withLock { $0 += 1 } }
      }
      await withTaskGroup(of: Void.self) { [alpha] tasks in
        for body in bodies {
          tasks.addTask { try? await group.submit(as: alpha, body) }
        }
      }
      let kept = try await database.read(as: alpha) {
        try $0.rows("SELECT id FROM company_row ORDER BY id", as: Int.self)
      }
      return (undone.withLock { $0 }, kept)
    }
  }

  @Test func `a command that is refused before it has written costs no one else a second run`()
    async throws
  {
    let found = try await events([
      { try Ledger.add(1, in: $0) }, { _ in throw Refused(id: 2) }, { try Ledger.add(3, in: $0) },
    ])
    #expect(found == (0, [1, 3]))
  }

  @Test func `what a refused command has written is undone, and its neighbours' work is not`()
    async throws
  {
    let found = try await events([
      { try Ledger.add(1, in: $0) },
      {
        try Ledger.add(2, in: $0)
        throw Refused(id: 2)
      },
      { try Ledger.add(3, in: $0) },
      { try Ledger.add(4, amount: 0, in: $0) },
    ])
    #expect(found.undone >= 1)
    #expect(found.kept == [1, 3])
  }

  @Test func `a conflict that never ends is unavailability`() async throws {
    let connection = ScriptedConnection(
      commits: [EngineError?](repeating: .retry("busy"), count: 8), statements: [])
    let group = GroupCommit(ScriptedDatabase(connection))
    let answer = await refusal { try await group.submit(as: alpha) { _ in } }
    #expect(answer == "unavailable")
    let next = await refusal { try await group.submit(as: alpha) { _ in } }
    #expect(next == "nothing", "the next batch is not touched")
  }

  @Test func `a full disk fails the batch for each of its callers`() async throws {
    let full = ConnectionFailure(.full("disk"), endsTransaction: true)
    let connection = ScriptedConnection(commits: [], statements: [nil, full])
    let database = ScriptedDatabase(connection)
    let group = GroupCommit(database)
    let answers = await withTaskGroup(of: String.self) { tasks in
      let held = database.hold()
      for _ in 0..<3 {
        tasks.addTask {
          await refusal { try await group.submit(as: alpha) { try $0.execute("write") } }
        }
      }
      await group.waitUntilQueued(3)
      held.open()
      return await tasks.reduce(into: [String]()) { $0.append($1) }
    }
    #expect(answers == ["full", "full", "full"])
    #expect(connection.log.withLock { !$0.contains("commit") })
  }

  @Test func `after the database is closed commands are refused`() async throws {
    let database = try await SQLiteDatabase.inMemory()
    let group = GroupCommit(database)
    await database.close()
    let answer = await refusal { try await group.submit(as: .platform) { _ in } }
    #expect(answer == "unavailable")
  }
}
