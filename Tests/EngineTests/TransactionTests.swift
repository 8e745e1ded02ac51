import Engine
import EngineKit
import Foundation
import Primitives
import Testing

@Suite(.everyEngine) struct TransactionTests {
  private let alpha = Scope.company(bureau: Ledger.one, company: Ledger.alpha)

  enum Color: String, SQLBindable, SQLDecodable { case red, blue }
  enum Thing {}

  @Test(arguments: [0, 1, -1, Int64.max, Int64.min])
  func `whole numbers come back as they were stored`(number: Int64) async throws {
    try await roundTrip("number", number)
  }

  @Test(arguments: [
    "", "a", "blåbær 🫐 ' \" ; -- $1 ?", "\u{FEFF}BOM", "e\u{301}",
    String(repeating: "ø", count: 200_000),
  ])
  func `texts come back as they were stored`(text: String) async throws {
    let back = try await roundTrip("text", text)
    #expect(Array(back?.utf8 ?? "".utf8) == Array(text.utf8), "byte for byte")
  }

  @Test(arguments: [[], [0], [0, 255, 10, 0], [UInt8](repeating: 7, count: 300_000)])
  func `bytes come back as they were stored`(bytes: [UInt8]) async throws {
    try await roundTrip("bytes", bytes)
  }

  @Test(arguments: [true, false])
  func `truth values come back as they were stored`(flag: Bool) async throws {
    try await roundTrip("flag", flag)
  }

  @Test func `missing values, ids and raw values come back as they were stored`() async throws {
    try await roundTrip("number", Int?.none)
    try await roundTrip("text", String?.none)
    try await roundTrip("bytes", [UInt8]?.none)
    try await roundTrip("flag", Bool?.none)
    try await roundTrip("text", Color.blue)
    let id = try #require(ID<Thing>(hex: "00112233445566778899aabbccddeeff"))
    try await roundTrip("bytes", id)
    #expect(TenantKey(id).bytes == id.bytes)
    #expect(TenantKey(bytes: id.bytes) == TenantKey(id))
    #expect(TenantKey(bytes: [1, 2]) == nil)
  }

  @discardableResult
  private func roundTrip<T: SQLCodable & Equatable & Sendable>(
    _ column: String, _ value: T
  ) async throws -> T? {
    try await withDatabase { database in
      try await database.write(as: .bureau(Ledger.one)) {
        try $0.execute(
          """
          INSERT INTO main.everything (bureau, id, \(verbatim: column))
          VALUES (\(Ledger.one), 1, \(value))
          """)
      }
      let back = try await database.read(as: .bureau(Ledger.one)) {
        try $0.first("SELECT \(verbatim: column) FROM everything", as: T.self)
      }
      #expect(back == value)
      return back
    }
  }

  @Test func `a text with NUL is refused`() async throws {
    try await withDatabase { database in
      let answer = await refusal {
        try await database.read(as: .platform) {
          _ = try $0.first("SELECT \("a\u{0}b")", as: String.self)
        }
      }
      #expect(answer == "check")
    }
  }

  @Test func `placeholders are numbered in order, spliced fragments included`() async throws {
    let filter: SQL = "\(3) - \(4)"
    let sql: SQL = "SELECT \(1) - \(2), \(filter), \(5)"
    #expect(sql.text(for: .postgres) == "SELECT $1 - $2, $3 - $4, $5")
    #expect(SQL.list([7, 8]).text(for: .sqlite) == "?1, ?2")
    try await withDatabase { database in
      let row = try await database.read(as: .platform) {
        try $0.first(sql, as: (Int, Int, Int).self)
      }
      let (a, b, c) = try #require(row)
      #expect((a, b, c) == (-1, -1, 5))
    }
  }

