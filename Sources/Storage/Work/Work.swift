// What is to be done and when, for the jobs: found across all tenants in the scope .platform,
// which shows ids and times only; the work itself is done in the company's own scope (T).

package import Domain
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
    /// A signed agreement waits for the partner and the bank. Subject: the agreement.
    case activate
    /// A signer's link ends. Subject: the agreement.
    case linkEnd
    /// A consent ends soon: its person is asked to renew it. Subject: the consent.
    case consentEnd
    /// The bureau's journals are to be vouched for by the witness, again and again. Subject: the
    /// bureau.
    case checkpoint
    /// What the bank has booked of an agreement is to be posted. Subject: the agreement.
    case post
    /// Transfers are held here: never due, only counted. Subject: the company.
    case hold
  }

  package var place: Place
  package var kind: Kind
  /// 16 bytes.
  package var subject: [UInt8]
  package var due: Instant
}

/// A server's hold on work items: nobody else takes them until it ends.
///
/// A server that dies lets go of nothing, so every claim ends by itself. What a claim guards must
/// therefore bear being done twice, or be done only after `Work.renew` has said that it still holds.
package struct Claim: Sendable, Equatable {
  /// One run of one server: 16 random bytes.
  package var owner: [UInt8]
  package var end: Instant

  package init(owner: [UInt8], end: Instant) {
    self.owner = owner
    self.end = end
  }
}

