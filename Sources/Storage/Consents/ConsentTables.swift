package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: ConsentGiven) throws {
    let new = fact.consent
    // The earlier one of the same person and bank ends at this moment: never two that count.
    try transaction.execute(
      """
      UPDATE main.consent SET supersede_time = \(new.createTime.microseconds)
      WHERE bureau = \(bureau) AND company = \(company) AND app_user = \(new.user)
        AND bank = \(new.bank) AND revoke_time IS NULL AND supersede_time IS NULL
        AND expire_time > \(new.createTime.microseconds)
      """)
    // What the link was sent for is done, by the link or without it.
    try transaction.execute(
      """
      UPDATE main.consent_invitation SET state = \(ConsentInvitation.State.used.rawValue)
      WHERE bureau = \(bureau) AND company = \(company) AND app_user = \(new.user)
        AND bank = \(new.bank) AND state = \(ConsentInvitation.State.open.rawValue)
      """)
    try transaction.execute(
      """
      INSERT INTO main.consent (bureau, company, id, app_user, bank, create_time, expire_time,
        evidence, accounts, rights)
      VALUES (\(bureau), \(company), \(new.id), \(new.user), \(new.bank),
        \(new.createTime.microseconds), \(new.expireTime.microseconds), \(fact.evidenceDigest),
        \(new.accounts.joined(separator: "\n")),
        \(new.rights.map(\.rawValue).sorted().joined(separator: "\n")))
      """)
  }

  func apply(_ fact: ConsentRevoked) throws {
    try transaction.execute(
      """
      UPDATE main.consent SET revoke_time = \(fact.revokeTime.microseconds)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.consent)
      """)
  }

  func apply(_ fact: ConsentInvited) throws {
    let new = fact.invitation
    try transaction.execute(
      """
      UPDATE main.consent_invitation SET state = \(ConsentInvitation.State.replaced.rawValue)
      WHERE bureau = \(bureau) AND company = \(company) AND app_user = \(new.user)
        AND bank = \(new.bank) AND state = \(ConsentInvitation.State.open.rawValue)
      """)
    try transaction.execute(
      """
      INSERT INTO main.consent_invitation (bureau, company, id, app_user, bank, link_hash,
        create_time, expire_time, state, note)
      VALUES (\(bureau), \(company), \(new.id), \(new.user), \(new.bank), \(new.linkHash),
        \(new.createTime.microseconds), \(new.expireTime.microseconds),
        \(ConsentInvitation.State.open.rawValue), \(""))
      """)
  }

  func apply(_ fact: ConsentDeclined) throws {
    try transaction.execute(
      """
      UPDATE main.consent_invitation
      SET state = \(ConsentInvitation.State.declined.rawValue), note = \(fact.reason)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.invitation)
      """)
  }
}

package enum ConsentTables {
  package static func load(_ id: ID<Consent>, of place: Place, in tx: any Transaction) throws
    -> Consent?
  {
    try select("AND id = \(id) LIMIT 1", place, tx).first
  }

  package static func list(
    of place: Place, after: ID<Consent>? = nil, limit: Int, in tx: any Transaction
  ) throws -> [Consent] {
    try select("AND id > \(after?.bytes ?? []) ORDER BY id LIMIT \(limit)", place, tx)
  }

  /// One user's own, newest expiry first.
  package static func own(_ user: ID<User>, of place: Place, in tx: any Transaction) throws
    -> [Consent]
  {
    try select("AND app_user = \(user) ORDER BY expire_time DESC, id LIMIT 200", place, tx)
  }

  /// Those that count at `time`; at most one for each user and bank.
  package static func counting(at time: Instant, of place: Place, in tx: any Transaction) throws
    -> [Consent]
  {
    try select(
      """
      AND revoke_time IS NULL AND supersede_time IS NULL AND expire_time > \(time.microseconds)
      ORDER BY id LIMIT 5000
      """, place, tx)
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [Consent]
  {
    var found: [Consent] = []
    try tx.query(
      """
      SELECT id, app_user, bank, create_time, expire_time, revoke_time, supersede_time, accounts,
        rights FROM consent
      WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """
    ) { row in
      var consent = Consent(
        id: try row.value(0), user: try row.value(1), bank: try row.text(2),
        createTime: try row.int(3).instant, expireTime: try row.int(4).instant,
        revokeTime: try row.value(5, as: Int64?.self)?.instant)
      consent.supersedeTime = try row.value(6, as: Int64?.self)?.instant
      func lines(_ column: Int, _ row: borrowing Row) throws -> [String] {
        (try row.value(column, as: String?.self) ?? "").split(separator: "\n").map(String.init)
      }
      consent.accounts = try lines(7, row)
      consent.rights = Set(try lines(8, row).map { try $0.named() })
      found.append(consent)
    }
    return found
  }
}

package enum InvitationTables {
  package static func load(
    _ id: ID<ConsentInvitation>, of place: Place, in tx: any Transaction
  ) throws -> ConsentInvitation? {
    try select("AND id = \(id) LIMIT 1", place, tx).first
  }

  package static func list(
    of place: Place, after: ID<ConsentInvitation>? = nil, limit: Int, in tx: any Transaction
  ) throws -> [ConsentInvitation] {
    try select("AND id > \(after?.bytes ?? []) ORDER BY id LIMIT \(limit)", place, tx)
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [ConsentInvitation]
  {
    try tx.rows(
      """
      SELECT id, app_user, bank, link_hash, create_time, expire_time, state, note
      FROM consent_invitation
      WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """, as: (ID<ConsentInvitation>, ID<User>, String, [UInt8], Int64, Int64, String, String).self
    ).map {
      ConsentInvitation(
        id: $0, user: $1, bank: $2, linkHash: $3, createTime: $4.instant, expireTime: $5.instant,
        kept: try $6.named(), note: $7)
    }
  }
}
