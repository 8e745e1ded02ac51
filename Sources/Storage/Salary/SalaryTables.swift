package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: SalaryBatchImported) throws {
    try transaction.execute(
      """
      INSERT INTO main.salary_batch (bureau, company, id, pay_date, payment_count, total_minor,
        currency, create_time, file_digest, content_digest)
      VALUES (\(bureau), \(company), \(fact.batch), \(fact.payDate.iso), \(fact.paymentCount),
        \(fact.total.minorUnits), \(fact.total.currency.code), \(time.microseconds),
        \(fact.fileDigest), \(fact.contentDigest))
      """)
  }
}

extension SalarySight {
  /// For a condition about payments: what may be seen of them.
  func condition(_ column: SQL = "salary_batch") -> SQL {
    self == .shown ? "" : "AND \(column) IS NULL"
  }
}

package enum SalaryTables {
  package static func load(_ id: ID<SalaryBatch>, of place: Place, in tx: any Transaction) throws
    -> SalaryBatch?
  {
    try select("AND id = \(id) LIMIT 1", place, tx).first
  }

  package static func list(
    of place: Place, after: ID<SalaryBatch>?, limit: Int, in tx: any Transaction
  ) throws -> [SalaryBatch] {
    try select("AND id > \(after?.bytes ?? []) ORDER BY id LIMIT \(limit)", place, tx)
  }

  /// The batch that pays the same, if the company has it.
  package static func known(
    _ contentDigest: [UInt8], of place: Place, in tx: any Transaction
  ) throws -> ID<SalaryBatch>? {
    try tx.first(
      """
      SELECT id FROM salary_batch WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND content_digest = \(contentDigest)
      """, as: ID<SalaryBatch>.self)
  }

  /// How many of a batch's payments stand in each state.
  package static func counts(
    of batch: ID<SalaryBatch>, at place: Place, in tx: any Transaction
  ) throws -> [PaymentState: Int] {
    var counts: [PaymentState: Int] = [:]
    let rows = try tx.rows(
      """
      SELECT state, CAST(count(*) AS BIGINT) FROM payment
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND salary_batch = \(batch)
      GROUP BY state
      """, as: (String, Int).self)
    for (state, count) in rows { counts[try state.named()] = count }
    return counts
  }

  /// What somebody may see in a company now.
  package static func sight(
    of user: ID<User>, at place: Place, in tx: any Transaction
  ) throws -> SalarySight {
    try sights(of: user, in: place.bureau, in: tx).sight(place.company)
  }

  /// The same for all companies of a bureau.
  package static func sights(of user: ID<User>, in bureau: ID<Bureau>, in tx: any Transaction)
    throws -> SalarySights
  {
    let whole = ID<Company>(bureau.uuid)
    let companies = try tx.rows(
      """
      SELECT company FROM role WHERE bureau = \(bureau) AND app_user = \(user)
        AND role = \(Role.payroll)
      """, as: ID<Company>.self)
    return SalarySights(everywhere: companies.contains(whole), companies: Set(companies))
  }

  /// Which of these are salaries.
  package static func salaries(
    among payments: [ID<Payment>], of place: Place, in tx: any Transaction
  ) throws -> Set<ID<Payment>> {
    if payments.isEmpty { return [] }
    return Set(
      try tx.rows(
        """
        SELECT id FROM payment WHERE bureau = \(place.bureau) AND company = \(place.company)
          AND id IN (\(SQL.list(payments))) AND salary_batch IS NOT NULL
        """, as: ID<Payment>.self))
  }

  /// Which of these carry salaries.
  private static func salaryTransfers(
    among transfers: [ID<Transfer>], of place: Place, in tx: any Transaction
  ) throws -> Set<ID<Transfer>> {
    if transfers.isEmpty { return [] }
    return Set(
      try tx.rows(
        """
        SELECT id FROM transfer WHERE bureau = \(place.bureau) AND company = \(place.company)
          AND id IN (\(SQL.list(transfers))) AND is_salary = \(true)
        """, as: ID<Transfer>.self))
  }

  /// Whether the company has ever paid salaries: if not, there is nothing to hide.
  package static func hasAny(at place: Place, in tx: any Transaction) throws -> Bool {
    try tx.first(
      """
      SELECT id FROM salary_batch WHERE bureau = \(place.bureau) AND company = \(place.company)
      LIMIT 1
      """, as: ID<SalaryBatch>.self) != nil
  }

  /// Which of some facts of one company tell something about salaries, by their places in the list.
  package static func telling(_ facts: [Fact?], at place: Place, in tx: any Transaction) throws
    -> Set<Int>
  {
    guard try hasAny(at: place, in: tx) else { return [] }
    let payments = try salaries(
      among: Array(Set(facts.flatMap { $0?.mentionedPayments ?? [] })), of: place, in: tx)
    let transfers = try salaryTransfers(
      among: Array(Set(facts.compactMap { $0?.mentionedTransfer })), of: place, in: tx)
    return Set(
      facts.indices.filter { index in
        guard let fact = facts[index] else { return false }
        return fact.isSalaryByItself || !payments.isDisjoint(with: fact.mentionedPayments)
          || fact.mentionedTransfer.map(transfers.contains) ?? false
      })
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [SalaryBatch]
  {
    try tx.rows(
      """
      SELECT id, pay_date, payment_count, total_minor, currency, create_time, file_digest
      FROM salary_batch WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """, as: (ID<SalaryBatch>, String, Int, Int64, String, Int64, [UInt8]).self
    ).map { id, date, count, minor, currency, time, digest in
      SalaryBatch(
        id: id, payDate: try date.date(), paymentCount: count,
        total: Money(minorUnits: minor, currency: try Currency(stored: currency)),
        createTime: time.instant, fileDigest: digest)
    }
  }
}

/// What somebody may see in each company of a bureau.
package struct SalarySights: Sendable {
  fileprivate var everywhere: Bool
  fileprivate var companies: Set<ID<Company>>

  package var areAny: Bool { everywhere || !companies.isEmpty }

  package func sight(_ company: ID<Company>) -> SalarySight {
    everywhere || companies.contains(company) ? .shown : .hidden
  }
}

extension Fact {
  /// All payments that it names, also those that it tells nothing else of.
  fileprivate var mentionedPayments: [ID<Payment>] {
    if case .paymentsHandled(let fact) = self { return fact.items.map(\.payment) }
    return payments
  }

  fileprivate var mentionedTransfer: ID<Transfer>? {
    switch self {
    case .transferPrepared(let fact): fact.transfer
    case .transferDelivered(let fact): fact.transfer
    case .transferRecovered(let fact): fact.transfer
    default: nil
    }
  }

  fileprivate var isSalaryByItself: Bool {
    switch self {
    case .salaryBatchImported: true
    case .paymentProposed(let fact): fact.salary != nil
    case .transferPrepared(let fact): fact.isSalary
    case .transferRecovered(let fact): fact.isSalary
    case .returnFileRead(let fact): fact.salaryCount > 0
    default: false
    }
  }
}
