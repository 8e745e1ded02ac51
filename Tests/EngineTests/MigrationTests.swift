import Engine
import EngineKit
import Testing

@Suite(.everyEngine) struct MigrationTests {
  private let table = "(bureau BLOB NOT NULL, company BLOB NOT NULL, n INTEGER NOT NULL) STRICT;"

  private func payments(_ schema: String? = nil) -> Migration {
    Migration(
      1, "payments", tables: [TenantTable("payment", .company)],
      schema ?? "CREATE TABLE payment \(table)")
  }

  private var entries: Migration {
    Migration(
      2, "entries", tables: [TenantTable("entry", .company)], "CREATE TABLE entry \(table)")
  }

  private func withEmpty(_ body: (any Database) async throws -> Void) async throws {
    try await body(try await TestEngine.current.database([]))
  }

  private func message(_ body: () async throws -> Void) async -> String {
    do {
      try await body()
      return ""
    } catch { return "\(error)" }
  }

  @Test func `migrations run once, in order, and later ones are added`() async throws {
    try await withEmpty { database in
      try await database.migrate([payments()])
      try await database.migrate([payments(), entries])
      try await database.migrate([payments(), entries])
      let names = try await database.read(as: .platform) {
        try $0.rows("SELECT name FROM schema_migration ORDER BY number", as: String.self)
      }
      #expect(names == ["payments", "entries"])
    }
  }

  @Test func `a table made by a later migration is guarded at once, for open readers too`()
    async throws
  {
    try await withDatabase { database in
      let later = Ledger.migrations + [entries]
      _ = try await Ledger.ids(database)
      try await database.migrate(later)
      let scope = Scope.company(bureau: Ledger.one, company: Ledger.alpha)
      try await database.write(as: scope) {
        try $0.execute(
          "INSERT INTO main.entry VALUES (\(Ledger.one), \(Ledger.alpha), 1)")
      }
      for reader in 0..<4 {
        let seen = try await database.read(as: .bureau(Ledger.two)) {
          try $0.rows("SELECT n FROM entry", as: Int.self)
        }
        #expect(seen == [], "reader \(reader)")
      }
    }
  }

  @Test func `a migration that was changed after it ran is refused`() async throws {
    try await withEmpty { database in
      try await database.migrate([payments()])
      let changed = payments("CREATE TABLE payment \(table) -- better")
      let text = await message { try await database.migrate([changed]) }
      #expect(text.contains("migration 1 (payments) was changed after it was applied"))
    }
  }

  @Test func `a database from a newer program is refused`() async throws {
    try await withEmpty { database in
      try await database.migrate([payments(), entries])
      let text = await message { try await database.migrate([payments()]) }
      #expect(text.contains("the database has migration 2 (entries), this program knows 1"))
    }
  }

  @Test func `a gap in the numbers is refused`() async throws {
    try await withEmpty { database in
      let text = await message { try await database.migrate([entries]) }
      #expect(text.contains("migration 2 (entries) stands where 1 is due"))
    }
  }

  @Test func `a migration may rebuild a table that others refer to`() async throws {
    try await withDatabase { database in
      let bureau = Ledger.one
      try await database.write(as: .bureau(bureau)) { tx in
        try tx.execute("INSERT INTO main.everything (bureau, id) VALUES (\(bureau), 1)")
        try tx.execute("INSERT INTO main.everything (bureau, id, parent) VALUES (\(bureau), 2, 1)")
      }
      let rebuild = Migration(
        2, "rebuild",
        """
        CREATE TABLE better (bureau BLOB NOT NULL, id INTEGER NOT NULL, parent INTEGER,
          extra INTEGER NOT NULL DEFAULT 7, PRIMARY KEY (bureau, id),
          FOREIGN KEY (bureau, parent) REFERENCES better (bureau, id)) WITHOUT ROWID, STRICT;
        INSERT INTO better (bureau, id, parent) SELECT bureau, id, parent FROM everything;
        DROP TABLE everything;
        ALTER TABLE better RENAME TO everything;
        """)
      try await database.migrate(Ledger.migrations + [rebuild])
      let extra = try await database.read(as: .bureau(bureau)) {
        try $0.rows("SELECT extra FROM everything", as: Int.self)
      }
      #expect(extra == [7, 7])
      let orphan = await refusal {
        try await database.write(as: .bureau(bureau)) {
          try $0.execute(
            "INSERT INTO main.everything (bureau, id, parent) VALUES (\(bureau), 3, 9)")
        }
      }
      #expect(orphan == "foreignKey", "references are checked again")
      let seen = try await database.read(as: .bureau(Ledger.two)) {
        try $0.rows("SELECT extra FROM everything", as: Int.self)
      }
      #expect(seen == [], "the new table is guarded")
    }
  }

