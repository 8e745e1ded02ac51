/// A stored table as its engine knows it.
package struct TableLayout: Sendable, Equatable {
  package struct Column: Sendable, Equatable {
    package let name: String
    package let type: SQLType
  }

  package let name: String
  /// In the order of their names, which is the same on every engine.
  package let columns: [Column]
  /// The names of the primary key's columns, in its order.
  package let key: [String]
}

extension Transaction {
  /// Reads a table's columns and key from the engine's catalogue.
  package func layout(of table: String) throws -> TableLayout {
    var columns: [TableLayout.Column] = []
    var key: [(Int64, String)] = []
    let sql: SQL =
      switch dialect {
      case .sqlite:
        // Of the table, not of the guard's view that has its name.
        """
        SELECT name, type, CAST(pk AS BIGINT) FROM pragma_table_info(\(table), 'main')
        ORDER BY name
        """
      case .postgres:
        """
        SELECT CAST(a.attname AS text), CAST(format_type(a.atttypid, NULL) AS text),
          CAST(coalesce(array_position(CAST(i.indkey AS int2[]), a.attnum) + 1, 0) AS BIGINT)
        FROM pg_attribute a
        LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
        WHERE a.attrelid = to_regclass(\(table)) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY CAST(a.attname AS text) COLLATE "C"
        """
      }
    for (name, type, position) in try rows(sql, as: (String, String, Int64).self) {
      columns.append(TableLayout.Column(name: name, type: try SQLType(declared: type)))
      if position > 0 { key.append((position, name)) }
    }
    guard !columns.isEmpty else { throw EngineError.schema("there is no table \(table)") }
    return TableLayout(
      name: table, columns: columns, key: key.sorted { $0.0 < $1.0 }.map(\.1))
  }
}

extension SQLType {
  /// As a catalogue names the types that `Dialect.render` writes.
  fileprivate init(declared: String) throws {
    switch declared.lowercased() {
    case "integer", "bigint": self = .int
    case "text": self = .text
    case "blob", "bytea": self = .blob
    case "boolean": self = .bool
    default: throw EngineError.schema("a column of type \(declared)")
    }
  }
}

extension Row {
  /// A column of a type that is known at run time only. A truth value comes as 0 or 1, since some
  /// engines store it so.
  package func value(_ column: Int, of type: SQLType) throws -> SQLValue {
    if isNull(column) { return .null(type == .bool ? .int : type) }
    switch type {
    case .bool: return .int(try bool(column) ? 1 : 0)
    case .int: return .int(try int(column))
    case .text: return .text(try text(column))
    case .blob: return .blob(try blob(column))
    }
  }
}
