import Engine
import EngineKit
import Testing

/// A bureau's transaction may write in one of its companies, and no further.
@Suite(.everyEngine) struct NarrowedScopeTests {
  private func insert(_ company: TenantKey, _ id: Int, in tx: any Transaction) throws {
    try tx.execute(
      """
      INSERT INTO main.company_row (bureau, company, id, amount)
      VALUES (\(Ledger.one), \(company), \(id), 1)
      """)
  }

  private func count(_ database: any Database) async throws -> Int? {
    try await database.read(as: .bureau(Ledger.one)) { tx in
      try tx.first("SELECT count(*) FROM company_row", as: Int.self)
    }
  }

  @Test func `T within a company its rows are written, and the bureau's own after it`() async throws
  {
    try await withDatabase { database in
      try await database.write(as: .bureau(Ledger.one)) { tx in
        try insert(Ledger.one, 1, in: tx)
        try tx.within(company: Ledger.alpha) {
          #expect(tx.scope == .company(bureau: Ledger.one, company: Ledger.alpha))
          try insert(Ledger.alpha, 2, in: tx)
        }
        #expect(tx.scope == .bureau(Ledger.one))
        try tx.within(company: Ledger.beta) { try insert(Ledger.beta, 3, in: tx) }
        try insert(Ledger.one, 4, in: tx)
      }
      let left = try await count(database)
      #expect(left == 4)
    }
  }

  @Test func `T within one company another's rows can't be written, nor the bureau's own`()
    async throws
  {
    try await withDatabase { database in
      for other in [Ledger.beta, Ledger.one] {
        await #expect(throws: (any Error).self) {
          try await database.write(as: .bureau(Ledger.one)) { tx in
            try tx.within(company: Ledger.alpha) { try insert(other, 1, in: tx) }
          }
        }
      }
      let left = try await count(database)
      #expect(left == 0)
    }
  }

  @Test func `T only a bureau's transaction enters a company`() async throws {
    try await withDatabase { database in
      for scope in [
        Scope.platform, .company(bureau: Ledger.one, company: Ledger.alpha),
        .company(bureau: Ledger.one, company: Ledger.one),
      ] {
        await #expect(throws: EngineError.self) {
          try await database.write(as: scope) { tx in
            try tx.within(company: Ledger.beta) {}
          }
        }
      }
      await #expect(throws: EngineError.self) {
        try await database.write(as: .bureau(Ledger.one)) { tx in
          try tx.within(company: Ledger.alpha) { try tx.within(company: Ledger.beta) {} }
        }
      }
    }
  }

  @Test func `what fails within a company is undone with all of it, and the next is not narrowed`()
    async throws
  {
    struct Stop: Error {}
    try await withDatabase { database in
      let group = GroupCommit(database)
      await #expect(throws: Stop.self) {
        try await group.submit(as: .bureau(Ledger.one)) { tx in
          try insert(Ledger.one, 1, in: tx)
          try tx.within(company: Ledger.alpha) {
            try insert(Ledger.alpha, 2, in: tx)
            throw Stop()
          }
        }
      }
      // Refused by the database itself.
      await #expect(throws: (any Error).self) {
        try await group.submit(as: .bureau(Ledger.one)) { tx in
          try tx.within(company: Ledger.alpha) { try insert(Ledger.beta, 2, in: tx) }
        }
      }
      try await group.submit(as: .bureau(Ledger.one)) { tx in try insert(Ledger.one, 3, in: tx) }
      let left = try await count(database)
      #expect(left == 1)
    }
  }
}
