package import Domain
package import Engine
import Facts
package import Primitives
import SwiftProtobuf

extension Projection {
  func apply(_ fact: InvoiceImported) throws {
    try transaction.execute(
      """
      INSERT INTO main.invoice (bureau, company, supplier_key, number, id, payment,
        source_digest)
      VALUES (\(bureau), \(company), \(fact.supplierKey), \(fact.number), \(fact.invoice),
        \(fact.payment), \(fact.sourceDigest))
      """)
  }

  func apply(_ fact: PaymentProposed) throws {
    let terms = fact.terms
    try transaction.execute(
      """
      INSERT INTO main.payment (bureau, company, id, state, invoice_number, supplier_key,
        creditor_name, creditor_country, account_form, account_text, bic, amount_minor, currency,
        reference_type, reference_text, due_date, account_as_written, reference_as_written,
        warnings, create_time, held, revision, makers, search_text, salary_batch,
        number_key, debt_minor, debt_reference)
      VALUES (\(bureau), \(company), \(fact.payment), \(fact.state.rawValue),
        \(fact.invoiceNumber), \(fact.supplierKey), \(terms.creditorName),
        \(terms.creditorCountry?.code), \(terms.creditorAccount?.form.rawValue),
        \(terms.creditorAccount?.text), \(terms.creditorBIC?.text), \(terms.amount.minorUnits),
        \(terms.amount.currency.code), \(terms.reference?.type.rawValue),
        \(terms.reference?.text), \(terms.dueDate?.iso), \(fact.asWritten.account),
        \(fact.asWritten.reference), \(fact.warnings.map(\.rawValue).joined(separator: " ")),
        \(time.microseconds), \(false), \(sequence), \(fact.maker?.bytes),
        \(searchText(terms, fact.invoiceNumber)), \(fact.salary?.bytes),
        \(DuplicateKey.number(fact.invoiceNumber)), \(terms.amount.minorUnits),
        \(terms.reference?.text))
      """)
    if fact.salary == nil { try countNew(fact.state) }
  }

  func apply(_ fact: PaymentChanged) throws {
    let terms = fact.terms
    try count(fact.payment, becomes: fact.state)
    try transaction.execute(
      """
      UPDATE main.payment SET state = \(fact.state.rawValue),
        creditor_name = \(terms.creditorName), creditor_country = \(terms.creditorCountry?.code),
        account_form = \(terms.creditorAccount?.form.rawValue),
        account_text = \(terms.creditorAccount?.text), bic = \(terms.creditorBIC?.text),
        amount_minor = \(terms.amount.minorUnits), currency = \(terms.amount.currency.code),
        reference_type = \(terms.reference?.type.rawValue),
        reference_text = \(terms.reference?.text), due_date = \(terms.dueDate?.iso),
        debt_minor = CASE WHEN netted THEN debt_minor ELSE \(terms.amount.minorUnits) END,
        debt_reference = CASE WHEN netted THEN debt_reference ELSE \(terms.reference?.text) END,
        signature = \([UInt8]?.none), revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
      """)
    try noteSearchText(fact.payment, terms)
    try voidApprovals(of: fact.payment)
    try forgetReturn(of: fact.payment)
    if let maker = fact.maker { try addMaker(maker, of: fact.payment) }
  }

  func apply(_ fact: PaymentDeleted) throws {
    try move(fact.payment, by: .delete)
    try voidApprovals(of: fact.payment)
  }

  private func addMaker(_ maker: ID<User>, of payment: ID<Payment>) throws {
    let known =
      try transaction.first(
        """
        SELECT makers FROM payment
        WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
        """, as: [UInt8]?.self) ?? nil
    guard !PaymentTables.makers(known).contains(maker) else { return }
    try transaction.execute(
      """
      UPDATE main.payment SET makers = \((known ?? []) + maker.bytes)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """)
  }

  func apply(_ fact: PaymentSigned) throws {
    let signature: [UInt8] = try fact.message.serializedBytes()
    try count(fact.payment, becomes: .signed)
    try transaction.execute(
      """
      UPDATE main.payment SET state = \(PaymentState.signed.rawValue),
        signature = \(signature), rejection_code = \(String?.none),
        rejection_text = \(String?.none), revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
      """)
    try addApproval(fact.payment, fact.signature, required: nil)
    try noteSigned(fact.payment, to: fact.signature.rendered.creditorAccount)
    try forgetReturn(of: fact.payment)
  }

