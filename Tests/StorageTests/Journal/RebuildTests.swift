import Domain
import Engine
import EngineSQLite
import Facts
import Primitives
import SwiftProtobuf
import Testing

@testable import Storage

/// Invariant J: the projections are what the journals say, and nothing else.
@Suite struct RebuildTests {
  private let history = History()
  private let other = History(company: key(3), mark: 2, organisationNumber: "974760673")

  private func replay(_ place: Place, from source: SQLiteDatabase, into target: SQLiteDatabase)
    async throws
  {
    let rows = try await source.read(as: place.scope) { tx in
      try Journal.rows(of: place, after: 0, limit: 1_000, in: tx)
    }
    try await target.write(as: place.scope) { tx in
      var seen: Set<String> = []
      for row in rows {
        let entry = try Journal.decode(row)
        try Projection(place: place, sequence: entry.sequence, time: entry.time, transaction: tx)
          .apply(entry.fact)
        if seen.insert(entry.requestID).inserted {
          let envelope = try Bureau_Facts_V1_Envelope(serializedBytes: row.envelope)
          let origin = Origin(
            place: place, actor: nil, session: nil, requestID: entry.requestID,
            requestDigest: Array(envelope.requestDigest), time: entry.time, salt: { [] })
          try Requests.record(
            origin, sequence: entry.sequence, subject: entry.fact.subject, in: tx)
        }
      }
    }
  }

  @Test func `J replaying the journals, in any order, gives the same rows in every projection`()
    async throws
  {
    let database = try await SQLiteDatabase.example()
    try await history.append(to: database)
    try await database.append(
      [.companyCreated(CompanyCreated(company: other.theCompany))],
      by: .example(other.bureauPlace, request: "second"))
    try await other.append(to: database, withBureau: false)
    let dump = try await database.dump(of: history.bureau, [.projection])
    // Each table has rows, so that each is compared.
    #expect(dump.filter { $0.value.isEmpty }.keys.sorted() == [])
    let places = [history.bureauPlace, history.place, other.place]
    for order in [places, places.reversed()] {
      let rebuilt = try await SQLiteDatabase.example()
      for place in order { try await replay(place, from: database, into: rebuilt) }
      let again = try await rebuilt.dump(of: history.bureau, [.projection])
      for (table, rows) in dump { #expect(again[table] == rows, "\(table)") }
    }
  }
}
