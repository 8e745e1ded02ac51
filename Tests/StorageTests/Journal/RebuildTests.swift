import Domain
import Engine
import EngineKit
import EngineSQLite
import Facts
import Foundation
import Primitives
import SwiftProtobuf
import Testing

@testable import Storage

/// Invariant J: the projections are what the journals say, and nothing else.
@Suite struct RebuildTests {
  private let history = History()
  private let other = History(company: key(3), mark: 2, organisationNumber: "974760673")
  private let stranger = History(bureau: key(4), company: key(5), mark: 3)

  /// Two bureaus, three companies, every kind of fact.
  private func example() async throws -> any Database {
    let database = try await exampleDatabase()
    try await history.append(to: database)
    try await database.append(
      [.companyCreated(CompanyCreated(company: other.theCompany))],
      by: .example(other.bureauPlace, request: "second"))
    try await other.append(to: database, withBureau: false)
    try await stranger.append(to: database)
    return database
  }

  private func verify(_ database: any Database, limit: Int = 100) async throws -> RebuildReport {
    let scratch = try await SQLiteDatabase.scratch()
    let report = try await Rebuild.verify(database, scratch: scratch, limit: limit)
    let left = try await scratch.dump(of: history.bureau, [.projection])
    #expect(left.filter { !$0.value.isEmpty }.keys.sorted() == [], "one company at a time")
    await scratch.close()
    return report
  }

  private func dumps(_ database: any Database, _ classes: Set<TableClass>) async throws
    -> [[String: [String]]]
  {
    [
      try await database.dump(of: history.bureau, classes),
      try await database.dump(of: stranger.bureau, classes),
    ]
  }

  @Test(.everyEngine)
  func `J replaying each journal by itself gives the same rows in every projection`() async throws {
    let database = try await example()
    let dump = try await database.dump(of: history.bureau, [.projection])
    // Each table has rows, so that each is compared.
    #expect(dump.filter { $0.value.isEmpty }.keys.sorted() == [])
    let report = try await verify(database)
    #expect(report.isClean, "\(report.differences) \(report.faults)")
    let rows = try await dumps(database, [.projection]).flatMap(\.values).map(\.count)
    #expect(report.rows == rows.reduce(0, +))
    #expect(report.journals == 5)
    let steps = history.steps + other.companySteps + stranger.steps
    #expect(report.facts == Int64(steps.flatMap(\.facts).count + 1))
  }

  @Test(.everyEngine) func `J a rebuild gives every projection back and touches nothing else`()
    async throws
  {
    let database = try await example()
    let projections = try await dumps(database, [.projection])
    let rest = try await dumps(database, [.journal, .working])
    try await database.alone { connection in
      for (name, kind) in Schema.classes where kind == .projection {
        try connection.execute("DELETE FROM main.\(verbatim: name)")
      }
    }
    #expect(try await verify(database).isClean == false)
    let report = try await Rebuild.run(database)
    #expect(report.journals == 5)
    #expect(try await dumps(database, [.projection]) == projections)
    #expect(try await dumps(database, [.journal, .working]) == rest)
    #expect(try await verify(database).isClean)
    // A second one changes nothing either.
    #expect(try await Rebuild.run(database) == report)
    #expect(try await dumps(database, [.projection]) == projections)
  }

