import CSQLite
import Engine

#if canImport(Glibc)
  import Glibc
#endif

/// A statement as SQLite has compiled it.
final class PreparedStatement {
  let pointer: OpaquePointer
  let columns: Int32
  let isReadOnly: Bool
  let parameters: Int
  fileprivate let isKept: Bool
  fileprivate var isInUse = true
  /// Where its values begin in the arena.
  fileprivate var arenaStart = 0

  fileprivate init(_ pointer: OpaquePointer, isKept: Bool) {
    self.pointer = pointer
    self.isKept = isKept
    columns = sqlite3_column_count(pointer)
    isReadOnly = sqlite3_stmt_readonly(pointer) != 0
    parameters = Int(sqlite3_bind_parameter_count(pointer))
  }
}

/// The prepared statements of one connection, found by the shape of their SQL.
///
/// Values are copied into one arena and bound from there: no allocation per value. A statement's
/// part of the arena is free again when it is given back; nested statements use what follows it.
final class StatementCache {
  static let limit = 512
  private static let arenaSize = 64 * 1024

  private let handle: OpaquePointer
  private var known: [SQL.Shape: PreparedStatement] = [:]
  private let arena: UnsafeMutableRawBufferPointer
  private var arenaUsed = 0

  /// How many statements are kept.
  var count: Int { known.count }

  init(_ handle: OpaquePointer) {
    self.handle = handle
    arena = .allocate(byteCount: Self.arenaSize, alignment: 16)
  }

  deinit { arena.deallocate() }

  func removeAll() {
    for statement in known.values { sqlite3_finalize(statement.pointer) }
    known = [:]
  }

  /// The statement, ready to bind. One that is in use (a query inside its own rows) is made anew.
  func take(_ sql: SQL, _ dialect: Dialect) throws(EngineError) -> PreparedStatement {
    if let statement = known[sql.shape] {
      guard statement.isInUse else {
        statement.isInUse = true
        statement.arenaStart = arenaUsed
        return statement
      }
      return try prepare(sql, dialect, keep: false)
    }
    if known.count >= Self.limit { forgetIdle() }
    let statement = try prepare(sql, dialect, keep: true)
    known[sql.shape] = statement
    return statement
  }

  func give(_ statement: PreparedStatement) {
    sqlite3_reset(statement.pointer)
    arenaUsed = statement.arenaStart
    statement.isInUse = false
    if !statement.isKept { sqlite3_finalize(statement.pointer) }
  }

  /// The limit is for programs that make ever new texts; ours has fewer, so all may go at once.
  private func forgetIdle() {
    for (shape, statement) in known where !statement.isInUse {
      sqlite3_finalize(statement.pointer)
      known[shape] = nil
    }
  }

