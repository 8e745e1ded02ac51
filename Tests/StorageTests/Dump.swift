import Domain
import Engine
import Primitives
import Storage

extension Database {
  /// All rows of a bureau, a line each, by table.
  func dump(of bureau: ID<Bureau>, _ classes: Set<TableClass> = Set(TableClass.allCases))
    async throws -> [String: [String]]
  {
    let tables = Schema.classes.filter { classes.contains($0.value) }.map(\.key)
    return try await read(as: .bureau(TenantKey(bureau))) { tx in
      var dump: [String: [String]] = [:]
      for table in tables {
        let columns = try tx.rows(
          "SELECT name FROM pragma_table_info(\(table)) ORDER BY cid", as: String.self)
        let line = columns.map { "quote(\($0))" }.joined(separator: " || ' ' || ")
        dump[table] = try tx.rows(
          SQL(verbatim: "SELECT \(line) FROM \(table) ORDER BY 1"), as: String.self)
      }
      return dump
    }
  }
}
