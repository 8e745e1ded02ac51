import Engine

#if canImport(Glibc)
  import Glibc
#endif

/// One connection, confined to the thread of its lane. It connects when a transaction begins.
///
/// What delimits a transaction and what has no answer is sent with the next statement that has one,
/// so a command costs few round trips. A deferred statement that fails shows at the next answer, at
/// the end of its savepoint, or at the commit, and dooms the transaction as it would at once.
final class PostgresConnection: Connection {
  enum Mode { case read, write }

  private let connect: @Sendable () throws(EngineError) -> PostgresWire
  private var wire: PostgresWire?
  private var mode = Mode.write
  /// How many savepoints are open.
  private var depth = 0
  private(set) var scope = Scope.platform
  /// The scope that the server was told in this transaction.
  private var announced: Scope?
  private var doom: ConnectionFailure?
  /// Conflicts one after the other: whoever was in the way is given time to get out of it.
  private var conflicts: Int32 = 0
  var dialect: Dialect { .postgres }
  var preparedStatements: Int { wire?.preparedStatements ?? 0 }

  init(connect: @escaping @Sendable () throws(EngineError) -> PostgresWire) {
    self.connect = connect
  }

  // MARK: Transactions

  /// One transaction; a conflict or a lost connection is tried again a few times.
  /// - Parameter unguarded: with the rows of all tenants, and with time for long statements.
  func transaction<T>(
    _ mode: Mode, as scope: Scope, unguarded: Bool = false, _ body: (any Transaction) throws -> T
  ) throws -> T {
    var conflict = ""
    for _ in 0..<8 {
      do {
        try begin(mode, unguarded: unguarded)
        try enter(scope)
        let value = try body(self)
        try commit()
        return value
      } catch {
        let cause = doom?.error ?? error as? EngineError
        rollback()
        guard case .retry(let reason)? = cause else { throw error }
        conflict = reason
      }
    }
    throw EngineError.unavailable("after 8 attempts still: \(conflict)")
  }

  func begin() throws(EngineError) { try begin(.write) }

  func begin(_ mode: Mode, unguarded: Bool = false) throws(EngineError) {
    doom = nil
    depth = 0
    scope = .platform
    announced = nil
    self.mode = mode
    if conflicts > 0 { poll(nil, 0, 1 << min(conflicts, 6)) }
    if wire?.isOpen != true {
      wire = nil
      wire = try connect()
    }
    try onWire { wire throws(WireFailure) in
      wire.isPatient = unguarded
      try wire.forgetIfFull()
      try wire.control(mode == .write ? Control.begin : Control.beginReading)
      if unguarded { try wire.control(Control.unguard) }
    }
  }

  func enter(_ scope: Scope) throws(EngineError) {
    self.scope = scope
    try announce()
  }

  /// Tells the server the scope of what follows, for this transaction only.
  private func announce() throws(EngineError) {
    guard announced != scope else { return }
    func text(_ key: TenantKey?) -> String { key.map { "\\x\($0)" } ?? "" }
    let (bureau, company) = (text(scope.bureau), text(scope.company))
    try onWire { wire throws(WireFailure) in
      try wire.control(
        """
        SELECT set_config('app.bureau', \(bureau), true), set_config('app.company', \(company), true)
        """)
    }
    announced = scope
  }

  func openSavepoint() throws(EngineError) {
    // What fails before the savepoint is not undone with it.
    try settleIfOwed()
    depth += 1
    try control(SQL(verbatim: "SAVEPOINT s\(depth)"))
  }

  func releaseSavepoint() throws(EngineError) {
    try settleIfOwed()
    try control(SQL(verbatim: "RELEASE s\(depth)"))
    depth -= 1
  }

  func undoSavepoint() throws(EngineError) {
    // What was deferred must fail before it is undone, not after.
    if doom?.endsTransaction != true, wire?.isOwed == true {
      doom = nil
      try? settleIfOwed()
    }
    if let doom, doom.endsTransaction { throw doom.error }
    doom = nil
    try control(SQL(verbatim: "ROLLBACK TO s\(depth)"))
    try control(SQL(verbatim: "RELEASE s\(depth)"))
    depth -= 1
    // The server has undone what it was told inside.
    announced = nil
  }

  func savepoint<T>(_ body: () throws -> T) throws -> T {
    try openSavepoint()
    do {
      let value = try body()
      try releaseSavepoint()
      return value
    } catch {
      try undoSavepoint()
      throw error
    }
  }

