// Which facts concern which payment: an index into the journal, so that a payment's history is read
// without reading its company's.

package import Domain
package import Engine
import Facts
package import Primitives
import SwiftProtobuf

extension Schema {
  /// The history of payments, and finding them by account and text.
  static let paymentSearch = Migration(
    19, "history and search of payments",
    tables: [TenantTable("payment_event", .company)],
    """
    CREATE TABLE payment_event (
      bureau BLOB NOT NULL, company BLOB NOT NULL, payment BLOB NOT NULL, seq INTEGER NOT NULL,
      PRIMARY KEY (bureau, company, payment, seq)) STRICT, WITHOUT ROWID;
    ALTER TABLE payment ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
    CREATE INDEX payment_account ON payment (bureau, company, account_text, id);
    UPDATE payment SET search_text = coalesce(creditor_name, '') || ' ' || invoice_number || ' '
      || coalesce(reference_text, '');
    \(folding("payment"))
    """)
}

extension Fact {
  /// The payments that it tells something of by their own ids.
  var payments: [ID<Payment>] {
    switch self {
    case .invoiceImported(let fact): [fact.payment]
    case .paymentProposed(let fact): [fact.payment]
    case .paymentChanged(let fact): [fact.payment]
    case .paymentAcknowledged(let fact): [fact.payment]
    case .paymentSigned(let fact): [fact.payment]
    case .paymentPartlySigned(let fact): [fact.payment]
    case .paymentDeleted(let fact): [fact.payment]
    case .paymentRestored(let fact): [fact.payment]
    case .paymentReturned(let fact): [fact.payment]
    case .paymentsHandled(let fact): fact.items.filter { $0.refusal != nil }.map(\.payment)
    case .transferPrepared(let fact): fact.items.map(\.payment)
    case .transferRecovered(let fact): fact.items.map(\.payment)
    case .instructionAccepted(let fact): [fact.payment]
    case .bankSignatureGiven(let fact): [fact.payment]
    case .paymentRejected(let fact): [fact.payment]
    case .paymentPaid(let fact): [fact.payment]
    case .paymentBooked(let fact): [fact.payment]
    case .supplierAccountFound(let fact): [fact.payment]
    case .duplicatesDismissed(let fact): [fact.payment]
    case .openItemsLinked(let fact): [fact.payment]
    case .openItemsUnlinked(let fact): [fact.payment]
    case .paymentLost(let fact): [fact.payment]
    case .bankCheckRecorded(let fact): [fact.payment]
    case .alarmRaised(let fact): fact.payment.map { [$0] } ?? []
    case .voucherPosted(let fact): fact.voucher.payments
    default: []
    }
  }
}

extension Projection {
  /// Notes whose history the fact belongs to; after its own tables are written.
  func noteHistory(_ fact: Fact) throws {
    if case .transferDelivered(let fact) = fact {
      return try transaction.execute(
        """
        INSERT INTO main.payment_event (bureau, company, payment, seq)
        SELECT bureau, company, payment, \(sequence) FROM instruction
        WHERE bureau = \(bureau) AND company = \(company) AND transfer = \(fact.transfer)
        """)
    }
    var noted: Set<ID<Payment>> = []
    for payment in fact.payments where noted.insert(payment).inserted {
      try transaction.execute(
        """
        INSERT INTO main.payment_event (bureau, company, payment, seq)
        VALUES (\(bureau), \(company), \(payment), \(sequence))
        """)
    }
  }
}

/// One fact about a payment, with who and when.
package struct PaymentEntry: Sendable, Equatable {
  package var sequence: Int64
  package var time: Instant
  /// nil: the server itself.
  package var actor: ID<User>?
  /// nil: erased by law.
  package var fact: Fact?
}

extension PaymentEntry {
  /// A row of the journal.
  init(_ sequence: Int64, envelope: [UInt8], body: [UInt8]) throws {
    let envelope = try Bureau_Facts_V1_Envelope(serializedBytes: envelope)
    let message = try Bureau_Facts_V1_Body(serializedBytes: body).fact
    self.init(
      sequence: sequence, time: envelope.timeUs.instant, actor: try envelope.actor.optionalID(),
      fact: try message.map { try Fact($0) })
  }
}

package enum PaymentHistoryTables {
  /// The facts about a payment after `sequence`, oldest first.
  package static func entries(
    about payment: ID<Payment>, of place: Place, after sequence: Int64, limit: Int,
    in tx: any Transaction
  ) throws -> [PaymentEntry] {
    try tx.rows(
      """
      SELECT fact.seq, fact.envelope, fact.body FROM payment_event
      JOIN fact ON fact.bureau = payment_event.bureau AND fact.company = payment_event.company
        AND fact.seq = payment_event.seq
      WHERE payment_event.bureau = \(place.bureau) AND payment_event.company = \(place.company)
        AND payment_event.payment = \(payment) AND payment_event.seq > \(sequence)
      ORDER BY payment_event.seq LIMIT \(limit)
      """, as: (Int64, [UInt8], [UInt8]).self
    ).map { try PaymentEntry($0, envelope: $1, body: $2) }
  }
}
