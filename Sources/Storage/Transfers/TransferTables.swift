package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: TransferPrepared) throws {
    try transaction.execute(
      """
      INSERT INTO main.transfer (bureau, company, id, state, agreement, file_digest,
        execution_date, prepare_time, is_salary)
      VALUES (\(bureau), \(company), \(fact.transfer), \(Transfer.State.prepared.rawValue),
        \(fact.agreement), \(fact.fileDigest), \(fact.executionDate.iso), \(time.microseconds),
        \(fact.isSalary))
      """)
    for item in fact.items {
      try transaction.execute(
        """
        INSERT INTO main.instruction (bureau, company, payment, number, state, transfer)
        VALUES (\(bureau), \(company), \(item.payment), \(item.number),
          \(InstructionState.prepared.rawValue), \(fact.transfer))
        """)
      try setState(
        item.payment, fact.awaitsBankSignature ? .awaitingBankSignature : .processing)
    }
  }

  func apply(_ fact: TransferDelivered) throws {
    try transaction.execute(
      """
      UPDATE main.transfer SET state = \(Transfer.State.delivered.rawValue),
        deliver_time = \(time.microseconds)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.transfer)
      """)
  }
}

package enum TransferTables {
  /// - Parameter sight: Whether whoever asks sees those with salaries.
  package static func load(
    _ id: ID<Transfer>, of place: Place, for sight: SalarySight, in tx: any Transaction
  ) throws -> Transfer? {
    try select("AND id = \(id) \(condition(sight)) LIMIT 1", place, tx).first
  }

  package static func list(
    of place: Place, for sight: SalarySight, after: ID<Transfer>? = nil, limit: Int,
    in tx: any Transaction
  ) throws -> [Transfer] {
    try select(
      "AND id > \(after?.bytes ?? []) \(condition(sight)) ORDER BY id LIMIT \(limit)", place, tx)
  }

  private static func condition(_ sight: SalarySight) -> SQL {
    sight == .shown ? "" : "AND is_salary = \(false)"
  }

  /// The ids of all transfers of a company.
  package static func ids(of place: Place, in tx: any Transaction) throws -> Set<ID<Transfer>> {
    Set(
      try tx.rows(
        """
        SELECT id FROM transfer
        WHERE bureau = \(place.bureau) AND company = \(place.company)
        """, as: ID<Transfer>.self))
  }

  /// The day that the file asks for.
  package static func executionDate(
    of id: ID<Transfer>, at place: Place, in tx: any Transaction
  ) throws -> CalendarDate? {
    try tx.first(
      """
      SELECT execution_date FROM transfer
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND id = \(id)
      """, as: String.self)?.date()
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [Transfer]
  {
    let rows = try tx.rows(
      """
      SELECT id, state, agreement, file_digest, execution_date, prepare_time, deliver_time,
        is_salary
      FROM transfer WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """, as: (ID<Transfer>, String, ID<Agreement>, [UInt8], String, Int64, Int64?, Bool).self)
    return try rows.map { id, state, agreement, digest, date, prepared, delivered, isSalary in
      let items = try tx.rows(
        """
        SELECT payment, number FROM instruction
        WHERE bureau = \(place.bureau) AND company = \(place.company) AND transfer = \(id)
        ORDER BY payment
        """, as: (ID<Payment>, Int).self)
      return Transfer(
        id: id, state: try state.named(), agreement: agreement, fileDigest: digest,
        executionDate: try date.date(), prepareTime: prepared.instant,
        deliverTime: delivered?.instant,
        items: items.map { TransferItem(payment: $0, number: $1) }, isSalary: isSalary)
    }
  }
}

/// Files and evidence as they came or went, by their SHA-256. Never changed.
package enum Blobs {
  package static func store(
    _ content: [UInt8], digest: [UInt8], of place: Place, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      INSERT INTO main.blob (bureau, company, digest, content)
      VALUES (\(place.bureau), \(place.company), \(digest), \(content))
      ON CONFLICT (bureau, company, digest) DO NOTHING
      """)
  }

  package static func load(_ digest: [UInt8], of place: Place, in tx: any Transaction) throws
    -> [UInt8]?
  {
    try tx.first(
      """
      SELECT content FROM blob WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND digest = \(digest)
      """, as: [UInt8].self)
  }
}
