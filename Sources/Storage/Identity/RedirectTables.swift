import Crypto
package import Domain
package import Engine
package import Primitives

/// An order found by what came back with the person. Who has that may bring the answer in, and
/// cannot collect the order: its name is another secret.
package struct RedirectedOrder: Sendable {
  package var ticket: OrderTicket
  package var startTime: Instant
  /// Whether it still waits for its answer.
  package var isOpen: Bool
  fileprivate var key: [UInt8]
}

extension OrderTables {
  static func stateHash(_ state: String) -> [UInt8] {
    Array(SHA256.hash(data: Array("bureau/openid-state/v1\n\(state)".utf8)))
  }

  package static func redirected(
    by state: String, openedBy box: SecretBox, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> RedirectedOrder? {
    let row = try tx.first(
      """
      SELECT id, qr_secret, start_time, state, answer FROM bankid_order
      WHERE bureau = \(bureau) AND state_hash = \(stateHash(state))
      """, as: ([UInt8], String, Int64, String, [UInt8]?).self)
    guard let (key, secret, start, word, answer) = row else { return nil }
    let place = SecretPlace(
      table: "bankid_order", column: "qr_secret", bureau: bureau, company: nil, id: key)
    return RedirectedOrder(
      ticket: OrderTicket(
        orderRef: state, autoStartToken: "", qrStartToken: "",
        qrStartSecret: secret.isEmpty ? "" : try box.open(secret, at: place)),
      startTime: start.instant,
      isOpen: word == Order.State.pending.rawValue && answer == nil && !secret.isEmpty, key: key)
  }

  /// Keeps the answer unless there is one already: the first counts.
  package static func keepAnswer(
    _ answer: [UInt8], at time: Instant, of order: RedirectedOrder, _ bureau: ID<Bureau>,
    in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      UPDATE main.bankid_order SET answer = \(answer), answer_time = \(time.microseconds)
      WHERE bureau = \(bureau) AND id = \(order.key) AND answer IS NULL
        AND state = \(Order.State.pending.rawValue)
      """)
  }

  /// Ends an order whose person has turned back, or whose answer cannot be believed.
  package static func giveUp(
    _ order: RedirectedOrder, hint: String, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      UPDATE main.bankid_order SET state = \(Order.State.failed.rawValue), hint = \(hint),
        order_ref = \(""), auto_start_token = \(""), qr_token = \(""), qr_secret = \(""),
        open_url = \("")
      WHERE bureau = \(bureau) AND id = \(order.key) AND answer IS NULL
        AND state = \(Order.State.pending.rawValue)
      """)
  }
}
