import Domain
import Engine
import EngineSQLite
import Facts
import Foundation
import Primitives

@testable import Storage

/// The journals once more, into empty tables: what comes out must be what is stored.
enum Replay {
  /// Where a projection differs from what the journals give, the first few rows of each table.
  static func differences(
    of journals: [Checker.Stream: [Checker.StoredFact]], from tables: any StoredTables
  ) async throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "replayed.db").path
    let fresh = try await SQLiteDatabase.open(path: path)
    do {
      try await fresh.migrate(Schema.migrations)
      for (stream, facts) in journals { try await replay(facts, of: stream, into: fresh) }
      await fresh.close()
    } catch {
      await fresh.close()
      throw error
    }
    return try compare(tables, with: SQLiteTables(path))
  }

  private static func replay(
    _ facts: [Checker.StoredFact], of stream: Checker.Stream, into database: SQLiteDatabase
  ) async throws {
    guard let bureau = ID<Bureau>(bytes: stream.bureau),
      let company = ID<Company>(bytes: stream.company)
    else { throw Unreadable("\(stream.text) is no journal's key") }
    let place = Place(bureau: bureau, company: company)
    try await database.write(as: place.scope) { tx in
      var seen: Set<String> = []
      for stored in facts {
        guard let message = stored.body.fact else { throw Unreadable("a body without a fact") }
        let fact = try Fact(message), id = stored.envelope.requestID
        let time = Instant(microseconds: stored.envelope.timeUs)
        try Projection(place: place, sequence: stored.sequence, time: time, transaction: tx)
          .apply(fact)
        guard !id.isEmpty, seen.insert(id).inserted else { continue }
        let origin = Origin(
          place: place, actor: nil, session: nil, requestID: id,
          requestDigest: Array(stored.envelope.requestDigest), time: time, salt: { [] })
        try Requests.record(
          origin, sequence: stored.sequence, subject: fact.subject, in: tx)
      }
    }
  }

  private static func compare(
    _ live: any StoredTables, with replayed: SQLiteTables
  ) throws -> [String] {
    var differences: [String] = []
    for (table, kind) in Schema.classes.sorted(by: { $0.key < $1.key }) where kind == .projection {
      let columns = try replayed.rows("SELECT name FROM pragma_table_info('\(table)') ORDER BY cid")
        .map { try $0[0].text }
      let query = "SELECT \(columns.joined(separator: ", ")) FROM \(table)"
      let due = try Set(replayed.rows(query)), found = try Set(live.rows(query))
      for row in due.subtracting(found).prefix(3) {
        differences.append("\(table) lacks a row that the journal gives: \(row)")
      }
      for row in found.subtracting(due).prefix(3) {
        differences.append("\(table) has a row that the journal does not give: \(row)")
      }
    }
    return differences
  }
}
