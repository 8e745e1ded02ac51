package import Domain
package import Engine
package import Primitives

/// Working state of logins and BankID orders: no facts, no history.
package enum IdentityTables {
  /// Whom a secret stands for, found without knowing the bureau.
  package struct Credential: Sendable, Equatable {
    package var bureau: ID<Bureau>
    package var user: ID<User>
    /// nil for a service user's token.
    package var session: Session?
    package var expireTime: Instant?
    /// A service user's token.
    package var token: ID<Token>?
    package var scope = TokenScope()
    /// When the token was last seen, within a minute.
    package var tokenUseTime: Instant?
  }

  package static func credential(_ hash: [UInt8], in tx: any Transaction) throws -> Credential? {
    let session = try tx.first(
      """
      SELECT bureau, app_user, id, start_time, last_use_time FROM session WHERE hash = \(hash)
      """, as: (ID<Bureau>, ID<User>, ID<Session>, Int64, Int64).self)
    if let (bureau, user, id, start, lastUse) = session {
      return Credential(
        bureau: bureau, user: user,
        session: Session(
          id: id, user: user, startTime: start.instant, lastUseTime: lastUse.instant))
    }
    return try tx.first(
      """
      SELECT credential.bureau, app_user, expire_time, credential.token, companies, verbs,
        certificate, last_use_time
      FROM credential
      LEFT JOIN token_scope ON token_scope.hash = credential.hash
      LEFT JOIN token_use ON token_use.hash = credential.hash
      WHERE credential.hash = \(hash)
      """,
      as: (ID<Bureau>, ID<User>, Int64, ID<Token>, [UInt8]?, String?, [UInt8]?, Int64?).self
    ).map {
      Credential(
        bureau: $0, user: $1, expireTime: $2.instant, token: $3,
        scope: TokenTables.scope(companies: $4, verbs: $5, certificate: $6),
        tokenUseTime: $7?.instant)
    }
  }

  package static func start(
    _ session: Session, hash: [UInt8], of bureau: ID<Bureau>, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      INSERT INTO main.session (hash, bureau, company, id, app_user, start_time, last_use_time)
      VALUES (\(hash), \(bureau), \(ID<Company>?.none), \(session.id), \(session.user),
        \(session.startTime.microseconds), \(session.lastUseTime.microseconds))
      """)
  }

  package static func touch(
    _ hash: [UInt8], at time: Instant, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      UPDATE main.session SET last_use_time = \(time.microseconds)
      WHERE hash = \(hash) AND bureau = \(bureau)
      """)
  }

  package static func end(_ hash: [UInt8], of bureau: ID<Bureau>, in tx: any Transaction) throws {
    try tx.execute("DELETE FROM main.session WHERE hash = \(hash) AND bureau = \(bureau)")
  }
}

/// Messages to people, until they are sent.
package struct OutgoingMessage: Sendable, Equatable {
  package var id: ID<OutgoingMessage>
  package var mobile: String
  package var email: String
  package var subject: String
  package var body: String
  /// What only the receiver may know: the secret of a link.
  package var secret: String

  package init(
    id: ID<OutgoingMessage>, mobile: String, email: String, subject: String, body: String,
    secret: String
  ) {
    self.id = id
    self.mobile = mobile
    self.email = email
    self.subject = subject
    self.body = body
    self.secret = secret
  }
}

package enum MessageTables {
  private static func place(_ id: ID<OutgoingMessage>, _ place: Place) -> SecretPlace {
    SecretPlace(
      table: "message", column: "secret", bureau: place.bureau, company: place.company,
      id: id.bytes)
  }

  package static func insert(
    _ message: OutgoingMessage, sealedBy box: SecretBox, of place: Place, at time: Instant,
    in tx: any Transaction
  ) throws {
    let secret =
      message.secret.isEmpty ? "" : try box.seal(message.secret, at: Self.place(message.id, place))
    try tx.execute(
      """
      INSERT INTO main.message (bureau, company, id, mobile, email, subject, body, secret)
      VALUES (\(place.bureau), \(place.company), \(message.id), \(message.mobile),
        \(message.email), \(message.subject), \(message.body), \(secret))
      """)
    try Work.schedule(.message, message.id.bytes, at: time, of: place, in: tx)
  }

  package static func load(
    _ id: ID<OutgoingMessage>, openedBy box: SecretBox, of place: Place, in tx: any Transaction
  ) throws -> OutgoingMessage? {
    try tx.first(
      """
      SELECT mobile, email, subject, body, secret FROM message
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND id = \(id)
      """, as: (String, String, String, String, String).self
    ).map {
      OutgoingMessage(
        id: id, mobile: $0, email: $1, subject: $2, body: $3,
        secret: $4.isEmpty ? "" : try box.open($4, at: Self.place(id, place)))
    }
  }

  package static func remove(
    _ id: ID<OutgoingMessage>, of place: Place, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      DELETE FROM main.message
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND id = \(id)
      """)
    try Work.finish(.message, id.bytes, of: place, in: tx)
  }
}
