// Holds of transfers. Guarded as journals are: a company's scope sees its own and the bureau's.

package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: TransfersHeld) throws {
    try transaction.execute(
      """
      INSERT INTO main.transfer_hold (bureau, company, hold_time)
      VALUES (\(bureau), \(company), \(time.microseconds))
      ON CONFLICT (bureau, company) DO NOTHING
      """)
    for evidence in fact.evidence {
      try transaction.execute(
        """
        INSERT INTO main.hold_evidence (bureau, company, evidence_key, kind, body, released, seq)
        VALUES (\(bureau), \(company), \(evidence.key), \(evidence.kind.rawValue),
          \(evidence.text), \(false), \(sequence))
        ON CONFLICT (bureau, company, evidence_key) DO NOTHING
        """)
    }
  }

  func apply(_ fact: TransferRecovered) throws {
    try transaction.execute(
      """
      INSERT INTO main.transfer (bureau, company, id, state, agreement, file_digest,
        execution_date, prepare_time, deliver_time, is_salary)
      VALUES (\(bureau), \(company), \(fact.transfer), \(Transfer.State.delivered.rawValue),
        \(fact.agreement), \(fact.fileDigest), \(fact.executionDate.iso), \(time.microseconds),
        \(time.microseconds), \(fact.isSalary))
      """)
    for item in fact.items {
      try transaction.execute(
        """
        INSERT INTO main.instruction (bureau, company, payment, number, state, transfer)
        VALUES (\(bureau), \(company), \(item.payment), \(item.number),
          \(InstructionState.prepared.rawValue), \(fact.transfer))
        """)
      try setState(item.payment, .processing)
    }
  }

  func apply(_ fact: UnknownPaymentFound) throws {
    let payment = fact.payment
    try transaction.execute(
      """
      INSERT INTO main.unknown_payment (bureau, company, end_to_end_id, finding, bank, message_id,
        creditor_name, account_form, account_text, amount_minor, currency, reference, value_date,
        dismissed, seq)
      VALUES (\(bureau), \(company), \(payment.endToEndID), \(payment.finding.rawValue),
        \(payment.bank), \(payment.messageID), \(payment.creditorName),
        \(payment.creditorAccount?.form.rawValue), \(payment.creditorAccount?.text),
        \(payment.amount?.minorUnits), \(payment.amount?.currency.code), \(payment.reference),
        \(payment.date?.iso), \(false), \(sequence))
      ON CONFLICT (bureau, company, end_to_end_id) DO UPDATE SET
        finding = excluded.finding, value_date = excluded.value_date
      """)
  }

  /// What was looked at holds nothing again.
  func apply(_ fact: TransfersReleased) throws {
    try transaction.execute(
      """
      DELETE FROM main.transfer_hold WHERE bureau = \(bureau) AND company = \(company)
      """)
    try transaction.execute(
      """
      UPDATE main.hold_evidence SET released = \(true)
      WHERE bureau = \(bureau) AND company = \(company)
      """)
  }

  func apply(_ fact: UnknownPaymentDismissed) throws {
    try transaction.execute(
      """
      UPDATE main.unknown_payment SET dismissed = \(true)
      WHERE bureau = \(bureau) AND company = \(company) AND end_to_end_id = \(fact.endToEndID)
      """)
  }
}

