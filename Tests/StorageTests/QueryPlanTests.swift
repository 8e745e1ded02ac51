import Domain
import Engine
import EngineSQLite
import Primitives
import Storage
import Testing

/// Asks the engine how it would run each statement, as it is written, before it runs it.
final class ExplainingTransaction: Transaction {
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

  private func planOfFinding(_ change: @Sendable @escaping (inout PaymentFilter) -> Void)
    async throws -> [String]
  {
    try await plans { [place] tx in
      var filter = PaymentFilter()
      change(&filter)
      _ = try PaymentTables.find(filter, of: place, after: key(1), limit: 50, in: tx)
    }.filter { $0.contains("payment") && !$0.contains("instruction (") }
  }

  @Test(arguments: [1, 3])
  func `a page of the payments in some states is read from the index, in its order`(count: Int)
    async throws
  {
    let states = [PaymentState.proposalComplete, .acknowledged, .paid].prefix(count)
    let found = try await planOfFinding { $0.states = Set(states) }
    #expect(found.count { $0.contains("payment_state") } == count)
    for plan in found where plan.contains("payment_state") {
      #expect(
        plan.contains("USING INDEX payment_state (bureau=? AND company=? AND state=? AND id>?)"))
      #expect(!plan.contains("TEMP B-TREE"))
    }
  }

  @Test func `payments to one account are read from the index, in its order`() async throws {
    let found = try await planOfFinding { $0.creditorAccount = "12345678903" }
    let plan = try #require(found.first)
    #expect(
      plan.contains(
        "USING INDEX payment_account (bureau=? AND company=? AND account_text=? AND id>?)"))
    #expect(!plan.contains("TEMP B-TREE"))
  }

  @Test func `a page of a search by text, amount or date is read in order, and no further`()
    async throws
  {
    let changes: [@Sendable (inout PaymentFilter) -> Void] = [
      { _ in }, { $0.pattern = "%elbo%" }, { $0.minimum = 100 },
      { $0.earliestDueDate = day("2026-03-01") }, { $0.currency = .nok },
    ]
    for change in changes {
      let found = try await planOfFinding(change)
      let plan = try #require(found.first)
      #expect(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "\(plan)")
      #expect(plan.contains("(bureau=? AND company=? AND id>?)"), "\(plan)")
    }
  }

  @Test func `a payment's duplicates are found by two looks into indexes (O)`() async throws {
    let found = try await plans { [place] tx in
      let payment = try #require(try PaymentTables.load(History.second, of: place, in: tx))
      _ = try DuplicateTables.found(for: payment, at: place, in: tx)
    }
    let plan = try #require(found.first { $0.contains("payment_number") })
    for index in ["payment_number", "payment_reference"] {
      let line = try #require(
        plan.split(separator: "\n").first { $0.contains("INDEX \(index) ") }, "\(plan)")
      #expect(line.contains("AND debt_minor=?)"), "\(plan)")
    }
    #expect(!plan.contains("SCAN payment"), "\(plan)")
    let open = try await plans { [place] tx in
      _ = try PaymentTables.hasOpenItems(
        of: History.supplierKey, besides: key(1), of: place, in: tx)
    }
    #expect(open.allSatisfy { !$0.contains("SCAN payment") && !$0.contains("SCAN open_item") })
  }

  @Test func `a payment's history is read by the keys of its facts`() async throws {
    let found = try await plans { [place] tx in
      _ = try PaymentHistoryTables.entries(
        about: History.first, of: place, after: 0, limit: 10, in: tx)
    }
    let plan = try #require(found.first)
    #expect(plan.contains("(bureau=? AND company=? AND payment=? AND seq>?)"), "\(plan)")
    #expect(plan.contains("(bureau=? AND company=? AND seq=?)"), "\(plan)")
    #expect(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "\(plan)")
  }

  @Test func `the board finds the approvers of its page in order, from an index`() async throws {
    let bureau = place.bureau
    let database = try await SQLiteDatabase.example()
    try await History().append(to: database)
    let found = try await database.read(as: Place(bureau: bureau).scope) { tx in
      let explaining = ExplainingTransaction(tx)
      _ = try BoardTables.page(
        of: bureau, visibleTo: History().person.id, after: nil, limit: 10, at: monday,
        memory: BoardMemory(), in: explaining)
      return explaining.plans.filter { $0.contains("role_company") }
    }
    #expect(found.count == 2)
    for plan in found {
      #expect(plan.contains("INDEX role_company (bureau=? AND company"), "\(plan)")
      #expect(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "\(plan)")
    }
  }

  @Test func `no query of a company reads a whole table`() async throws {
    let plans = try await plans { [place] tx in _ = try EverythingQueried.byCompany(place, tx) }
    #expect(plans.count > 20)
    for plan in plans {
      // A constant row is what asks questions of tables, not one of them.
      #expect(!plan.replacing("SCAN CONSTANT ROW", with: "").contains("SCAN"), "\(plan)")
    }
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
