package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: VoucherPosted) throws {
    let voucher = fact.voucher
    for payment in voucher.payments {
      try transaction.execute(
        """
        INSERT INTO main.voucher (bureau, company, id, number, voucher_date, payment)
        VALUES (\(bureau), \(company), \(voucher.id), \(voucher.number), \(voucher.date.iso),
          \(payment))
        """)
      try move(payment, by: .post)
      try transaction.execute(
        """
        UPDATE main.payment SET voucher = \(voucher.id)
        WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
        """)
    }
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

  package static func load(_ id: ID<Voucher>, of place: Place, in tx: any Transaction) throws
    -> Voucher?
  {
    try select("AND id = \(id) LIMIT 1", place, tx).first
  }

  package static func list(
    of place: Place, after: ID<Voucher>?, limit: Int, in tx: any Transaction
  ) throws -> [Voucher] {
    try select("AND id > \(after?.bytes ?? []) ORDER BY id LIMIT \(limit)", place, tx)
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [Voucher]
  {
    let rows = try tx.rows(
      """
      SELECT id, number, voucher_date, payment FROM voucher
      WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """, as: (ID<Voucher>, Int64, String, ID<Payment>).self)
    return try rows.map { id, number, date, payment in
      let lines = try tx.rows(
        """
        SELECT ledger_account, amount_minor, currency, body FROM voucher_line
        WHERE bureau = \(place.bureau) AND company = \(place.company) AND voucher = \(id)
        ORDER BY line
        """, as: (String, Int64, String, String).self)
      return Voucher(
        id: id, number: number, date: try date.date(),
        lines: try lines.map {
          VoucherLine(
            ledgerAccount: LedgerAccount(number: $0),
            amount: Money(minorUnits: $1, currency: try Currency(stored: $2)), text: $3)
        }, payments: [payment])
    }
  }
}
