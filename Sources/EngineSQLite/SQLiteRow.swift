import CSQLite
import Engine

/// The current row of a statement. Types are exact: an integer is not read as text.
struct SQLiteRow: RowSource {
  let statement: OpaquePointer

  func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
  }

  func bool(_ column: Int) throws -> Bool {
    switch try int(column) {
    case 0: return false
    case 1: return true
    case let other: throw wrong(column, "\(other), neither 0 nor 1")
    }
  }

  func int(_ column: Int) throws -> Int64 {
    try expect(SQLITE_INTEGER, at: column)
    return sqlite3_column_int64(statement, Int32(column))
  }

  func text(_ column: Int) throws -> String {
    try expect(SQLITE_TEXT, at: column)
    let start = sqlite3_column_text(statement, Int32(column))
    let count = Int(sqlite3_column_bytes(statement, Int32(column)))
    let bytes = UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw wrong(column, "not valid UTF-8")
    }
    return text
  }

  func blob(_ column: Int) throws -> [UInt8] {
    try expect(SQLITE_BLOB, at: column)
    return Array(bytes(column))
  }

  func key(_ column: Int) throws -> TenantKey {
    try expect(SQLITE_BLOB, at: column)
    let bytes = bytes(column)
    guard bytes.count == 16 else { throw wrong(column, "a blob of \(bytes.count) bytes, not 16") }
    return TenantKey(
      high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }

  private func bytes(_ column: Int) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(statement, Int32(column))
    let count = Int(sqlite3_column_bytes(statement, Int32(column)))
    return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
  }

  private func expect(_ type: Int32, at column: Int) throws {
    let found = sqlite3_column_type(statement, Int32(column))
    guard found == type else {
      throw wrong(column, "\(Self.name(found)) instead of \(Self.name(type))")
    }
  }

  private func wrong(_ column: Int, _ what: String) -> EngineError {
    let name = sqlite3_column_name(statement, Int32(column)).map { String(cString: $0) }
    return .decoding("column \(column) (\(name ?? "not selected")) is \(what)")
  }

  private static func name(_ type: Int32) -> String {
    switch type {
    case SQLITE_INTEGER: "an integer"
    case SQLITE_TEXT: "a text"
    case SQLITE_BLOB: "a blob"
    case SQLITE_FLOAT: "a real"
    default: "null"
    }
  }
}
