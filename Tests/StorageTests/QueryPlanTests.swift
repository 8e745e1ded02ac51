import Domain
import Engine
import EngineSQLite
import Primitives
import Storage
import Testing

/// Asks the engine how it would run each statement, as it is written, before it runs it.
private final class ExplainingTransaction: Transaction {
  private let base: any Transaction
  /// A statement's plan, a line for each step.
  private(set) var plans: [String] = []

  init(_ base: any Transaction) { self.base = base }

  var dialect: Dialect { base.dialect }
  var scope: Scope { base.scope }

  func execute(_ sql: SQL) throws { try base.execute(sql) }

  func query(_ sql: SQL, _ body: (borrowing Row) throws -> Void) throws -> Int {
    var steps: [String] = []
    try base.query("EXPLAIN QUERY PLAN \(sql)") { steps.append(try $0.text(3)) }
    plans.append(steps.joined(separator: "\n"))
    return try base.query(sql, body)
  }

  func savepoint<T>(_ body: () throws -> T) throws -> T { try base.savepoint(body) }
  func within<T>(company: TenantKey, _ body: () throws -> T) throws -> T {
    try base.within(company: company, body)
  }
}

@Suite struct QueryPlanTests {
  private let place = History().place

  private func plans(_ body: @escaping @Sendable (any Transaction) throws -> Void) async throws
    -> [String]
  {
    let database = try await SQLiteDatabase.example()
    try await History().append(to: database)
    return try await database.read(as: place.scope) { tx in
      let explaining = ExplainingTransaction(tx)
      try body(explaining)
      return explaining.plans
    }
  }

  @Test func `a page of the payments in a state is read from the index, in its order`() async throws
  {
    let plan = try await plans { [place] tx in
      _ = try PaymentTables.list(
        of: place, state: .proposalComplete, after: key(1), limit: 50, in: tx)
    }[0]
    #expect(
      plan.contains("USING INDEX payment_state (bureau=? AND company=? AND state=? AND id>?)"))
    #expect(!plan.contains("TEMP B-TREE"))
  }

  @Test func `no query of a company reads a whole table`() async throws {
    let plans = try await plans { [place] tx in _ = try EverythingQueried.byCompany(place, tx) }
    #expect(plans.count > 20)
    for plan in plans { #expect(!plan.contains("SCAN"), "\(plan)") }
  }

  @Test func `the due work of all tenants is read from the index`() async throws {
    let database = try await SQLiteDatabase.example()
    let plans = try await database.read(as: .platform) { tx in
      let explaining = ExplainingTransaction(tx)
      _ = try Work.due(at: monday, limit: 10, in: explaining)
      _ = try Work.nextDue(in: explaining)
      return explaining.plans
    }
    for plan in plans { #expect(plan.contains("work_due"), "\(plan)") }
  }

  @Test func `a claim steps from bureau to bureau in the index, and reads no table`() async throws {
    let database = try await SQLiteDatabase.example()
    try await database.write(as: place.scope) { [place] tx in
      try Work.schedule(.message, place.company.bytes, at: monday, of: place, in: tx)
    }
    let plans = try await database.write(as: .platform) { tx in
      let explaining = ExplainingTransaction(tx)
      let claim = Claim(owner: place.company.bytes, end: monday.adding(minutes: 2))
      _ = try Work.claim(claim, at: monday, limit: 10, in: explaining)
      return explaining.plans
    }
    #expect(plans.count == 2)
    for plan in plans {
      #expect(plan.contains("work_bureau (bureau=? AND due<?)"), "\(plan)")
      let scans = plan.split(separator: "\n").filter { $0.contains("SCAN work") }
      // Whose first it is: one row of the index.
      #expect(scans.allSatisfy { $0.contains("COVERING INDEX") }, "\(plan)")
    }
  }
}
