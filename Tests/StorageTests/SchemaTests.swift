import Engine
import EngineKit
import Storage
import Testing

@Suite(.everyEngine) struct SchemaTests {
  @Test func `J every table is journal, projection or working state, and guarded`() async throws {
    let database = try await exampleDatabase()
    let (tables, guards) = try await database.read(as: .platform) { tx in
      (
        try tx.rows(
          tx.dialect == .sqlite
            ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            : "SELECT tablename FROM pg_tables WHERE schemaname = 'main'", as: String.self),
        try EngineTables.guards(tx)
      )
    }
    #expect(Set(tables) == Set(Schema.classes.keys).union(EngineTables.names))
    #expect(Set(guards.map(\.name)) == Set(Schema.classes.keys))
    #expect(Set(guards.filter(\.appendOnly).map(\.name)) == ["fact", "blob"])
    // What the platform's scope shows is found without a tenant: ids and times only.
    #expect(
      Set(guards.filter { $0.kind == .platform }.map(\.name)) == [
        "credential", "session", "work", "sealing_key",
      ])
  }

  @Test func `T the key of every tenant's table starts with its bureau`() async throws {
    let database = try await exampleDatabase()
    let keys = try await database.read(as: .platform) { tx in
      try Schema.classes.keys.map { table in (table, try tx.layout(of: table).key) }
    }
    for (table, key) in keys where !["credential", "session", "sealing_key"].contains(table) {
      #expect(key.first == "bureau", "\(table)")
    }
  }

  @Test func `migrations are numbered and are applied once`() async throws {
    #expect(Schema.migrations.map(\.number) == Array(1...Schema.migrations.count))
    let database = try await exampleDatabase()
    try await database.migrate(Schema.migrations)
  }

  @Test(arguments: 1..<Schema.migrations.count)
  func `a database of every earlier schema is brought up to date with what is in it`(
    number: Int
  ) async throws {
    let database = try await TestEngine.current.database([])
    try await database.migrate(Array(Schema.migrations.prefix(number)))
    // As much of the history as that schema has room for: the bureau's own journal.
    let history = History()
    for step in history.bureauSteps {
      try await database.append(step.facts, by: .example(step.place, request: step.request))
    }
    try await database.migrate(Schema.migrations)
    let now = try await exampleDatabase()
    #expect(try await Self.columns(of: database) == Self.columns(of: now))
    let found = try await database.read(as: history.bureauPlace.scope) { tx in
      try TenancyTables.bureau(history.bureau, in: tx)
    }
    #expect(found == history.theBureau)
  }

  private static func columns(of database: some Database) async throws -> [TableLayout] {
    try await database.read(as: .platform) { tx in
      try Schema.classes.keys.sorted().map { try tx.layout(of: $0) }
    }
  }
}