package enum Work {
  /// What is due at `time` and claimed by nobody, oldest first, over all tenants.
  package static func due(at time: Instant, limit: Int, in tx: any Transaction) throws
    -> [WorkItem]
  {
    try tx.rows(
      """
      SELECT bureau, company, kind, subject, due FROM work \(free(at: time)) LIMIT \(limit)
      """, as: (ID<Bureau>, ID<Company>, String, [UInt8], Int64).self
    ).map(item)
  }

  /// Takes what is due and free, of each bureau its share and of each its oldest first, in turns:
  /// one that has much to do does not keep the others waiting. Two servers that ask at once get
  /// different items.
  ///
  /// - Parameter served: whose work came last at the claim before. Where more bureaus wait than
  ///   `limit`, those that follow it come first.
  package static func claim(
    _ claim: Claim, at time: Instant, limit: Int, after served: ID<Bureau>? = nil,
    in tx: any Transaction
  ) throws -> [WorkItem] {
    let waiting = try bureaus(waitingAt: time, in: tx)
    if waiting.isEmpty { return [] }
    let first = served.flatMap { served in waiting.firstIndex { $0 > served } } ?? 0
    let chosen = (waiting[first...] + waiting[..<first]).prefix(limit)
    let share = limit / chosen.count
    var lines = try chosen.map { bureau in
      try take(share, of: bureau, by: claim, at: time, in: tx)[...]
    }
    var items: [WorkItem] = []
    while !lines.allSatisfy(\.isEmpty) {
      for index in lines.indices {
        if let item = lines[index].popFirst() { items.append(item) }
      }
    }
    return items
  }

  /// The bureaus that have due and free work, by id. Steps from bureau to bureau in the indexes, so
  /// that it costs the same however much is due.
  private static func bureaus(waitingAt time: Instant, in tx: any Transaction) throws
    -> [ID<Bureau>]
  {
    try tx.rows(
      """
      WITH RECURSIVE step (bureau) AS (
        SELECT bureau FROM (SELECT bureau FROM work ORDER BY bureau LIMIT 1) AS first
        UNION ALL
        SELECT (SELECT work.bureau FROM work WHERE work.bureau > step.bureau
          ORDER BY work.bureau LIMIT 1)
        FROM step WHERE step.bureau IS NOT NULL)
      SELECT step.bureau FROM step
      WHERE step.bureau IS NOT NULL AND EXISTS (
        SELECT 1 FROM work WHERE work.bureau = step.bureau AND work.due <= \(time.microseconds)
          AND (work.claim_end IS NULL OR work.claim_end <= \(time.microseconds)))
      ORDER BY step.bureau
      """, as: ID<Bureau>.self)
  }

  private static func take(
    _ count: Int, of bureau: ID<Bureau>, by claim: Claim, at time: Instant,
    in tx: any Transaction
  ) throws -> [WorkItem] {
    try tx.rows(
      """
      WITH next AS (
        SELECT bureau, company, kind, subject FROM work
        WHERE bureau = \(bureau) AND due <= \(time.microseconds)
          AND (claim_end IS NULL OR claim_end <= \(time.microseconds))
        ORDER BY due, company, kind, subject LIMIT \(count)\(tx.dialect.skipLocked))
      UPDATE main.work SET claim_owner = \(claim.owner), claim_end = \(claim.end.microseconds)
      FROM next
      WHERE work.bureau = next.bureau AND work.company = next.company
        AND work.kind = next.kind AND work.subject = next.subject
      RETURNING work.bureau, work.company, work.kind, work.subject, work.due
      """, as: (ID<Bureau>, ID<Company>, String, [UInt8], Int64).self
    ).map(item).sorted { $0.due < $1.due }
  }

  private static func free(at time: Instant) -> SQL {
    """
    WHERE due <= \(time.microseconds)
      AND (claim_end IS NULL OR claim_end <= \(time.microseconds))
    ORDER BY due, bureau, company, kind, subject
    """
  }

  private static func item(
    _ bureau: ID<Bureau>, _ company: ID<Company>, _ kind: String, _ subject: [UInt8], _ due: Int64
  ) throws -> WorkItem {
    WorkItem(
      place: Place(bureau: bureau, company: company), kind: try kind.named(), subject: subject,
      due: due.instant)
  }

  /// Prolongs a claim. False where it has ended and the item is done or somebody else's: then
  /// whatever the claim guarded must not be done.
  package static func renew(
    _ claim: Claim, of item: WorkItem, at time: Instant, in tx: any Transaction
  ) throws -> Bool {
    try tx.changes(
      """
      UPDATE main.work SET claim_end = \(claim.end.microseconds)
      WHERE bureau = \(item.place.bureau) AND company = \(item.place.company)
        AND kind = \(item.kind.rawValue) AND subject = \(item.subject)
        AND claim_owner = \(claim.owner) AND claim_end > \(time.microseconds)
      """) == 1
  }

  /// Lets go of what a server still holds: at its orderly end, so that others need not wait.
  package static func release(_ owner: [UInt8], in tx: any Transaction) throws {
    try tx.execute(
      "UPDATE main.work SET claim_owner = NULL, claim_end = NULL WHERE claim_owner = \(owner)")
  }

  /// How much is due and not yet done, counted to 10,000, and since when the oldest is.
  package static func backlog(at time: Instant, in tx: any Transaction) throws
    -> (due: Int, oldest: Instant?)
  {
    let due = try tx.first(
      """
      SELECT count(*) FROM (SELECT 1 FROM work WHERE due <= \(time.microseconds) LIMIT 10000) AS d
      """, as: Int.self)
    let oldest = try tx.first("SELECT due FROM work ORDER BY due LIMIT 1", as: Int64.self)?.instant
    return (due ?? 0, oldest.flatMap { $0 <= time ? $0 : nil })
  }

  /// In how many companies and bureaus transfers are held, over all tenants.
  package static func holds(in tx: any Transaction) throws -> Int {
    try tx.first(
      """
      SELECT count(*) FROM work
      WHERE due = \(parked.microseconds) AND kind = \(WorkItem.Kind.hold.rawValue)
      """, as: Int.self) ?? 0
  }

  /// All work of one kind, whenever it is due, over all tenants.
  package static func all(_ kind: WorkItem.Kind, limit: Int, in tx: any Transaction) throws
    -> [WorkItem]
  {
    try tx.rows(
      """
      SELECT bureau, company, kind, subject, due FROM work WHERE kind = \(kind.rawValue)
      ORDER BY due, bureau, company, subject LIMIT \(limit)
      """, as: (ID<Bureau>, ID<Company>, String, [UInt8], Int64).self
    ).map(item)
  }

  /// When the next work can be done: when it is due or, where a server holds it, when that claim
  /// ends; nil where there is none. Without checkpoints: they have no end, and who turns a clock
  /// from one due moment to the next would stop at each.
  package static func nextDue(in tx: any Transaction) throws -> Instant? {
    // Claims are few, and on what was due first.
    try tx.rows(
      """
      SELECT CASE WHEN claim_end > due THEN claim_end ELSE due END FROM work
      WHERE kind <> \(WorkItem.Kind.checkpoint.rawValue) AND due < \(parked.microseconds)
      ORDER BY due LIMIT 64
      """, as: Int64.self
    ).min()?.instant
  }

  /// All bureaus whose journals are vouched for: every one has this work for ever.
  package static func checkpointedBureaus(in tx: any Transaction) throws -> [ID<Bureau>] {
    try tx.rows(
      """
      SELECT DISTINCT bureau FROM work WHERE kind = \(WorkItem.Kind.checkpoint.rawValue)
      ORDER BY bureau
      """, as: ID<Bureau>.self)
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

  /// Puts off what has failed, so that it does not stand in the way of the rest, and lets it go.
  /// Leaves alone what is no longer `owner`'s.
  package static func postpone(
    _ item: WorkItem, to due: Instant, by owner: [UInt8], in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      UPDATE main.work
      SET due = \(due.microseconds), claim_owner = NULL, claim_end = NULL
      WHERE bureau = \(item.place.bureau) AND company = \(item.place.company)
        AND kind = \(item.kind.rawValue) AND subject = \(item.subject)
        AND claim_owner = \(owner)
      """)
  }

  /// Beyond every date: the work waits for a hold to be released.
  static let parked = Instant(microseconds: 253_402_300_799_000_000)

  /// Puts off what would leave while transfers are held, until their release schedules it anew.
  package static func park(_ item: WorkItem, in tx: any Transaction) throws {
    try tx.execute(
      """
      UPDATE main.work SET due = \(parked.microseconds), claim_owner = NULL, claim_end = NULL
      WHERE bureau = \(item.place.bureau) AND company = \(item.place.company)
        AND kind = \(item.kind.rawValue) AND subject = \(item.subject)
      """)
  }

  /// What may leave again after a release, in one company or in the whole bureau.
  private static func resume(_ place: Place, at time: Instant, in tx: any Transaction) throws {
    let places: SQL = place.isBureau ? "1 = 1" : "company = \(place.company)"
    let agreements = try tx.rows(
      """
      SELECT company, id FROM agreement
      WHERE bureau = \(place.bureau) AND \(places) AND state = \(AgreementState.active.rawValue)
      """, as: (ID<Company>, ID<Agreement>).self)
    for (company, id) in agreements {
      try schedule(
        .prepare, id.bytes, at: time, of: Place(bureau: place.bureau, company: company), in: tx)
    }
    let transfers = try tx.rows(
      """
      SELECT company, id FROM transfer
      WHERE bureau = \(place.bureau) AND \(places)
        AND state = \(Transfer.State.prepared.rawValue)
      """, as: (ID<Company>, ID<Transfer>).self)
    for (company, id) in transfers {
      try schedule(
        .deliver, id.bytes, at: time, of: Place(bureau: place.bureau, company: company), in: tx)
    }
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
    case .bureauCreated:
      try schedule(.checkpoint, place.bureau.bytes, at: projection.time, of: place, in: tx)
    case .agreementSent(let fact):
      if let end = fact.expireTime {
        try schedule(.linkEnd, fact.agreement.bytes, at: end, of: place, in: tx)
      }
    case .agreementSigned(let fact) where fact.awaitsActivation:
      try schedule(.activate, fact.agreement.bytes, at: projection.time, of: place, in: tx)
    case .consentGiven(let fact):
      let soon = fact.consent.expireTime.adding(days: -Consent.warnDays)
      try schedule(.consentEnd, fact.consent.id.bytes, at: soon, of: place, in: tx)
    case .paymentSigned(let fact):
      try schedule(
        .prepare, fact.signature.agreement.bytes, at: fact.signature.transferTime, of: place,
        in: tx)
    case .transferPrepared(let fact):
      try schedule(.deliver, fact.transfer.bytes, at: projection.time, of: place, in: tx)
      try expectAnswer(fact.transfer, fact.agreement, on: fact.executionDate, place, tx)
    case .transferRecovered(let fact):
      try expectAnswer(fact.transfer, fact.agreement, on: fact.executionDate, place, tx)
    case .transfersHeld:
      try schedule(.hold, place.company.bytes, at: parked, of: place, in: tx)
    case .transfersReleased:
      try finish(.hold, place.company.bytes, of: place, in: tx)
      try resume(place, at: projection.time, in: tx)
    case .unknownPaymentDismissed:
      try resume(place, at: projection.time, in: tx)
    case .transferDelivered(let fact):
      try finish(.deliver, fact.transfer.bytes, of: place, in: tx)
    case .paymentPaid(let fact) where fact.bookedAmount != nil:
      try expectPosting(of: fact.payment, projection)
    case .paymentBooked(let fact): try expectPosting(of: fact.payment, projection)
    case .automaticPostingSet(let fact) where fact.mode != .off:
      try schedule(.post, fact.agreement.bytes, at: projection.time, of: place, in: tx)
    default: break
    }
  }

  private static func expectPosting(of payment: ID<Payment>, _ projection: Projection) throws {
    let place = projection.place, tx = projection.transaction
    guard
      let agreement = try AutomaticPostingTables.agreement(posting: payment, at: place, in: tx)
    else { return }
    try schedule(.post, agreement.bytes, at: projection.time, of: place, in: tx)
  }

  private static func expectAnswer(
    _ transfer: ID<Transfer>, _ agreement: ID<Agreement>, on date: CalendarDate, _ place: Place,
    _ tx: any Transaction
  ) throws {
    guard let agreement = try AgreementTables.load(agreement, of: place, in: tx),
      let profile = BankProfile.named(agreement.bank)
    else { return }
    let deadline = Payment.answerDeadline(executionDate: date, profile: profile)
    try schedule(.answer, transfer.bytes, at: deadline, of: place, in: tx)
  }
}
