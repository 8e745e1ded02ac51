// Journals written out for somebody outside, a page at a time.

package import Domain
package import Engine
package import Primitives
import AuditTrail
package import Storage

package struct JournalExporter: Sendable {
  package enum Extent: Sendable {
    case bureau(ID<Bureau>)
    case company(Place)

    fileprivate var place: Place {
      switch self {
      case .bureau(let bureau): Place(bureau: bureau)
      case .company(let place): place
      }
    }
  }

  private let database: any Database
  private let witness: any Witness
  private let now: @Sendable () -> Instant

  /// Facts read at once, and bytes gathered before they are handed on.
  private static let page = 200
  fileprivate static let piece = 64 << 10
  private static let checkpointLimit = 20

  package init(
    database: any Database, witness: any Witness, now: @escaping @Sendable () -> Instant
  ) {
    self.database = database
    self.witness = witness
    self.now = now
  }

  /// Hands the export to `write`, piece by piece; waits for each, so that a slow reader costs no
  /// memory.
  /// - Parameters:
  ///   - sight: Whether whoever asks sees salaries; for others the bodies that tell of them are
  ///     withheld, as if erased: the chain holds all the same.
  ///   - checkpoints: Numbers to prove the heads against, besides the newest.
  package func export(
    _ extent: Extent, for sight: SalarySight, withBodies: Bool, checkpoints numbers: [Int64],
    to write: @escaping (_ piece: [UInt8]) async throws -> Void
  ) async throws {
    let place = extent.place
    // The checkpoints before the journals: these hold what those vouch for.
    let checkpoints = try checkpoints(of: place.bureau, numbers)
    let extents = try await database.read(as: place.scope) { tx in
      switch extent {
      case .bureau(let bureau): try AuditTables.extents(of: bureau, in: tx)
      case .company(let place): [try AuditTables.extent(of: place, in: tx)]
      }
    }
    var output = Output(write: write)
    try await output.add(
      AuditExport.header(
        bureau: place.bureau.bytes, extent: extent.asWritten, time: now(), withBodies: withBodies))
    for checkpoint in checkpoints {
      try await output.add(AuditExport.statement(checkpoint.signed))
    }
    let trees = checkpoints.map { ($0, MerkleTree($0.leaves), Self.places($0.leaves)) }
    var facts: Int64 = 0
    for journal in extents {
      try await output.add(AuditExport.journal(journal.company.bytes))
      for (checkpoint, tree, places) in trees {
        guard let index = places[journal.company.bytes] else { continue }
        try await output.add(
          AuditExport.proof(
            checkpoint.number, index: index, leaf: checkpoint.leaves[index],
            path: tree.path(to: index)))
      }
      facts += try await add(journal, in: place, for: sight, withBodies, to: &output)
    }
    try await output.add(AuditExport.end(journals: Int64(extents.count), facts: facts))
    try await output.finish()
  }

  private func add(
    _ journal: JournalExtent, in place: Place, for sight: SalarySight, _ withBodies: Bool,
    to output: inout Output
  ) async throws -> Int64 {
    let from = Place(bureau: place.bureau, company: journal.company)
    var last: Int64 = 0, count: Int64 = 0
    while true {
      let after = last
      let facts = try await database.read(as: place.scope) { tx in
        try AuditTables.facts(
          of: from, after: after, through: journal.newestFact, limit: Self.page, in: tx
        ).withholding(sight, at: from, in: tx)
      }
      for fact in facts {
        let body: JournalChecker.Body =
          fact.isErased ? .erased : withBodies ? .bytes(fact.body) : .leftOut
        try await output.add(
          AuditExport.fact(fact.sequence, envelope: fact.envelope, body: body))
        last = fact.sequence
      }
      count += Int64(facts.count)
      if facts.count < Self.page { break }
    }
    try await output.add(AuditExport.head(journal.sequence, journal.hash))
    return count
  }

  /// The newest and those asked for, by number.
  private func checkpoints(of bureau: ID<Bureau>, _ numbers: [Int64]) throws(WitnessError)
    -> [VouchedCheckpoint]
  {
    guard numbers.count <= Self.checkpointLimit else { throw .noCheckpoint }
    var found: [Int64: VouchedCheckpoint] = [:]
    if let newest = try witness.newestCheckpoint(of: bureau) { found[newest.number] = newest }
    for number in Set(numbers) where found[number] == nil {
      guard let checkpoint = try witness.checkpoint(number, of: bureau) else { throw .noCheckpoint }
      found[number] = checkpoint
    }
    return found.values.sorted { $0.number < $1.number }
  }

  private static func places(_ leaves: [Leaf]) -> [[UInt8]: Int] {
    Dictionary(
      leaves.enumerated().map { ($1.company, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Lines gathered into pieces.
  struct Output {
    let write: (_ piece: [UInt8]) async throws -> Void
    private var bytes: [UInt8] = []

    init(write: @escaping (_ piece: [UInt8]) async throws -> Void) { self.write = write }

    mutating func add(_ line: String) async throws {
      bytes += line.utf8
      guard bytes.count >= JournalExporter.piece else { return }
      for start in stride(from: 0, to: bytes.count, by: JournalExporter.piece) {
        try await write(Array(bytes[start...].prefix(JournalExporter.piece)))
      }
      bytes = []
    }

    mutating func finish() async throws {
      if !bytes.isEmpty { try await write(bytes) }
      bytes = []
    }
  }
}

extension JournalExporter.Extent {
  fileprivate var asWritten: AuditExport.Extent {
    switch self {
    case .bureau: .bureau
    case .company(let place): .company(place.company.bytes)
    }
  }
}
