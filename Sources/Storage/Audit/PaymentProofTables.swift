// What of the journals belongs to the proof of one payment.

package import Domain
package import Engine
import Facts
package import Primitives
import SwiftProtobuf

package enum PaymentProofTables {
  /// A stored fact that a proof tells, read.
  package struct Told: Sendable {
    package var stored: AuditTables.StoredFact
    package var fact: Fact?
    package var time: Instant
    /// Of the bureau's journal, as the decision saw it.
    package var bureauSequence: Int64
  }

  /// The facts about a payment, oldest first.
  package static func facts(
    about payment: ID<Payment>, of place: Place, limit: Int, in tx: any Transaction
  ) throws -> [Told] {
    let rows = try tx.rows(
      """
      SELECT fact.seq, fact.envelope, fact.body, fact.hash FROM payment_event
      JOIN fact ON fact.bureau = payment_event.bureau AND fact.company = payment_event.company
        AND fact.seq = payment_event.seq
      WHERE payment_event.bureau = \(place.bureau) AND payment_event.company = \(place.company)
        AND payment_event.payment = \(payment)
      ORDER BY payment_event.seq LIMIT \(limit)
      """, as: (Int64, [UInt8], [UInt8], [UInt8]).self)
    return try rows.map {
      try told(AuditTables.StoredFact(sequence: $0.0, envelope: $0.1, body: $0.2, hash: $0.3))
    }
  }

  /// The fact with which the return file was read that `answer` came with: the first of the same
  /// command; nil where a person has told instead.
  package static func returnFile(before answer: Told, of place: Place, in tx: any Transaction)
    throws -> Told?
  {
    var before = answer.stored.sequence
    while before > 1 {
      let from = max(0, before - 1 - pageSize)
      let page = try AuditTables.facts(
        of: place, after: from, through: before - 1, limit: Int(pageSize), in: tx)
      for stored in page.reversed() {
        let found = try told(stored)
        guard found.time == answer.time else { return nil }
        if case .returnFileRead = found.fact { return found }
      }
      before = from + 1
    }
    return nil
  }

  private static let pageSize: Int64 = 200

  /// How the person's consent that counted at `time` was given.
  package static func consent(
    of user: ID<User>, bank: String, at time: Instant, of place: Place, in tx: any Transaction
  ) throws -> Told? {
    let consents = try ConsentTables.own(user, of: place, in: tx)
    let counted = consents.filter { consent in
      consent.bank == bank && consent.createTime <= time && time < consent.expireTime
        && (consent.revokeTime.map { $0 > time } ?? true)
        && (consent.supersedeTime.map { $0 > time } ?? true)
    }.max { $0.createTime < $1.createTime }
    guard let counted else { return nil }
    let sequence = try tx.first(
      """
      SELECT seq FROM request WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND request_id = \("order/" + counted.id.hex)
      """, as: Int64.self)
    guard let sequence else { return nil }
    // The first fact of that command may be another one.
    for stored in try AuditTables.facts(of: place, after: sequence - 1, limit: 4, in: tx) {
      let found = try told(stored)
      if case .consentGiven(let given) = found.fact, given.consent.id == counted.id { return found }
    }
    return nil
  }

  /// The facts up to `last` by which `users` got or lost a role in the company, a page of the
  /// bureau's journal after `sequence` at a time.
  package static func roles(
    of users: Set<ID<User>>, in company: ID<Company>, bureau: ID<Bureau>, after sequence: Int64,
    through last: Int64, in tx: any Transaction
  ) throws -> (told: [Told], last: Int64?) {
    let page = try AuditTables.facts(
      of: Place(bureau: bureau), after: sequence, through: last, limit: 500, in: tx)
    let told = try page.map(told).filter { told in
      let assignment: RoleAssignment? =
        switch told.fact {
        case .roleAssigned(let fact): fact.assignment
        case .roleRemoved(let fact): fact.assignment
        default: nil
        }
      guard let assignment, users.contains(assignment.user) else { return false }
      return assignment.company == nil || assignment.company == company
    }
    return (told, page.count < 500 ? nil : page.last?.sequence)
  }

  private static func told(_ stored: AuditTables.StoredFact) throws -> Told {
    let envelope = try Bureau_Facts_V1_Envelope(serializedBytes: stored.envelope)
    return Told(
      stored: stored, fact: try Journal.fact(stored), time: envelope.timeUs.instant,
      bureauSequence: envelope.bureauSequence)
  }
}
