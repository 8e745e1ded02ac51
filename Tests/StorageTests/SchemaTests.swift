import Engine
import EngineSQLite
import Storage
import Testing

@Suite struct SchemaTests {
  @Test func `J every table is journal, projection or working state, and guarded`() async throws {
    let database = try await SQLiteDatabase.example()
    let (tables, guards) = try await database.read(as: .platform) { tx in
      (
        try tx.rows(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
          as: String.self),
        try EngineTables.guards(tx)
      )
    }
    #expect(Set(tables) == Set(Schema.classes.keys).union(EngineTables.names))
    #expect(Set(guards.map(\.name)) == Set(Schema.classes.keys))
    #expect(Set(guards.filter(\.appendOnly).map(\.name)) == ["fact", "blob"])
    // What the platform's scope shows is found without a tenant: ids and times only.
    #expect(
      Set(guards.filter { $0.kind == .platform }.map(\.name)) == ["credential", "session", "work"])
  }

  @Test func `T the key of every tenant's table starts with its bureau`() async throws {
    let database = try await SQLiteDatabase.example()
    let keys = try await database.read(as: .platform) { tx in
      try Schema.classes.keys.map { table in
        (
          table,
          try tx.rows(
            "SELECT name FROM pragma_table_info(\(table), 'main') WHERE pk > 0 ORDER BY pk LIMIT 2",
            as: String.self)
        )
      }
    }
    for (table, key) in keys where !["credential", "session"].contains(table) {
      #expect(key.first == "bureau", "\(table)")
    }
  }

  @Test func `migrations are numbered and are applied once`() async throws {
    #expect(Schema.migrations.map(\.number) == Array(1...Schema.migrations.count))
    let database = try await SQLiteDatabase.example()
    try await database.migrate(Schema.migrations)
  }
}