  func apply(_ fact: PaymentRejected) throws {
    try setState(fact.payment, .error)
    try setInstruction(fact.payment, fact.number, .rejected)
    try transaction.execute(
      """
      UPDATE main.payment SET rejection_code = \(fact.rejection.code),
        rejection_text = \(fact.rejection.text), signature = \([UInt8]?.none)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
      """)
    try voidApprovals(of: fact.payment)
  }

  func apply(_ fact: PaymentPaid) throws {
    try setState(fact.payment, .paid)
    try setInstruction(fact.payment, fact.number, .executed)
    if let amount = fact.bookedAmount {
      let booking = Booking(
        amount: amount, bankReference: fact.bankReference, fee: fact.fee)
      try setBooking(fact.payment, fact.number, booking)
    }
    try setBookingDate(fact.payment, fact.bookingDate)
  }

  func apply(_ fact: PaymentBooked) throws {
    try setBooking(fact.payment, fact.number, fact.booking)
    try setBookingDate(fact.payment, fact.bookingDate)
    try touch(fact.payment)
  }

  func apply(_ fact: BankSignatureGiven) throws {
    try setState(fact.payment, .processing)
    try setInstruction(fact.payment, fact.number, .accepted)
  }

  func apply(_ fact: PaymentLost) throws {
    try setState(fact.payment, .inDoubt)
    try setInstruction(fact.payment, fact.number, .lost)
  }

  func apply(_ fact: BankCheckRecorded) throws {
    try setState(fact.payment, fact.executed ? .paid : .error)
    try setInstruction(fact.payment, fact.number, fact.executed ? .executed : .rejected)
    if fact.executed {
      try setBookingDate(fact.payment, fact.date)
    } else {
      try transaction.execute(
        """
        UPDATE main.payment SET signature = \([UInt8]?.none)
        WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
        """)
      try voidApprovals(of: fact.payment)
    }
  }

  func apply(_ fact: InstructionAccepted) throws {
    try setInstruction(fact.payment, fact.number, .accepted)
    try touch(fact.payment)
  }

  private func touch(_ payment: ID<Payment>) throws {
    try transaction.execute(
      """
      UPDATE main.payment SET revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """)
  }

  private func setBooking(_ payment: ID<Payment>, _ number: Int, _ booking: Booking) throws {
    try transaction.execute(
      """
      UPDATE main.instruction SET booked_minor = \(booking.amount.minorUnits),
        booked_currency = \(booking.amount.currency.code),
        bank_reference = \(booking.bankReference), booked_fee = \(booking.fee?.minorUnits)
      WHERE bureau = \(bureau) AND company = \(company) AND payment = \(payment)
        AND number = \(number)
      """)
  }

  /// Moves a payment by its table; the rules have checked that the event is allowed.
  func move(_ payment: ID<Payment>, by event: PaymentEvent) throws {
    guard let (old, isSalary) = try standing(of: payment) else {
      throw UnreadableFact(what: "payment of a fact")
    }
    let new = try old.after(event)
    if !isSalary { try count(from: old, to: new) }
    try write(new, of: payment)
  }

  func setState(_ payment: ID<Payment>, _ state: PaymentState) throws {
    try count(payment, becomes: state)
    try write(state, of: payment)
  }

  private func write(_ state: PaymentState, of payment: ID<Payment>) throws {
    try transaction.execute(
      """
      UPDATE main.payment SET state = \(state.rawValue), revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """)
  }

  private func setInstruction(_ payment: ID<Payment>, _ number: Int, _ state: InstructionState)
    throws
  {
    try transaction.execute(
      """
      UPDATE main.instruction SET state = \(state.rawValue)
      WHERE bureau = \(bureau) AND company = \(company) AND payment = \(payment)
        AND number = \(number)
      """)
  }

