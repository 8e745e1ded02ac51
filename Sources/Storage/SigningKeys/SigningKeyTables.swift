package import Domain
package import Engine
package import Primitives
import Sealing

extension Projection {
  func apply(_ fact: SigningKeyCreated) throws {
    let key = fact.key
    // One company's key is nobody else's, on this server: the table's key says so.
    let isNew = try transaction.changes(
      """
      INSERT INTO main.signing_key_owner (public_key, bureau, company)
      VALUES (\(key.publicKey.bytes), \(bureau), \(company))
      ON CONFLICT (public_key) DO NOTHING
      """)
    guard isNew == 1 else { throw SigningKeyError.taken }
    if let replaced = fact.replaced {
      // Whatever overlaps from before stops with it.
      try transaction.execute(
        """
        UPDATE main.signing_key SET end_time = \(time.microseconds)
        WHERE bureau = \(bureau) AND company = \(company) AND end_time > \(time.microseconds)
        """)
      try transaction.execute(
        """
        UPDATE main.signing_key SET end_time = \(replaced.endTime.microseconds)
        WHERE bureau = \(bureau) AND company = \(company) AND id = \(replaced.key)
        """)
    }
    try transaction.execute(
      """
      INSERT INTO main.signing_key (bureau, company, id, number, public_key, maker, create_time)
      VALUES (\(bureau), \(company), \(key.id), \(key.number), \(key.publicKey.bytes),
        \(key.maker.rawValue), \(key.createTime.microseconds))
      """)
  }

  func apply(_ fact: SigningKeyRevoked) throws {
    try transaction.execute(
      """
      UPDATE main.signing_key SET revoke_time = \(fact.revokeTime.microseconds)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.key)
      """)
  }
}

package enum SigningKeyTables {
  /// A company has this many at most in all its life; more want a look at who makes them.
  package static let limit = 1_000

  package static func load(_ id: ID<SigningKey>, of place: Place, in tx: any Transaction) throws
    -> SigningKey?
  {
    try select("AND id = \(id)", place, tx).first
  }

  package static func list(
    of place: Place, after: ID<SigningKey>?, limit: Int, in tx: any Transaction
  ) throws -> [SigningKey] {
    let last = try after.flatMap { try load($0, of: place, in: tx)?.number } ?? 0
    return try select("AND number > \(last) ORDER BY number LIMIT \(limit)", place, tx)
  }

  /// All that the company has had, oldest first.
  package static func all(of place: Place, in tx: any Transaction) throws -> [SigningKey] {
    try select("ORDER BY number LIMIT \(limit)", place, tx)
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [SigningKey]
  {
    try tx.rows(
      """
      SELECT id, number, public_key, maker, create_time, end_time, revoke_time FROM signing_key
      WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """, as: (ID<SigningKey>, Int, [UInt8], String, Int64, Int64?, Int64?).self
    ).map {
      SigningKey(
        id: $0, number: $1, publicKey: SealingKey(stored: $2), maker: try $3.named(),
        createTime: $4.instant, endTime: $5?.instant, revokeTime: $6?.instant)
    }
  }
}
