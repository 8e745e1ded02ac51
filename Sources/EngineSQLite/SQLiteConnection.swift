import CSQLite
import Engine

/// One connection, confined to the thread of its lane.
final class SQLiteConnection: Connection {
  enum Place: Sendable {
    case file(String, vfs: String?)
    case memory
    /// Nameless: in memory while it is small, then in a file that nobody else sees or finds later.
    case scratch
    /// A copy of a database in memory.
    case copy([UInt8])

    /// What SQLite opens, and the name of the VFS that it opens it by.
    fileprivate var opened: (path: String, vfs: String?) {
      switch self {
      case .file(let path, let vfs): (path, vfs)
      case .memory, .copy: (":memory:", nil)
      case .scratch: ("", nil)
      }
    }
  }
  enum Role: Sendable {
    case writer, reader
    /// Reads a file that another process may be writing to, and cannot write it.
    case observer
  }
  enum Mode { case read, write }

  let handle: OpaquePointer
  private let place: Place
  private let role: Role
  private let guards: GuardGeneration
  private var guardsInstalled = -1
  private let statements: StatementCache
  private let controls: ControlStatements
  private let tenant: UnsafeMutablePointer<csqlite_scope>
  private var mode = Mode.write
  private(set) var scope = Scope.platform
  private(set) var failure: ConnectionFailure?
  /// The file could not be read or written as asked: what it holds now is found out by opening it
  /// anew. A sync that has failed is never tried again: the system has forgotten what it owes.
  private(set) var isBroken = false
  /// What the log held at first is on the disk for sure, see `settleLog`.
  private var isSettled: Bool
  var dialect: Dialect { .sqlite }
  var written: Int64 { sqlite3_total_changes64(handle) }
  var preparedStatements: Int { statements.count }

  /// Of the library as a whole, before the first connection.
  private static let library: Void = csqlite_count_no_memory()

  init(_ place: Place, _ role: Role, guards: GuardGeneration) throws(EngineError) {
    Self.library
    self.place = place
    self.role = role
    self.guards = guards
    let (path, vfs) = place.opened
    isSettled = if case .file = place { !SQLiteInspection.hasLog(path) } else { true }
    var opened: OpaquePointer?
    let access =
      role == .observer ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let code = sqlite3_open_v2(
      path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs)
    guard code == SQLITE_OK, let opened else {
      sqlite3_close_v2(opened)
      throw .unavailable("\(path): \(String(cString: sqlite3_errstr(code)))")
    }
    handle = opened
    statements = StatementCache(opened)
    controls = ControlStatements(opened)
    tenant = .allocate(capacity: 1)
    tenant.initialize(to: csqlite_scope())
    guard csqlite_register_scope(opened, tenant) == SQLITE_OK else { throw error() }
    do throws(EngineError) {
      try setUp()
    } catch {
      throw .unavailable("\(path) can't be opened: \(error.text)")
    }
  }

  deinit {
    statements.removeAll()
    controls.removeAll()
    let isSure = role == .writer && !isBroken && isSettled
    // A log with something in it is left to whoever opens the file next, unless all of it is known
    // to be there.
    if !isSure, case .file(let path, _) = place, SQLiteInspection.hasLog(path) {
      csqlite_leave_log(handle)
    } else if role == .writer {
      sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    }
    sqlite3_close_v2(handle)
    tenant.deallocate()
  }

  /// Durability is asserted, not assumed: what was set is read back, and any difference refused.
  private func setUp() throws(EngineError) {
    try script(
      """
      PRAGMA busy_timeout=1000; PRAGMA foreign_keys=ON; PRAGMA secure_delete=OFF;
      PRAGMA recursive_triggers=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;
      """)
    switch (place, role) {
    case (.memory, _): try expect("PRAGMA foreign_keys", "1")
    case (.scratch, _):
      try script("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;")
    case (.copy(let content), _):
      try fill(with: content)
      try script("PRAGMA query_only=ON;")
    case (.file, .writer):
      try expect("PRAGMA journal_mode=WAL", "wal")
      try script(
        "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=16000; PRAGMA cache_size=-65536;")
      try expect("PRAGMA synchronous", "2")
      try expect("PRAGMA foreign_keys", "1")
    case (.file, .reader), (.file, .observer):
      try script("PRAGMA cache_size=-4096; PRAGMA query_only=ON;")
      try expect("PRAGMA journal_mode", "wal")
    }
  }