  @Test func `a column of another type is refused, never converted`() async throws {
    try await withDatabase { database in
      try await database.read(as: .platform) { tx in
        func refused<T: SQLDecodable>(_ sql: SQL, _: T.Type) {
          #expect { _ = try tx.first(sql, as: T.self) } throws: {
            ($0 as? EngineError)?.name == "decoding"
          }
        }
        refused("SELECT 'a'", Int.self)
        refused("SELECT 1", String.self)
        refused("SELECT NULL", Int.self)
        refused("SELECT 2", Bool.self)
        refused("SELECT \([UInt8(1)])", TenantKey.self)
        refused("SELECT 'green'", Color.self)
        if tx.dialect == .sqlite { refused("SELECT CAST(x'ff' AS TEXT)", String.self) }
        let red = try tx.first("SELECT 'red'", as: Color.self)
        #expect(red == .red, "the transaction goes on")
      }
    }
  }

  @Test func `errors have one name for all engines`() async throws {
    try await withDatabase { database in
      func name(_ sql: SQL, as scope: Scope) async -> String {
        await refusal { try await database.write(as: scope) { try $0.execute(sql) } }
      }
      try await database.write(as: alpha) { try Ledger.add(1, in: $0) }
      let into: SQL = "INSERT INTO main.company_row (bureau, company, id, amount)"
      let keys: SQL = "\(Ledger.one), \(Ledger.alpha)"
      #expect(await name("\(into) VALUES (\(keys), 1, 1)", as: alpha) == "unique")
      #expect(await name("\(into) VALUES (\(keys), 2, 0)", as: alpha) == "check")
      #expect(await name("\(into) VALUES (\(keys), 2, NULL)", as: alpha) == "check")
      #expect(await name("\(into) VALUES (\(keys), 2, 'a')", as: alpha) == "check")
      #expect(await name("SELECT nonsense FROM nowhere", as: alpha) == "engine")
      #expect(await name("SELECT 1; SELECT 2", as: alpha) == "engine")
      #expect(await name("SELECT ?7", as: alpha) == "engine")
      let orphan: SQL =
        "INSERT INTO main.everything (bureau, id, parent) VALUES (\(Ledger.one), 1, 9)"
      #expect(await name(orphan, as: .bureau(Ledger.one)) == "foreignKey")
      let read = await refusal {
        try await database.read(as: alpha) { try Ledger.add(2, in: $0) }
      }
      #expect(read == "readOnly")
      let kept = try await Ledger.ids(database)
      #expect(kept == [1])
    }
  }

  @Test func `what a body throws undoes all of it`() async throws {
    struct Stop: Error {}
    try await withDatabase { database in
      await #expect(throws: Stop.self) {
        try await database.write(as: alpha) { tx in
          try Ledger.add(1, in: tx)
          throw Stop()
        }
      }
      let kept = try await Ledger.ids(database)
      #expect(kept == [])
    }
  }

  @Test func `a savepoint that fails takes only itself down`() async throws {
    try await withDatabase { database in
      try await database.write(as: alpha) { tx in
        try tx.savepoint { try Ledger.add(1, in: tx) }
        #expect(throws: EngineError.self) {
          try tx.savepoint {
            try Ledger.add(2, in: tx)
            try Ledger.add(3, amount: 0, in: tx)
          }
        }
        try tx.savepoint {
          try Ledger.add(4, in: tx)
          #expect(throws: EngineError.self) { try tx.savepoint { try Ledger.add(4, in: tx) } }
          try Ledger.add(5, in: tx)
        }
      }
      let kept = try await Ledger.ids(database)
      #expect(kept == [1, 4, 5])
    }
  }

  @Test func `a failed statement dooms the transaction even if its error is swallowed`()
    async throws
  {
    try await withDatabase { database in
      let answer = await refusal {
        try await database.write(as: alpha) { tx in
          try Ledger.add(1, in: tx)
          try? Ledger.add(1, in: tx)
          #expect(throws: EngineError.self) { try tx.first("SELECT 1", as: Int.self) }
        }
      }
      #expect(answer == "unique")
      let kept = try await Ledger.ids(database)
      #expect(kept == [])
    }
  }

  @Test func `a read sees one snapshot while others write`() async throws {
    try await withDatabase { database in
      let (started, written) = (Gate(), Gate())
      let alpha = alpha
      async let counts = database.read(as: alpha) { tx in
        let before = try tx.first("SELECT count(*) FROM company_row", as: Int.self)
        started.open()
        written.wait()
        return [before, try tx.first("SELECT count(*) FROM company_row", as: Int.self)]
      }
      await Task { started.wait() }.value
      try await database.write(as: alpha) { try Ledger.add(1, in: $0) }
      written.open()
      #expect(try await counts == [0, 0])
      let kept = try await Ledger.ids(database)
      #expect(kept == [1])
    }
  }

  @Test func `a query inside the rows of the same query has a statement of its own`()
    async throws
  {
    try await withDatabase { database in
      try await database.write(as: alpha) { tx in
        for id in 1...3 { try Ledger.add(id, in: tx) }
        func ids(_ depth: Int) throws -> [Int] {
          var found: [Int] = []
          try tx.query("SELECT id FROM company_row WHERE bureau = \(Ledger.one) ORDER BY id") {
            found.append(try $0.value(0))
            if depth > 0 { found += try ids(depth - 1) }
          }
          return found
        }
        #expect(try ids(1) == [1, 1, 2, 3, 2, 1, 2, 3, 3, 1, 2, 3])
      }
    }
  }

  @Test func `an error thrown while rows are read leaves the connection usable`() async throws {
    struct Stop: Error {}
    try await withDatabase { database in
      try await database.write(as: alpha) { tx in
        for id in 1...3 { try Ledger.add(id, in: tx) }
        #expect(throws: Stop.self) {
          try tx.query("SELECT id FROM company_row") { _ in throw Stop() }
        }
        #expect(try tx.changes("UPDATE main.company_row SET amount = 2") == 3)
      }
    }
  }

  @Test func `the portable SQL of the design works`() async throws {
    try await withDatabase { database in
      try await database.write(as: alpha) { tx in
        for id in 1...9 { try Ledger.add(id, amount: id, in: tx) }
        let upsert: SQL = """
          INSERT INTO main.company_row (bureau, company, id, amount)
          VALUES (\(Ledger.one), \(Ledger.alpha), \(1), \(5))
          ON CONFLICT (bureau, company, id)
          DO UPDATE SET amount = company_row.amount + excluded.amount
          RETURNING amount
          """
        #expect(try tx.first(upsert, as: Int.self) == 6)
        let moved = try tx.rows(
          """
          UPDATE main.company_row SET amount = amount + 100
          WHERE bureau = \(Ledger.one) AND company = \(Ledger.alpha) AND id IN (
            SELECT id FROM company_row WHERE bureau = \(Ledger.one) ORDER BY id DESC LIMIT 2)
          RETURNING id
          """, as: Int.self)
        #expect(moved.sorted() == [8, 9])
        let page = try tx.rows(
          """
          WITH q AS (
            SELECT id, amount, row_number() OVER (ORDER BY amount, id) AS r FROM company_row)
          SELECT id, CAST(r AS BIGINT) FROM q WHERE (amount, id) > (\(5), \(0))
          ORDER BY amount, id LIMIT \(2)
          """, as: (Int, Int).self)
        #expect(page.map(\.0) == [5, 1])
        #expect(
          try tx.first("SELECT CAST(sum(amount) AS BIGINT) FROM company_row", as: Int.self) == 250)
      }
    }
  }
}
