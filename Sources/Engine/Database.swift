/// What an engine offers inside a transaction. It never leaves the thread that runs the body.
///
/// A statement that fails dooms the transaction up to the innermost savepoint, on every engine:
/// what follows is refused, and so is the commit, even where the body swallows the error. Use
/// `savepoint` around what may fail, or `ON CONFLICT`.
package protocol Transaction: AnyObject {
  var dialect: Dialect { get }
  var scope: Scope { get }

  /// Runs a statement for its effect. An engine may send it with the next one that has an answer.
  func execute(_ sql: SQL) throws

  /// Runs a statement and hands each row to `body`. Returns how many rows came or were changed.
  @discardableResult
  func query(_ sql: SQL, _ body: (borrowing Row) throws -> Void) throws -> Int

  /// Runs a statement and returns how many rows it changed.
  @discardableResult
  func changes(_ sql: SQL) throws -> Int

  /// All or nothing within the transaction: what `body` throws is thrown on, its changes undone.
  func savepoint<T>(_ body: () throws -> T) throws -> T

  /// Runs `body` in the narrower scope of one company: for the few commands of a bureau that write
  /// in a company's journal too. Only from the scope of a bureau, and only to one of its own.
  func within<T>(company: TenantKey, _ body: () throws -> T) throws -> T
}

/// How a database takes commands: what `GroupCommit` asks of it.
package struct CommitShape: Hashable, Sendable {
  /// Batches that run at the same time, each on a connection of its own.
  package let batches: Int
  /// The most commands that share a commit. One: each has a transaction to itself.
  package let commandsPerBatch: Int
  /// The most commands of one bureau that run at the same time. Commands of one company wait for
  /// each other: a busy one must not keep all connections waiting.
  package let commandsPerBureau: Int

  /// - Parameter commandsPerBureau: half of what runs at the same time, unless said otherwise.
  package init(batches: Int, commandsPerBatch: Int, commandsPerBureau: Int? = nil) {
    self.batches = max(batches, 1)
    self.commandsPerBatch = max(commandsPerBatch, 1)
    let all = self.batches * self.commandsPerBatch
    self.commandsPerBureau =
      commandsPerBureau ?? (self.batches == 1 ? all : max(all / 2, 1))
  }

  /// One writer, whose syncs are worth sharing.
  package static let oneWriter = CommitShape(batches: 1, commandsPerBatch: 64)
}