  @Test func `J each row that is not what the journals say is named, without what it holds`()
    async throws
  {
    let database = try await example()
    let ghost: ID<Company> = key(99)
    let payment = History.first, place = history.place
    try await database.alone { connection in
      try connection.execute(
        """
        UPDATE main.payment SET creditor_name = \("Somebody Else"), state = \("paid")
        WHERE bureau = \(place.bureau) AND company = \(place.company) AND id = \(payment)
        """)
      try connection.execute(
        """
        DELETE FROM main.voucher_line
        WHERE bureau = \(place.bureau) AND company = \(place.company)
          AND voucher = \(history.voucher.id) AND line = \(2)
        """)
      try connection.execute(
        """
        INSERT INTO main.role (bureau, company, id, app_user, role)
        VALUES (\(place.bureau), \(place.company), \(key(77) as ID<RoleAssignment>),
          \(key(10) as ID<User>), \("accountant"))
        """)
      // A company that no journal knows.
      try connection.execute(
        """
        INSERT INTO main.invoice (bureau, company, supplier_key, number, id, payment,
          source_digest)
        VALUES (\(place.bureau), \(ghost), \("org:19"), \("7"), \(key(78) as ID<Invoice>),
          \(payment), \(hash(1)))
        """)
    }
    let report = try await verify(database)
    let found = Set(report.differences.map(\.description))
    let bureau = place.bureau.hex, company = place.company.hex
    #expect(
      found.contains(
        "bureau \(bureau) company \(company) payment id=\(payment.hex): "
          + "differs in creditor_name, state"))
    #expect(
      found.contains(
        "bureau \(bureau) company \(company) voucher_line "
          + "voucher=\(history.voucher.id.hex) line=2: is missing"))
    #expect(
      found.contains(
        "bureau \(bureau) company \(bureau) role id=\((key(77) as ID<RoleAssignment>).hex): "
          + "follows from no fact"))
    #expect(found.count == 4 && report.differenceCount == 4)
    #expect(found.filter { $0.contains("company \(ghost.hex) invoice") }.count == 1)
    for text in found {
      #expect(!text.contains("Somebody") && !text.contains("org:19") && !text.contains("Elbolaget"))
    }
    #expect(try await verify(database, limit: 1).differences.count == 1)
    #expect(try await verify(database, limit: 1).differenceCount == 4)
    _ = try await Rebuild.run(database)
    #expect(try await verify(database).isClean)
  }

  /// How a journal can be damaged, and what is said of it. Of the company's fifth fact.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sql: String
    let sequence: Int64

    init(_ what: String, _ sql: String, at sequence: Int64 = 5) {
      testDescription = what
      self.sql = sql
      self.sequence = sequence
    }
  }

  static let damages = [
    Damage("the body was changed", "UPDATE main.fact SET body = x'00'"),
    Damage("the envelope was changed", "UPDATE main.fact SET envelope = x'00'"),
    Damage("the envelope was changed", "UPDATE main.fact SET hash = x'00'"),
    Damage("is missing", "DELETE FROM main.fact"),
  ]

  @Test(arguments: damages)
  func `J a damaged journal is named and nothing is rebuilt from it`(damage: Damage) async throws {
    let database = try await example()
    let place = history.place
    try await database.alone { connection in
      try connection.execute(
        """
        \(verbatim: damage.sql)
        WHERE bureau = \(place.bureau) AND company = \(place.company) AND seq = \(5)
        """)
    }
    let fault = ReplayFault(place: place, sequence: 5, what: damage.testDescription)
    let report = try await verify(database)
    #expect(report.faults == [fault])
    #expect(report.faultCount == 1 && report.differenceCount == 0 && report.journals == 5)
    let before = try await dumps(database, Set(TableClass.allCases))
    await #expect(throws: fault) { try await Rebuild.run(database) }
    #expect(try await dumps(database, Set(TableClass.allCases)) == before)
  }

  @Test func `J a journal that ends before or beyond its head is named`() async throws {
    for (change, what) in [
      ("seq = seq + 1", "is missing"), ("hash = x'00'", "is not the one that the journal's head"),
      (
        """
        seq = seq - 1, hash = (SELECT hash FROM fact WHERE fact.bureau = stream.bureau
          AND fact.company = stream.company AND fact.seq = stream.seq - 1)
        """, "stands beyond the journal's head"
      ),
    ] {
      let database = try await example()
      let place = history.place
      try await database.alone { connection in
        try connection.execute(
          """
          UPDATE main.stream SET \(verbatim: change)
          WHERE bureau = \(place.bureau) AND company = \(place.company)
          """)
      }
      let report = try await verify(database)
      #expect(report.faults.map(\.place) == [place])
      #expect(report.faults.first?.what.contains(what) == true, "\(report.faults)")
      await #expect(throws: ReplayFault.self) { try await Rebuild.run(database) }
    }
  }

  @Test(.everyEngine) func `J a fact of a newer program is refused by name`() async throws {
    let database = try await example()
    let place = history.place
    try await database.write(as: place.scope) { tx in
      let head = try Journal.lock(place, in: tx)
      let body: [UInt8] = try Bureau_Facts_V1_Body.with {
        $0.salt = Data(repeating: 1, count: 16)
      }.serializedBytes()
      let envelope: [UInt8] = try Bureau_Facts_V1_Envelope.with {
        $0.bureau = place.bureau.data
        $0.company = place.company.data
        $0.sequence = head.sequence + 1
        $0.timeUs = monday.microseconds
        $0.bureauSequence = 100
        $0.previousHash = Data(head.hash)
        $0.bodyHash = Data(sha256(body))
      }.serializedBytes()
      let hash = sha256(envelope)
      try tx.execute(
        """
        INSERT INTO main.fact (bureau, company, seq, envelope, body, hash)
        VALUES (\(place.bureau), \(place.company), \(head.sequence + 1), \(envelope), \(body),
          \(hash))
        """)
      try tx.execute(
        """
        UPDATE main.stream SET seq = \(head.sequence + 1), hash = \(hash)
        WHERE bureau = \(place.bureau) AND company = \(place.company)
        """)
    }
    let report = try await verify(database)
    #expect(report.faults.map(\.what) == ["is of a kind that a newer program has written"])
  }

  @Test func `J long journals are replayed and compared page by page`() async throws {
    let database = try await SQLiteDatabase.example()
    try await history.append(to: database)
    // One fact first, so that a page ends between the two facts of one command.
    for number in 0..<1_100 {
      let payment: ID<Payment> = wide(2 * number), invoice: ID<Invoice> = wide(2 * number + 1)
      let facts: [Fact] = [
        .invoiceImported(
          InvoiceImported(
            invoice: invoice, payment: payment, supplierKey: "org:1", number: "n\(number)",
            sourceDigest: hash(5))),
        .paymentProposed(
          PaymentProposed(
            payment: payment, state: .proposalComplete, invoiceNumber: "n\(number)",
            supplierKey: "org:1", terms: history.terms, asWritten: AsWritten(), warnings: [])),
      ]
      try await database.append(
        facts, by: .example(history.place, request: "long-\(number)", digest: hash(9)))
    }
    let sequence = try await database.read(as: history.place.scope) { [history] tx in
      try AsOf.heads(of: history.place, in: tx).company
    }
    #expect(sequence > 2 * Int64(Replay.pageLimit))
    let report = try await verify(database)
    #expect(report.isClean, "\(report.differences) \(report.faults)")
    let place = history.place, missing: ID<Payment> = wide(2 * 1_050)
    try await database.alone { connection in
      try connection.execute(
        """
        DELETE FROM main.payment
        WHERE bureau = \(place.bureau) AND company = \(place.company) AND id = \(missing)
        """)
    }
    let found = try await verify(database)
    #expect(found.differences.map(\.kind) == [.missing])
    #expect(found.differences.map(\.key) == ["id=\(missing.hex)"])
    _ = try await Rebuild.run(database)
    #expect(try await verify(database).isClean)
  }

  private func wide<Of>(_ number: Int) -> ID<Of> {
    TenantKey(high: 0xC0, low: UInt64(number)).id()
  }
}
