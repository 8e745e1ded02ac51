package import Domain
package import Engine
package import Primitives

/// The codes that were sent: working state. Those that have ended stay for some hours, since what was
/// sent within the hour is counted, and a code for other payments is told from a wrong one.
package enum SigningCodeTables {
  private static let keptHours = 2

  /// In the place of the person's earlier ones, which end.
  package static func insert(
    _ code: SigningCode, for order: ID<Order>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      DELETE FROM main.signing_code
      WHERE bureau = \(bureau) AND app_user = \(code.user)
        AND send_time < \(code.sendTime.adding(hours: -keptHours).microseconds)
      """)
    try tx.execute(
      """
      UPDATE main.signing_code SET superseded = \(true)
      WHERE bureau = \(bureau) AND app_user = \(code.user) AND use_time IS NULL
      """)
    try tx.execute(
      """
      INSERT INTO main.signing_code (bureau, order_key, id, app_user, session, number, set_digest,
        salt, digest, message, message_text, send_time, tries_left, superseded)
      VALUES (\(bureau), \(OrderTables.key(order)), \(code.id), \(code.user), \(code.session),
        \(code.number.text), \(code.set), \(code.salt), \(code.digest), \(code.message),
        \(code.text), \(code.sendTime.microseconds), \(code.triesLeft), \(code.isVoid))
      """)
  }

  /// The code of an order; nil: it has none.
  package static func load(
    for order: ID<Order>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> SigningCode? {
    try codes("AND order_key = \(OrderTables.key(order))", bureau, tx).first
  }

  /// A person's codes, oldest first.
  package static func all(of user: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction) throws
    -> [SigningCode]
  {
    try codes("AND app_user = \(user) ORDER BY send_time LIMIT 100", bureau, tx)
  }

  /// Takes one try, durably and before anything is compared: a wrong one is counted though the call
  /// that brought it is refused. Returns the code as it was before.
  package static func takeTry(
    for order: ID<Order>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> SigningCode? {
    // Of one that is used nothing is tried any more.
    let isTaken =
      try tx.changes(
        """
        UPDATE main.signing_code SET tries_left = tries_left - 1
        WHERE bureau = \(bureau) AND order_key = \(OrderTables.key(order)) AND tries_left > 0
          AND use_time IS NULL
        """) == 1
    var code = try load(for: order, of: bureau, in: tx)
    if isTaken { code?.triesLeft += 1 }
    return code
  }

  /// Marks the code used, once; false: somebody else was faster, or another code has ended it.
  package static func use(
    _ use: SigningCode.Use, for order: ID<Order>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> Bool {
    try tx.changes(
      """
      UPDATE main.signing_code SET use_time = \(use.time.microseconds),
        use_request = \(use.requestID)
      WHERE bureau = \(bureau) AND order_key = \(OrderTables.key(order)) AND use_time IS NULL
        AND superseded = \(false)
      """) == 1
  }

  private static func codes(_ rest: SQL, _ bureau: ID<Bureau>, _ tx: any Transaction) throws
    -> [SigningCode]
  {
    var found: [SigningCode] = []
    try tx.query(
      """
      SELECT id, app_user, session, number, set_digest, salt, digest, message, message_text,
        send_time, tries_left, superseded, use_time, use_request
      FROM signing_code WHERE bureau = \(bureau) \(rest)
      """
    ) { row in
      let use = try row.value(12, as: Int64?.self)
      found.append(
        SigningCode(
          id: try row.value(0), user: try row.value(1), session: try row.value(2),
          number: try PhoneNumber(row.text(3)), set: try row.blob(4), salt: try row.blob(5),
          digest: try row.blob(6), message: try row.text(7), text: try row.text(8),
          sendTime: try row.int(9).instant, triesLeft: Int(try row.int(10)),
          isVoid: try row.bool(11),
          use: try use.map {
            SigningCode.Use(time: $0.instant, requestID: try row.value(13, as: String?.self) ?? "")
          }))
    }
    return found
  }
}
