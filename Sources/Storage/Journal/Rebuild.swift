// Invariant J as commands: `rebuild` drops the projections and replays all journals, `verify` does
// so beside the live database and says what differs.

import Domain
package import Engine
import Primitives

/// What a rebuild did, or would change.
package struct RebuildReport: Sendable, Equatable {
  /// One row that is not what the journal says. Names keys and columns, never what they hold.
  package struct Difference: Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
      /// The journal says that there is such a row.
      case missing
      /// No fact has made it.
      case surplus
      /// In these columns.
      case changed([String])
    }

    package let place: Place
    package let table: String
    package let key: String
    package let kind: Kind

    package var description: String {
      let what =
        switch kind {
        case .missing: "is missing"
        case .surplus: "follows from no fact"
        case .changed(let columns): "differs in \(columns.joined(separator: ", "))"
        }
      let row = key.isEmpty ? "" : " \(key)"
      return "bureau \(place.bureau.hex) company \(place.company.hex) \(table)\(row): \(what)"
    }
  }

  package var journals = 0
  package var facts: Int64 = 0
  /// Rows that were compared.
  package var rows = 0
  /// The first of them, `limit` at most; `differenceCount` counts all.
  package var differences: [Difference] = []
  package var differenceCount = 0
  /// Journals that cannot be replayed; their rows were not compared.
  package var faults: [ReplayFault] = []
  package var faultCount = 0
  /// Journals with a body that was lawfully erased: no fault, but their rows were not compared.
  package var erasures: [ReplayFault] = []
  package var erasureCount = 0

  package var isClean: Bool { differenceCount == 0 && faultCount == 0 }

  fileprivate var limit = 100

  fileprivate mutating func note(_ difference: Difference) {
    differenceCount += 1
    if differences.count < limit { differences.append(difference) }
  }

  fileprivate mutating func note(_ fault: ReplayFault) {
    if fault.isErasure {
      erasureCount += 1
      if erasures.count < limit { erasures.append(fault) }
      return
    }
    faultCount += 1
    if faults.count < limit { faults.append(fault) }
  }
}

