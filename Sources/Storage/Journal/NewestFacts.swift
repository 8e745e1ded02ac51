package import Domain
package import Engine
import Facts
package import Primitives
import SwiftProtobuf

/// A fact as a list of changes has it.
package struct NewestFact: Sendable {
  package var sequence: Int64
  package var time: Instant
  /// nil: the server itself, or the holder of a link.
  package var actor: ID<User>?
  package var requestID: String
  /// How far the bureau's own journal had come.
  package var bureauSequence: Int64
  /// nil: lawfully erased.
  package var fact: Fact?
}

extension Journal {
  /// Facts before `sequence`, newest first.
  package static func newest(
    of place: Place, before sequence: Int64, limit: Int, in tx: any Transaction
  ) throws -> [NewestFact] {
    try tx.rows(
      """
      SELECT seq, envelope, body, hash FROM fact
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND seq < \(sequence)
      ORDER BY seq DESC LIMIT \(limit)
      """, as: (Int64, [UInt8], [UInt8], [UInt8]).self
    ).map { row in
      let stored = AuditTables.StoredFact(
        sequence: row.0, envelope: row.1, body: row.2, hash: row.3)
      let envelope = try Bureau_Facts_V1_Envelope(serializedBytes: stored.envelope)
      return NewestFact(
        sequence: row.0, time: envelope.timeUs.instant, actor: try envelope.actor.optionalID(),
        requestID: envelope.requestID, bureauSequence: envelope.bureauSequence,
        fact: try fact(stored))
    }
  }
}
