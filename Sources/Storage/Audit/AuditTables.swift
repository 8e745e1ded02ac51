// The journals as an outsider's check needs them: heads, and every fact as it is stored.

package import AuditTrail
import Crypto
package import Domain
package import Engine
import Facts
import Foundation
package import Primitives
import SwiftProtobuf

/// The newest fact of one company's journal.
package struct JournalHead: Hashable, Sendable {
  package var company: ID<Company>
  package var sequence: Int64
  package var hash: [UInt8]

  package init(company: ID<Company>, sequence: Int64, hash: [UInt8]) {
    self.company = company
    self.sequence = sequence
    self.hash = hash
  }

  package var leaf: Leaf { Leaf(company: company.bytes, sequence: sequence, hash: hash) }
}

/// How far one journal goes: by its own head, and by its newest fact. Equal in a sound database.
package struct JournalExtent: Hashable, Sendable {
  package var company: ID<Company>
  /// 0 and 32 zero bytes where there is no head.
  package var sequence: Int64
  package var hash: [UInt8]
  package var newestFact: Int64
}

package enum AuditTables {
  /// The heads of all a bureau's journals, by company id.
  package static func heads(of bureau: ID<Bureau>, in tx: any Transaction) throws -> [JournalHead] {
    try tx.rows(
      """
      SELECT company, seq, hash FROM stream WHERE bureau = \(bureau) AND seq > 0
      ORDER BY company
      """, as: (ID<Company>, Int64, [UInt8]).self
    ).map { JournalHead(company: $0, sequence: $1, hash: $2) }
  }

  /// The extents of all journals that a bureau has a head or a fact of, by company id: a head that
  /// was taken away hides no facts.
  package static func extents(of bureau: ID<Bureau>, in tx: any Transaction) throws
    -> [JournalExtent]
  {
    var found: [ID<Company>: JournalExtent] = [:]
    for head in try heads(of: bureau, in: tx) {
      found[head.company] = JournalExtent(
        company: head.company, sequence: head.sequence, hash: head.hash, newestFact: 0)
    }
    // From one company's facts straight to the next one's: a step of the primary key each.
    var company = try tx.first(
      "SELECT company FROM fact WHERE bureau = \(bureau) ORDER BY company LIMIT 1",
      as: ID<Company>.self)
    while let current = company {
      let newest =
        try tx.first(
          """
          SELECT seq FROM fact WHERE bureau = \(bureau) AND company = \(current)
          ORDER BY seq DESC LIMIT 1
          """, as: Int64.self) ?? 0
      found[
        current,
        default: JournalExtent(
          company: current, sequence: 0, hash: Journal.noHash, newestFact: 0)
      ].newestFact = newest
      company = try tx.first(
        """
        SELECT company FROM fact WHERE bureau = \(bureau) AND company > \(current)
        ORDER BY company LIMIT 1
        """, as: ID<Company>.self)
    }
    return found.values.sorted { $0.company < $1.company }
  }

  /// All bureaus that have a head or a fact, from a snapshot of all tenants.
  package static func bureaus(in tx: any Transaction) throws -> [ID<Bureau>] {
    var found: Set<ID<Bureau>> = Set(
      try tx.rows("SELECT DISTINCT bureau FROM stream", as: ID<Bureau>.self))
    var bureau = try tx.first(
      "SELECT bureau FROM fact ORDER BY bureau LIMIT 1", as: ID<Bureau>.self)
    while let current = bureau {
      found.insert(current)
      bureau = try tx.first(
        "SELECT bureau FROM fact WHERE bureau > \(current) ORDER BY bureau LIMIT 1",
        as: ID<Bureau>.self)
    }
    return found.sorted()
  }

  /// How far one journal goes.
  package static func extent(of place: Place, in tx: any Transaction) throws -> JournalExtent {
    let head = try tx.first(
      """
      SELECT seq, hash FROM stream
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: (Int64, [UInt8]).self)
    let newest = try tx.first(
      """
      SELECT seq FROM fact WHERE bureau = \(place.bureau) AND company = \(place.company)
      ORDER BY seq DESC LIMIT 1
      """, as: Int64.self)
    return JournalExtent(
      company: place.company, sequence: head?.0 ?? 0, hash: head?.1 ?? Journal.noHash,
      newestFact: newest ?? 0)
  }

  /// The hash of one fact; nil where there is none with that number.
  package static func hash(of sequence: Int64, at place: Place, in tx: any Transaction) throws
    -> [UInt8]?
  {
    try tx.first(
      """
      SELECT hash FROM fact WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND seq = \(sequence)
      """, as: [UInt8].self)
  }

  /// A fact as it is stored. A body without a byte was lawfully erased: each is written with salt.
  package struct StoredFact: Sendable {
    package var sequence: Int64
    package var envelope: [UInt8]
    package var body: [UInt8]
    package var hash: [UInt8]

    package var isErased: Bool { body.isEmpty }
  }

  /// Facts after `sequence` up to `last`, oldest first.
  package static func facts(
    of place: Place, after sequence: Int64, through last: Int64 = .max, limit: Int,
    in tx: any Transaction
  ) throws -> [StoredFact] {
    try tx.rows(
      """
      SELECT seq, envelope, body, hash FROM fact
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND seq > \(sequence)
        AND seq <= \(last)
      ORDER BY seq LIMIT \(limit)
      """, as: (Int64, [UInt8], [UInt8], [UInt8]).self
    ).map { StoredFact(sequence: $0, envelope: $1, body: $2, hash: $3) }
  }

  /// A kept file: what facts name by its digest.
  package struct KeptFile: Sendable, Hashable {
    package var company: ID<Company>
    package var digest: [UInt8]
  }

  /// Compares a bureau's kept files after `last` with their digests, at most `limit` and one in
  /// memory at a time. Returns the last that was looked at, nil at the end, and those that were
  /// changed.
  package static func checkFiles(
    of bureau: ID<Bureau>, after last: KeptFile?, limit: Int, in tx: any Transaction
  ) throws -> (last: KeptFile?, changed: [KeptFile]) {
    var last = last, changed: [KeptFile] = []
    for _ in 0..<limit {
      let company =
        last?.company ?? ID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
      let next = try tx.first(
        """
        SELECT company, digest, content FROM blob
        WHERE bureau = \(bureau) AND (company, digest) > (\(company), \(last?.digest ?? []))
        ORDER BY company, digest LIMIT 1
        """, as: (ID<Company>, [UInt8], [UInt8]).self)
      guard let next else { return (nil, changed) }
      let file = KeptFile(company: next.0, digest: next.1)
      if Array(SHA256.hash(data: next.2)) != file.digest { changed.append(file) }
      last = file
    }
    return (last, changed)
  }

  /// Checks one journal from its first fact to its head, in one snapshot.
  package static func check(
    _ place: Place, watching: [Int64] = [], in tx: any Transaction
  ) throws -> JournalChecker {
    var checker = JournalChecker(
      bureau: place.bureau.bytes, company: place.company.bytes, watching: watching)
    let extent = try extent(of: place, in: tx)
    while true {
      let facts = try facts(of: place, after: checker.sequence, limit: 500, in: tx)
      for fact in facts { checker.take(fact) }
      if facts.count < 500 { break }
    }
    checker.finish(head: extent.sequence, extent.hash)
    return checker
  }
}

extension [AuditTables.StoredFact] {
  /// Without the bodies that tell of salaries, for whoever does not see these; what stays is what the
  /// chain covers.
  package func withholding(_ sight: SalarySight, at place: Place, in tx: any Transaction) throws
    -> Self
  {
    guard sight == .hidden, try SalaryTables.hasAny(at: place, in: tx) else { return self }
    let telling = try SalaryTables.telling(
      try map { try Journal.fact($0) }, at: place, in: tx)
    var facts = self
    for index in telling { facts[index].body = [] }
    return facts
  }
}

extension JournalChecker {
  package mutating func take(_ fact: AuditTables.StoredFact) {
    take(
      fact.sequence, envelope: fact.envelope, body: fact.isErased ? .erased : .bytes(fact.body),
      stored: fact.hash)
  }
}

extension Journal {
  /// When, by whom and with which request a stored fact was written.
  package static func origin(_ stored: AuditTables.StoredFact) throws
    -> (time: Instant, actor: ID<User>?, requestID: String)
  {
    let envelope = try Bureau_Facts_V1_Envelope(serializedBytes: stored.envelope)
    return (envelope.timeUs.instant, try envelope.actor.optionalID(), envelope.requestID)
  }

  /// What a stored fact says; nil where its body was lawfully erased.
  package static func fact(_ stored: AuditTables.StoredFact) throws -> Fact? {
    if stored.isErased { return nil }
    guard let message = try Bureau_Facts_V1_Body(serializedBytes: stored.body).fact else {
      throw UnreadableFact(what: "body of a newer program")
    }
    return try Fact(message)
  }
}
