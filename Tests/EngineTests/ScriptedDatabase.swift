// A database without storage, whose threads are held and whose engine fails as a test says.

import Synchronization

@testable import Engine

extension GroupCommit {
  /// Gives way until so many commands wait. The test's time limit bounds it.
  func waitUntilQueued(_ count: Int) async {
    while queued < count { await Task.yield() }
  }
}

/// A database whose engine fails as it is told.
final class ScriptedDatabase: Database {
  let commitShape: CommitShape
  private let lanes: Lanes<ScriptedConnection>

  /// With one connection to each lane, which all write the same log, or the one given.
  init(_ connection: ScriptedConnection, shape: CommitShape = .oneWriter) {
    commitShape = shape
    lanes = Lanes(shape.batches, name: "scripted") { connection }
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
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T { try await lanes.run(ticket) { try body($0) } }

  func read<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T { try await lanes.run(ticket) { try body($0) } }

  func snapshot() async throws -> any Snapshot {
    throw EngineError.unavailable("a script has no snapshots")
  }

  func check() async throws -> [String] { [] }
  func close() async { await lanes.close() }
}

/// A connection without a database: it logs what is done to it and fails by its script.
final class ScriptedConnection: Connection, Sendable {
  let log = Mutex<[String]>([])
  let onCommit = Mutex<@Sendable () -> Void>({})
  private let commits: Mutex<[EngineError?]>
  private let statements: Mutex<[ConnectionFailure?]>
  private let writes = Mutex<Int64>(0)
  private let current = Mutex<(scope: Scope, failure: ConnectionFailure?)>((.platform, nil))

  init(commits: [EngineError?] = [], statements: [ConnectionFailure?] = []) {
    self.commits = Mutex(commits)
    self.statements = Mutex(statements)
  }

  var dialect: Dialect { .sqlite }
  var scope: Scope { current.withLock { $0.scope } }
  /// Every statement counts as a write.
  var written: Int64 { writes.withLock { $0 } }
  var failure: ConnectionFailure? { current.withLock { $0.failure } }

  private func note(_ what: String) { log.withLock { $0.append(what) } }

  func begin() { note("begin") }
  func enter(_ scope: Scope) { current.withLock { $0.scope = scope } }
  func openSavepoint() {}
  func releaseSavepoint() {}
  func undoSavepoint() { current.withLock { $0.failure = nil } }

  func commit() throws(EngineError) {
    if let doom = failure { throw doom.error }
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
    writes.withLock { $0 += 1 }
    let failure = statements.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let failure else { return 0 }
    current.withLock { $0.failure = failure }
    throw failure.error
  }

  func savepoint<T>(_ body: () throws -> T) throws -> T { try body() }
  func changeSchema(_ body: (any Connection) throws -> Void) throws { try body(self) }
  func script(_ text: String) {}
}