  private func expect(_ pragma: String, _ due: String) throws(EngineError) {
    let found: String?
    do {
      found = try one(SQL(verbatim: pragma))
    } catch let error as EngineError { throw error } catch { throw .engine("\(error)") }
    guard found == due else {
      isBroken = true
      throw .unavailable("\(pragma) gives \(found ?? "nothing") instead of \(due)")
    }
  }

  /// The first column of the first row, whatever its type, as text.
  private func one(_ sql: SQL) throws -> String? {
    let statement: PreparedStatement
    do throws(EngineError) { statement = try statements.take(sql, dialect) } catch {
      throw note(error)
    }
    defer { statements.give(statement) }
    let code = sqlite3_step(statement.pointer)
    guard code == SQLITE_ROW || code == SQLITE_DONE else { throw fail() }
    guard code == SQLITE_ROW else { return nil }
    return sqlite3_column_text(statement.pointer, 0).map { String(cString: $0) }
  }

  // MARK: Transactions

  /// One transaction; a conflict is tried again a few times.
  func transaction<T>(
    _ mode: Mode, as scope: Scope, _ body: (any Transaction) throws -> T
  ) throws -> T {
    for _ in 0..<8 {
      do {
        try begin(mode)
        enter(scope)
        let value = try body(self)
        try commit()
        return value
      } catch {
        let conflict = failure?.error ?? error as? EngineError
        rollback()
        guard case .retry? = conflict else { throw error }
      }
    }
    throw EngineError.unavailable("the database stays busy: is another program writing to it?")
  }

  func begin() throws(EngineError) { try begin(.write) }

  private func begin(_ mode: Mode, guarded: Bool = true) throws(EngineError) {
    failure = nil
    self.mode = mode
    if mode == .write, guarded { try settleLog() }
    if guarded, guardsInstalled != guards.current { try installGuards() }
    try control(mode == .write ? .beginImmediate : .begin)
  }

  func enter(_ scope: Scope) {
    guard scope != self.scope else { return }
    self.scope = scope
    func halves(_ key: TenantKey?) -> (UInt64, UInt64) {
      (key?.high.bigEndian ?? 0, key?.low.bigEndian ?? 0)
    }
    let (bureau, company) = (halves(scope.bureau), halves(scope.company))
    csqlite_set_scope(
      tenant, scope.bureau != nil, bureau.0, bureau.1, scope.company != nil, company.0, company.1)
  }

  func openSavepoint() throws(EngineError) {
    if let failure { throw failure.error }
    try control(.savepoint)
  }

  func releaseSavepoint() throws(EngineError) {
    if let failure { throw failure.error }
    try control(.release)
  }

