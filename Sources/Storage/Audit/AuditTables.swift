// What an outsider would do with the journals: recompute every hash, compare with a checkpoint.

import Crypto
package import Domain
package import Engine
import Facts
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
}

package struct AuditFinding: Sendable, Equatable {
  package enum Kind: Sendable, Equatable { case integrity, completeness }
  package var kind: Kind
  package var text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
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

  /// Walks one journal from its first fact: `visit` gets each link's sequence and hash.
  /// Returns what is wrong and how many facts there are. Reads a page at a time.
  package static func walk(
    _ place: Place, in tx: any Transaction, visit: (Int64, [UInt8]) -> Void
  ) throws -> (findings: [AuditFinding], count: Int64) {
    var findings: [AuditFinding] = []
    var expected: Int64 = 1
    var previous = Journal.noHash
    var after: Int64 = 0
    func find(_ text: String) {
      if findings.count < 20 {
        findings.append(AuditFinding(.integrity, "Company \(place.company.hex): \(text)"))
      }
    }
    while true {
      let rows = try Journal.rows(of: place, after: after, limit: 1_000, in: tx)
      for row in rows {
        if row.sequence != expected { find("fact \(expected) is missing before \(row.sequence)") }
        check(row, place, previous: previous, find)
        previous = row.hash
        visit(row.sequence, row.hash)
        expected = row.sequence + 1
        after = row.sequence
      }
      if rows.count < 1_000 { break }
    }
    let head = try tx.first(
      """
      SELECT seq, hash FROM stream
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: (Int64, [UInt8]).self)
    if head?.0 ?? 0 != expected - 1 || head?.1 ?? Journal.noHash != previous {
      find("the head does not fit the newest fact")
    }
    return (findings, expected - 1)
  }

  private static func check(
    _ row: Journal.StoredRow, _ place: Place, previous: [UInt8], _ find: (String) -> Void
  ) {
    if Array(SHA256.hash(data: row.envelope)) != row.hash {
      find("the envelope of fact \(row.sequence) was changed")
    }
    guard let envelope = try? Bureau_Facts_V1_Envelope(serializedBytes: row.envelope) else {
      return find("the envelope of fact \(row.sequence) cannot be read")
    }
    if envelope.sequence != row.sequence || Array(envelope.company) != place.company.bytes
      || Array(envelope.bureau) != place.bureau.bytes
    {
      find("fact \(row.sequence) stands in another place than it was written for")
    }
    if Array(envelope.previousHash) != previous {
      find("fact \(row.sequence) does not follow the one before")
    }
    if Array(envelope.bodyHash) != Array(SHA256.hash(data: row.body)) {
      find("the body of fact \(row.sequence) was changed")
    }
  }

  /// Merkle root over heads as in RFC 6962: a leaf is company id, sequence (8 bytes, big-endian)
  /// and hash.
  package static func merkleRoot(_ heads: [JournalHead]) -> [UInt8] {
    func hash(_ prefix: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      Array(SHA256.hash(data: [prefix] + bytes))
    }
    func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
      if leaves.count == 1, let leaf = leaves.first { return hash(0, leaf) }
      var split = 1
      while split * 2 < leaves.count { split *= 2 }
      let middle = leaves.startIndex + split
      return hash(1, root(leaves[..<middle]) + root(leaves[middle...]))
    }
    if heads.isEmpty { return Array(SHA256.hash(data: [UInt8]())) }
    let leaves = heads.map { head in
      head.company.bytes + (0..<8).map { UInt8(truncatingIfNeeded: head.sequence >> (56 - 8 * $0)) }
        + head.hash
    }
    return root(leaves[...])
  }
}
