// The whole database, row by row in the order of its keys: the same on every engine. So a backup of
// one is restored into the other, and two can be compared.

import Crypto
package import Engine

package struct WholeDatabase: Sendable {
  private let snapshot: any Snapshot

  package init(_ snapshot: any Snapshot) { self.snapshot = snapshot }

  /// All tables of the schema, in the order of their names.
  private static let tables = Schema.classes.keys.sorted()

  /// Rows read at once: few of those that hold whole files.
  private static func pageSize(of table: String) -> Int { table == "blob" ? 8 : 500 }

  /// Copies all rows into an empty database of the same schema, in one transaction. Returns how many
  /// there were. Holds one page of rows in memory.
  package func copy(into target: any Database) async throws -> Int {
    let snapshot = snapshot
    return try await target.alone { connection in
      var count = 0
      for table in Self.tables {
        let source = try snapshot.readWithin { try $0.layout(of: table) }
        let layout = try connection.layout(of: table)
        guard source.columns.map(\.name) == layout.columns.map(\.name) else {
          throw EngineError.schema("table \(table) has other columns in the copy")
        }
        let columns = Self.names(layout.columns.map(\.name))
        var after: [SQLValue] = []
        while true {
          let start = after
          let page = try snapshot.readWithin { try Self.page(of: source, after: start, in: $0) }
          for row in page {
            let values = zip(row, layout.columns).map { Self.stored($0, as: $1.type) }
            let list = SQL.joined(values.map { "\($0)" }, separator: ", ")
            try connection.execute(
              "INSERT INTO main.\(verbatim: table) (\(verbatim: columns)) VALUES (\(list))")
          }
          count += page.count
          guard page.count == Self.pageSize(of: table), let last = page.last else { break }
          after = Self.key(of: last, source)
        }
      }
      return count
    }
  }

  /// SHA-256 over all rows of all tables: equal for databases that hold the same, on any engine.
  package func digest() async throws -> [UInt8] {
    var hash = SHA256()
    for table in Self.tables {
      let layout = try await snapshot.read { try $0.layout(of: table) }
      hash.update(data: Array("\n\(table) \(layout.columns.map(\.name))\n".utf8))
      var after: [SQLValue] = []
      while true {
        let start = after
        let page = try await snapshot.read { try Self.page(of: layout, after: start, in: $0) }
        for row in page { for value in row { Self.add(value, to: &hash) } }
        guard page.count == Self.pageSize(of: table), let last = page.last else { break }
        after = Self.key(of: last, layout)
      }
    }
    return Array(hash.finalize())
  }

  private static func page(
    of table: TableLayout, after: [SQLValue], in tx: any Transaction
  ) throws -> [[SQLValue]] {
    let columns = names(table.columns.map(\.name)), key = names(table.key)
    let values = SQL.joined(after.map { "\($0)" }, separator: ", ")
    let start: SQL = after.isEmpty ? "" : " WHERE (\(verbatim: key)) > (\(values))"
    var rows: [[SQLValue]] = []
    try tx.query(
      """
      SELECT \(verbatim: columns) FROM \(verbatim: table.name)\(start)
      ORDER BY \(verbatim: key) LIMIT \(pageSize(of: table.name))
      """
    ) { row in
      var values: [SQLValue] = []
      values.reserveCapacity(table.columns.count)
      for (index, column) in table.columns.enumerated() {
        values.append(try row.value(index, of: column.type))
      }
      rows.append(values)
    }
    return rows
  }

  private static func names(_ names: [String]) -> String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }

  private static func key(of row: [SQLValue], _ table: TableLayout) -> [SQLValue] {
    table.key.compactMap { name in
      table.columns.firstIndex { $0.name == name }.map { row[$0] }
    }
  }

  /// Some engines store truth values as 0 and 1; see `Row.value(_:of:)`.
  private static func stored(_ value: SQLValue, as type: SQLType) -> SQLValue {
    guard type == .bool else { return value }
    return switch value {
    case .int(let int): .bool(int != 0)
    case .null: .null(.bool)
    default: value
    }
  }

  private static func add(_ value: SQLValue, to hash: inout SHA256) {
    func add(_ kind: UInt8, _ bytes: [UInt8]) {
      hash.update(data: [kind] + (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) })
      hash.update(data: bytes)
    }
    switch value {
    case .null: add(0, [])
    case .bool(let bool): add(1, Array((bool ? "1" : "0").utf8))
    case .int(let int): add(1, Array("\(int)".utf8))
    case .text(let text): add(2, Array(text.utf8))
    case .blob(let bytes): add(3, bytes)
    case .key(let key): add(3, key.bytes)
    }
  }
}

/// What a backup says of its content, and a restore finds in it again.
package struct BackupContent: Sendable, Equatable {
  package struct Bureau: Sendable, Equatable {
    /// 32 hexadecimal digits.
    package var id: String
    package var displayName: String
    package var journals: Int64
    package var facts: Int64

    package init(id: String, displayName: String, journals: Int64, facts: Int64) {
      self.id = id
      self.displayName = displayName
      self.journals = journals
      self.facts = facts
    }
  }

  package var bureaus: [Bureau]

  package init(bureaus: [Bureau]) { self.bureaus = bureaus }

  package static func of(_ snapshot: any Snapshot) async throws -> BackupContent {
    try await snapshot.read { tx in
      let rows = try tx.rows(
        """
        SELECT bureau, display_name,
          CAST((SELECT count(*) FROM stream WHERE stream.bureau = bureau.bureau) AS BIGINT),
          CAST((SELECT count(*) FROM fact WHERE fact.bureau = bureau.bureau) AS BIGINT)
        FROM bureau ORDER BY bureau
        """, as: (TenantKey, String, Int64, Int64).self)
      return BackupContent(
        bureaus: rows.map {
          Bureau(id: "\($0)", displayName: $1, journals: $2, facts: $3)
        })
    }
  }
}
