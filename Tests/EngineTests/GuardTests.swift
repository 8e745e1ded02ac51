import Engine
import EngineKit
import Testing

/// Where a row lies, seen from bureau one with companies alpha and beta.
private enum Place: CaseIterable, Sendable {
  case alpha, beta, own, foreign, nowhere

  /// `nowhere` is a row without tenant, which only `.platform` tables can hold.
  var keys: (TenantKey?, TenantKey?) {
    switch self {
    case .alpha: (Ledger.one, Ledger.alpha)
    case .beta: (Ledger.one, Ledger.beta)
    case .own: (Ledger.one, Ledger.one)
    case .foreign: (Ledger.two, Ledger.two)
    case .nowhere: (nil, nil)
    }
  }

  static func of(_ kind: GuardKind) -> [Place] {
    kind == .platform ? allCases : [.alpha, .beta, .own, .foreign]
  }
}

private enum Rule {
  /// What `GuardKind` promises, written a second time and in other words.
  static func reads(_ kind: GuardKind, _ scope: Scope, _ place: Place) -> Bool {
    if kind == .platform, scope == .platform { return true }
    let (bureau, company) = place.keys
    guard let own = scope.bureau, bureau == own else { return false }
    guard let limit = scope.company else { return true }
    return switch kind {
    case .bureau: true
    case .company, .platform: company == limit
    case .directory, .journal: company == limit || company == own
    }
  }

  static func writes(_ kind: GuardKind, _ scope: Scope, _ place: Place) -> Bool {
    if kind == .platform { return reads(kind, scope, place) }
    let (bureau, company) = place.keys
    guard let own = scope.bureau, bureau == own else { return false }
    return switch kind {
    case .directory, .bureau: scope.company == nil
    default: company == (scope.company ?? own)
    }
  }
}

@Suite(.everyEngine) struct GuardTests {
  private func table(_ kind: GuardKind) -> String { "\(kind)_row" }

  /// One row in each place, written in whichever scope may.
  private func seed(_ database: any Database, _ kind: GuardKind) async throws {
    for (id, place) in Place.of(kind).enumerated() {
      let (bureau, company) = place.keys
      let scope: Scope =
        switch (kind, bureau, company) {
        case (.platform, _, _): .platform
        case (.company, let bureau?, let company?), (.journal, let bureau?, let company?):
          .company(bureau: bureau, company: company)
        default: .bureau(bureau ?? Ledger.one)
        }
      try await database.write(as: scope) { try insert(id, place, kind, $0) }
    }
  }

  private func insert(
    _ id: Int, _ place: Place, _ kind: GuardKind, _ transaction: any Transaction
  ) throws {
    let (bureau, company) = place.keys
    try transaction.execute(
      """
      INSERT INTO main.\(verbatim: table(kind)) (bureau, company, id, amount)
      VALUES (\(bureau), \(company), \(id), 1)
      """)
  }

  @Test(arguments: GuardKind.allCases, Ledger.scopes)
  func `each kind shows each scope its rows and no other`(
    kind: GuardKind, scope: Scope
  ) async throws {
    try await withDatabase { database in
      try await seed(database, kind)
      let due = Place.of(kind).indices.filter { Rule.reads(kind, scope, Place.of(kind)[$0]) }
      let query: @Sendable (any Transaction) throws -> [Int] = {
        try $0.rows("SELECT id FROM \(verbatim: table(kind)) ORDER BY id", as: Int.self)
      }
      #expect(try await database.read(as: scope, query) == due)
      #expect(try await database.write(as: scope, query) == due)
    }
  }

