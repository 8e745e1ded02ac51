package import Domain
package import Engine
import Facts
package import Primitives
import SwiftProtobuf

extension Projection {
  func apply(_ fact: SupplierAccountFound) throws {
    let supplier = Supplier.id(of: fact.supplierKey, in: company)
    let id = SupplierAccount.id(of: fact.supplierKey, fact.account, in: company)
    let state: SupplierAccount.State = fact.wasPaidBefore ? .confirmed : .held
    let signed = fact.wasPaidBefore ? time.microseconds : Int64?.none
    try transaction.execute(
      """
      INSERT INTO main.supplier (bureau, company, id, supplier_key, display_name, country_code,
        create_time)
      VALUES (\(bureau), \(company), \(supplier), \(fact.supplierKey), \(fact.displayName),
        \(fact.countryCode), \(time.microseconds))
      ON CONFLICT (bureau, company, id) DO UPDATE SET display_name = excluded.display_name
      """)
    try transaction.execute(
      """
      INSERT INTO main.supplier_account (bureau, company, id, supplier, supplier_key,
        account_form, account_text, state, changed, maker, payment, create_time, reason,
        first_sign_time, last_sign_time)
      VALUES (\(bureau), \(company), \(id), \(supplier), \(fact.supplierKey),
        \(fact.account.form.rawValue), \(fact.account.text), \(state.rawValue),
        \(fact.isChange), \(fact.maker), \(fact.payment), \(time.microseconds), \(""),
        \(signed), \(signed))
      ON CONFLICT (bureau, company, id) DO NOTHING
      """)
    try noteSupplier(fact.supplierKey)
  }

  func apply(_ fact: SupplierAccountConfirmed) throws {
    try decide(fact.supplierKey, fact.account, .confirmed, by: fact.user, reason: "")
  }

  func apply(_ fact: SupplierAccountRejected) throws {
    try decide(fact.supplierKey, fact.account, .rejected, by: fact.user, reason: fact.reason)
  }

  func apply(_ fact: SupplierBlocked) throws {
    try setBlocked(fact.supplierKey, fact.reason)
  }

  func apply(_ fact: SupplierUnblocked) throws {
    try setBlocked(fact.supplierKey, nil)
  }

  /// The company has signed a payment: its account is new no more.
  func noteSigned(_ payment: ID<Payment>, to account: AccountNumber) throws {
    let key = try transaction.first(
      """
      SELECT supplier_key FROM payment
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
      """, as: String.self)
    guard let key else { return }
    try transaction.execute(
      """
      UPDATE main.supplier_account SET
        first_sign_time = COALESCE(first_sign_time, \(time.microseconds)),
        last_sign_time = \(time.microseconds)
      WHERE bureau = \(bureau) AND company = \(company)
        AND id = \(SupplierAccount.id(of: key, account, in: company))
      """)
  }

  private func decide(
    _ key: String, _ account: AccountNumber, _ state: SupplierAccount.State, by user: ID<User>,
    reason: String
  ) throws {
    try transaction.execute(
      """
      UPDATE main.supplier_account SET state = \(state.rawValue), decider = \(user),
        decide_time = \(time.microseconds), reason = \(reason)
      WHERE bureau = \(bureau) AND company = \(company)
        AND id = \(SupplierAccount.id(of: key, account, in: company))
      """)
    try noteSupplier(key)
  }

  private func setBlocked(_ key: String, _ reason: String?) throws {
    try transaction.execute(
      """
      UPDATE main.supplier SET block_reason = \(reason)
      WHERE bureau = \(bureau) AND company = \(company)
        AND id = \(Supplier.id(of: key, in: company))
      """)
    try noteSupplier(key)
  }

  /// The fact belongs to the supplier's history; several of one request have sequences of their own.
  private func noteSupplier(_ key: String) throws {
    try transaction.execute(
      """
      INSERT INTO main.supplier_event (bureau, company, supplier, seq)
      VALUES (\(bureau), \(company), \(Supplier.id(of: key, in: company)), \(sequence))
      """)
  }
}

