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

  @Test func `sixty-four callers share commits and each succeeds or fails alone`() async throws {
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
              #expect(answer == due)
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

  @Test func `commands beyond the limit of the queue are refused at once`() async throws {
    let database = ScriptedDatabase(ScriptedConnection())
    let group = GroupCommit(database, queueLimit: 3)
    let held = database.hold()
    await withTaskGroup(of: String.self) { tasks in
      for _ in 0..<3 {
        tasks.addTask { await refusal { try await group.submit(as: alpha) { _ in } } }
      }
      await group.waitUntilQueued(3)
      let answer = await refusal { try await group.submit(as: alpha) { _ in } }
      #expect(answer == "overloaded")
      held.open()
      for await answer in tasks { #expect(answer == "nothing") }
    }
    let later = await refusal { try await group.submit(as: alpha) { _ in } }
    #expect(later == "nothing")
  }

  @Test func `after the database is closed commands are refused`() async throws {
    let database = try await SQLiteDatabase.inMemory()
    let group = GroupCommit(database)
    await database.close()
    let answer = await refusal { try await group.submit(as: .platform) { _ in } }
    #expect(answer == "unavailable")
  }
}

extension GroupCommit {
  /// Gives way until so many commands wait. The test's time limit bounds it.
  fileprivate func waitUntilQueued(_ count: Int) async {
    while queued < count { await Task.yield() }
  }
}

/// A database whose engine fails as it is told.
private final class ScriptedDatabase: Database {
  private let lanes: Lanes<ScriptedConnection>

  init(_ connection: ScriptedConnection) {
    lanes = Lanes(1, name: "scripted") { connection }
  }

  /// Keeps the lane busy until the gate is opened.
  func hold() -> Gate {
    let gate = Gate()
    try? lanes.schedule { _ in gate.wait() }
    return gate
  }

  func schedule(_ job: @escaping @Sendable (Result<any Connection, EngineError>) -> Void)
    throws(EngineError)
  { try lanes.schedule { job($0.map { $0 as any Connection }) } }

  func write<T: Sendable>(
    as scope: Scope, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T { try await lanes.run { try body($0) } }

  func read<T: Sendable>(
    as scope: Scope, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T { try await lanes.run { try body($0) } }

  func snapshot() async throws -> any Snapshot {
    throw EngineError.unavailable("a script has no snapshots")
  }

  func check() async throws -> [String] { [] }
  func close() async { await lanes.close() }
}

/// A connection without a database: it logs what is done to it and fails by its script.
private final class ScriptedConnection: Connection, Sendable {
  let log = Mutex<[String]>([])
  let onCommit = Mutex<@Sendable () -> Void>({})
  private let commits: Mutex<[EngineError?]>
  private let statements: Mutex<[ConnectionFailure?]>
  private let current = Mutex<(scope: Scope, failure: ConnectionFailure?)>((.platform, nil))

  init(commits: [EngineError?] = [], statements: [ConnectionFailure?] = []) {
    self.commits = Mutex(commits)
    self.statements = Mutex(statements)
  }

  var dialect: Dialect { .sqlite }
  var scope: Scope { current.withLock { $0.scope } }
  var failure: ConnectionFailure? { current.withLock { $0.failure } }

  private func note(_ what: String) { log.withLock { $0.append(what) } }

  func begin() { note("begin") }
  func enter(_ scope: Scope) { current.withLock { $0.scope = scope } }
  func openSavepoint() {}
  func releaseSavepoint() {}
  func undoSavepoint() { current.withLock { $0.failure = nil } }

  func commit() throws(EngineError) {
    let failure = commits.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    if let failure { throw failure }
    onCommit.withLock { $0 }()
    note("commit")
  }

  func rollback() {
    note("rollback")
    current.withLock { $0.failure = nil }
  }

  func execute(_ sql: SQL) throws { try query(sql) { _ in } }

  @discardableResult
  func query(_ sql: SQL, _ body: (borrowing Row) throws -> Void) throws -> Int {
    let failure = statements.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let failure else { return 0 }
    current.withLock { $0.failure = failure }
    throw failure.error
  }

  func savepoint<T>(_ body: () throws -> T) throws -> T { try body() }
  func changeSchema(_ body: (any Connection) throws -> Void) throws { try body(self) }
  func script(_ text: String) {}
}