  /// If the connection is lost in the middle of a commit, nobody knows whether it took place. The
  /// caller runs the same body again: it waits at its company's head for what the old connection
  /// may still be doing, and then finds its own request id, or does its work for the first time.
  func commit() throws(EngineError) {
    try control(Control.commit)
    let tag = try onWire { wire throws(WireFailure) in try wire.settle()?.tag }
    guard tag == "COMMIT" else {
      throw fail(.refused(.engine("the transaction had failed before its commit")))
    }
    announced = nil
    conflicts = 0
    if wire?.takeUnreplicated() == true {
      throw fail(
        WireFailure(error: .retry("a commit was not confirmed by the standby"), state: "01000"))
    }
  }

  func rollback() {
    if case .retry? = doom?.error { conflicts += 1 } else { conflicts = 0 }
    defer {
      doom = nil
      depth = 0
      announced = nil
    }
    guard let open = wire else { return }
    do throws(WireFailure) {
      do throws(WireFailure) { try open.settle() } catch { if error.isLost { throw error } }
      guard open.isOpen else {
        wire = nil
        return
      }
      if open.isIdle { return }
      try open.control(Control.rollback)
      try open.settle()
    } catch {
      wire = nil
    }
  }

  // MARK: Statements

  /// Sends what was deferred and waits for it: what nobody has asked for may have failed.
  var failure: ConnectionFailure? {
    if doom == nil { try? settleIfOwed() }
    return doom
  }

  /// Every statement counts: what it has changed is told by its answer only.
  private(set) var written: Int64 = 0

  func execute(_ sql: SQL) throws {
    try send(sql)
    if wire?.isLoaded == true { try settleIfOwed() }
  }

  @discardableResult
  func query(_ sql: SQL, _ body: (borrowing Row) throws -> Void) throws -> Int {
    try send(sql)
    let answer = try onWire { wire throws(WireFailure) in try wire.settle() }
    guard let answer else { return 0 }
    guard answer.hasRows else { return answer.count }
    for row in 0..<answer.count {
      try body(Row(PostgresRow(result: answer.result, row: Int32(row))))
    }
    return answer.count
  }

  func script(_ text: String) throws(EngineError) {
    try onWire { wire throws(WireFailure) in
      try wire.settle()
      try wire.script(text)
    }
  }

  private func send(_ sql: SQL) throws(EngineError) {
    if let doom { throw doom.error }
    written += 1
    try announce()
    try onWire { wire throws(WireFailure) in try wire.send(sql) }
  }

  private func control(_ sql: SQL) throws(EngineError) {
    try onWire { wire throws(WireFailure) in try wire.control(sql) }
  }

  private func settleIfOwed() throws(EngineError) {
    if let doom { throw doom.error }
    guard wire?.isOwed == true else { return }
    try onWire { wire throws(WireFailure) in _ = try wire.settle() }
  }

  /// Does something on the wire and notes what fails, so that nothing after it counts.
  private func onWire<T: ~Copyable>(
    _ body: (PostgresWire) throws(WireFailure) -> T
  ) throws(EngineError) -> T {
    if let doom { throw doom.error }
    guard let wire else { throw .engine("no transaction has begun") }
    do throws(WireFailure) { return try body(wire) } catch { throw fail(error) }
  }

  private func fail(_ failure: WireFailure) -> EngineError {
    var error = failure.error
    switch failure.state {
    case "25006" where mode == .write:
      // A standby, or a primary that has become one: the writable server is another now.
      wire?.isStale = true
      error = .retry("\(error.text): the server is not writable")
    case "26000", "0A000":
      // What the connection has prepared no longer fits: a new one prepares it anew.
      wire?.isStale = true
    default: break
    }
    doom = ConnectionFailure(error, endsTransaction: failure.endsTransaction)
    return error
  }

  private enum Control {
    static let begin: SQL = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    static let beginReading: SQL = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    static let unguard: SQL = "SELECT set_config('app.unguarded', 'on', true)"
    static let commit: SQL = "COMMIT"
    static let rollback: SQL = "ROLLBACK"
  }
}

extension PostgresConnection {
  /// Begins a read of all tenants that lasts until the connection is dropped.
  func beginSnapshot() throws {
    try begin(.read, unguarded: true)
    // The moment is that of the first statement; what comes after may take its time.
    try query(
      """
      SELECT set_config('idle_in_transaction_session_timeout', '0', true),
        set_config('statement_timeout', '55min', true)
      """
    ) { _ in }
  }

  func changeSchema(_ body: (any Connection) throws -> Void) throws {
    for attempt in 1... {
      do {
        try begin(.write, unguarded: true)
        try PostgresSchema.change(on: self, body)
        try commit()
        return
      } catch {
        let cause = doom?.error ?? error as? EngineError
        rollback()
        guard case .retry? = cause, attempt < 8 else { throw error }
      }
    }
  }
}
