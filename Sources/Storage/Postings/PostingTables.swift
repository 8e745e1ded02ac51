package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: VoucherPosted) throws {
    let voucher = fact.voucher
    try transaction.execute(
      """
      INSERT INTO main.voucher (bureau, company, id, number, voucher_date, post_time, is_invoice)
      VALUES (\(bureau), \(company), \(voucher.id), \(voucher.number), \(voucher.date.iso),
        \(voucher.postTime?.microseconds), \(voucher.isInvoice))
      """)
    for (index, payment) in voucher.payments.enumerated() {
      try transaction.execute(
        """
        INSERT INTO main.voucher_payment (bureau, company, voucher, line, payment)
        VALUES (\(bureau), \(company), \(voucher.id), \(index + 1), \(payment))
        """)
      if voucher.isInvoice { continue }
      try move(payment, by: .post)
      try transaction.execute(
        """
        UPDATE main.payment SET voucher = \(voucher.id)
        WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
        """)
    }
    try notePostedInvoice(voucher)
    for (number, line) in voucher.lines.enumerated() {
      try transaction.execute(
        """
        INSERT INTO main.voucher_line (bureau, company, voucher, line, ledger_account,
          amount_minor, currency, body)
        VALUES (\(bureau), \(company), \(voucher.id), \(number + 1),
          \(line.ledgerAccount.number), \(line.amount.minorUnits), \(line.amount.currency.code),
          \(line.text))
        """)
    }
  }
}

package enum PostingTables {
  /// The number that the next voucher gets: gap-free in the company (B-03).
  package static func nextNumber(of place: Place, in tx: any Transaction) throws -> Int64 {
    let newest = try tx.first(
      """
      SELECT number FROM voucher WHERE bureau = \(place.bureau) AND company = \(place.company)
      ORDER BY number DESC LIMIT 1
      """, as: Int64.self)
    return (newest ?? 0) + 1
  }

  /// - Parameter sight: Whether whoever asks sees salaries; for others a voucher of salaries names no
  ///   payment.
  package static func load(
    _ id: ID<Voucher>, of place: Place, for sight: SalarySight = .hidden, in tx: any Transaction
  ) throws -> Voucher? {
    try select("AND id = \(id) LIMIT 1", place, sight, tx).first
  }

  package static func list(
    of place: Place, for sight: SalarySight = .hidden, after: ID<Voucher>?, limit: Int,
    in tx: any Transaction
  ) throws -> [Voucher] {
    try select("AND id > \(after?.bytes ?? []) ORDER BY id LIMIT \(limit)", place, sight, tx)
  }

  fileprivate static func dated(
    of place: Place, from: CalendarDate, through: CalendarDate, limit: Int,
    in tx: any Transaction
  ) throws -> [Voucher] {
    try select(
      """
      AND voucher_date >= \(from.iso) AND voucher_date <= \(through.iso)
      ORDER BY number LIMIT \(limit)
      """, place, .hidden, tx)
  }

  private static func select(
    _ rest: SQL, _ place: Place, _ sight: SalarySight, _ tx: any Transaction
  ) throws -> [Voucher] {
    let seen: SQL =
      sight == .shown
      ? ""
      : """
      AND NOT EXISTS (SELECT 1 FROM payment WHERE payment.bureau = \(place.bureau)
        AND payment.company = \(place.company) AND payment.id = voucher_payment.payment
        AND payment.salary_batch IS NOT NULL)
      """
    let rows = try tx.rows(
      """
      SELECT id, number, voucher_date, post_time, is_invoice FROM voucher
      WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """, as: (ID<Voucher>, Int64, String, Int64?, Bool).self)
    return try rows.map { id, number, date, postTime, isInvoice in
      let lines = try tx.rows(
        """
        SELECT ledger_account, amount_minor, currency, body FROM voucher_line
        WHERE bureau = \(place.bureau) AND company = \(place.company) AND voucher = \(id)
        ORDER BY line
        """, as: (String, Int64, String, String).self)
      let payments = try tx.rows(
        """
        SELECT payment FROM voucher_payment
        WHERE bureau = \(place.bureau) AND company = \(place.company) AND voucher = \(id) \(seen)
        ORDER BY line
        """, as: ID<Payment>.self)
      return Voucher(
        id: id, number: number, date: try date.date(),
        lines: try lines.map {
          VoucherLine(
            ledgerAccount: LedgerAccount(number: $0),
            amount: Money(minorUnits: $1, currency: try Currency(stored: $2)), text: $3)
        }, payments: payments, postTime: postTime?.instant, isInvoice: isInvoice)
    }
  }
}

