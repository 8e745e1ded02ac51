// Invariants J and L: one gap-free, hash-chained journal per company; what is appended is
// projected in the same transaction; the head's lock serializes a company's commands.

import Crypto
package import Domain
package import Engine
import Facts
import Foundation
package import Primitives
import SwiftProtobuf

/// Where a command acts: one company's journal of one bureau.
package struct Place: Hashable, Sendable {
  package var bureau: ID<Bureau>
  /// The bureau's own company for what concerns the whole bureau.
  package var company: ID<Company>

  package init(bureau: ID<Bureau>, company: ID<Company>) {
    self.bureau = bureau
    self.company = company
  }

  /// The bureau's own journal.
  package init(bureau: ID<Bureau>) { self.init(bureau: bureau, company: ID(bureau.uuid)) }

  package var isBureau: Bool { bureau.uuid == company.uuid }

  /// What stands for the bureau itself among its companies.
  var wholeBureau: ID<Company> { ID(bureau.uuid) }

  /// The scope that guards it: the bureau's own facts are written in the scope of the bureau.
  package var scope: Scope {
    isBureau
      ? .bureau(TenantKey(bureau))
      : .company(bureau: TenantKey(bureau), company: TenantKey(company))
  }
}

/// Who does what when: the part of an envelope that a command brings along.
package struct Origin: Sendable {
  package var place: Place
  /// nil: the server itself.
  package var actor: ID<User>?
  package var session: ID<Session>?
  package var requestID: String
  /// SHA-256 of method and request.
  package var requestDigest: [UInt8]
  package var time: Instant
  /// 16 random bytes a call.
  package var salt: @Sendable () -> [UInt8]

  package init(
    place: Place, actor: ID<User>?, session: ID<Session>?, requestID: String,
    requestDigest: [UInt8], time: Instant, salt: @escaping @Sendable () -> [UInt8]
  ) {
    self.place = place
    self.actor = actor
    self.session = session
    self.requestID = requestID
    self.requestDigest = requestDigest
    self.time = time
    self.salt = salt
  }
}

/// One stored fact with all that the chain covers.
package struct JournalEntry: Sendable, Equatable {
  package var sequence: Int64
  package var time: Instant
  package var actor: ID<User>?
  package var requestID: String
  package var bureauSequence: Int64
  package var fact: Fact
  package var envelope: [UInt8]
  package var body: [UInt8]
  package var hash: [UInt8]
}

