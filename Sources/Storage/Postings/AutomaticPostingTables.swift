package import Domain
package import Engine
package import Primitives

extension PostingSchema {
  /// Invoices that are posted before they are paid, fees, and what is posted by itself.
  static let invoices = Migration(
    29, "posted invoices, automatic posting",
    tables: [TenantTable("posting_setting", .company)],
    """
    CREATE TABLE posting_setting (
      bureau BLOB NOT NULL, company BLOB NOT NULL, agreement BLOB NOT NULL, mode TEXT NOT NULL,
      PRIMARY KEY (bureau, company, agreement)) STRICT;
    ALTER TABLE instruction ADD COLUMN booked_fee INTEGER;
    ALTER TABLE payment ADD COLUMN invoice_voucher BLOB;
    ALTER TABLE payment ADD COLUMN invoice_minor INTEGER;
    ALTER TABLE payment ADD COLUMN invoice_currency TEXT;
    ALTER TABLE voucher ADD COLUMN is_invoice BOOLEAN NOT NULL DEFAULT FALSE;
    """)
}

extension Projection {
  func apply(_ fact: AutomaticPostingSet) throws {
    try transaction.execute(
      """
      INSERT INTO main.posting_setting (bureau, company, agreement, mode)
      VALUES (\(bureau), \(company), \(fact.agreement), \(fact.mode.rawValue))
      ON CONFLICT (bureau, company, agreement) DO UPDATE SET mode = excluded.mode
      """)
  }

  /// The debt of an invoice, which its payment settles.
  func notePostedInvoice(_ voucher: Voucher) throws {
    guard voucher.isInvoice, let payment = voucher.payments.first, let debt = voucher.lines.first
    else { return }
    try transaction.execute(
      """
      UPDATE main.payment SET invoice_voucher = \(voucher.id),
        invoice_minor = \(-debt.amount.minorUnits),
        invoice_currency = \(debt.amount.currency.code), revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """)
  }
}

package enum AutomaticPostingTables {
  package static func mode(
    of agreement: ID<Agreement>, at place: Place, in tx: any Transaction
  ) throws -> AutomaticPosting {
    try tx.first(
      """
      SELECT mode FROM posting_setting WHERE bureau = \(place.bureau)
        AND company = \(place.company) AND agreement = \(agreement)
      """, as: String.self)?.named() ?? .off
  }

  /// The agreement whose setting posts a payment by itself; nil: nobody wants that.
  static func agreement(
    posting payment: ID<Payment>, at place: Place, in tx: any Transaction
  ) throws -> ID<Agreement>? {
    try tx.first(
      """
      SELECT posting_setting.agreement FROM instruction
      JOIN transfer ON transfer.bureau = \(place.bureau) AND transfer.company = \(place.company)
        AND transfer.id = instruction.transfer
      JOIN posting_setting ON posting_setting.bureau = \(place.bureau)
        AND posting_setting.company = \(place.company)
        AND posting_setting.agreement = transfer.agreement
        AND posting_setting.mode <> \(AutomaticPosting.off.rawValue)
      WHERE instruction.bureau = \(place.bureau) AND instruction.company = \(place.company)
        AND instruction.payment = \(payment)
      ORDER BY instruction.number DESC LIMIT 1
      """, as: ID<Agreement>.self)
  }

  /// Bundles of an agreement with payments that the bank has booked and nobody has posted.
  package static func bundles(
    of agreement: ID<Agreement>, at place: Place, in tx: any Transaction
  ) throws -> [ID<Transfer>] {
    try tx.rows(
      """
      SELECT DISTINCT instruction.transfer FROM payment
      JOIN instruction ON instruction.bureau = \(place.bureau)
        AND instruction.company = \(place.company) AND instruction.payment = payment.id
        AND instruction.state = \(InstructionState.executed.rawValue)
        AND instruction.booked_minor IS NOT NULL
      JOIN transfer ON transfer.bureau = \(place.bureau) AND transfer.company = \(place.company)
        AND transfer.id = instruction.transfer AND transfer.agreement = \(agreement)
      WHERE payment.bureau = \(place.bureau) AND payment.company = \(place.company)
        AND payment.state = \(PaymentState.paid.rawValue)
      ORDER BY instruction.transfer LIMIT 1000
      """, as: ID<Transfer>.self)
  }

  /// What of a bundle the bank has booked and nobody has posted.
  package static func booked(
    of transfer: ID<Transfer>, at place: Place, in tx: any Transaction
  ) throws -> [Payment] {
    try tx.rows(
      """
      SELECT payment.id FROM instruction
      JOIN payment ON payment.bureau = \(place.bureau) AND payment.company = \(place.company)
        AND payment.id = instruction.payment AND payment.state = \(PaymentState.paid.rawValue)
      WHERE instruction.bureau = \(place.bureau) AND instruction.company = \(place.company)
        AND instruction.transfer = \(transfer)
        AND instruction.state = \(InstructionState.executed.rawValue)
        AND instruction.booked_minor IS NOT NULL
      ORDER BY payment.id
      """, as: ID<Payment>.self
    ).compactMap { try PaymentTables.load($0, of: place, for: .shown, in: tx) }
  }

  /// The digest of the document that a payment was made from; nil: from none.
  package static func document(
    of payment: Payment, at place: Place, in tx: any Transaction
  ) throws -> [UInt8]? {
    try tx.first(
      """
      SELECT source_digest FROM invoice WHERE bureau = \(place.bureau)
        AND company = \(place.company) AND supplier_key = \(payment.supplierKey)
        AND payment = \(payment.id) LIMIT 1
      """, as: [UInt8].self)
  }
}
