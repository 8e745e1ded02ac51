// What is to be done and when, for the jobs: found across all tenants in the scope .platform,
// which shows ids and times only; the work itself is done in the company's own scope (T).

import Domain
package import Engine
package import Primitives

package struct WorkItem: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Signed payments of an agreement are due for the bank. Subject: the agreement.
    case prepare
    /// A prepared file waits to be delivered. Subject: the transfer.
    case deliver
    /// The bank should have answered by now. Subject: the transfer.
    case answer
    /// A message to a person waits to be sent. Subject: the message.
    case message
  }

  package var place: Place
  package var kind: Kind
  /// 16 bytes.
  package var subject: [UInt8]
  package var due: Instant
}

package enum Work {
  /// What is due at `time`, oldest first, over all tenants.
  package static func due(at time: Instant, limit: Int, in tx: any Transaction) throws
    -> [WorkItem]
  {
    try tx.rows(
      """
      SELECT bureau, company, kind, subject, due FROM work
      WHERE due <= \(time.microseconds) ORDER BY due, bureau, company, kind, subject
      LIMIT \(limit)
      """, as: (ID<Bureau>, ID<Company>, String, [UInt8], Int64).self
    ).map {
      WorkItem(
        place: Place(bureau: $0, company: $1), kind: try $2.named(), subject: $3, due: $4.instant)
    }
  }

  /// When the next work is due; nil where there is none.
  package static func nextDue(in tx: any Transaction) throws -> Instant? {
    try tx.first("SELECT due FROM work ORDER BY due LIMIT 1", as: Int64.self)?.instant
  }

  package static func schedule(
    _ kind: WorkItem.Kind, _ subject: [UInt8], at due: Instant, of place: Place,
    in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      INSERT INTO main.work (bureau, company, kind, subject, due)
      VALUES (\(place.bureau), \(place.company), \(kind.rawValue), \(subject),
        \(due.microseconds))
      ON CONFLICT (bureau, company, kind, subject) DO UPDATE SET due =
        CASE WHEN excluded.due < work.due THEN excluded.due ELSE work.due END
      """)
  }

  /// Puts off what has failed, so that it does not stand in the way of the rest.
  package static func postpone(_ item: WorkItem, to due: Instant, in tx: any Transaction) throws {
    try tx.execute(
      """
      UPDATE main.work SET due = \(due.microseconds)
      WHERE bureau = \(item.place.bureau) AND company = \(item.place.company)
        AND kind = \(item.kind.rawValue) AND subject = \(item.subject)
      """)
  }

  package static func finish(
    _ kind: WorkItem.Kind, _ subject: [UInt8], of place: Place, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      DELETE FROM main.work WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND kind = \(kind.rawValue) AND subject = \(subject)
      """)
  }

  /// The work that follows from a fact.
  static func schedule(after fact: Fact, at projection: Projection) throws {
    let place = projection.place, tx = projection.transaction
    switch fact {
    case .paymentSigned(let fact):
      try schedule(
        .prepare, fact.signature.agreement.bytes, at: fact.signature.transferTime, of: place,
        in: tx)
    case .transferPrepared(let fact):
      try schedule(.deliver, fact.transfer.bytes, at: projection.time, of: place, in: tx)
      guard
        let agreement = try AgreementTables.load(fact.agreement, of: place, in: tx),
        let profile = BankProfile.named(agreement.bank)
      else { return }
      let deadline = Payment.answerDeadline(executionDate: fact.executionDate, profile: profile)
      try schedule(.answer, fact.transfer.bytes, at: deadline, of: place, in: tx)
    case .transferDelivered(let fact):
      try finish(.deliver, fact.transfer.bytes, of: place, in: tx)
    default: break
    }
  }
}
