import Domain
import Engine
import EngineKit
import Primitives
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
        "credential", "session", "work", "sealing_key", "signing_key_owner", "token_scope",
        "token_use",
      ])
  }

  @Test func `T the key of every tenant's table starts with its bureau`() async throws {
    let database = try await exampleDatabase()
    let keys = try await database.read(as: .platform) { tx in
      try Schema.classes.keys.map { table in (table, try tx.layout(of: table).key) }
    }
    let own = [
      "credential", "session", "sealing_key", "signing_key_owner", "token_scope", "token_use",
    ]
    for (table, key) in keys where !own.contains(table) {
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
    // What the first schema had room for: the projections of today write more.
    let history = History()
    try await database.write(as: history.bureauPlace.scope) { tx in
      let bureau = history.theBureau, company = history.theCompany, user = history.person
      try tx.execute(
        """
        INSERT INTO main.bureau (bureau, display_name, country_code, organisation_number,
          create_time)
        VALUES (\(bureau.id), \(bureau.displayName), \("NO"),
          \(bureau.organisationNumber.digits), \(bureau.createTime.microseconds))
        """)
      try tx.execute(
        """
        INSERT INTO main.company (bureau, company, display_name, country_code,
          organisation_number, street, postal_code, town, create_time)
        VALUES (\(bureau.id), \(company.id), \("ÆRLIG Åsmund & Co"), \("NO"),
          \(company.organisationNumber.digits), \(company.street), \(company.postalCode),
          \(company.town), \(company.createTime.microseconds))
        """)
      try tx.execute(
        """
        INSERT INTO main.app_user (bureau, id, kind, display_name, email, national_id_digest,
          create_time)
        VALUES (\(bureau.id), \(user.id), \(user.kind.rawValue), \(user.displayName),
          \(user.email), \(user.nationalIDDigest?.bytes), \(user.createTime.microseconds))
        """)
      try tx.execute(
        """
        INSERT INTO main.role (bureau, company, id, app_user, role)
        VALUES (\(bureau.id), \(company.id), \(ID<RoleAssignment>(bureau.id.uuid)), \(user.id),
          \(Role.reader.rawValue))
        """)
    }
    try await database.migrate(Schema.migrations)
    let now = try await exampleDatabase()
    #expect(try await Self.columns(of: database) == Self.columns(of: now))
    let found = try await database.read(as: history.bureauPlace.scope) { tx in
      try TenancyTables.bureau(history.bureau, in: tx)
    }
    #expect(found == history.theBureau)
    // Later schemas had the text already when rows were written.
    let life = Schema.migrations.first { $0.name == "life of companies and users" }
    guard let life, number < life.number else {
      #expect(life != nil)
      return
    }
    // What was there before can be found by a text, as if it had been made today (K-03).
    let (companies, users) = try await database.read(as: history.bureauPlace.scope) { tx in
      (
        try ["%ærlig åsmund &%", "%\(history.organisationNumber)%", "%Æ%"].map {
          try TenancyTables.companies(
            of: history.bureau, visibleTo: key(10), like: $0, after: nil, limit: 10, in: tx)
        },
        try TenancyTables.users(
          of: history.bureau, like: "%alex 1 alex@%", after: nil, limit: 10, in: tx)
      )
    }
    #expect(companies.map(\.count) == [1, 1, 0])
    #expect(companies.first?.first?.state == .active)
    #expect(users.map(\.id) == [history.person.id])
  }

  private static func columns(of database: some Database) async throws -> [TableLayout] {
    try await database.read(as: .platform) { tx in
      try Schema.classes.keys.sorted().map { try tx.layout(of: $0) }
    }
  }
}