/// One SQL database: everything that the program knows of its engine.
package protocol Database: Sendable {
  /// One durable transaction of its own. `body` may run again after a conflict, so its only
  /// effects are those through the transaction. Many small commands go through `GroupCommit`.
  func write<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T

  /// One snapshot, read only.
  func read<T: Sendable>(
    as scope: Scope, ticket: Ticket, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T

  /// All tenants at this moment, without guards; see `Snapshot`, who may use it and for what.
  func snapshot() async throws -> any Snapshot

  /// How `schedule` is best used for commands.
  var commitShape: CommitShape { get }

  /// Hands `job` a writer's bare connection, on the writer's thread, in the order of the calls.
  /// For group commit and migrations. The job leaves the connection outside a transaction.
  func schedule(_ job: @escaping @Sendable (Result<any Connection, EngineError>) -> Void)
    throws(EngineError)

  /// Bytes that the database takes on its disk; nil where that has no meaning.
  func sizeInBytes() async throws -> Int?

  /// What is wrong with the stored data as such; empty if nothing is. Reads all of it.
  func check() async throws -> [String]

  /// Finishes what is queued, refuses what comes, and ends the threads. May be called again.
  func close() async
}

extension Database {
  /// `write` in the turn of the scope's bureau.
  package func write<T: Sendable>(
    as scope: Scope, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try await write(as: scope, ticket: Ticket(Turn(scope)), body)
  }

  /// `read` in the turn of the scope's bureau.
  package func read<T: Sendable>(
    as scope: Scope, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try await read(as: scope, ticket: Ticket(Turn(scope)), body)
  }

  package var commitShape: CommitShape { .oneWriter }
  package func sizeInBytes() async throws -> Int? { nil }
}

/// A writer's connection with its transaction in the caller's hands.
package protocol Connection: Transaction {
  /// What dooms the transaction, and how far; `nil` while all is well. An engine that defers
  /// statements waits here for what they have answered.
  var failure: ConnectionFailure? { get }

  /// Grows with all that is written, undone or not: whether a command has left anything to undo.
  var written: Int64 { get }

  func begin() throws(EngineError)
  /// The scope of the statements that follow.
  func enter(_ scope: Scope) throws(EngineError)
  func openSavepoint() throws(EngineError)
  func releaseSavepoint() throws(EngineError)
  /// Undoes what was done since the savepoint was opened, and closes it.
  func undoSavepoint() throws(EngineError)
  /// Makes the transaction durable. Refused if the transaction is doomed.
  func commit() throws(EngineError)
  /// Gives the transaction up. Never fails: a connection that can't roll back is closed.
  func rollback()

  /// Runs `body` in one transaction without guards, checks what it left and renews the guards of
  /// all connections.
  func changeSchema(_ body: (any Connection) throws -> Void) throws
  /// Several statements without values at once, for schema changes.
  func script(_ text: String) throws(EngineError)
}

/// Why a transaction can't go on.
package struct ConnectionFailure: Error, Equatable, Sendable {
  package let error: EngineError
  /// The whole transaction is lost; else only what came after the innermost savepoint.
  package let endsTransaction: Bool

  package init(_ error: EngineError, endsTransaction: Bool) {
    self.error = error
    self.endsTransaction = endsTransaction
  }
}

extension Connection {
  package func within<T>(company: TenantKey, _ body: () throws -> T) throws -> T {
    guard case .bureau(let bureau) = scope, bureau != company else {
      throw EngineError.tenant("only a bureau's transaction can enter the scope of a company")
    }
    let outer = scope
    try enter(.company(bureau: bureau, company: company))
    do {
      let value = try body()
      try enter(outer)
      return value
    } catch {
      // A doomed transaction can't go back; whoever undoes it enters a scope anew.
      try? enter(outer)
      throw error
    }
  }
}

extension Transaction {
  /// The first column of all rows. Bound them by LIMIT.
  package func rows<C: SQLDecodable>(_ sql: SQL, as _: C.Type = C.self) throws -> [C] {
    var rows: [C] = []
    try query(sql) { rows.append(try C.decode($0, 0)) }
    return rows
  }

  /// The first column of the first row, if there is one.
  package func first<C: SQLDecodable>(_ sql: SQL, as _: C.Type = C.self) throws -> C? {
    var first: C?
    var isFirst = true
    try query(sql) { row in
      guard isFirst else { return }
      isFirst = false
      first = try C.decode(row, 0)
    }
    return first
  }

  /// All rows, each as a tuple of its first columns. Bound them by LIMIT.
  package func rows<each C: SQLDecodable>(
    _ sql: SQL, as _: (repeat (each C)).Type = (repeat (each C)).self
  ) throws -> [(repeat each C)] {
    var rows: [(repeat each C)] = []
    try query(sql) { row in
      var column = 0
      rows.append((repeat try next((each C).self, in: row, &column)))
    }
    return rows
  }

  /// The first row, if there is one.
  package func first<each C: SQLDecodable>(
    _ sql: SQL, as _: (repeat (each C)).Type = (repeat (each C)).self
  ) throws -> (repeat each C)? {
    var first: (repeat each C)?
    try query(sql) { row in
      guard first == nil else { return }
      var column = 0
      first = (repeat try next((each C).self, in: row, &column))
    }
    return first
  }

  package func changes(_ sql: SQL) throws -> Int { try query(sql) { _ in } }
}

/// Decodes one column and steps to the next: the order of a pack's expansion is left to right.
func next<V: SQLDecodable>(
  _: V.Type, in row: borrowing Row, _ column: inout Int
) throws -> V {
  defer { column += 1 }
  return try V.decode(row, column)
}