package enum Journal {
  /// The newest fact's sequence and hash; 0 and 32 zero bytes where there is none.
  package struct Head: Sendable, Equatable {
    package var sequence: Int64
    package var hash: [UInt8]
  }

  static let noHash = [UInt8](repeating: 0, count: 32)

  /// Locks the company's head: the first statement of every command (invariant L).
  package static func lock(_ place: Place, in tx: any Transaction) throws -> Head {
    // SQLite has one writer at a time, which this transaction is: to be let write is to have the
    // lock, and a command that is refused afterwards leaves nothing to be undone.
    if tx.dialect == .sqlite {
      try tx.execute(
        """
        INSERT INTO main.stream (bureau, company, seq, hash)
        VALUES (\(place.bureau), \(place.company), 0, \(noHash))
        ON CONFLICT (bureau, company) DO NOTHING
        """)
      let head = try tx.first(
        """
        SELECT seq, hash FROM stream WHERE bureau = \(place.bureau) AND company = \(place.company)
        """, as: (Int64, [UInt8]).self)
      guard let head else { throw UnreadableFact(what: "journal head") }
      return Head(sequence: head.0, hash: head.1)
    }
    let head = try tx.first(
      """
      INSERT INTO main.stream (bureau, company, seq, hash)
      VALUES (\(place.bureau), \(place.company), 0, \(noHash))
      ON CONFLICT (bureau, company) DO UPDATE SET seq = stream.seq
      RETURNING seq, hash
      """, as: (Int64, [UInt8]).self)
    guard let head else { throw UnreadableFact(what: "journal head") }
    return Head(sequence: head.0, hash: head.1)
  }

  /// Appends the facts of one command and projects each. Returns the new head.
  @discardableResult
  package static func append(
    _ facts: [Fact], after head: Head, by origin: Origin, in tx: any Transaction
  ) throws -> Head {
    guard let first = facts.first else { return head }
    let place = origin.place
    let bureauSequence =
      place.isBureau
      ? head.sequence
      : try tx.first(
        """
        SELECT seq FROM stream
        WHERE bureau = \(place.bureau) AND company = \(place.wholeBureau)
        """, as: Int64.self) ?? 0
    var head = head
    for fact in facts {
      let (envelope, body) = try encode(
        fact, after: head, bureauSequence: bureauSequence, by: origin)
      let hash = Array(SHA256.hash(data: envelope))
      try tx.execute(
        """
        INSERT INTO main.fact (bureau, company, seq, envelope, body, hash)
        VALUES (\(place.bureau), \(place.company), \(head.sequence + 1), \(envelope), \(body),
          \(hash))
        """)
      head = Head(sequence: head.sequence + 1, hash: hash)
      let projection = Projection(
        place: place, sequence: head.sequence, time: origin.time, transaction: tx)
      try projection.apply(fact)
      try Work.schedule(after: fact, at: projection)
    }
    try tx.execute(
      """
      UPDATE main.stream SET seq = \(head.sequence), hash = \(head.hash)
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """)
    if !origin.requestID.isEmpty {
      try Requests.record(
        origin, sequence: head.sequence - Int64(facts.count) + 1, subject: first.subject, in: tx)
    }
    return head
  }

  private static func encode(
    _ fact: Fact, after head: Head, bureauSequence: Int64, by origin: Origin
  ) throws -> (envelope: [UInt8], body: [UInt8]) {
    let body: [UInt8] = try Bureau_Facts_V1_Body.with {
      $0.salt = Data(origin.salt())
      $0.fact = fact.message
    }.serializedBytes()
    let envelope: [UInt8] = try Bureau_Facts_V1_Envelope.with {
      $0.bureau = origin.place.bureau.data
      $0.company = origin.place.company.data
      $0.sequence = head.sequence + 1
      $0.timeUs = origin.time.microseconds
      $0.actor = origin.actor?.data ?? Data()
      $0.session = origin.session?.data ?? Data()
      $0.requestID = origin.requestID
      $0.requestDigest = Data(origin.requestDigest)
      $0.bureauSequence = bureauSequence
      $0.previousHash = Data(head.hash)
      $0.bodyHash = Data(SHA256.hash(data: body))
    }.serializedBytes()
    return (envelope, body)
  }

  /// Facts after `sequence`, oldest first.
  package static func entries(
    of place: Place, after sequence: Int64, limit: Int, in tx: any Transaction
  ) throws -> [JournalEntry] {
    try rows(of: place, after: sequence, limit: limit, in: tx).map { try decode($0) }
  }

  typealias StoredRow = (sequence: Int64, envelope: [UInt8], body: [UInt8], hash: [UInt8])

  static func rows(
    of place: Place, after sequence: Int64, limit: Int, in tx: any Transaction
  ) throws -> [StoredRow] {
    try tx.rows(
      """
      SELECT seq, envelope, body, hash FROM fact
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND seq > \(sequence)
      ORDER BY seq LIMIT \(limit)
      """, as: (Int64, [UInt8], [UInt8], [UInt8]).self
    ).map { ($0, $1, $2, $3) }
  }

  static func decode(_ row: StoredRow) throws -> JournalEntry {
    let envelope = try Bureau_Facts_V1_Envelope(serializedBytes: row.envelope)
    guard let message = try Bureau_Facts_V1_Body(serializedBytes: row.body).fact else {
      throw UnreadableFact(what: "body of a newer program")
    }
    return JournalEntry(
      sequence: row.sequence, time: envelope.timeUs.instant,
      actor: try envelope.actor.optionalID(), requestID: envelope.requestID,
      bureauSequence: envelope.bureauSequence, fact: try Fact(message), envelope: row.envelope,
      body: row.body, hash: row.hash)
  }
}