  func undoSavepoint() throws(EngineError) {
    if let failure, failure.endsTransaction { throw failure.error }
    failure = nil
    try control(.rollbackTo)
    try control(.release)
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

  func commit() throws(EngineError) {
    if let failure { throw failure.error }
    try control(.commit)
  }

  func rollback() {
    if sqlite3_get_autocommit(handle) == 0 { try? control(.rollback) }
    if sqlite3_get_autocommit(handle) == 0 { isBroken = true }
    failure = nil
  }

  /// Makes sure that what the log held when it was opened is on the disk.
  ///
  /// The log of a server that was killed or whose disk failed may end in a commit that was never
  /// synced. SQLite shows it, and whoever repeats that command is told that it is done; so it must
  /// not be lost any more. To sync again is not enough: after a sync that failed the system takes
  /// the bytes for written. And a checkpoint would build on a log that is not there.
  private func settleLog() throws(EngineError) {
    guard !isSettled else { return }
    let code = csqlite_rewrite_log(handle)
    guard code == SQLITE_OK else {
      isBroken = true
      let text = "the log can't be written: \(String(cString: sqlite3_errstr(code)))"
      throw code & 0xFF == SQLITE_FULL ? .full(text) : .unavailable(text)
    }
    isSettled = true
  }

  private func control(_ statement: ControlStatements.Kind) throws(EngineError) {
    guard controls.run(statement) else { throw fail() }
  }

  // MARK: Snapshots

  /// Begins a read of all tenants that lasts until the connection is dropped. Only for connections
  /// that do nothing else.
  func beginSnapshot() throws {
    try begin(.read, guarded: false)
    enter(.platform)
    // The moment is that of the first read.
    _ = try one("SELECT count(*) FROM sqlite_schema")
  }

  /// Writes what the database holds at this moment into a new file. Only for observers.
  func copy(to target: String) throws {
    try setQueryOnly(false)
    try execute("VACUUM INTO \(target)")
  }

  /// All of a database in memory, as one piece.
  func serialized() throws(EngineError) -> [UInt8] {
    var size: sqlite3_int64 = 0
    guard let bytes = sqlite3_serialize(handle, "main", &size, 0) else {
      throw .unavailable("no memory left for a copy of the database")
    }
    defer { sqlite3_free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(size)))
  }

