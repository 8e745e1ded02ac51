package import Domain
package import Engine
import Facts
import Policies
package import Primitives
import SwiftProtobuf

extension Projection {
  func apply(_ fact: CompanyPolicySet) throws {
    let body: [UInt8] = try fact.message.serializedBytes()
    try transaction.execute(
      """
      INSERT INTO main.company_policy (bureau, company, body, set_time, revision)
      VALUES (\(bureau), \(company), \(body), \(time.microseconds), \(sequence))
      ON CONFLICT (bureau, company) DO UPDATE SET body = excluded.body,
        set_time = excluded.set_time, revision = excluded.revision
      """)
  }

  func apply(_ fact: PaymentPartlySigned) throws {
    try addApproval(fact.payment, fact.signature, required: fact.required)
    try transaction.execute(
      """
      UPDATE main.payment SET revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
      """)
  }

  /// One more signature over a payment's values; those over other values are void. `required`: nil
  /// for the signature that was enough, as many as there are then.
  func addApproval(_ payment: ID<Payment>, _ signature: PaymentSignature, required: Int?) throws {
    let digest = signature.rendered.digest, day = SignedDay.date(of: signature.signTime).iso
    try transaction.execute(
      """
      DELETE FROM main.payment_approval
      WHERE bureau = \(bureau) AND company = \(company) AND payment = \(payment)
        AND (digest <> \(digest) OR app_user = \(signature.user))
      """)
    let count =
      try required
      ?? 1
      + (transaction.first(
        """
        SELECT CAST(COUNT(*) AS BIGINT) FROM payment_approval
        WHERE bureau = \(bureau) AND company = \(company) AND payment = \(payment)
        """, as: Int.self) ?? 0)
    let body: [UInt8] = try PaymentSigned(payment: payment, signature: signature).message
      .serializedBytes()
    let amount = signature.rendered.amount
    try transaction.execute(
      """
      INSERT INTO main.payment_approval (bureau, company, payment, app_user, digest, body,
        required, day, currency, amount_minor)
      VALUES (\(bureau), \(company), \(payment), \(signature.user), \(digest), \(body),
        \(count), \(day), \(amount.currency.code), \(amount.minorUnits))
      """)
  }

  /// Any change of a payment's values or way voids all signatures.
  func voidApprovals(of payment: ID<Payment>) throws {
    try transaction.execute(
      """
      DELETE FROM main.payment_approval
      WHERE bureau = \(bureau) AND company = \(company) AND payment = \(payment)
      """)
  }
}

package enum PolicyTables {
  /// The company's own, or the standard one.
  package static func inForce(at place: Place, in tx: any Transaction) throws -> PolicyInForce {
    let row = try tx.first(
      """
      SELECT body, set_time, revision FROM company_policy
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: ([UInt8], Int64, Int64).self)
    guard let row else { return .standard }
    let fact = try CompanyPolicySet(Bureau_Facts_V1_CompanyPolicySet(serializedBytes: row.0))
    return PolicyInForce(policy: fact.policy, revision: row.2, setTime: row.1.instant)
  }

  /// The own policies of the companies that fulfil a condition on `company`.
  static func inForce(
    of bureau: ID<Bureau>, where companies: SQL, in tx: any Transaction
  ) throws -> [ID<Company>: CompanyPolicy] {
    let rows = try tx.rows(
      """
      SELECT company, body FROM company_policy
      WHERE bureau = \(bureau) AND \(companies)
      """, as: (ID<Company>, [UInt8]).self)
    var policies: [ID<Company>: CompanyPolicy] = [:]
    for (company, body) in rows {
      policies[company] = try CompanyPolicySet(
        Bureau_Facts_V1_CompanyPolicySet(serializedBytes: body)
      ).policy
    }
    return policies
  }

  /// The signatures over a payment's values so far, and how many were demanded at the last.
  package static func approvals(of payment: ID<Payment>, at place: Place, in tx: any Transaction)
    throws -> (signatures: [PaymentSignature], required: Int)
  {
    let rows = try tx.rows(
      """
      SELECT body, required FROM payment_approval
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND payment = \(payment)
      """, as: ([UInt8], Int).self)
    let found = try rows.map { body, required in
      (try PaymentSigned(Bureau_Facts_V1_PaymentSigned(serializedBytes: body)).signature, required)
    }.sorted { ($0.0.signTime, $0.0.user) < ($1.0.signTime, $1.0.user) }
    return (found.map(\.0), found.last?.1 ?? 0)
  }

  /// What the company has signed on the day of `time`, salaries or all else: each payment once,
  /// whoever signed it.
  package static func signedDay(
    of time: Instant, at place: Place, salaries: Bool = false, in tx: any Transaction
  ) throws -> SignedDay {
    let kind: SQL = salaries ? "IS NOT NULL" : "IS NULL"
    let date = SignedDay.date(of: time)
    var totals: [Currency: Int64] = [:]
    let rows = try tx.rows(
      """
      SELECT signed.currency, CAST(SUM(signed.amount_minor) AS BIGINT)
      FROM payment_approval signed JOIN payment ON payment.bureau = \(place.bureau)
        AND payment.company = \(place.company) AND payment.id = signed.payment
        AND payment.salary_batch \(kind)
      WHERE signed.bureau = \(place.bureau) AND signed.company = \(place.company)
        AND signed.day = \(date.iso) AND NOT EXISTS (
          SELECT 1 FROM payment_approval other
          WHERE other.bureau = signed.bureau AND other.company = signed.company
            AND other.payment = signed.payment AND other.app_user < signed.app_user
            AND other.day = signed.day)
      GROUP BY signed.currency
      """, as: (String, Int64).self)
    for (code, total) in rows { totals[try Currency(code)] = total }
    return SignedDay(date: date, totals: totals)
  }
}
