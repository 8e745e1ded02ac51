package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: ConsentGiven) throws {
    let new = fact.consent
    try transaction.execute(
      """
      INSERT INTO main.consent (bureau, company, id, app_user, bank, create_time, expire_time,
        evidence)
      VALUES (\(bureau), \(company), \(new.id), \(new.user), \(new.bank),
        \(new.createTime.microseconds), \(new.expireTime.microseconds), \(fact.evidenceDigest))
      """)
  }

  func apply(_ fact: ConsentRevoked) throws {
    try transaction.execute(
      """
      UPDATE main.consent SET revoke_time = \(fact.revokeTime.microseconds)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.consent)
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

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [Consent]
  {
    try tx.rows(
      """
      SELECT id, app_user, bank, create_time, expire_time, revoke_time FROM consent
      WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """, as: (ID<Consent>, ID<User>, String, Int64, Int64, Int64?).self
    ).map {
      Consent(
        id: $0, user: $1, bank: $2, createTime: $3.instant, expireTime: $4.instant,
        revokeTime: $5?.instant)
    }
  }
}
