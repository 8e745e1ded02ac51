package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: TokenCreated) throws {
    let new = fact.token
    try transaction.execute(
      """
      INSERT INTO main.token (bureau, id, app_user, expire_time, revoked)
      VALUES (\(bureau), \(new.id), \(new.user), \(new.expireTime.microseconds), \(false))
      """)
    try transaction.execute(
      """
      INSERT INTO main.credential (hash, bureau, company, token, app_user, expire_time)
      VALUES (\(fact.secretHash), \(bureau), \(ID<Company>?.none), \(new.id), \(new.user),
        \(new.expireTime.microseconds))
      """)
    if !new.scope.isUnlimited {
      let companies = new.scope.companies.flatMap(\.bytes)
      let verbs = new.scope.verbs.joined(separator: " ")
      try transaction.execute(
        """
        INSERT INTO main.token_scope (hash, bureau, company, token, companies, verbs, certificate)
        VALUES (\(fact.secretHash), \(bureau), \(ID<Company>?.none), \(new.id), \(companies),
          \(verbs), \(new.scope.certificate))
        """)
    }
    if let time = new.createTime {
      try transaction.execute(
        """
        INSERT INTO main.token_detail (bureau, id, display_name, create_time)
        VALUES (\(bureau), \(new.id), \(new.displayName), \(time.microseconds))
        """)
    }
  }

  func apply(_ fact: TokenRevoked) throws {
    try transaction.execute(
      """
      UPDATE main.token SET revoked = \(true)
      WHERE bureau = \(bureau) AND id = \(fact.token.id)
      """)
    try transaction.execute(
      "DELETE FROM main.credential WHERE bureau = \(bureau) AND token = \(fact.token.id)")
  }
}

/// A token with all that is known of it.
package struct StoredToken: Sendable, Equatable {
  package var token: Token
  package var isRevoked: Bool
  package var lastUseTime: Instant?
}

package enum TokenTables {
  private typealias Row = (
    ID<Token>, ID<User>, Int64, Bool, String?, Int64?, [UInt8]?, String?, [UInt8]?, Int64?
  )

  private static let columns: SQL =
    """
    token.id, token.app_user, token.expire_time, token.revoked, token_detail.display_name,
    token_detail.create_time, token_scope.companies, token_scope.verbs, token_scope.certificate,
    token_use.last_use_time
    FROM token
    LEFT JOIN token_detail ON token_detail.bureau = token.bureau AND token_detail.id = token.id
    LEFT JOIN token_scope ON token_scope.bureau = token.bureau AND token_scope.token = token.id
    LEFT JOIN token_use ON token_use.bureau = token.bureau AND token_use.token = token.id
    """

  private static func stored(_ row: Row) -> StoredToken {
    StoredToken(
      token: Token(
        id: row.0, user: row.1, expireTime: row.2.instant, displayName: row.4 ?? "",
        scope: scope(companies: row.6, verbs: row.7, certificate: row.8),
        createTime: row.5?.instant), isRevoked: row.3, lastUseTime: row.9?.instant)
  }

  static func scope(companies: [UInt8]?, verbs: String?, certificate: [UInt8]?) -> TokenScope {
    let companies = companies ?? []
    return TokenScope(
      companies: stride(from: 0, to: companies.count, by: 16).compactMap {
        ID(bytes: companies[$0..<min($0 + 16, companies.count)])
      }, verbs: (verbs ?? "").split(separator: " ").map(String.init), certificate: certificate)
  }

  package static func load(
    _ id: ID<Token>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> StoredToken? {
    try tx.first(
      "SELECT \(columns) WHERE token.bureau = \(bureau) AND token.id = \(id)", as: Row.self
    ).map { stored($0) }
  }

  /// In order of id.
  /// - Parameters:
  ///   - user: nil for those of all.
  ///   - liveAt: without those that are revoked or expired by then; nil: with them.
  package static func list(
    of bureau: ID<Bureau>, user: ID<User>?, liveAt time: Instant?, after: ID<Token>?, limit: Int,
    in tx: any Transaction
  ) throws -> [StoredToken] {
    let ofUser: SQL = user.map { " AND token.app_user = \($0)" } ?? ""
    let live: SQL =
      time.map { " AND token.revoked = \(false) AND token.expire_time > \($0.microseconds)" } ?? ""
    return try tx.rows(
      """
      SELECT \(columns)
      WHERE token.bureau = \(bureau) AND token.id > \(after?.bytes ?? [])\(ofUser)\(live)
      ORDER BY token.id LIMIT \(limit)
      """, as: Row.self
    ).map { stored($0) }
  }

  package static func liveCount(
    of user: ID<User>, of bureau: ID<Bureau>, at time: Instant, in tx: any Transaction
  ) throws -> Int {
    try tx.first(
      """
      SELECT CAST(count(*) AS BIGINT) FROM token WHERE bureau = \(bureau)
        AND app_user = \(user) AND revoked = \(false) AND expire_time > \(time.microseconds)
      """, as: Int.self) ?? 0
  }

  /// Notes that a token was used. Working state: no fact, and at most about once a minute.
  package static func touch(
    _ hash: [UInt8], _ token: ID<Token>, at time: Instant, of bureau: ID<Bureau>,
    in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      INSERT INTO main.token_use (hash, bureau, company, token, last_use_time)
      VALUES (\(hash), \(bureau), \(ID<Company>?.none), \(token), \(time.microseconds))
      ON CONFLICT (hash) DO UPDATE SET last_use_time = excluded.last_use_time
      """)
  }
}
