// Invariant J: what the projections say follows from the journals and from nothing else. Here a
// journal is read again, fact by fact, as it was written: for rebuilding, for checking, and for
// looking at the past.

import Crypto
import Domain
import Engine
import Facts
import Foundation
import Primitives
import SwiftProtobuf

/// A journal that cannot be replayed: where it stops and why. Nothing of what the fact says.
package struct ReplayFault: Error, Equatable, Sendable, CustomStringConvertible {
  package let place: Place
  package let sequence: Int64
  package let what: String
  /// Its body was lawfully erased: nothing is wrong with the journal, but nobody knows any more what
  /// followed from it.
  package let isErasure: Bool

  init(place: Place, sequence: Int64, what: String, isErasure: Bool = false) {
    self.place = place
    self.sequence = sequence
    self.what = what
    self.isErasure = isErasure
  }

  package var description: String {
    "bureau \(place.bureau.hex) company \(place.company.hex) fact \(sequence): \(what)"
  }
}

/// One journal on its way through the projections, a page of facts at a time.
///
/// Projections read only rows of their own journal, so that journals are replayed one after the
/// other in any order; what ties them together, a company fact's `bureau_sequence`, is carried
/// along for the caller to hold against the bureau's journal.
struct Replay: Sendable {
  /// Facts of a page: what is held in memory at once.
  static let pageLimit = 1_000

  let place: Place
  /// Whether request ids are kept too; nobody asks for those of the past.
  let recordsRequests: Bool
  /// The first fact after this moment ends the replay; so do all that follow it, whatever their
  /// time, because only what the journal once was has ever been true.
  let until: Instant?
  /// Facts up to here are replayed whatever their time: others stand on them.
  let needed: Int64

  /// Of the newest fact that was applied.
  private(set) var sequence: Int64 = 0
  /// How far the bureau's journal had come when that fact was decided.
  private(set) var bureauSequence: Int64 = 0
  /// The end was met before the journal's.
  private(set) var isOver = false
  private var hash = Journal.noHash
  private var requestID = ""

  init(
    _ place: Place, until: Instant? = nil, needed: Int64 = 0, recordsRequests: Bool = true
  ) {
    self.place = place
    self.until = until
    self.needed = needed
    self.recordsRequests = recordsRequests
  }

  /// Applies the facts that follow, in a transaction of the journal's scope.
  mutating func apply(_ rows: [Journal.StoredRow], in tx: any Transaction) throws {
    for row in rows where !isOver {
      let envelope = try open(row)
      if let until, envelope.timeUs > until.microseconds, row.sequence > needed {
        isOver = true
        break
      }
      try requireBody(row, envelope)
      do {
        try project(try fact(row), envelope, row.sequence, in: tx)
      } catch let fault as ReplayFault {
        throw fault
      } catch {
        throw fault("cannot be applied: \(Self.text(error))", at: row.sequence)
      }
      sequence = row.sequence
      bureauSequence = envelope.bureauSequence
      hash = row.hash
    }
  }

  /// Refuses a journal that ends elsewhere than its head says.
  func finish(at head: Journal.Head) throws(ReplayFault) {
    guard head.sequence == sequence else {
      throw fault("the journal ends here, its head says \(head.sequence)", at: sequence)
    }
    guard head.hash == hash else {
      throw fault("is not the one that the journal's head names", at: sequence)
    }
  }

  private func fault(_ what: String, at sequence: Int64) -> ReplayFault {
    ReplayFault(place: place, sequence: sequence, what: what)
  }

  /// The envelope, if it stands where it belongs and follows from the fact before.
  private func open(_ row: Journal.StoredRow) throws(ReplayFault) -> Bureau_Facts_V1_Envelope {
    guard row.sequence == sequence + 1 else { throw fault("is missing", at: sequence + 1) }
    guard Array(SHA256.hash(data: row.envelope)) == row.hash,
      let envelope = try? Bureau_Facts_V1_Envelope(serializedBytes: row.envelope)
    else { throw fault("the envelope was changed", at: row.sequence) }
    guard envelope.sequence == row.sequence, envelope.bureau == place.bureau.data,
      envelope.company == place.company.data
    else { throw fault("was written for another place", at: row.sequence) }
    guard envelope.previousHash == Data(hash) else {
      throw fault("does not follow the one before", at: row.sequence)
    }
    guard envelope.bureauSequence >= bureauSequence else {
      throw fault("saw less of the bureau's journal than the one before", at: row.sequence)
    }
    return envelope
  }

  private func requireBody(_ row: Journal.StoredRow, _ envelope: Bureau_Facts_V1_Envelope)
    throws(ReplayFault)
  {
    // No body is written without a byte: each has its salt.
    if row.body.isEmpty {
      throw ReplayFault(
        place: place, sequence: row.sequence,
        what: "its body was erased, so that the tables cannot be made from this journal",
        isErasure: true)
    }
    guard envelope.bodyHash == Data(SHA256.hash(data: row.body)) else {
      throw fault("the body was changed", at: row.sequence)
    }
  }

  private func fact(_ row: Journal.StoredRow) throws -> Fact {
    guard let body = try? Bureau_Facts_V1_Body(serializedBytes: row.body) else {
      throw fault("the body cannot be read", at: row.sequence)
    }
    guard let message = body.fact else {
      throw fault("is of a kind that a newer program has written", at: row.sequence)
    }
    do { return try Fact(message) } catch {
      throw fault("cannot be read: \(Self.text(error))", at: row.sequence)
    }
  }

  private mutating func project(
    _ fact: Fact, _ envelope: Bureau_Facts_V1_Envelope, _ sequence: Int64, in tx: any Transaction
  ) throws {
    let time = envelope.timeUs.instant
    try Projection(place: place, sequence: sequence, time: time, transaction: tx).apply(fact)
    // The facts of one command follow each other and share its request id; the first is its subject.
    defer { requestID = envelope.requestID }
    guard recordsRequests, !envelope.requestID.isEmpty, envelope.requestID != requestID else {
      return
    }
    let origin = Origin(
      place: place, actor: nil, session: nil, requestID: envelope.requestID,
      requestDigest: Array(envelope.requestDigest), time: time, salt: { [] })
    try Requests.record(origin, sequence: sequence, subject: fact.subject, in: tx)
  }

  /// What went wrong, in words that hold no value of a fact.
  private static func text(_ error: any Error) -> String {
    switch error {
    case let error as UnreadableFact: error.what
    case let error as EngineError: error.text
    case let error as any Refusal: error.reason
    default: "\(type(of: error))"
    }
  }
}

extension Replay {
  /// Replays what `read` gives, page after page, through `write`: the journal up to its head, or
  /// as far as `until` says. At most `limit` facts together with those `spent` before.
  mutating func run(
    to head: Int64, limit: Int64 = .max, spent: Int64 = 0,
    read: (_ after: Int64, _ limit: Int) async throws -> [Journal.StoredRow],
    write: (@escaping @Sendable (any Transaction) throws -> Replay) async throws -> Replay
  ) async throws {
    while sequence < head, !isOver {
      let rows = try await read(sequence, Int(min(Int64(Self.pageLimit), head - sequence)))
      if rows.isEmpty { throw fault("is missing", at: sequence + 1) }
      let start = self
      self = try await write { tx in
        var next = start
        try next.apply(rows, in: tx)
        return next
      }
      if sequence > limit - spent { throw AsOfError.tooManyFacts(limit: limit) }
    }
  }
}
