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

  @Test(arguments: 1..<Schema.migrations.count)
  func `a database of every earlier schema is brought up to date with what is in it`(
    number: Int
  ) async throws {
    let database = try await SQLiteDatabase.inMemory()
    try await database.migrate(Array(Schema.migrations.prefix(number)))
    // As much of the history as that schema has room for: the bureau's own journal.
    let history = History()
    for step in history.bureauSteps {
      try await database.append(step.facts, by: .example(step.place, request: step.request))
    }
    try await database.migrate(Schema.migrations)
    let now = try await SQLiteDatabase.example()
    #expect(try await Self.columns(of: database) == Self.columns(of: now))
    let found = try await database.read(as: history.bureauPlace.scope) { tx in
      try TenancyTables.bureau(history.bureau, in: tx)
    }
    #expect(found == history.theBureau)
  }

  /// `table.column` of all.
  private static func columns(of database: some Database) async throws -> Set<String> {
    try await database.read(as: .platform) { tx in
      Set(
        try tx.rows(
          """
          SELECT t.name || '.' || c.name FROM pragma_table_list t, pragma_table_info(t.name) c
          WHERE t.schema = 'main' AND t.type = 'table'
          """, as: String.self))
    }
  }
}
