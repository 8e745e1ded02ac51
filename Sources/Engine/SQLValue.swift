/// The column types that mean the same in every engine. No real: money is counted in integers.
package enum SQLType: Sendable, Hashable { case bool, int, text, blob }

/// A value that every engine stores and compares alike.
package enum SQLValue: Sendable, Hashable {
  case null(SQLType)
  case bool(Bool)
  case int(Int64)
  /// Without NUL: PostgreSQL can't keep it, so SQLite refuses it too.
  case text(String)
  case blob([UInt8])
  /// A blob of sixteen bytes (two big-endian halves), held inline since most keys are such.
  case key(TenantKey)
}

/// A type that can be a value in a statement.
package protocol SQLBindable {
  static var sqlType: SQLType { get }
  var sqlValue: SQLValue { get }
}

/// A type that can be read from a column.
package protocol SQLDecodable {
  static func decode(_ row: borrowing Row, _ column: Int) throws -> Self
}

package typealias SQLCodable = SQLBindable & SQLDecodable

extension Int64: SQLCodable {
  package static var sqlType: SQLType { .int }
  package var sqlValue: SQLValue { .int(self) }
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> Int64 {
    try row.int(column)
  }
}

extension Int: SQLCodable {
  package static var sqlType: SQLType { .int }
  package var sqlValue: SQLValue { .int(Int64(self)) }
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> Int {
    Int(try row.int(column))
  }
}

extension String: SQLCodable {
  package static var sqlType: SQLType { .text }
  package var sqlValue: SQLValue { .text(self) }
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> String {
    try row.text(column)
  }
}

extension Bool: SQLCodable {
  package static var sqlType: SQLType { .bool }
  package var sqlValue: SQLValue { .bool(self) }
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> Bool {
    try row.bool(column)
  }
}

extension [UInt8]: SQLBindable, SQLDecodable {
  package static var sqlType: SQLType { .blob }
  package var sqlValue: SQLValue { .blob(self) }
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> [UInt8] {
    try row.blob(column)
  }
}

extension TenantKey: SQLCodable {
  package static var sqlType: SQLType { .blob }
  package var sqlValue: SQLValue { .key(self) }
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> TenantKey {
    try row.key(column)
  }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
  package static var sqlType: SQLType { Wrapped.sqlType }
  package var sqlValue: SQLValue { self?.sqlValue ?? .null(Wrapped.sqlType) }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> Wrapped? {
    row.isNull(column) ? nil : try Wrapped.decode(row, column)
  }
}

extension SQLBindable where Self: RawRepresentable, RawValue: SQLBindable {
  package static var sqlType: SQLType { RawValue.sqlType }
  package var sqlValue: SQLValue { rawValue.sqlValue }
}

extension SQLDecodable where Self: RawRepresentable, RawValue: SQLDecodable {
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> Self {
    let raw = try RawValue.decode(row, column)
    guard let value = Self(rawValue: raw) else {
      throw EngineError.decoding("column \(column): \(raw) is no \(Self.self)")
    }
    return value
  }
}

/// What a driver offers of its current row. Columns count from 0.
package protocol RowSource {
  func isNull(_ column: Int) -> Bool
  func bool(_ column: Int) throws -> Bool
  func int(_ column: Int) throws -> Int64
  func text(_ column: Int) throws -> String
  func blob(_ column: Int) throws -> [UInt8]
  func key(_ column: Int) throws -> TenantKey
}

/// One row, borrowed from the engine while the callback runs. Columns count from 0.
package struct Row: ~Copyable {
  let source: any RowSource

  package init(_ source: any RowSource) { self.source = source }

  package func isNull(_ column: Int) -> Bool { source.isNull(column) }
  package func bool(_ column: Int) throws -> Bool { try source.bool(column) }
  package func int(_ column: Int) throws -> Int64 { try source.int(column) }
  package func text(_ column: Int) throws -> String { try source.text(column) }
  package func blob(_ column: Int) throws -> [UInt8] { try source.blob(column) }
  package func key(_ column: Int) throws -> TenantKey { try source.key(column) }

  /// Any decodable type; the type is inferred where it is used.
  package func value<T: SQLDecodable>(_ column: Int, as _: T.Type = T.self) throws -> T {
    try T.decode(self, column)
  }
}