  private func setBookingDate(_ payment: ID<Payment>, _ date: CalendarDate) throws {
    try transaction.execute(
      """
      UPDATE main.payment SET booking_date = \(date.iso)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """)
  }
}

package enum PaymentTables {
  /// - Parameter sight: Whether whoever asks sees salaries; nobody does who does not say so.
  package static func load(
    _ id: ID<Payment>, of place: Place, for sight: SalarySight = .hidden, in tx: any Transaction
  ) throws -> Payment? {
    guard
      var payment = try select("AND id = \(id) \(sight.condition()) LIMIT 1", place, tx).first
    else { return nil }
    try complete(&payment, place, tx)
    return payment
  }

  package static func list(
    of place: Place, state: PaymentState?, for sight: SalarySight = .hidden,
    after: ID<Payment>?, limit: Int, in tx: any Transaction
  ) throws -> [Payment] {
    var filter = PaymentFilter()
    if let state { filter.states = [state] }
    return try find(filter, of: place, for: sight, after: after, limit: limit, in: tx)
  }

  /// Signed payments of the company, salaries too, whatever their transfer time; the rules pick the due ones.
  package static func signed(of place: Place, limit: Int, in tx: any Transaction) throws
    -> [Payment]
  {
    try list(of: place, state: .signed, for: .shown, after: nil, limit: limit, in: tx)
  }

  /// Whether the company has this supplier's invoice already.
  package static func hasInvoice(
    of supplierKey: String, numbered number: String, of place: Place, in tx: any Transaction
  ) throws -> Bool {
    try tx.first(
      """
      SELECT id FROM invoice WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND supplier_key = \(supplierKey) AND number = \(number)
      """, as: ID<Invoice>.self) != nil
  }

  /// Whether the supplier has other open records: payments, credit notes (P-02, P-05).
  package static func hasOpenItems(
    of supplierKey: String, besides payment: ID<Payment>, of place: Place, in tx: any Transaction
  ) throws -> Bool {
    let found = otherPayments(of: supplierKey, besides: payment, of: place)
    let items = OpenItemTables.exist(of: supplierKey, at: place)
    return try tx.first("SELECT \(found) OR \(items)", as: Bool.self) ?? false
  }

  package static func hasOtherPayments(
    of supplierKey: String, besides payment: ID<Payment>, of place: Place, in tx: any Transaction
  ) throws -> Bool {
    let found = otherPayments(of: supplierKey, besides: payment, of: place)
    return try tx.first("SELECT \(found)", as: Bool.self) ?? false
  }

  private static func otherPayments(
    of supplierKey: String, besides payment: ID<Payment>, of place: Place
  ) -> SQL {
    // State by state, each the start of an index: a list of them is made a table for each question.
    SQL.joined(
      openStates.map { state -> SQL in
        """
        EXISTS (SELECT 1 FROM payment WHERE bureau = \(place.bureau)
          AND company = \(place.company) AND supplier_key = \(supplierKey)
          AND state = \(state.rawValue) AND id <> \(payment))
        """
      }, separator: " OR ")
  }

  /// States of a record that is not on its way yet.
  private static let openStates: [PaymentState] = [
    .proposalIncomplete, .proposalComplete, .proposalOpenItems, .acknowledged,
  ]

  /// What stands in tables of its own.
  static func complete(_ payment: inout Payment, _ place: Place, _ tx: any Transaction)
    throws
  {
    if payment.netting != nil {
      payment.netting?.items = try OpenItemTables.linked(to: payment.id, of: place, in: tx)
    }
    payment.instructions = try instructions(of: payment.id, place, tx)
    (payment.approvals, payment.requiredSignatures) = try PolicyTables.approvals(
      of: payment.id, at: place, in: tx)
    // Signed before there were policies: by one.
    if payment.approvals.isEmpty, let signature = payment.signature {
      (payment.approvals, payment.requiredSignatures) = ([signature], 1)
    }
  }

  /// Ids of 16 bytes, one after the other; nil: none is known.
  static func makers(_ bytes: [UInt8]?) -> [ID<User>] {
    let bytes = bytes ?? []
    return stride(from: 0, to: bytes.count, by: 16).compactMap {
      ID<User>(bytes: Array(bytes[$0..<min($0 + 16, bytes.count)]))
    }
  }

  private static func instructions(
    of payment: ID<Payment>, _ place: Place, _ tx: any Transaction
  ) throws -> [Instruction] {
    try tx.rows(
      """
      SELECT number, state, transfer, booked_minor, booked_currency, bank_reference,
        booked_fee
      FROM instruction
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND payment = \(payment)
      ORDER BY number
      """, as: (Int, String, ID<Transfer>, Int64?, String?, String?, Int64?).self
    ).map { number, state, transfer, minor, currency, reference, fee in
      var booking: Booking?
      if let minor, let currency {
        let currency = try Currency(stored: currency)
        booking = Booking(
          amount: Money(minorUnits: minor, currency: currency), bankReference: reference ?? "",
          fee: fee.map { Money(minorUnits: $0, currency: currency) })
      }
      return Instruction(
        number: number, state: try state.named(), transfer: transfer, booking: booking)
    }
  }

  static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [Payment]
  {
    var found: [Payment] = []
    try tx.query(
      """
      SELECT id, state, invoice_number, supplier_key, creditor_name, creditor_country,
        account_form, account_text, bic, amount_minor, currency, reference_type, reference_text,
        due_date, account_as_written, reference_as_written, warnings, create_time, signature,
        rejection_code, rejection_text, voucher, booking_date, held, revision, makers,
        salary_batch, return_reason, netted, debt_minor, debt_reference, invoice_voucher,
        invoice_minor, invoice_currency
      FROM payment WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """
    ) { row in
      found.append(
        Payment(
          id: try row.value(0), state: try row.text(1).named(), invoiceNumber: try row.text(2),
          supplierKey: try row.text(3), terms: try terms(row),
          asWritten: AsWritten(account: try row.value(14), reference: try row.value(15)),
          warnings: try warnings(row.text(16)),
          createTime: try row.int(17).instant, signature: try signature(row),
          rejection: row.isNull(19)
            ? nil : Rejection(code: try row.text(19), text: try row.text(20)),
          voucher: try row.value(21), bookingDate: try row.value(22, as: String?.self)?.date(),
          isHeld: try row.bool(23), revision: try row.int(24),
          makers: makers(try row.value(25)), returnReason: try row.value(27),
          salary: try row.value(26), netting: try netting(row),
          postedInvoice: row.isNull(31)
            ? nil
            : PostedInvoice(
              voucher: try row.value(31),
              amount: Money(
                minorUnits: try row.int(32), currency: try Currency(stored: row.text(33))))))
    }
    return found
  }

  private static func warnings(_ text: String) throws -> [PaymentWarning] {
    text.isEmpty ? [] : try text.split(separator: " ").map { try String($0).named() }
  }

  /// The items follow (`complete`).
  private static func netting(_ row: borrowing Row) throws -> Netting? {
    guard try row.bool(28) else { return nil }
    let currency = try Currency(stored: row.text(10))
    return Netting(
      invoiceNumber: try row.text(2), gross: Money(minorUnits: try row.int(29), currency: currency),
      reference: row.isNull(30)
        ? nil : try PaymentReference(type: .message, text: row.text(30)), items: [])
  }

  private static func terms(_ row: borrowing Row) throws -> PaymentTerms {
    PaymentTerms(
      creditorName: try row.value(4),
      creditorCountry: row.isNull(5) ? nil : try CountryCode(row.text(5)),
      creditorAccount: row.isNull(6)
        ? nil : try AccountNumber(stored: row.text(6).named(), text: row.text(7)),
      creditorBIC: row.isNull(8) ? nil : try BIC(row.text(8)),
      amount: Money(minorUnits: try row.int(9), currency: try Currency(stored: row.text(10))),
      reference: row.isNull(11)
        ? nil : try PaymentReference(type: row.text(11).named(), text: row.text(12)),
      dueDate: try row.value(13, as: String?.self)?.date())
  }

  private static func signature(_ row: borrowing Row) throws -> PaymentSignature? {
    guard !row.isNull(18) else { return nil }
    let message = try Bureau_Facts_V1_PaymentSigned(serializedBytes: row.blob(18))
    return try PaymentSigned(message).signature
  }
}