  @Test(arguments: GuardKind.allCases, Ledger.scopes)
  func `each kind lets each scope write its rows and refuses the rest`(
    kind: GuardKind, scope: Scope
  ) async throws {
    try await withDatabase { database in
      try await seed(database, kind)
      for (id, place) in Place.of(kind).enumerated() {
        let allowed = Rule.writes(kind, scope, place)
        let due = allowed ? "nothing" : "tenant"
        // PostgreSQL does not see rows outside the scope, and passes them by.
        let changing = TestEngine.current.kind == .sqlite ? due : "nothing"
        let name = table(kind)
        let inserted = await refusal {
          try await database.write(as: scope) { try insert(100 + id, place, kind, $0) }
        }
        #expect(inserted == due, "insert into \(place)")
        let updated = await refusal {
          let count = try await database.write(as: scope) {
            try $0.changes("UPDATE main.\(verbatim: name) SET amount = 2 WHERE id = \(id)")
          }
          #expect(count == (allowed ? 1 : 0))
        }
        #expect(updated == changing, "update in \(place)")
        let deleted = await refusal {
          let count = try await database.write(as: scope) {
            try $0.changes("DELETE FROM main.\(verbatim: name) WHERE id = \(id)")
          }
          #expect(count == (allowed ? 1 : 0))
        }
        #expect(deleted == changing, "delete from \(place)")
      }
    }
  }

  @Test(arguments: GuardKind.allCases)
  func `a row can't be moved to another tenant`(kind: GuardKind) async throws {
    try await withDatabase { database in
      try await seed(database, kind)
      let name = table(kind)
      let own = Place.of(kind).firstIndex { $0 == .own } ?? 0
      let answer = await refusal {
        try await database.write(as: .bureau(Ledger.one)) {
          try $0.execute(
            "UPDATE main.\(verbatim: name) SET bureau = \(Ledger.two) WHERE id = \(own)")
        }
      }
      #expect(answer == "tenant")
    }
  }

  @Test func `an append-only table refuses update, delete and replacement`() async throws {
    try await withDatabase { database in
      let scope = Scope.company(bureau: Ledger.one, company: Ledger.alpha)
      let insert: SQL = """
        INTO main.fact (bureau, company, id, amount) VALUES (\(Ledger.one), \(Ledger.alpha), 1, 1)
        """
      try await database.write(as: scope) { try $0.execute("INSERT \(insert)") }
      let replacing: SQL =
        "INSERT \(insert) ON CONFLICT (bureau, company, id) DO UPDATE SET amount = 2"
      var statements: [SQL] = [
        "UPDATE main.fact SET amount = 2", "DELETE FROM main.fact", replacing,
      ]
      switch TestEngine.current.kind {
      case .sqlite: statements.append("INSERT OR REPLACE \(insert)")
      case .postgres: statements.append("TRUNCATE fact")
      }
      for statement in statements {
        let answer = await refusal {
          try await database.write(as: scope) { try $0.execute(statement) }
        }
        #expect(answer == "check")
      }
      let kept = try await database.read(as: scope) {
        try $0.rows("SELECT amount FROM fact", as: Int.self)
      }
      #expect(kept == [1])
    }
  }

  @Test(arguments: [
    ("SELECT id FROM main.company_row", true), ("SELECT id FROM \"main\" . \"company_row\"", true),
    ("SELECT 1 FROM fact JOIN main.company_row ON TRUE", true),
    ("SELECT 1 FROM fact, main.company_row", true),
    ("INSERT INTO main.fact SELECT * FROM main.company_row", true),
    ("DELETE FROM main.fact WHERE id IN (SELECT id FROM MAIN.company_row)", true),
    ("UPDATE main.company_row SET amount = 2 WHERE id = 1", false),
    ("DELETE FROM main.company_row", false),
    ("INSERT INTO main.company_row SELECT * FROM company_row WHERE FALSE", false),
    ("SELECT 'FROM main.company_row'", false), ("SELECT id AS main FROM company_row", false),
  ])
  func `a read past the guard is refused when it is prepared`(
    text: String, isRefused: Bool
  ) async throws {
    try await withDatabase { database in
      let answer = await refusal {
        try await database.write(as: .bureau(Ledger.one)) { try $0.execute(SQL(verbatim: text)) }
      }
      #expect(answer == (isRefused ? "tenant" : "nothing"))
    }
  }

  @Test func `guards hold on a database that was migrated by an earlier run`() async throws {
    let place = try await TestEngine.current.place(Ledger.migrations)
    let second = try await place.open()
    let answer = await refusal {
      try await second.write(as: .bureau(Ledger.two)) { try Ledger.add(1, in: $0) }
    }
    #expect(answer == "tenant")
    await second.close()
  }
}
