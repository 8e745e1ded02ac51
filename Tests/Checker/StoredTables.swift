// The database as an outsider reads it: plain SQL on the plain C library, no guard, no scope, none
// of the server's own reading.

import CSQLite
import Foundation

/// One stored value.
package enum Cell: Hashable, Sendable, CustomStringConvertible {
  case null
  case int(Int64)
  case text(String)
  case blob([UInt8])

  package var description: String {
    switch self {
    case .null: "null"
    case .int(let int): "\(int)"
    case .text(let text): "\"\(text)\""
    case .blob(let bytes): bytes.hexText
    }
  }
}

/// Any way to read all rows of a plain SELECT.
package protocol StoredTables {
  func rows(_ sql: String) throws -> [[Cell]]
  /// What the engine itself finds wrong with its files.
  func damage() throws -> [String]
}

/// Why the tables could not be read.
package struct Unreadable: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// A SQLite file, read with its log.
package final class SQLiteTables: StoredTables {
  private let handle: OpaquePointer

  /// The file is read as it is; recovering its log needs a folder that can be written.
  package init(_ path: String) throws {
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil)
    guard code == SQLITE_OK, let opened else {
      sqlite3_close_v2(opened)
      throw Unreadable("\(path): \(String(cString: sqlite3_errstr(code)))")
    }
    handle = opened
  }

  /// A copy of the file and its log as they are now, which reading can't alter.
  package static func copy(of path: String, into folder: String) throws -> SQLiteTables {
    let target = "\(folder)/\(UUID().uuidString).db"
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: target + suffix)
    }
    return try SQLiteTables(target)
  }

  deinit { sqlite3_close_v2(handle) }

  package func rows(_ sql: String) throws -> [[Cell]] {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
      throw fault(sql)
    }
    defer { sqlite3_finalize(statement) }
    var rows: [[Cell]] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW:
        rows.append((0..<sqlite3_column_count(statement)).map { Self.cell(statement, $0) })
      case SQLITE_DONE: return rows
      default: throw fault(sql)
      }
    }
  }

  private static func cell(_ statement: OpaquePointer?, _ column: Int32) -> Cell {
    let count = Int(sqlite3_column_bytes(statement, column))
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: return .int(sqlite3_column_int64(statement, column))
    case SQLITE_TEXT:
      return .text(sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "")
    case SQLITE_BLOB:
      let bytes = UnsafeRawBufferPointer(
        start: sqlite3_column_blob(statement, column), count: count)
      return .blob(Array(bytes))
    default: return .null
    }
  }

  package func damage() throws -> [String] {
    let findings =
      try rows("PRAGMA integrity_check(20)") + rows("PRAGMA foreign_key_check")
    return findings.map { "\($0)" }.filter { $0 != "[\"ok\"]" }
  }

  private func fault(_ sql: String) -> Unreadable {
    Unreadable("\(String(cString: sqlite3_errmsg(handle))) in: \(sql)")
  }
}

extension [UInt8] {
  package var hexText: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