package enum HoldTables {
  /// Whether nothing may leave from here: by a hold of the company's own or of the whole bureau.
  package static func isHeld(_ place: Place, in tx: any Transaction) throws -> Bool {
    try holdTime(place, in: tx) != nil || isBureauHeld(place.bureau, in: tx)
  }

  package static func isBureauHeld(_ bureau: ID<Bureau>, in tx: any Transaction) throws -> Bool {
    try holdTime(Place(bureau: bureau), in: tx) != nil
  }

  private static func holdTime(_ place: Place, in tx: any Transaction) throws -> Instant? {
    try tx.first(
      """
      SELECT hold_time FROM transfer_hold
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: Int64.self)?.instant
  }

  /// The hold of one place. The bureau's lists the unknown payments of all its companies too.
  package static func hold(
    of place: Place, evidenceOnly: Bool = false, in tx: any Transaction
  ) throws -> TransferHold {
    let evidence = try tx.rows(
      """
      SELECT kind, evidence_key, body FROM hold_evidence
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND released = \(false)
      ORDER BY seq, evidence_key LIMIT 10000
      """, as: (String, String, String).self
    ).map { HoldEvidence(try $0.named(), key: $1, text: $2) }
    return TransferHold(
      holdTime: try holdTime(place, in: tx), evidence: evidence,
      unknown: evidenceOnly ? [] : try unknownPayments(listedFor: place, in: tx).map(\.payment))
  }

  /// The companies of a bureau whose transfers are held; the bureau itself by its own id.
  package static func places(
    of bureau: ID<Bureau>, after: ID<Company>? = nil, limit: Int, in tx: any Transaction
  ) throws -> [Place] {
    try tx.rows(
      """
      SELECT company FROM transfer_hold
      WHERE bureau = \(bureau) AND company > \(after?.bytes ?? []) ORDER BY company LIMIT \(limit)
      """, as: ID<Company>.self
    ).map { Place(bureau: bureau, company: $0) }
  }

  /// The keys of all evidence that a place knows, its own and the bureau's, released or not.
  package static func knownEvidence(of place: Place, in tx: any Transaction) throws -> Set<String> {
    Set(
      try tx.rows(
        """
        SELECT evidence_key FROM hold_evidence WHERE bureau = \(place.bureau)
          AND (company = \(place.company) OR company = \(Place(bureau: place.bureau).company))
        """, as: String.self))
  }

  /// What is known of the unknown payments of a place, dismissed or not, by end-to-end id.
  package static func findings(of place: Place, in tx: any Transaction) throws
    -> [String: UnknownPayment.Finding]
  {
    let rows = try tx.rows(
      """
      SELECT end_to_end_id, finding FROM unknown_payment WHERE bureau = \(place.bureau)
        AND (company = \(place.company) OR company = \(Place(bureau: place.bureau).company))
      """, as: (String, String).self)
    return Dictionary(try rows.map { ($0, try $1.named()) }) { first, _ in first }
  }

  /// Those that a payment of the place must not repeat: its own, and those of companies that the
  /// bureau has lost altogether.
  package static func unknownPayments(barring place: Place, in tx: any Transaction) throws
    -> [UnknownPayment]
  {
    let own: SQL =
      "(company = \(place.company) OR company = \(Place(bureau: place.bureau).company))"
    return try select(place.bureau, own, tx).map(\.payment)
  }

  /// Those that the hold of a place lists, each with its company.
  package static func unknownPayments(listedFor place: Place, in tx: any Transaction) throws
    -> [(company: ID<Company>, payment: UnknownPayment)]
  {
    try select(place.bureau, place.isBureau ? "1 = 1" : "company = \(place.company)", tx)
  }

  private static func select(_ bureau: ID<Bureau>, _ which: SQL, _ tx: any Transaction) throws
    -> [(company: ID<Company>, payment: UnknownPayment)]
  {
    var found: [(company: ID<Company>, payment: UnknownPayment)] = []
    try tx.query(
      """
      SELECT company, end_to_end_id, finding, bank, message_id, creditor_name, account_form,
        account_text, amount_minor, currency, reference, value_date
      FROM unknown_payment
      WHERE bureau = \(bureau) AND \(which) AND dismissed = \(false)
      ORDER BY company, end_to_end_id LIMIT 10000
      """
    ) { row in
      let form: String? = try row.value(6), text: String? = try row.value(7)
      let minor: Int64? = try row.value(8), currency: String? = try row.value(9)
      let date: String? = try row.value(11)
      let account = try form.flatMap { form in
        try text.map { try AccountNumber(stored: form.named(), text: $0) }
      }
      let amount = try minor.flatMap { minor in
        try currency.map { Money(minorUnits: minor, currency: try Currency(stored: $0)) }
      }
      found.append(
        (
          company: try row.value(0),
          payment: UnknownPayment(
            endToEndID: try row.text(1), finding: try row.text(2).named(), bank: try row.text(3),
            messageID: try row.value(4), creditorName: try row.text(5), creditorAccount: account,
            amount: amount, reference: try row.value(10), date: try date?.date())
        ))
    }
    return found
  }
}