  private func fill(with content: [UInt8]) throws(EngineError) {
    let size = sqlite3_int64(content.count)
    guard let raw = sqlite3_malloc64(sqlite3_uint64(max(size, 1))) else {
      throw .unavailable("no memory left for a copy of the database")
    }
    raw.copyMemory(from: content, byteCount: content.count)
    // The connection owns the bytes from here on, also if it refuses them.
    let code = sqlite3_deserialize(
      handle, "main", raw.assumingMemoryBound(to: UInt8.self), size, size,
      UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY))
    guard code == SQLITE_OK else { throw error() }
  }

  // MARK: Statements

  func execute(_ sql: SQL) throws { try query(sql) { _ in } }

  @discardableResult
  func query(_ sql: SQL, _ body: (borrowing Row) throws -> Void) throws -> Int {
    if let failure { throw failure.error }
    let statement: PreparedStatement
    do throws(EngineError) {
      statement = try statements.take(sql, dialect)
    } catch {
      throw note(error)
    }
    defer { statements.give(statement) }
    if mode == .read, !statement.isReadOnly {
      throw note(.readOnly("a write inside a read: \(sql.text(for: dialect))"))
    }
    if let refusal = statements.bind(sql.values, to: statement) { throw note(refusal) }
    let pointer = statement.pointer
    var count = 0
    while true {
      switch sqlite3_step(pointer) {
      case SQLITE_ROW:
        count += 1
        try body(Row(SQLiteRow(statement: pointer)))
      case SQLITE_DONE:
        return statement.columns > 0 ? count : Int(sqlite3_changes64(handle))
      default: throw fail()
      }
    }
  }

  func script(_ text: String) throws(EngineError) {
    guard sqlite3_exec(handle, text, nil, nil, nil) == SQLITE_OK else { throw fail() }
  }

  /// Notes what the engine has just reported, so that nothing after it counts.
  private func fail() -> EngineError {
    let error = error()
    let code = sqlite3_errcode(handle) & 0xFF
    let endsTransaction =
      switch code {
      case SQLITE_CONSTRAINT, SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_TOOBIG,
        SQLITE_READONLY, SQLITE_AUTH:
        false
      default: true
      }
    failure = ConnectionFailure(
      error, endsTransaction: endsTransaction || sqlite3_get_autocommit(handle) != 0)
    if case .unavailable = error { isBroken = true }
    return error
  }

  private func note(_ error: EngineError) -> EngineError {
    let endsTransaction =
      switch error {
      case .unavailable, .retry, .full: true
      default: false
      }
    failure = ConnectionFailure(error, endsTransaction: endsTransaction)
    if case .unavailable = error { isBroken = true }
    return error
  }

  private func error() -> EngineError { EngineError(sqlite: handle) }

  // MARK: Schema

  func changeSchema(_ body: (any Connection) throws -> Void) throws {
    try dropGuards()
    // A table is rebuilt by copying, dropping and renaming it: references are checked at the end.
    try script("PRAGMA foreign_keys=OFF")
    defer { guards.advance() }
    let result = Result {
      try begin(.write, guarded: false)
      enter(.platform)
      try body(self)
      try checkTables()
      if let orphan = try orphans().first { throw EngineError.foreignKey(orphan) }
      try commit()
    }
    if case .failure = result { rollback() }
    try script("PRAGMA foreign_keys=ON")
    try expect("PRAGMA foreign_keys", "1")
    try result.get()
    try settleLog()
  }

  /// What is wrong with the file's structure and references, at most a hundred findings of each.
  func findings() throws -> [String] {
    try rows("PRAGMA integrity_check(100)", as: String.self).filter { $0 != "ok" } + orphans()
  }

  private func orphans() throws -> [String] {
    try rows(
      "SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check LIMIT 100",
      as: (String, String).self
    ).map { "\($0): rows refer to rows of \($1) that are not there" }
  }

  /// Every table is STRICT and has a guard, every guard its table and columns.
  private func checkTables() throws {
    let guarded = try EngineTables.guards(self)
    let tables = try rows(
      """
      SELECT name, strict FROM pragma_table_list
      WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      """, as: (String, Bool).self)
    let known = Set(guarded.map(\.name) + EngineTables.names)
    for (name, isStrict) in tables {
      guard isStrict else { throw EngineError.schema("table \(name) is not STRICT") }
      guard known.contains(name) else {
        throw EngineError.schema("table \(name) has no guard: name it in its migration's tables")
      }
    }
    let names = Set(tables.map(\.0))
    for table in guarded {
      guard names.contains(table.name) else {
        throw EngineError.schema("table \(table.name) has a guard but does not exist")
      }
      let columns = try rows(
        "SELECT name FROM pragma_table_info(\(table.name))", as: String.self)
      for column in table.kind.columns where !columns.contains(column) {
        throw EngineError.schema(
          "table \(table.name) has no column \(column), its guard is .\(table.kind)")
      }
    }
  }

  /// Guards live in the connection, not in the file, so the newest program's rules hold.
  private func installGuards() throws(EngineError) {
    let generation = guards.current
    try dropGuards()
    enter(.platform)
    do {
      guard try one("SELECT 1 FROM sqlite_schema WHERE name = 'schema_guard'") != nil else {
        guardsInstalled = generation
        return
      }
      try setQueryOnly(false)
      try script("BEGIN")
      for table in try EngineTables.guards(self) {
        try script(table.sqliteGuards(writable: role == .writer))
      }
      try script("COMMIT")
      try setQueryOnly(true)
    } catch {
      rollback()
      guard let error = error as? EngineError else { throw .engine("\(error)") }
      throw error
    }
    guardsInstalled = generation
  }

  private func dropGuards() throws(EngineError) {
    statements.removeAll()
    guardsInstalled = -1
    failure = nil
    let objects: [(String, String)]
    do {
      objects = try rows(
        """
        SELECT type, name FROM temp.sqlite_schema WHERE type IN ('trigger', 'view')
        """, as: (String, String).self)
    } catch let error as EngineError { throw error } catch { throw .engine("\(error)") }
    guard !objects.isEmpty else { return }
    statements.removeAll()
    try setQueryOnly(false)
    try script("BEGIN;" + objects.map { "DROP \($0) temp.\"\($1)\";" }.joined() + "COMMIT;")
    try setQueryOnly(true)
  }

  /// A reader may write nothing, not even its own guards.
  private func setQueryOnly(_ isOn: Bool) throws(EngineError) {
    if role != .writer { try script("PRAGMA query_only=\(isOn ? "ON" : "OFF")") }
  }
}
