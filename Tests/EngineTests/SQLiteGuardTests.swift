import Engine
import Testing

/// What SQLite's views do beyond what guards promise on every engine.
@Suite struct SQLiteGuardTests {
  @Test func `a write to the view instead of the table is refused`() async throws {
    try await withSQLite { database in
      let answer = await refusal {
        try await database.write(as: .bureau(Ledger.one)) {
          try $0.execute("DELETE FROM company_row")
        }
      }
      #expect(answer == "engine")
    }
  }

  @Test func `reads through the view use the table's index`() async throws {
    try await withSQLite { database in
      let scope = Scope.company(bureau: Ledger.one, company: Ledger.alpha)
      let plan = try await database.read(as: scope) {
        try $0.rows(
          """
          EXPLAIN QUERY PLAN SELECT id FROM company_row
          WHERE bureau = \(Ledger.one) AND company = \(Ledger.alpha) AND amount > \(5)
          ORDER BY amount LIMIT 50
          """, as: (Int, Int, Int, String).self
        ).map(\.3)
      }
      #expect(plan.count == 1, "no sorting, no second scan")
      #expect(
        plan.first?.contains(
          "USING COVERING INDEX company_row_amount (bureau=? AND company=? AND amount>?)") == true,
        "\(plan)")
      let implied = try await database.read(as: scope) {
        try $0.rows(
          "EXPLAIN QUERY PLAN SELECT id FROM company_row", as: (Int, Int, Int, String).self
        ).map(\.3)
      }
      #expect(implied.first?.contains("(bureau=?") == true, "\(implied)")
    }
  }
}
