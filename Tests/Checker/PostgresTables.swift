// A PostgreSQL database as an outsider reads it: plain SQL by a superuser, whom no policy holds.

import CPostgres

package final class PostgresTables: StoredTables {
  private let connection: OpaquePointer

  /// - Parameter url: of a role that sees all rows.
  package init(_ url: String) throws {
    guard let connection = PQconnectdb(url), PQstatus(connection) == CONNECTION_OK else {
      throw Unreadable("PostgreSQL takes no connection")
    }
    self.connection = connection
    PQclear(PQexec(connection, "SET search_path = main"))
  }

  deinit { PQfinish(connection) }

  package func rows(_ sql: String) throws -> [[Cell]] {
    let result = PQexec(connection, sql)
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_TUPLES_OK else {
      throw Unreadable("\(String(cString: PQerrorMessage(connection))) in: \(sql)")
    }
    return try (0..<PQntuples(result)).map { row in
      try (0..<PQnfields(result)).map { try Self.cell(result, row, $0) }
    }
  }

  /// A value as its text and type say; booleans are numbers, as in SQLite.
  private static func cell(_ result: OpaquePointer?, _ row: Int32, _ column: Int32) throws -> Cell {
    if PQgetisnull(result, row, column) == 1 { return .null }
    let text = String(cString: PQgetvalue(result, row, column))
    switch PQftype(result, column) {
    case 16: return .int(text == "t" ? 1 : 0)
    case 17:
      guard text.hasPrefix("\\x") else { break }
      return .blob(try String(text.dropFirst(2)).hexBytes)
    case 20, 23:
      guard let number = Int64(text) else { break }
      return .int(number)
    case 25, 19: return .text(text)
    default: break
    }
    throw Unreadable("a value of type \(PQftype(result, column)) that is not expected")
  }

  /// Nothing of its own: PostgreSQL finds damage when it reads.
  package func damage() throws -> [String] { [] }
}
