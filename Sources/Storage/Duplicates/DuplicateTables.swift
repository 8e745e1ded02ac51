package import Domain
package import Engine
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension DuplicatesDismissed {
  var message: Bureau_Facts_V1_DuplicatesDismissed {
    .with {
      $0.payment = payment.data
      $0.others = others.map(\.data)
      $0.user = user.data
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_DuplicatesDismissed) throws {
    self.init(
      payment: try m.payment.id(), others: try m.others.map { try $0.id() }, user: try m.user.id(),
      reason: m.reason)
  }
}

extension Projection {
  func apply(_ fact: DuplicatesDismissed) throws {
    for other in fact.others {
      try transaction.execute(
        """
        INSERT INTO main.duplicate_dismissal (bureau, company, payment, other, app_user, reason,
          dismiss_time)
        VALUES (\(bureau), \(company), \(fact.payment), \(other), \(fact.user), \(fact.reason),
          \(time.microseconds))
        ON CONFLICT (bureau, company, payment, other) DO UPDATE SET
          app_user = excluded.app_user, reason = excluded.reason,
          dismiss_time = excluded.dismiss_time
        """)
    }
    try transaction.execute(
      """
      UPDATE main.payment SET revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
      """)
  }
}

package enum DuplicateTables {
  /// The other payments that this one may be the same as, with what was said of each. Two looks into
  /// indexes, however many payments there are.
  package static func found(for payment: Payment, at place: Place, in tx: any Transaction) throws
    -> [Duplicate]
  {
    // What one is paid each month looks the same each month.
    if payment.salary != nil { return [] }
    let key = DuplicateKey(payment), number = DuplicateKey.number(key.invoiceNumber)
    var looks: [SQL] = []
    if let reference = key.reference {
      looks.append(look("debt_reference = \(reference)", key, place))
    }
    if !number.isEmpty { looks.append(look("number_key = \(number)", key, place)) }
    if looks.isEmpty { return [] }
    var others: [DuplicateKey] = []
    let all = SQL.joined(looks, separator: " UNION ")
    try tx.query("\(all) ORDER BY create_time DESC, id DESC LIMIT \(DuplicateRules.limit)") { row in
      others.append(
        DuplicateKey(
          payment: try row.value(0), supplierKey: try row.text(1),
          account: row.isNull(2)
            ? nil : try AccountNumber(stored: row.text(2).named(), text: row.text(3)),
          amount: Money(minorUnits: try row.int(4), currency: try Currency(stored: row.text(5))),
          reference: try row.value(6), invoiceNumber: try row.text(7),
          state: try row.text(8).named(), createTime: try row.int(9).instant))
    }
    var found = DuplicateRules.duplicates(of: key, among: others)
    for index in found.indices {
      found[index].dismissal = try dismissal(of: key.payment, found[index].payment, place, tx)
    }
    return found
  }

  private static func look(_ condition: SQL, _ key: DuplicateKey, _ place: Place) -> SQL {
    """
    SELECT id, supplier_key, account_form, account_text, debt_minor, currency, debt_reference,
      invoice_number, state, create_time
    FROM payment WHERE bureau = \(place.bureau) AND company = \(place.company)
      AND \(condition) AND debt_minor = \(key.amount.minorUnits)
      AND currency = \(key.amount.currency.code) AND salary_batch IS NULL
      AND id <> \(key.payment) AND state <> \(PaymentState.deleted.rawValue)
      AND (supplier_key = \(key.supplierKey) OR account_text = \(key.account?.text ?? ""))
    """
  }

  /// Said of either, it holds for both.
  private static func dismissal(
    of payment: ID<Payment>, _ other: ID<Payment>, _ place: Place, _ tx: any Transaction
  ) throws -> String? {
    for (one, another) in [(payment, other), (other, payment)] {
      let reason = try tx.first(
        """
        SELECT reason FROM duplicate_dismissal WHERE bureau = \(place.bureau)
          AND company = \(place.company) AND payment = \(one) AND other = \(another)
        """, as: String.self)
      if let reason { return reason }
    }
    return nil
  }
}
