import Domain
import Engine
import EngineKit
import EngineSQLite
import Primitives
import Testing

@testable import Storage

/// Rebuilding on whatever engine holds the journals; the scratch database is SQLite's on all.
@Suite(.everyEngine) struct RebuildEngineTests {
  private let history = History()
  private let stranger = History(bureau: key(4), company: key(5), mark: 3)

  private func example() async throws -> any Database {
    let database = try await TestEngine.current.database(Schema.migrations)
    for history in [history, stranger] {
      for step in history.steps {
        try await database.write(as: step.place.scope) { tx in
          let head = try Journal.lock(step.place, in: tx)
          try Journal.append(
            step.facts, after: head,
            by: .example(
              step.place, request: step.request, digest: hash(history.mark), at: step.time), in: tx)
        }
      }
    }
    return database
  }

  private func verify(_ database: any Database) async throws -> RebuildReport {
    let scratch = try await SQLiteDatabase.scratch()
    let report = try await Rebuild.verify(database, scratch: scratch, limit: 1_000)
    await scratch.close()
    return report
  }

  /// Every journal's head, and how many facts stand in all.
  private func journals(_ database: any Database) async throws -> [String] {
    try await database.withSnapshot { snapshot in
      try await snapshot.read { tx in
        try tx.rows(
          "SELECT bureau, company, seq, hash FROM stream ORDER BY bureau, company",
          as: (ID<Bureau>, ID<Company>, Int64, [UInt8]).self
        ).map { "\($0)" }
          + ["\(try tx.first("SELECT CAST(count(*) AS BIGINT) FROM fact", as: Int.self) ?? -1)"]
      }
    }
  }

  @Test func `J all projections are given back by the journals, which stay as they are`()
    async throws
  {
    let database = try await example()
    let whole = try await verify(database), before = try await journals(database)
    #expect(whole.isClean && whole.journals == 4, "\(whole.differences) \(whole.faults)")
    try await database.alone { connection in
      for (name, kind) in Schema.classes where kind == .projection && name != "payment" {
        try connection.execute("DELETE FROM main.\(verbatim: name)")
      }
      try connection.execute(
        "UPDATE main.payment SET held = \(true), warnings = \("X") WHERE id = \(History.first)")
    }
    let damaged = try await verify(database)
    #expect(damaged.faultCount == 0)
    let changed = damaged.differences.filter { $0.table == "payment" }
    #expect(changed.map(\.place) == [history.place, stranger.place])
    #expect(changed.allSatisfy { $0.kind == .changed(["held", "warnings"]) }, "\(changed)")
    #expect(damaged.differences.allSatisfy { $0.table == "payment" || $0.kind == .missing })
    let report = try await Rebuild.run(database)
    #expect(report.facts == whole.facts && report.journals == 4)
    #expect(try await verify(database) == whole)
    #expect(try await journals(database) == before)
  }

  @Test func `J commands may come while all is rebuilt, and none is lost`() async throws {
    let database = try await example(), history = history
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          let id: ID<Payment> = TenantKey(high: 0xC0, low: UInt64(number)).id()
          let proposed = PaymentProposed(
            payment: id, state: .proposalComplete, invoiceNumber: "n\(number)",
            supplierKey: "org:1", terms: history.terms, asWritten: AsWritten(), warnings: [])
          // Every fourth begins a journal of its own.
          let company: ID<Company> =
            number % 4 == 0 ? TenantKey(high: 0xD0, low: UInt64(number)).id() : history.company
          let place = Place(bureau: history.bureau, company: company)
          try await database.write(as: place.scope) { tx in
            let head = try Journal.lock(place, in: tx)
            try Journal.append(
              [.paymentProposed(proposed)], after: head,
              by: .example(place, request: "late-\(number)"), in: tx)
          }
        }
        if number % 10 == 5 { group.addTask { _ = try await Rebuild.run(database) } }
      }
      try await group.waitForAll()
    }
    let report = try await verify(database)
    #expect(report.isClean && report.journals == 14, "\(report.differences) \(report.faults)")
    #expect(report.faults.isEmpty)
  }
}
