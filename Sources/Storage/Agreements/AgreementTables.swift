package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: AgreementDrafted) throws {
    let new = fact.agreement
    try transaction.execute(
      """
      INSERT INTO main.agreement (bureau, company, id, kind, state, bank, account_form,
        account_text, currency, signer_name, signer_mobile, signer_email, signer_digest,
        create_time)
      VALUES (\(bureau), \(company), \(new.id), \(new.kind.rawValue), \(new.state.rawValue),
        \(new.bank), \(new.account.form.rawValue), \(new.account.text), \(new.currency.code),
        \(new.signer.displayName), \(new.signer.mobile), \(new.signer.email),
        \(new.signer.nationalIDDigest.bytes), \(new.createTime.microseconds))
      """)
  }

  func apply(_ fact: AgreementSent) throws {
    try transaction.execute(
      """
      UPDATE main.agreement
      SET state = \(AgreementState.sentForSigning.rawValue), link_hash = \(fact.linkHash)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.agreement)
      """)
  }

  func apply(_ fact: AgreementSigned) throws {
    try transaction.execute(
      """
      UPDATE main.agreement
      SET state = \(AgreementState.active.rawValue), sign_time = \(fact.signTime.microseconds),
        evidence = \(fact.evidenceDigest)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.agreement)
      """)
  }
}

package enum AgreementTables {
  package static func load(_ id: ID<Agreement>, of place: Place, in tx: any Transaction) throws
    -> Agreement?
  {
    try select("AND id = \(id) LIMIT 1", place, tx).first
  }

  package static func list(
    of place: Place, after: ID<Agreement>? = nil, limit: Int, in tx: any Transaction
  ) throws -> [Agreement] {
    try select("AND id > \(after?.bytes ?? []) ORDER BY id LIMIT \(limit)", place, tx)
  }

  /// Those that carry payments; a company has few.
  package static func active(of place: Place, in tx: any Transaction) throws -> [Agreement] {
    try select("AND state = \(AgreementState.active.rawValue) ORDER BY id LIMIT 200", place, tx)
  }

  /// Whether the account has an agreement that is not over.
  package static func isTaken(
    _ account: AccountNumber, of place: Place, in tx: any Transaction
  ) throws -> Bool {
    try tx.first(
      """
      SELECT id FROM agreement WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND account_form = \(account.form.rawValue) AND account_text = \(account.text)
        AND state <> \(AgreementState.terminated.rawValue)
      """, as: ID<Agreement>.self) != nil
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [Agreement]
  {
    var found: [Agreement] = []
    try tx.query(
      """
      SELECT id, kind, state, bank, account_form, account_text, currency, signer_name,
        signer_mobile, signer_email, signer_digest, create_time, sign_time, link_hash
      FROM agreement WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """
    ) { row in
      found.append(
        Agreement(
          id: try row.value(0), kind: try row.text(1).named(), state: try row.text(2).named(),
          bank: try row.text(3),
          account: try AccountNumber(stored: row.text(4).named(), text: row.text(5)),
          currency: try Currency(row.text(6)),
          signer: Signer(
            displayName: try row.text(7), mobile: try row.text(8), email: try row.text(9),
            nationalIDDigest: NationalIDDigest(bytes: try row.blob(10))),
          createTime: try row.int(11).instant,
          signTime: try row.value(12, as: Int64?.self)?.instant,
          linkHash: try row.value(13, as: [UInt8]?.self)))
    }
    return found
  }
}
