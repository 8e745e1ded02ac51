import Domain
import Engine
import EngineSQLite
import Primitives
import Testing

@testable import Storage

@Suite struct AuditTests {
  private let history = History()

  /// What the walk finds after `change`, made past every guard.
  private func findings(_ change: String) async throws -> [String] {
    let database = try await SQLiteDatabase.example()
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
      try AuditTables.walk(history.place, in: tx, visit: { _, _ in }).findings.map(\.text)
    }
  }

  @Test func `J an untouched journal has no finding, and every fact is visited`() async throws {
    let database = try await SQLiteDatabase.example()
    try await history.append(to: database)
    let (sequences, found) = try await database.read(as: history.bureauPlace.scope) {
      [history] tx in
      var visited: [Int64] = []
      let found = try AuditTables.walk(history.place, in: tx) { sequence, _ in
        visited.append(sequence)
      }
      return (visited, found)
    }
    let count = Int64(history.companySteps.flatMap(\.facts).count)
    #expect(found.findings == [])
    #expect(found.count == count)
    #expect(sequences == (1...count).map(\.self))
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

  @Test func `the root over the heads changes with each of them`() async throws {
    let heads = (1...7).map {
      JournalHead(company: key(UInt8($0)), sequence: Int64($0), hash: hash(UInt8($0)))
    }
    var roots: Set<[UInt8]> = []
    for count in 0...7 { roots.insert(AuditTables.merkleRoot(Array(heads.prefix(count)))) }
    #expect(roots.count == 8)
    for index in heads.indices {
      var changed = heads
      changed[index].sequence += 1
      roots.insert(AuditTables.merkleRoot(changed))
    }
    #expect(roots.count == 15)
    // RFC 6962: two leaves, each hashed after 0, together after 1.
    func leaf(_ head: JournalHead) -> [UInt8] {
      let number = (0..<8).map { UInt8(truncatingIfNeeded: head.sequence >> (56 - 8 * $0)) }
      return sha256([0] + head.company.bytes + number + head.hash)
    }
    #expect(
      AuditTables.merkleRoot(Array(heads.prefix(2)))
        == sha256([1] + leaf(heads[0]) + leaf(heads[1])))
    #expect(AuditTables.merkleRoot([]) == sha256([]))
  }
}