  @Test func `a migration that leaves a broken reference is refused`() async throws {
    try await withDatabase { database in
      try await database.write(as: .bureau(Ledger.one)) {
        try $0.execute("INSERT INTO main.everything (bureau, id) VALUES (\(Ledger.one), 1)")
      }
      let breaking = Migration(
        2, "break",
        "INSERT INTO everything (bureau, id, parent) SELECT bureau, 2, 9 FROM everything;")
      let answer = await refusal { try await database.migrate(Ledger.migrations + [breaking]) }
      #expect(answer == "foreignKey")
      let count = try await database.read(as: .platform) {
        try $0.first("SELECT count(*) FROM schema_migration", as: Int.self)
      }
      #expect(count == 1)
    }
  }

  @Test func `a migration that fails leaves nothing behind`() async throws {
    try await withEmpty { database in
      let bad = Migration(2, "bad", "CREATE TABLE half (n INTEGER) STRICT; SELECT nonsense;")
      #expect(await refusal { try await database.migrate([payments(), bad]) } == "engine")
      let tables = try await database.read(as: .platform) {
        try $0.rows(
          $0.dialect == .sqlite
            ? "SELECT name FROM sqlite_schema WHERE type = 'table'"
            : "SELECT nspname FROM pg_namespace WHERE nspname = 'main'", as: String.self)
      }
      #expect(tables == [])
    }
  }

  @Test(arguments: [
    ("CREATE TABLE payment (bureau BLOB, company BLOB);", "table payment is not STRICT"),
    (
      "CREATE TABLE payment (bureau BLOB) STRICT;",
      "table payment has no column company, its guard is .company"
    ),
    ("", "table payment has a guard but does not exist"),
    (
      "CREATE TABLE payment (bureau BLOB, company BLOB) STRICT; CREATE TABLE x (n TEXT) STRICT;",
      "table x has no guard"
    ),
  ])
  func `a table without a sound guard is refused`(schema: String, due: String) async throws {
    if TestEngine.current.kind == .postgres, due.contains("STRICT") { return }
    try await withEmpty { database in
      let text = await message { try await database.migrate([payments(schema)]) }
      #expect(text.contains(due), "\(text)")
    }
  }

  @Test func `the schema language is rendered for each engine`() {
    let schema = """
      -- a TEXT in a comment, the company's
      CREATE TABLE "TEXT" (a TEXT NOT NULL, b BLOB, c INTEGER, d BOOLEAN DEFAULT FALSE,
        e_TEXT TEXT CHECK (e_TEXT <> 'BLOB ''TEXT''')) WITHOUT ROWID, STRICT;
      CREATE TABLE u (a TEXT) STRICT;
      """
    #expect(
      Dialect.sqlite.render(schema) == """
        -- a TEXT in a comment, the company's
        CREATE TABLE "TEXT" (a TEXT NOT NULL, b BLOB, c INTEGER, d INTEGER DEFAULT FALSE,
          e_TEXT TEXT CHECK (e_TEXT <> 'BLOB ''TEXT''')) WITHOUT ROWID, STRICT;
        CREATE TABLE u (a TEXT) STRICT;
        """)
    #expect(
      Dialect.postgres.render(schema) == """
        -- a TEXT in a comment, the company's
        CREATE TABLE "TEXT" (a text COLLATE "C" NOT NULL, b bytea, c bigint, \
        d boolean DEFAULT FALSE,
          e_TEXT text COLLATE "C" CHECK (e_TEXT <> 'BLOB ''TEXT'''));
        CREATE TABLE u (a text COLLATE "C");
        """)
  }
}