/// Reads a company's ledger of a period.
package enum LedgerTables {
  /// The vouchers dated in the period, by number; at most `limit`.
  package static func vouchers(
    of place: Place, from: CalendarDate, through: CalendarDate, limit: Int,
    in tx: any Transaction
  ) throws -> [LedgerVoucher] {
    let found = try PostingTables.dated(
      of: place, from: from, through: through, limit: limit, in: tx)
    return try found.map { voucher in
      let suppliers = try tx.rows(
        """
        SELECT payment.supplier_key, payment.creditor_name
        FROM voucher_payment JOIN payment ON payment.bureau = \(place.bureau)
          AND payment.company = \(place.company) AND payment.id = voucher_payment.payment
          AND payment.salary_batch IS NULL
        WHERE voucher_payment.bureau = \(place.bureau)
          AND voucher_payment.company = \(place.company)
          AND voucher_payment.voucher = \(voucher.id)
        ORDER BY voucher_payment.line
        """, as: (String, String?).self)
      return LedgerVoucher(
        voucher: voucher,
        suppliers: suppliers.map { LedgerVoucher.Supplier(key: $0, name: $1 ?? "") })
    }
  }

  /// What stood on the accounts before `date`.
  package static func opening(
    of place: Place, before date: CalendarDate, in tx: any Transaction
  ) throws -> LedgerOpening {
    var opening = LedgerOpening()
    try tx.query(
      """
      SELECT voucher_line.ledger_account, voucher_line.currency,
        CAST(SUM(voucher_line.amount_minor) AS BIGINT)
      FROM voucher JOIN voucher_line ON voucher_line.bureau = \(place.bureau)
        AND voucher_line.company = \(place.company) AND voucher_line.voucher = voucher.id
      WHERE voucher.bureau = \(place.bureau) AND voucher.company = \(place.company)
        AND voucher.voucher_date < \(date.iso)
      GROUP BY voucher_line.ledger_account, voucher_line.currency
      """
    ) { row in
      let currency = try Currency(stored: row.text(1))
      opening.accounts.append(
        .init(
          account: LedgerAccount(number: try row.text(0)),
          sum: Money(minorUnits: try row.int(2), currency: currency)))
    }
    try tx.query(
      """
      SELECT payment.supplier_key, payment.creditor_name, voucher_line.currency,
        CAST(SUM(voucher_line.amount_minor) AS BIGINT)
      FROM voucher JOIN voucher_payment ON voucher_payment.bureau = \(place.bureau)
        AND voucher_payment.company = \(place.company) AND voucher_payment.voucher = voucher.id
      JOIN voucher_line ON voucher_line.bureau = \(place.bureau)
        AND voucher_line.company = \(place.company) AND voucher_line.voucher = voucher.id
        AND voucher_line.line = voucher_payment.line
      JOIN payment ON payment.bureau = \(place.bureau) AND payment.company = \(place.company)
        AND payment.id = voucher_payment.payment AND payment.salary_batch IS NULL
      WHERE voucher.bureau = \(place.bureau) AND voucher.company = \(place.company)
        AND voucher.voucher_date < \(date.iso)
      GROUP BY payment.supplier_key, payment.creditor_name, voucher_line.currency
      """
    ) { row in
      let currency = try Currency(stored: row.text(2))
      opening.suppliers.append(
        .init(
          supplier: .init(key: try row.text(0), name: try row.value(1, as: String?.self) ?? ""),
          sum: Money(minorUnits: try row.int(3), currency: currency)))
    }
    return opening
  }
}