package enum SupplierTables {
  package static func load(_ id: ID<Supplier>, of place: Place, in tx: any Transaction) throws
    -> Supplier?
  {
    try select("AND id = \(id)", place, tx).first
  }

  /// After `after`, in order of id. `state`: only those with an account in it.
  package static func list(
    of place: Place, accounts state: SupplierAccount.State?, after: ID<Supplier>?, limit: Int,
    in tx: any Transaction
  ) throws -> [Supplier] {
    let narrowed: SQL =
      state.map {
        """
        AND id IN (SELECT supplier FROM supplier_account WHERE bureau = \(place.bureau)
          AND company = \(place.company) AND state = \($0.rawValue))
        """
      } ?? ""
    return try select(
      "AND id > \(after?.bytes ?? []) \(narrowed) ORDER BY id LIMIT \(limit)", place, tx)
  }

  package static func account(
    _ id: ID<SupplierAccount>, of place: Place, in tx: any Transaction
  ) throws -> SupplierAccount? {
    try accounts("AND id = \(id)", place, tx).first
  }

  /// What is to be known of the account before a payment to it is signed.
  package static func standing(
    of supplierKey: String, _ account: AccountNumber?, at place: Place, in tx: any Transaction
  ) throws -> PayeeStanding {
    let supplier = Supplier.id(of: supplierKey, in: place.company)
    let row = try tx.first(
      """
      SELECT display_name, block_reason FROM supplier
      WHERE bureau = \(place.bureau) AND company = \(place.company) AND id = \(supplier)
      """, as: (String, String?).self)
    guard let row else { return .unregistered }
    let known = try account.flatMap {
      try self.account(
        SupplierAccount.id(of: supplierKey, $0, in: place.company), of: place, in: tx)
    }
    var standing = PayeeStanding(
      supplierName: row.0, blockReason: row.1, account: known, lastAccount: nil)
    if let known, known.lastSignTime == nil {
      standing.lastAccount = try accounts(
        """
        AND supplier = \(supplier) AND last_sign_time IS NOT NULL AND id <> \(known.id)
        ORDER BY last_sign_time DESC, id LIMIT 1
        """, place, tx
      ).first?.account
    }
    return standing
  }

  /// The facts with one more for each account that they name and the register does not know.
  package static func registering(
    _ facts: [Fact], at place: Place, in tx: any Transaction
  ) throws -> [Fact] {
    let named = try SupplierRules.accounts(in: facts) { payment in
      try tx.first(
        """
        SELECT supplier_key FROM payment WHERE bureau = \(place.bureau)
          AND company = \(place.company) AND id = \(payment)
        """, as: String.self)
    }
    var seen: Set<ID<SupplierAccount>> = [], suppliers: Set<String> = [], found: [Fact] = []
    for item in named {
      let id = SupplierAccount.id(of: item.supplierKey, item.account, in: place.company)
      guard seen.insert(id).inserted, try account(id, of: place, in: tx) == nil else { continue }
      let hasOther =
        try suppliers.contains(item.supplierKey) || hasAccount(item.supplierKey, place, tx)
      found.append(
        .supplierAccountFound(
          SupplierAccountFound(
            supplierKey: item.supplierKey, displayName: item.displayName,
            countryCode: item.countryCode, account: item.account, payment: item.payment,
            maker: item.maker, isChange: hasOther,
            wasPaidBefore: try wasPaid(item, place, tx))))
      suppliers.insert(item.supplierKey)
    }
    return facts + found
  }

  /// The payments to a supplier, or to one account of it, that are signed and have not left.
  package static func signed(
    to supplierKey: String, _ account: AccountNumber?, at place: Place, in tx: any Transaction
  ) throws -> [Payment] {
    let narrowed: SQL =
      account.map {
        "AND account_form = \($0.form.rawValue) AND account_text = \($0.text)"
      } ?? ""
    var found = try PaymentTables.select(
      """
      AND supplier_key = \(supplierKey) AND state = \(PaymentState.signed.rawValue) \(narrowed)
      ORDER BY id
      """, place, tx)
    for index in found.indices { try PaymentTables.complete(&found[index], place, tx) }
    return found
  }

  /// The facts about a supplier after `sequence`, oldest first.
  package static func entries(
    about supplier: ID<Supplier>, of place: Place, after sequence: Int64, limit: Int,
    in tx: any Transaction
  ) throws -> [PaymentEntry] {
    try tx.rows(
      """
      SELECT fact.seq, fact.envelope, fact.body FROM supplier_event
      JOIN fact ON fact.bureau = supplier_event.bureau AND fact.company = supplier_event.company
        AND fact.seq = supplier_event.seq
      WHERE supplier_event.bureau = \(place.bureau) AND supplier_event.company = \(place.company)
        AND supplier_event.supplier = \(supplier) AND supplier_event.seq > \(sequence)
      ORDER BY supplier_event.seq LIMIT \(limit)
      """, as: (Int64, [UInt8], [UInt8]).self
    ).map { try PaymentEntry($0, envelope: $1, body: $2) }
  }

  // MARK: Reading

  private static func hasAccount(
    _ supplierKey: String, _ place: Place, _ tx: any Transaction
  ) throws -> Bool {
    try tx.first(
      """
      SELECT id FROM supplier_account WHERE bureau = \(place.bureau)
        AND company = \(place.company)
        AND supplier = \(Supplier.id(of: supplierKey, in: place.company)) LIMIT 1
      """, as: ID<SupplierAccount>.self) != nil
  }

  /// Whether the company has sent money there before it had a register.
  private static func wasPaid(
    _ item: NamedPayeeAccount, _ place: Place, _ tx: any Transaction
  ) throws -> Bool {
    try tx.first(
      """
      SELECT id FROM payment WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND account_text = \(item.account.text) AND account_form = \(item.account.form.rawValue)
        AND supplier_key = \(item.supplierKey)
        AND state IN (\(PaymentState.paid.rawValue), \(PaymentState.posted.rawValue)) LIMIT 1
      """, as: ID<Payment>.self) != nil
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [Supplier]
  {
    try tx.rows(
      """
      SELECT id, supplier_key, display_name, country_code, block_reason, create_time
      FROM supplier WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """, as: (ID<Supplier>, String, String, String, String?, Int64).self
    ).map { id, key, name, country, blockReason, created in
      Supplier(
        id: id, key: key, displayName: name, countryCode: country, blockReason: blockReason,
        createTime: created.instant,
        accounts: try accounts(
          """
          AND supplier = \(id) ORDER BY create_time DESC, id LIMIT \(Supplier.accountLimit)
          """, place, tx))
    }
  }

  private static func accounts(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [SupplierAccount]
  {
    var found: [SupplierAccount] = []
    try tx.query(
      """
      SELECT id, supplier_key, account_form, account_text, state, changed, maker, payment,
        create_time, decider, decide_time, reason, first_sign_time, last_sign_time
      FROM supplier_account WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """
    ) { row in
      found.append(
        SupplierAccount(
          id: try row.value(0), supplierKey: try row.text(1),
          account: try AccountNumber(stored: row.text(2).named(), text: row.text(3)),
          state: try row.text(4).named(), isChange: try row.bool(5), maker: try row.value(6),
          payment: try row.value(7), createTime: try row.int(8).instant,
          decider: try row.value(9), decideTime: try row.value(10, as: Int64?.self)?.instant,
          reason: try row.text(11),
          firstSignTime: try row.value(12, as: Int64?.self)?.instant,
          lastSignTime: try row.value(13, as: Int64?.self)?.instant))
    }
    return found
  }
}