package enum Rebuild {
  /// A journal with its head; one without facts has rows, but no reason for them.
  private struct Journaled: Sendable {
    let place: Place
    let head: Journal.Head
  }

  // MARK: Rebuilding

  /// Drops all projections and replays all journals, in one transaction: journals and working state
  /// stay as they are. A journal that cannot be replayed is refused with `ReplayFault`, and nothing
  /// is changed.
  ///
  /// The file of SQLite has one owner, so no server runs meanwhile. On PostgreSQL servers may: each
  /// journal's head is locked before its rows go, commands wait for it as for one another, and
  /// readers see the old rows until all is done.
  package static func run(_ database: any Database) async throws -> RebuildReport {
    try await database.requireSchema(Schema.migrations)
    return try await database.alone { connection in
      try connection.enter(.platform)
      let tables = try ProjectionRows.all(in: connection)
      var report = RebuildReport()
      for listed in try journals(tables, in: connection) {
        try connection.enter(listed.place.scope)
        let journal = try locked(listed, in: connection)
        for table in tables { try table.drop(of: journal.place, in: connection) }
        report.facts += try replay(journal, in: connection)
        report.journals += 1
      }
      try connection.enter(.platform)
      return report
    }
  }

  /// The journal with the head it has once nobody appends to it. What has rows but no journal is
  /// looked for again: a server may have begun it meanwhile.
  private static func locked(_ journal: Journaled, in tx: any Transaction) throws -> Journaled {
    let place = journal.place
    let stored = try tx.first(
      "SELECT seq FROM stream WHERE bureau = \(place.bureau) AND company = \(place.company)",
      as: Int64.self)
    guard stored != nil else { return journal }
    return Journaled(place: place, head: try Journal.lock(place, in: tx))
  }

  private static func replay(_ journal: Journaled, in connection: any Connection) throws -> Int64 {
    var replay = Replay(journal.place)
    // Also what stands beyond the head: it must not be overlooked.
    while true {
      let rows = try Journal.rows(
        of: journal.place, after: replay.sequence, limit: Replay.pageLimit, in: connection)
      if rows.isEmpty { break }
      try replay.apply(rows, in: connection)
    }
    try replay.finish(at: journal.head)
    return replay.sequence
  }

  /// Every journal, a bureau's own before its companies', and every place of which a projection
  /// has rows.
  private static func journals(
    _ tables: [ProjectionRows], in tx: any Transaction
  ) throws -> [Journaled] {
    var heads: [Place: Journal.Head] = [:]
    for (bureau, company, sequence, hash) in try tx.rows(
      "SELECT bureau, company, seq, hash FROM stream",
      as: (ID<Bureau>, ID<Company>, Int64, [UInt8]).self)
    {
      heads[Place(bureau: bureau, company: company)] = Journal.Head(sequence: sequence, hash: hash)
    }
    for table in tables {
      for place in try table.places(in: tx) where heads[place] == nil {
        heads[place] = Journal.Head(sequence: 0, hash: Journal.noHash)
      }
    }
    return heads.map { Journaled(place: $0.key, head: $0.value) }.sorted {
      ($0.place.bureau.hex, $0.place.isBureau ? "" : $0.place.company.hex)
        < ($1.place.bureau.hex, $1.place.isBureau ? "" : $1.place.company.hex)
    }
  }

  // MARK: Verifying

  /// Replays every journal into `scratch`, an empty database, and compares the rows with the live
  /// ones, over one snapshot. Changes nothing. Holds one company at a time.
  package static func verify(
    _ database: any Database, scratch: any Database, limit: Int = 100
  ) async throws -> RebuildReport {
    try await database.requireSchema(Schema.migrations)
    try await scratch.migrate(Schema.migrations)
    return try await database.withSnapshot { live in
      let (tables, journals) = try await live.read { tx in
        let tables = try ProjectionRows.all(in: tx)
        return (tables, try Self.journals(tables, in: tx))
      }
      let fresh = try await scratch.read(as: .platform) { try ProjectionRows.all(in: $0) }
      for (one, other) in zip(tables, fresh)
      where one.layout.columns.map(\.name) != other.layout.columns.map(\.name) {
        throw EngineError.schema("table \(one.layout.name) has other columns than it should")
      }
      var verification = Verification(
        live: live, scratch: scratch, tables: tables, fresh: fresh)
      verification.report.limit = limit
      for journal in journals { try await verification.check(journal) }
      return verification.report
    }
  }

  /// One verification on its way through the journals.
  private struct Verification {
    let live: any Snapshot
    let scratch: any Database
    /// The projections as the live engine knows them, and as the scratch database's does.
    let tables: [ProjectionRows]
    let fresh: [ProjectionRows]
    var report = RebuildReport()
    /// Of the bureau whose journals are being checked: its own comes first.
    private var bureau: (id: ID<Bureau>, head: Int64)?

    init(
      live: any Snapshot, scratch: any Database, tables: [ProjectionRows], fresh: [ProjectionRows]
    ) {
      self.live = live
      self.scratch = scratch
      self.tables = tables
      self.fresh = fresh
    }

    mutating func check(_ journal: Journaled) async throws {
      let place = journal.place
      if place.isBureau { bureau = (place.bureau, journal.head.sequence) }
      report.journals += 1
      do {
        let replay = try await replayed(journal)
        report.facts += replay.sequence
        let head = bureau?.id == place.bureau ? bureau?.head ?? 0 : 0
        guard replay.bureauSequence <= head else {
          throw ReplayFault(
            place: place, sequence: replay.sequence,
            what: "saw fact \(replay.bureauSequence) of the bureau's journal, which has \(head)")
        }
        try await compare(place)
      } catch let fault as ReplayFault {
        report.note(fault)
      }
      let fresh = fresh
      try await scratch.write(as: place.scope) { tx in
        for table in fresh { try table.drop(of: place, in: tx) }
      }
    }

    private func replayed(_ journal: Journaled) async throws -> Replay {
      let place = journal.place
      var replay = Replay(place)
      try await replay.run(to: journal.head.sequence) { after, count in
        try await live.read { tx in
          try Journal.rows(of: place, after: after, limit: count, in: tx)
        }
      } write: { body in
        try await scratch.write(as: place.scope, body)
      }
      try replay.finish(at: journal.head)
      // A fact that stands beyond the head was never acknowledged by it.
      let end = replay.sequence
      let more = try await live.read { tx in
        try Journal.rows(of: place, after: end, limit: 1, in: tx)
      }
      if let row = more.first {
        throw ReplayFault(
          place: place, sequence: row.sequence, what: "stands beyond the journal's head")
      }
      return replay
    }

    private mutating func compare(_ place: Place) async throws {
      let (tables, fresh, live, scratch) = (tables, fresh, live, scratch)
      // The first page of every table at once: most journals have no more.
      let found = try await live.read { tx in try tables.map { try $0.page(of: place, in: tx) } }
      let due = try await scratch.read(as: place.scope) { tx in
        try fresh.map { try $0.page(of: place, in: tx) }
      }
      for index in tables.indices {
        var one = Pages(found[index]) { last in
          try await live.read { try tables[index].page(of: place, after: last, in: $0) }
        }
        var other = Pages(due[index]) { last in
          try await scratch.read(as: place.scope) {
            try fresh[index].page(of: place, after: last, in: $0)
          }
        }
        try await compare(tables[index], place, &one, &other)
      }
    }

    private mutating func compare(
      _ table: ProjectionRows, _ place: Place, _ live: inout Pages, _ due: inout Pages
    ) async throws {
      func difference(
        _ row: ProjectionRows.Values, _ kind: RebuildReport.Difference.Kind
      ) -> RebuildReport.Difference {
        RebuildReport.Difference(
          place: place, table: table.layout.name, key: table.key(of: row), kind: kind)
      }
      while true {
        let (one, other) = (try await live.peek(), try await due.peek())
        guard let row = one ?? other else { return }
        report.rows += 1
        let order = one.flatMap { one in other.map { table.compare(one, $0) } }
        if let one, let other, order == 0 {
          if one != other {
            report.note(difference(one, .changed(table.differing(one, other))))
          }
          live.step()
          due.step()
        } else if other == nil || order == -1 {
          report.note(difference(row, .surplus))
          live.step()
        } else {
          report.note(difference(other ?? row, .missing))
          due.step()
        }
      }
    }
  }

  /// Rows in order, a page at a time.
  private struct Pages {
    private var rows: [ProjectionRows.Values]
    private var index = 0
    private let next: (ProjectionRows.Values) async throws -> [ProjectionRows.Values]

    init(
      _ first: [ProjectionRows.Values],
      next: @escaping (ProjectionRows.Values) async throws -> [ProjectionRows.Values]
    ) {
      rows = first
      self.next = next
    }

    mutating func peek() async throws -> ProjectionRows.Values? {
      if index == rows.count, index >= ProjectionRows.pageLimit, let last = rows.last {
        rows = try await next(last)
        index = 0
      }
      return index < rows.count ? rows[index] : nil
    }

    mutating func step() { index += 1 }
  }
}
