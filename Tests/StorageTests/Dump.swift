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
        let columns = try tx.layout(of: table).columns
        let names = columns.map(\.name).joined(separator: ", ")
        var lines: [String] = []
        try tx.query(SQL(verbatim: "SELECT \(names) FROM \(table)")) { row in
          var line: [String] = []
          for (index, column) in columns.enumerated() {
            line.append("\(try row.value(index, of: column.type))")
          }
          lines.append(line.joined(separator: " "))
        }
        dump[table] = lines.sorted()
      }
      return dump
    }
  }
}
