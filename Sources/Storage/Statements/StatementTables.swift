package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: ReturnFileRead) throws {
    try transaction.execute(
      """
      INSERT INTO main.return_file (bureau, company, id, kind, message_id, file_digest,
        read_time, applied_count, bank, salary_count)
      VALUES (\(bureau), \(company), \(fact.returnFile), \(fact.kind.rawValue),
        \(fact.messageID), \(fact.fileDigest), \(time.microseconds), \(fact.appliedCount),
        \(fact.bank), \(fact.salaryCount))
      """)
  }

  func apply(_ fact: AlarmRaised) throws {
    try transaction.execute(
      """
      INSERT INTO main.alarm (bureau, company, seq, kind, payment, return_file, body)
      VALUES (\(bureau), \(company), \(sequence), \(fact.kind.rawValue), \(fact.payment),
        \(fact.returnFile), \(fact.text))
      """)
    // What was executed once must not be sent again (invariant D).
    if fact.kind == .doublePayment, let payment = fact.payment {
      try transaction.execute(
        """
        UPDATE main.payment SET held = \(true), revision = \(sequence)
        WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
        """)
    }
  }
}

package enum StatementTables {
  /// Whether a file with this content has been read from this bank (invariant O). Of what was read
  /// before files were told apart by bank nobody knows whose they were.
  package static func isRead(
    _ digest: [UInt8], from bank: String, of place: Place, in tx: any Transaction
  ) throws -> Bool {
    try tx.first(
      """
      SELECT id FROM return_file WHERE bureau = \(place.bureau)
        AND company = \(place.company) AND file_digest = \(digest)
        AND bank IN (\(bank), '') LIMIT 1
      """, as: ID<ReturnFile>.self) != nil
  }

  /// - Parameter sight: Whether whoever asks sees what is about salaries; a file that has told of
  ///   nothing else is not there for others.
  package static func list(
    of place: Place, for sight: SalarySight, after: ID<ReturnFile>?, limit: Int,
    in tx: any Transaction
  ) throws -> [ReturnFile] {
    let isHidden = sight == .hidden
    let files: SQL = isHidden ? "AND (salary_count = 0 OR salary_count < applied_count)" : ""
    let told: SQL =
      isHidden
      ? """
      AND (payment IS NULL OR payment NOT IN (SELECT id FROM payment
        WHERE bureau = \(place.bureau) AND company = \(place.company)
          AND salary_batch IS NOT NULL))
      """ : ""
    let rows = try tx.rows(
      """
      SELECT id, kind, message_id, file_digest, read_time, applied_count, salary_count
      FROM return_file
      WHERE bureau = \(place.bureau) AND company = \(place.company) \(files)
        AND id > \(after?.bytes ?? []) ORDER BY id LIMIT \(limit)
      """, as: (ID<ReturnFile>, String, String, [UInt8], Int64, Int, Int).self)
    return try rows.map { id, kind, messageID, digest, time, all, salaries in
      let applied = isHidden ? all - salaries : all
      let alarms = try tx.rows(
        """
        SELECT body FROM alarm WHERE bureau = \(place.bureau) AND company = \(place.company)
          AND return_file = \(id) \(told) ORDER BY seq LIMIT 100
        """, as: String.self)
      return ReturnFile(
        id: id, kind: try kind.named(), messageID: messageID, fileDigest: digest,
        readTime: time.instant, appliedCount: applied, alarms: alarms)
    }
  }
}
