import Crypto
package import Domain
package import Engine
package import Primitives

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
  /// Of an order by a code: where the code went; empty where nobody has asked.
  package var maskedNumber: String

  package init(
    order: Order, ticket: OrderTicket, hint: String, answer: [UInt8]? = nil,
    answerTime: Instant? = nil, results: [String] = [], refusals: [OrderRefusal] = [],
    maskedNumber: String = ""
  ) {
    self.order = order
    self.ticket = ticket
    self.hint = hint
    self.answer = answer
    self.answerTime = answerTime
    self.results = results
    self.refusals = refusals
    self.maskedNumber = maskedNumber
  }
}

package enum OrderTables {
  /// What stands for the order's id in the database: whoever holds the name of an order may collect
  /// it, so a copy of the database must not tell it.
  static func key(_ id: ID<Order>) -> [UInt8] {
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
    let openURL = ticket.openURL.isEmpty ? "" : try sealed(ticket.openURL, "open_url")
    let stateHash = ticket.openURL.isEmpty ? nil : Self.stateHash(ticket.orderRef)
    try tx.execute(
      """
      INSERT INTO main.bankid_order (bureau, id, purpose, company, app_user, subjects, bank,
        visible_text, non_visible, order_ref, auto_start_token, qr_token, qr_secret, start_time,
        state, hint, results, eid, open_url, state_hash, method)
      VALUES (\(bureau), \(key(order.id)), \(purpose), \(order.company), \(order.user), \(subjects),
        \(bank), \(order.visibleText), \(order.nonVisibleData),
        \(orderRef), \(autoStart), \(qrToken), \(qrSecret), \(order.startTime.microseconds),
        \(order.state.rawValue), \(stored.hint), \(""), \(order.eid.rawValue), \(openURL),
        \(stateHash), \(order.method.rawValue))
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
        results, answer_time, eid, open_url, method
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
          startTime: try row.int(11).instant,
          eid: try row.value(17, as: String?.self)?.named() ?? .bankIDSE,
          method: try row.value(19, as: String?.self)?.named() ?? .bankID),
        ticket: OrderTicket(
          orderRef: try row.text(7), autoStartToken: try row.text(8),
          qrStartToken: try row.text(9), qrStartSecret: try row.text(10),
          openURL: try row.value(18, as: String?.self) ?? ""),
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
    try open(&stored.ticket.openURL, "open_url")
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
        order_ref = \(""), auto_start_token = \(""), qr_token = \(""), qr_secret = \(""),
        open_url = \("")
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
        order_ref = \(""), auto_start_token = \(""), qr_token = \(""), qr_secret = \(""),
        open_url = \("")
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
