import Engine

/// Changes and checks of the schema named `main`, in which all tables lie.
enum PostgresSchema {
  /// "bureau" as a number: servers that start at the same time migrate one after the other.
  private static let lock: Int64 = 0x6275_7265_6175

  /// Runs `body` in the transaction that has begun, checks what it left, and puts guards up where
  /// they are not what they should be.
  static func change(
    on connection: PostgresConnection, _ body: (any Connection) throws -> Void
  ) throws {
    try connection.script("SET LOCAL statement_timeout = '55min'; SET LOCAL lock_timeout = '5min'")
    try connection.execute("SELECT pg_advisory_xact_lock(\(lock))")
    try connection.execute("SELECT set_config('lock_timeout', '10s', true)")
    let exists = try connection.first(
      "SELECT nspname FROM pg_namespace WHERE nspname = 'main'", as: String.self)
    if exists == nil { try connection.script("CREATE SCHEMA main") }
    try body(connection)
    let guarded = try EngineTables.guards(connection)
    try checkTables(guarded, on: connection)
    for table in guarded {
      let found = try guards(of: table, on: connection)
      if !found.isSound {
        try connection.script(table.postgresGuards(replacing: found.policies))
      }
    }
  }

  /// What is wrong with the guards, the references and the stored rows. Reads every row.
  static func findings(on connection: any Transaction) throws -> [String] {
    var findings: [String] = []
    let guarded = try EngineTables.guards(connection)
    for table in guarded where try !guards(of: table, on: connection).isSound {
      findings.append("\(table.name): its guard was changed; starting the server mends it")
    }
    findings += try connection.rows(
      """
      SELECT c.conrelid::regclass::text FROM pg_constraint AS c
      JOIN pg_namespace AS n ON n.oid = c.connamespace
      WHERE n.nspname = 'main' AND NOT c.convalidated ORDER BY 1
      """, as: String.self
    ).map { "\($0): a constraint was never checked" }
    findings += try connection.rows(
      """
      SELECT i.indexrelid::regclass::text FROM pg_index AS i
      JOIN pg_class AS c ON c.oid = i.indexrelid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = 'main' AND NOT i.indisvalid ORDER BY 1
      """, as: String.self
    ).map { "\($0): the index is not valid, REINDEX it" }
    for table in guarded {
      do {
        try connection.savepoint {
          // As text, so that values kept apart from their row are read too.
          _ = try connection.first(
            SQL(
              verbatim:
                "SELECT CAST(sum(length(CAST(t AS text))) AS BIGINT) FROM \"\(table.name)\" AS t"),
            as: Int?.self)
        }
      } catch let error as EngineError {
        if case .retry = error { throw error }
        findings.append("\(table.name): \(error.text)")
      }
    }
    return findings
  }

  private struct Found {
    var policies: [String]
    var isSound: Bool
  }

  private static func guards(
    of table: TenantTable, on connection: any Transaction
  ) throws -> Found {
    let policies = try connection.rows(
      """
      SELECT policyname FROM pg_policies WHERE schemaname = 'main' AND tablename = \(table.name)
      """, as: String.self)
    let state = try connection.first(
      """
      SELECT c.relrowsecurity AND c.relforcerowsecurity,
        has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE')
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = 'main' AND c.relname = \(table.name)
      """, as: (Bool, Bool).self)
    let isSound =
      Set(policies) == Set(table.policies.map(\.name)) && state?.0 == true
      && state?.1 == !table.appendOnly
    return Found(policies: policies, isSound: isSound)
  }

  /// Every table has a guard, every guard its table and columns.
  private static func checkTables(
    _ guarded: [TenantTable], on connection: any Transaction
  ) throws {
    let tables = try connection.rows(
      """
      SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = 'main' AND c.relkind IN ('r', 'p') ORDER BY c.relname
      """, as: String.self)
    let known = Set(guarded.map(\.name) + EngineTables.names)
    for name in tables where !known.contains(name) {
      throw EngineError.schema("table \(name) has no guard: name it in its migration's tables")
    }
    for table in guarded {
      guard tables.contains(table.name) else {
        throw EngineError.schema("table \(table.name) has a guard but does not exist")
      }
      let columns = try connection.rows(
        """
        SELECT a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = 'main' AND c.relname = \(table.name) AND a.attnum > 0
          AND NOT a.attisdropped
        """, as: String.self)
      for column in table.kind.columns where !columns.contains(column) {
        throw EngineError.schema(
          "table \(table.name) has no column \(column), its guard is .\(table.kind)")
      }
    }
  }
}
