import AuditTrail
import Domain
import Engine
import EngineKit
import Foundation
import Primitives
import Testing

@testable import Storage

@Suite(.everyEngine) struct AuditTests {
  private let history = History()

  /// What the walk finds after `change`, made past every guard.
  private func findings(_ text: String) async throws -> [String] {
    let change = TestEngine.current.kind == .sqlite ? text : Self.postgres(text)
    let database = try await exampleDatabase()
    try await history.append(to: database)
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      do throws(EngineError) {
        try database.schedule { lane in
          done.resume(
            with: Result {
              try lane.get().changeSchema { try $0.script(change) }
            })
        }
      } catch { done.resume(throwing: error) }
    }
    return try await database.read(as: history.bureauPlace.scope) { [history] tx in
      try AuditTables.check(history.place, in: tx).findings
    }
  }

  /// The same change by one who has first taken the right to it.
  private static func postgres(_ text: String) -> String {
    "GRANT UPDATE, DELETE ON fact TO CURRENT_USER;"
      + text.replacing(/x'([0-9a-f]*)'/) { "'\\x\($0.output.1)'::bytea" }
      .replacingOccurrences(of: "zeroblob(32)", with: "decode(repeat('00', 32), 'hex')")
      .replacingOccurrences(of: "AS BLOB", with: "AS bytea")
  }

  @Test func `J an untouched journal has no finding, and every fact is counted`() async throws {
    let database = try await exampleDatabase()
    try await history.append(to: database)
    let count = Int64(history.companySteps.flatMap(\.facts).count)
    let (checker, extents, last) = try await database.read(as: history.bureauPlace.scope) {
      [history] tx in
      (
        try AuditTables.check(history.place, watching: [1, count, count + 1], in: tx),
        try AuditTables.extents(of: history.place.bureau, in: tx),
        try AuditTables.hash(of: count, at: history.place, in: tx)
      )
    }
    #expect(checker.findings == [])
    #expect(checker.count == count)
    #expect(checker.erased == 0)
    #expect(checker.hashes[count] == last)
    #expect(checker.hashes.keys.sorted() == [1, count])
    #expect(extents.allSatisfy { $0.sequence == $0.newestFact })
    #expect(extents.count == 2)
  }

  @Test func `J a head that was taken away hides no facts`() async throws {
    #expect(
      try await findings("DELETE FROM stream") == [
        "Company \(history.place.company.hex): the head does not fit the newest fact"
      ])
  }

  @Test func `J an erased body is counted and breaks nothing`() async throws {
    #expect(try await findings("UPDATE fact SET body = x'' WHERE seq = 3") == [])
  }

  @Test(arguments: [
    (
      "UPDATE fact SET body = CAST(body || x'00' AS BLOB) WHERE seq = 3",
      "body of fact 3 was changed"
    ),
    (
      "UPDATE fact SET envelope = CAST(envelope || x'6a00' AS BLOB) WHERE seq = 3",
      "envelope of fact 3"
    ),
    ("UPDATE fact SET hash = zeroblob(32) WHERE seq = 3", "envelope of fact 3"),
    ("DELETE FROM fact WHERE seq = 3", "fact 3 is missing"),
    ("DELETE FROM fact WHERE seq > 20", "head does not fit"),
    ("UPDATE stream SET seq = seq + 1", "head does not fit"),
    ("UPDATE stream SET hash = zeroblob(32)", "head does not fit"),
    (
      """
      UPDATE fact SET (envelope, body, hash) =
        (SELECT envelope, body, hash FROM fact AS other
         WHERE other.company = fact.company AND other.seq = 4)
      WHERE seq = 3 AND company <> bureau
      """, "fact 3 stands in another place"
    ),
  ])
  func `J whatever is altered, moved, removed or cut off is found`(change: String, finding: String)
    async throws
  {
    let found = try await findings(change)
    #expect(found.contains { $0.contains(finding) }, "\(found)")
  }
}
