/// One step of the schema, applied once and never changed afterwards.
package struct Migration: Sendable {
  /// 1, 2, 3 … without a gap.
  package let number: Int
  package let name: String
  /// In the portable schema language, see `Dialect.render`.
  package let schema: String
  /// The guards of the tables that this step makes or changes.
  package let tables: [TenantTable]

  package init(_ number: Int, _ name: String, tables: [TenantTable] = [], _ schema: String) {
    self.number = number
    self.name = name
    self.tables = tables
    self.schema = schema
  }

  /// FNV-1a over all that the step says: it catches slips, not attackers.
  var checksum: Int64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let guards = tables.map { "\($0.name) \($0.kind) \($0.appendOnly)" }
    for text in [name, schema] + guards {
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      hash = (hash ^ 0xFF) &* 0x100_0000_01B3
    }
    return Int64(bitPattern: hash)
  }
}

/// The tables that the engine keeps for itself, with no tenant's data in them.
package enum EngineTables {
  /// `schema_migration`: what was applied. `schema_guard`: the guard of each table.
  package static let names = ["schema_guard", "schema_migration"]

  static let schema = """
    CREATE TABLE IF NOT EXISTS schema_migration (
      number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS schema_guard (
      name TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, append_only BOOLEAN NOT NULL
    ) STRICT;
    """

  /// The guard of each table, as the migrations have registered it.
  package static func guards(_ transaction: any Transaction) throws -> [TenantTable] {
    try transaction.rows(
      "SELECT name, kind, append_only FROM schema_guard ORDER BY name",
      as: (String, GuardKind, Bool).self
    ).map { TenantTable($0, $1, appendOnly: $2) }
  }
}

extension GuardKind: SQLBindable, SQLDecodable {}

extension Database {
  /// Brings the schema up to date, in one transaction. Refuses a database whose applied steps
  /// differ from `migrations` or go beyond them.
  package func migrate(_ migrations: [Migration]) async throws {
    try await alone { try Migration.apply(migrations, on: $0) }
  }

  /// Refuses a database whose schema is not exactly that of `migrations`; changes nothing.
  package func requireSchema(_ migrations: [Migration]) async throws {
    try await read(as: .platform) { try Migration.require(migrations, in: $0) }
  }

  /// One transaction on all tenants without guards, for changes of the whole: migrations, and the
  /// rebuild of what follows from the journals. All or nothing.
  package func alone<T: Sendable>(
    _ body: @escaping @Sendable (any Connection) throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<T, any Error>) in
      do throws(EngineError) {
        try schedule { lane in
          done.resume(
            with: Result {
              var value: T?
              try lane.get().changeSchema { value = try body($0) }
              guard let value else { throw EngineError.engine("the change was not run") }
              return value
            })
        }
      } catch {
        done.resume(throwing: error)
      }
    }
  }
}

extension Migration {
  fileprivate static func apply(_ migrations: [Migration], on connection: any Connection) throws {
    for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
      throw EngineError.schema(
        "migration \(migration.number) (\(migration.name)) stands where \(index + 1) is due")
    }
    try connection.script(connection.dialect.render(EngineTables.schema))
    let count = try applied(of: migrations, in: connection)
    for migration in migrations.dropFirst(count) { try migration.apply(on: connection) }
  }

  fileprivate static func require(
    _ migrations: [Migration], in transaction: any Transaction
  ) throws {
    let count: Int
    do { count = try applied(of: migrations, in: transaction) } catch EngineError.engine {
      throw EngineError.schema("this is no database of this program")
    }
    guard count == migrations.count else {
      throw EngineError.schema(
        "the database has \(count) of this program's \(migrations.count) migrations:"
          + " start the server once, it applies the rest")
    }
  }

  /// How many of the steps the database has; refuses it where they differ.
  private static func applied(
    of migrations: [Migration], in transaction: any Transaction
  ) throws -> Int {
    let applied = try transaction.rows(
      "SELECT number, name, checksum FROM schema_migration ORDER BY number",
      as: (Int, String, Int64).self)
    for (number, name, checksum) in applied {
      guard number <= migrations.count else {
        throw EngineError.schema(
          "the database has migration \(number) (\(name)), this program knows \(migrations.count):"
            + " start the newer program")
      }
      guard migrations[number - 1].checksum == checksum else {
        throw EngineError.schema(
          "migration \(number) (\(name)) was changed after it was applied: put its text back and"
            + " add a new migration")
      }
    }
    return applied.count
  }

  private func apply(on connection: any Connection) throws {
    try connection.script(connection.dialect.render(schema))
    for table in tables {
      try connection.execute(
        """
        INSERT INTO main.schema_guard (name, kind, append_only)
        VALUES (\(table.name), \(table.kind), \(table.appendOnly))
        ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, append_only = excluded.append_only
        """)
    }
    try connection.execute(
      """
      INSERT INTO main.schema_migration (number, name, checksum)
      VALUES (\(number), \(name), \(checksum))
      """)
  }
}
