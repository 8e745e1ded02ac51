// The database as one server of a simulation sees it: the real one, with a fuse at each commit and,
// where a bug is planted, with some of its statements altered on their way.

import Engine

/// Changes statements between the server's code and the engine; see `Plant`.
struct Alteration: Sendable {
  /// The statement to run instead; the same where it is none of its business.
  let change: @Sendable (SQL) -> SQL
}

final class WatchedDatabase: Database {
  private let base: any Database
  private let fuse: Fuse
  private let alteration: Alteration?
  private let forgetsCommits: Bool

  init(
    _ base: any Database, _ fuse: Fuse, _ alteration: Alteration?, forgetsCommits: Bool = false
  ) {
    self.base = base
    self.fuse = fuse
    self.alteration = alteration
    self.forgetsCommits = forgetsCommits
  }

  func write<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try fuse.pass()
    let value = try await base.write(as: scope, ticket: ticket) { [fuse, alteration] tx in
      let value = try body(alteration.map { AlteredTransaction(tx, $0) } ?? tx)
      try fuse.pass()
      return value
    }
    try fuse.pass()
    return value
  }

  func read<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    if fuse.isBurnt { throw EngineError.unavailable(Fuse.word) }
    return try await base.read(as: scope, ticket: ticket) { [alteration] tx in
      try body(alteration.map { AlteredTransaction(tx, $0) } ?? tx)
    }
  }

  func snapshot() async throws -> any Snapshot { try await base.snapshot() }

  var commitShape: CommitShape { base.commitShape }

  func schedule(
    _ job: @escaping @Sendable (Result<any Connection, EngineError>) -> Void
  ) throws(EngineError) {
    if fuse.isBurnt { throw .unavailable(Fuse.word) }
    try base.schedule { [fuse, alteration, forgetsCommits] lane in
      job(
        lane.map {
          WatchedConnection($0, fuse, alteration, forgetsCommits: forgetsCommits)
            as any Connection
        })
    }
  }

  func sizeInBytes() async throws -> Int? { try await base.sizeInBytes() }
  func check() async throws -> [String] { try await base.check() }
  func close() async { await base.close() }
}

private final class AlteredTransaction: Transaction {
  private let base: any Transaction
  private let alteration: Alteration

  init(_ base: any Transaction, _ alteration: Alteration) {
    self.base = base
    self.alteration = alteration
  }

  var dialect: Dialect { base.dialect }
  var scope: Scope { base.scope }
  func execute(_ sql: SQL) throws { try base.execute(alteration.change(sql)) }
  func query(_ sql: SQL, _ body: (borrowing Row) throws -> Void) throws -> Int {
    try base.query(alteration.change(sql), body)
  }
  func changes(_ sql: SQL) throws -> Int { try base.changes(alteration.change(sql)) }
  func savepoint<T>(_ body: () throws -> T) throws -> T { try base.savepoint(body) }
  func within<T>(company: TenantKey, _ body: () throws -> T) throws -> T {
    try base.within(company: company, body)
  }
}

private final class WatchedConnection: Connection {
  private let base: any Connection
  private let fuse: Fuse
  private let alteration: Alteration?
  /// Committed, and the caller was told that it failed: there is nothing to roll back.
  private var isOver = false
  private let forgetsCommits: Bool

  init(
    _ base: any Connection, _ fuse: Fuse, _ alteration: Alteration?, forgetsCommits: Bool
  ) {
    self.forgetsCommits = forgetsCommits
    self.base = base
    self.fuse = fuse
    self.alteration = alteration
  }

  private func altered(_ sql: SQL) -> SQL { alteration?.change(sql) ?? sql }

  var dialect: Dialect { base.dialect }
  var scope: Scope { base.scope }
  func execute(_ sql: SQL) throws { try base.execute(altered(sql)) }
  func query(_ sql: SQL, _ body: (borrowing Row) throws -> Void) throws -> Int {
    try base.query(altered(sql), body)
  }
  func changes(_ sql: SQL) throws -> Int { try base.changes(altered(sql)) }
  func savepoint<T>(_ body: () throws -> T) throws -> T { try base.savepoint(body) }
  func within<T>(company: TenantKey, _ body: () throws -> T) throws -> T {
    try base.within(company: company, body)
  }

  var failure: ConnectionFailure? { base.failure }
  var written: Int64 { base.written }
  func begin() throws(EngineError) {
    try fuse.pass()
    isOver = false
    try base.begin()
  }
  func enter(_ scope: Scope) throws(EngineError) { try base.enter(scope) }
  func openSavepoint() throws(EngineError) { try base.openSavepoint() }
  func releaseSavepoint() throws(EngineError) { try base.releaseSavepoint() }
  func undoSavepoint() throws(EngineError) { try base.undoSavepoint() }
  func commit() throws(EngineError) {
    try fuse.pass()
    // A planted bug: see `Plant.commitForgotten`.
    if forgetsCommits { base.rollback() } else { try base.commit() }
    isOver = true
    try fuse.pass()
  }
  func rollback() {
    if !isOver { base.rollback() }
  }
  func changeSchema(_ body: (any Connection) throws -> Void) throws { try base.changeSchema(body) }
  func script(_ text: String) throws(EngineError) { try base.script(text) }
}

extension SQL {
  /// The statement with other texts between its values, and other values.
  func altered(
    text: (String) -> String = { $0 }, values change: ([SQLValue]) -> [SQLValue] = { $0 }
  ) -> SQL {
    let values = change(values)
    var parts = Parts(literalCapacity: 0, interpolationCount: values.count)
    var next = values.makeIterator()
    for piece in shape.pieces {
      switch piece {
      case .literal(let literal): parts.appendInterpolation(verbatim: text(literal.description))
      case .text(let own): parts.appendInterpolation(verbatim: text(own))
      case .value: if let value = next.next() { parts.appendInterpolation(value) }
      }
    }
    return SQL(stringInterpolation: parts)
  }

  /// Whether its text holds these words, blanks as written.
  func says(_ words: String) -> Bool {
    shape.pieces.contains { piece in
      switch piece {
      case .literal(let literal): literal.description.contains(words)
      case .text(let text): text.contains(words)
      case .value: false
      }
    }
  }
}
