import Crypto
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

/// An order with all that the server keeps about it.
package struct StoredOrder: Sendable, Equatable {
  package var order: Order
  package var ticket: OrderTicket
  package var hint: String
  /// BankID's answer as it came; it can be collected once only.
  package var answer: [UInt8]?
  /// When it came: the time at which it is verified, also after a crash.
  package var answerTime: Instant?
  /// Resource names of what was carried out.
  package var results: [String]
  /// What of several things was not.
  package var refusals: [OrderRefusal]

  package init(
    order: Order, ticket: OrderTicket, hint: String, answer: [UInt8]? = nil,
    answerTime: Instant? = nil, results: [String] = [], refusals: [OrderRefusal] = []
  ) {
    self.order = order
    self.ticket = ticket
    self.hint = hint
    self.answer = answer
    self.answerTime = answerTime
    self.results = results
    self.refusals = refusals
  }
}

package enum OrderTables {
  /// What stands for the order's id in the database: whoever holds the name of an order may collect
  /// it, so a copy of the database must not tell it.
  private static func key(_ id: ID<Order>) -> [UInt8] {
    Array(SHA256.hash(data: Array("bureau/order/v1\n".utf8) + id.bytes).prefix(16))
  }

  private static func place(_ column: String, _ id: ID<Order>, _ bureau: ID<Bureau>)
    -> SecretPlace
  {
    SecretPlace(
      table: "bankid_order", column: column, bureau: bureau, company: nil, id: key(id))
  }

  package static func insert(
    _ stored: StoredOrder, sealedBy box: SecretBox, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws {
    let order = stored.order, ticket = stored.ticket
    let (purpose, subjects, bank) = encode(order.purpose)
    func sealed(_ secret: String, _ column: String) throws -> String {
      try box.seal(secret, at: place(column, order.id, bureau))
    }
    let orderRef = try sealed(ticket.orderRef, "order_ref")
    let autoStart = try sealed(ticket.autoStartToken, "auto_start_token")
    let qrToken = try sealed(ticket.qrStartToken, "qr_token")
    let qrSecret = try sealed(ticket.qrStartSecret, "qr_secret")
    try tx.execute(
      """
      INSERT INTO main.bankid_order (bureau, id, purpose, company, app_user, subjects, bank,
        visible_text, non_visible, order_ref, auto_start_token, qr_token, qr_secret, start_time,
        state, hint, results)
      VALUES (\(bureau), \(key(order.id)), \(purpose), \(order.company), \(order.user), \(subjects),
        \(bank), \(order.visibleText), \(order.nonVisibleData),
        \(orderRef), \(autoStart), \(qrToken), \(qrSecret), \(order.startTime.microseconds),
        \(order.state.rawValue), \(stored.hint), \(""))
      """)
  }

  package static func load(
    _ id: ID<Order>, openedBy box: SecretBox, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> StoredOrder? {
    var found: StoredOrder?
    try tx.query(
      """
      SELECT purpose, company, app_user, subjects, bank, visible_text, non_visible, order_ref,
        auto_start_token, qr_token, qr_secret, start_time, state, hint, answer,
        results, answer_time
      FROM bankid_order WHERE bureau = \(bureau) AND id = \(key(id))
      """
    ) { row in
      let ends = try OrderEnds(row.text(15))
      found = StoredOrder(
        order: Order(
          id: id,
          purpose: try decode(row.text(0), subjects: row.blob(3), bank: row.text(4)),
          company: try row.value(1), user: try row.value(2), state: try row.text(12).named(),
          visibleText: try row.text(5), nonVisibleData: try row.blob(6),
          startTime: try row.int(11).instant),
        ticket: OrderTicket(
          orderRef: try row.text(7), autoStartToken: try row.text(8),
          qrStartToken: try row.text(9), qrStartSecret: try row.text(10)),
        hint: try row.text(13), answer: try row.value(14),
        answerTime: try row.value(16, as: Int64?.self)?.instant,
        results: ends.results, refusals: ends.refusals)
    }
    func open(_ sealed: inout String, _ column: String) throws {
      if !sealed.isEmpty { sealed = try box.open(sealed, at: place(column, id, bureau)) }
    }
    guard var stored = found else { return nil }
    try open(&stored.ticket.orderRef, "order_ref")
    try open(&stored.ticket.autoStartToken, "auto_start_token")
    try open(&stored.ticket.qrStartToken, "qr_token")
    try open(&stored.ticket.qrStartSecret, "qr_secret")
    return stored
  }

  /// Keeps BankID's answer before anything is decided on it (invariant L).
  package static func keepAnswer(
    _ answer: [UInt8], at time: Instant, of id: ID<Order>, _ bureau: ID<Bureau>,
    in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      UPDATE main.bankid_order SET answer = \(answer), answer_time = \(time.microseconds)
      WHERE bureau = \(bureau) AND id = \(key(id))
      """)
  }

  /// Ends an order as failed unless its answer has come meanwhile, by another server.
  package static func giveUp(
    _ id: ID<Order>, hint: String, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      UPDATE main.bankid_order SET state = \(Order.State.failed.rawValue), hint = \(hint),
        order_ref = \(""), auto_start_token = \(""), qr_token = \(""), qr_secret = \("")
      WHERE bureau = \(bureau) AND id = \(key(id)) AND answer IS NULL
        AND state = \(Order.State.pending.rawValue)
      """)
  }

  package static func end(
    _ id: ID<Order>, _ state: Order.State, hint: String, results: [String] = [],
    refusals: [OrderRefusal] = [], of bureau: ID<Bureau>, in tx: any Transaction
  ) throws {
    let ends = OrderEnds(results: results, refusals: refusals)
    try tx.execute(
      """
      UPDATE main.bankid_order SET state = \(state.rawValue), hint = \(hint),
        results = \(ends.text),
        order_ref = \(""), auto_start_token = \(""), qr_token = \(""), qr_secret = \("")
      WHERE bureau = \(bureau) AND id = \(key(id))
      """)
  }

  /// Forgets orders that were started before `time`, and counts those left pending that were
  /// started after `fresh`. One whose answer has come but was not carried out stays: it cannot be
  /// had again.
  package static func sweep(
    before time: Instant, openSince fresh: Instant, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> Int {
    try tx.execute(
      """
      DELETE FROM main.bankid_order
      WHERE bureau = \(bureau) AND start_time < \(time.microseconds)
        AND (answer IS NULL OR state <> \(Order.State.pending.rawValue))
      """)
    return try tx.first(
      """
      SELECT CAST(count(*) AS BIGINT) FROM bankid_order
      WHERE bureau = \(bureau) AND state = \(Order.State.pending.rawValue)
        AND start_time >= \(fresh.microseconds)
      """, as: Int.self) ?? 0
  }

  private static func encode(_ purpose: Order.Purpose) -> (String, [UInt8], String) {
    switch purpose {
    case .login: ("login", [], "")
    case .agreement(let id): ("agreement", id.bytes, "")
    case .consent(let bank, let invitation): ("consent", invitation?.bytes ?? [], bank)
    case .payments(let ids): ("payments", ids.flatMap(\.bytes), "")
    case .bulkPayments(let parts): ("bulk_payments", parts.subjects, "")
    }
  }

  private static func decode(_ purpose: String, subjects: [UInt8], bank: String) throws
    -> Order.Purpose
  {
    switch purpose {
    case "login": return .login
    case "agreement":
      guard let id = ID<Agreement>(bytes: subjects) else { break }
      return .agreement(id)
    case "consent": return .consent(bank: bank, invitation: ID(bytes: subjects))
    case "payments":
      return .payments(
        stride(from: 0, to: subjects.count, by: 16).compactMap {
          ID(bytes: subjects[$0..<min($0 + 16, subjects.count)])
        })
    case "bulk_payments":
      return .bulkPayments(try [CompanyPayments](subjects: subjects))
    default: break
    }
    throw UnreadableFact(what: "order")
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
