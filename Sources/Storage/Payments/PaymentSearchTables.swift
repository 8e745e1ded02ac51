// Payments found by their fields, in order of their ids, a page at a time.

package import Domain
package import Engine
package import Primitives

extension Projection {
  /// What a payment is found by as text.
  func searchText(_ terms: PaymentTerms, _ invoiceNumber: String) -> String {
    SearchText.folded(
      "\(terms.creditorName ?? "") \(invoiceNumber) \(terms.reference?.text ?? "")")
  }

  func noteSearchText(_ payment: ID<Payment>, _ terms: PaymentTerms) throws {
    let invoiceNumber = try transaction.first(
      """
      SELECT invoice_number FROM payment
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """, as: String.self)
    guard let invoiceNumber else { return }
    try transaction.execute(
      """
      UPDATE main.payment SET search_text = \(searchText(terms, invoiceNumber))
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """)
  }
}

extension PaymentTables {
  /// Payments of one company after `after`, in order of id; at most `limit`.
  /// - Parameter sight: Whether whoever asks sees salaries; nobody does who does not say so.
  package static func find(
    _ filter: PaymentFilter, of place: Place, for sight: SalarySight = .hidden, after: ID<Payment>?,
    limit: Int,
    in tx: any Transaction
  ) throws -> [Payment] {
    let key = after?.bytes ?? []
    let rest = condition(filter, place, sight)
    var found: [Payment] = []
    if filter.states.isEmpty {
      found = try select(
        "\(rest) AND id > \(key) ORDER BY id LIMIT \(limit)", place, tx)
    } else {
      // Each state's index is in order of id: read one by one, no state is read further than needed.
      for state in filter.states.sorted(by: { $0.rawValue < $1.rawValue }) {
        found += try select(
          "AND state = \(state.rawValue) \(rest) AND id > \(key) ORDER BY id LIMIT \(limit)", place,
          tx)
      }
      found = Array(found.sorted { $0.id < $1.id }.prefix(limit))
    }
    for index in found.indices {
      try complete(&found[index], place, tx)
    }
    return found
  }

  /// How many there are in each state.
  package static func count(
    _ filter: PaymentFilter, of place: Place, for sight: SalarySight = .hidden,
    in tx: any Transaction
  ) throws -> [PaymentState: Int] {
    var counts: [PaymentState: Int] = [:]
    try tx.query(
      """
      SELECT state, CAST(count(*) AS BIGINT) FROM payment
      WHERE bureau = \(place.bureau) AND company = \(place.company)
        \(condition(filter, place, sight))
      GROUP BY state
      """
    ) { row in
      let state: PaymentState = try row.text(0).named()
      if filter.states.isEmpty || filter.states.contains(state) {
        counts[state] = Int(try row.int(1))
      }
    }
    return counts
  }

  /// All of a filter but the states.
  private static func condition(
    _ filter: PaymentFilter, _ place: Place, _ sight: SalarySight
  ) -> SQL {
    var parts: [SQL] = [sight.condition()]
    if let batch = filter.salary { parts.append("AND salary_batch = \(batch)") }
    if let account = filter.creditorAccount { parts.append("AND account_text = \(account)") }
    if let pattern = filter.pattern {
      parts.append("AND search_text LIKE \(pattern) ESCAPE '!'")
    }
    if let currency = filter.currency { parts.append("AND currency = \(currency.code)") }
    if let minimum = filter.minimum { parts.append("AND amount_minor >= \(minimum)") }
    if let maximum = filter.maximum { parts.append("AND amount_minor <= \(maximum)") }
    if let date = filter.earliestDueDate { parts.append("AND due_date >= \(date.iso)") }
    if let date = filter.latestDueDate { parts.append("AND due_date <= \(date.iso)") }
    if let key = filter.supplierKey { parts.append("AND supplier_key = \(key)") }
    if let transfer = filter.transfer {
      parts.append(
        """
        AND id IN (SELECT payment FROM instruction WHERE bureau = \(place.bureau)
          AND company = \(place.company) AND transfer = \(transfer))
        """)
    }
    return SQL.joined(parts, separator: " ")
  }
}