  private func prepare(
    _ sql: SQL, _ dialect: Dialect, keep: Bool
  ) throws(EngineError) -> PreparedStatement {
    var pointer: OpaquePointer?
    var text = sql.text(for: dialect)
    if let table = SQL.unguardedRead(in: text) {
      throw .tenant("\(table) is read past its guard, leave out \"main.\": \(text)")
    }
    text = Self.failing(text)
    let (code, rest) = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { chars in
        var tail: UnsafePointer<CChar>?
        let flags = keep ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = sqlite3_prepare_v3(
          handle, chars.baseAddress, Int32(chars.count), flags, &pointer, &tail)
        let used = chars.baseAddress.flatMap { start in tail.map { $0 - start } } ?? 0
        return (code, bytes.dropFirst(used).contains { !" \n\t;".utf8.contains($0) })
      }
    }
    guard code == SQLITE_OK else {
      let error = EngineError(sqlite: handle)
      guard case .engine(let message) = error else { throw error }
      throw .engine("\(message) in: \(text)")
    }
    guard let pointer, !rest else {
      sqlite3_finalize(pointer)
      throw .engine("not one statement: \(text)")
    }
    let statement = PreparedStatement(pointer, isKept: keep)
    statement.arenaStart = arenaUsed
    guard statement.parameters == sql.values.count else {
      sqlite3_finalize(pointer)
      throw .engine("\(statement.parameters) placeholders, \(sql.values.count) values: \(text)")
    }
    return statement
  }

  /// A write that fails without undoing itself, as guards do: see `TenantTable.sqliteGuards`.
  private static func failing(_ text: String) -> String {
    for verb in ["INSERT", "UPDATE"] where text.hasPrefix("\(verb) ") {
      let rest = text.dropFirst(verb.count + 1)
      return rest.hasPrefix("OR ") ? text : "\(verb) OR FAIL \(rest)"
    }
    return text
  }

  /// Binds all values. Returns what is wrong with one of them.
  func bind(_ values: [SQLValue], to statement: PreparedStatement) -> EngineError? {
    let pointer = statement.pointer
    var index: Int32 = 0
    for value in values {
      index += 1
      let code: Int32
      switch value {
      case .null: code = sqlite3_bind_null(pointer, index)
      case .bool(let bool): code = sqlite3_bind_int64(pointer, index, bool ? 1 : 0)
      case .int(let int): code = sqlite3_bind_int64(pointer, index, int)
      case .text(var text):
        let bound = text.withUTF8 { bindText(UnsafeRawBufferPointer($0), to: pointer, at: index) }
        guard let bound else {
          return .check("value \(index) is a text with NUL, which no engine keeps")
        }
        code = bound
      case .blob(let bytes):
        code = bytes.withUnsafeBytes { bindBlob($0, to: pointer, at: index) }
      case .key(let key):
        code = withUnsafeBytes(of: (key.high.bigEndian, key.low.bigEndian)) {
          bindBlob($0, to: pointer, at: index)
        }
      }
      guard code == SQLITE_OK else {
        return .check("value \(index): \(String(cString: sqlite3_errstr(code)))")
      }
    }
    return nil
  }

  private func bindText(
    _ bytes: UnsafeRawBufferPointer, to statement: OpaquePointer, at index: Int32
  ) -> Int32? {
    guard let start = bytes.baseAddress, !bytes.isEmpty else {
      return csqlite_bind_text(statement, index, "", 0)
    }
    guard memchr(start, 0, bytes.count) == nil else { return nil }
    guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
    if let kept = keep(bytes) { return csqlite_bind_text(statement, index, kept, count) }
    return csqlite_bind_text_copy(statement, index, start, count)
  }

  private func bindBlob(
    _ bytes: UnsafeRawBufferPointer, to statement: OpaquePointer, at index: Int32
  ) -> Int32 {
    guard let start = bytes.baseAddress, !bytes.isEmpty else {
      return sqlite3_bind_zeroblob(statement, index, 0)
    }
    guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
    if let kept = keep(bytes) { return csqlite_bind_blob(statement, index, kept, count) }
    return csqlite_bind_blob_copy(statement, index, start, count)
  }

  /// Copies bytes to where they stay until the statement is given back; `nil` if there is no room.
  private func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    guard bytes.count <= arena.count - arenaUsed, let base = arena.baseAddress,
      let source = bytes.baseAddress
    else { return nil }
    let place = base + arenaUsed
    place.copyMemory(from: source, byteCount: bytes.count)
    arenaUsed += bytes.count
    return UnsafeRawPointer(place)
  }
}

/// The statements that delimit transactions, prepared once.
final class ControlStatements {
  enum Kind: Int, CaseIterable {
    case begin, beginImmediate, commit, rollback, savepoint, release, rollbackTo

    var text: String {
      switch self {
      case .begin: "BEGIN"
      case .beginImmediate: "BEGIN IMMEDIATE"
      case .commit: "COMMIT"
      case .rollback: "ROLLBACK"
      case .savepoint: "SAVEPOINT command"
      case .release: "RELEASE command"
      case .rollbackTo: "ROLLBACK TO command"
      }
    }
  }

  private let handle: OpaquePointer
  private var prepared = [OpaquePointer?](repeating: nil, count: Kind.allCases.count)

  init(_ handle: OpaquePointer) { self.handle = handle }

  func removeAll() {
    for statement in prepared { sqlite3_finalize(statement) }
    prepared = prepared.map { _ in nil }
  }

  /// Runs one. If not, the connection's error says why.
  func run(_ kind: Kind) -> Bool {
    if prepared[kind.rawValue] == nil {
      var statement: OpaquePointer?
      let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
      let code = sqlite3_prepare_v3(handle, kind.text, -1, flags, &statement, nil)
      guard code == SQLITE_OK else { return false }
      prepared[kind.rawValue] = statement
    }
    let statement = prepared[kind.rawValue]
    let code = sqlite3_step(statement)
    // A reset of a failed statement repeats its error, so the connection still tells it.
    sqlite3_reset(statement)
    return code == SQLITE_DONE
  }
}
