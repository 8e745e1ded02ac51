package import Domain
package import Engine
import Facts
import Foundation
package import Primitives
import SwiftProtobuf

extension OpenItemFound {
  var message: Bureau_Facts_V1_OpenItemFound {
    .with {
      $0.item = item.data
      $0.kind = kind.rawValue
      $0.supplierKey = supplierKey
      $0.supplierName = supplierName
      $0.number = number
      $0.amount = amount.message
      $0.date = date?.iso ?? ""
      $0.sourceDigest = Data(sourceDigest)
    }
  }

  init(_ m: Bureau_Facts_V1_OpenItemFound) throws {
    self.init(
      item: try m.item.id(), kind: try m.kind.named(), supplierKey: m.supplierKey,
      supplierName: m.supplierName, number: m.number, amount: try Money(m.amount),
      date: m.date.isEmpty ? nil : try m.date.date(), sourceDigest: Array(m.sourceDigest))
  }
}

extension OpenItemsLinked {
  var message: Bureau_Facts_V1_OpenItemsLinked {
    .with {
      $0.payment = payment.data
      $0.items = items.map(\.data)
      $0.gross = gross.message
      if let reference { $0.reference = reference.message }
    }
  }

  init(_ m: Bureau_Facts_V1_OpenItemsLinked) throws {
    self.init(
      payment: try m.payment.id(), items: try m.items.map { try $0.id() },
      gross: try Money(m.gross),
      reference: m.hasReference ? try PaymentReference(m.reference) : nil)
  }
}

extension OpenItemsUnlinked {
  var message: Bureau_Facts_V1_OpenItemsUnlinked {
    .with {
      $0.payment = payment.data
      $0.items = items.map(\.data)
    }
  }

  init(_ m: Bureau_Facts_V1_OpenItemsUnlinked) throws {
    self.init(payment: try m.payment.id(), items: try m.items.map { try $0.id() })
  }
}

extension Projection {
  func apply(_ fact: OpenItemFound) throws {
    try transaction.execute(
      """
      INSERT INTO main.open_item (bureau, company, id, kind, supplier_key, supplier_name, number,
        number_key, amount_minor, currency, item_date, source_digest, create_time)
      VALUES (\(bureau), \(company), \(fact.item), \(fact.kind.rawValue), \(fact.supplierKey),
        \(fact.supplierName), \(fact.number), \(DuplicateKey.number(fact.number)),
        \(fact.amount.minorUnits), \(fact.amount.currency.code), \(fact.date?.iso),
        \(fact.sourceDigest), \(time.microseconds))
      """)
  }

  func apply(_ fact: OpenItemsLinked) throws {
    try setPayment(fact.payment, of: fact.items)
    try transaction.execute(
      """
      UPDATE main.payment SET netted = \(true), debt_minor = \(fact.gross.minorUnits),
        debt_reference = \(fact.reference?.text), revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
      """)
  }

  func apply(_ fact: OpenItemsUnlinked) throws {
    try setPayment(nil, of: fact.items)
    try transaction.execute(
      """
      UPDATE main.payment SET revision = \(sequence), netted = EXISTS (SELECT 1 FROM open_item
        WHERE bureau = \(bureau) AND company = \(company) AND payment = \(fact.payment))
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
      """)
  }

  private func setPayment(_ payment: ID<Payment>?, of items: [ID<OpenItem>]) throws {
    for item in items {
      try transaction.execute(
        """
        UPDATE main.open_item SET payment = \(payment)
        WHERE bureau = \(bureau) AND company = \(company) AND id = \(item)
        """)
    }
  }
}

package enum OpenItemTables {
  package static func load(_ id: ID<OpenItem>, of place: Place, in tx: any Transaction) throws
    -> OpenItem?
  {
    try select("AND id = \(id)", place, tx).first
  }

  /// After `after`, in order of id. `isOpen`: only those that are set off against nothing.
  package static func list(
    of place: Place, isOpen: Bool, after: ID<OpenItem>?, limit: Int, in tx: any Transaction
  ) throws -> [OpenItem] {
    let open: SQL = isOpen ? "AND payment IS NULL" : ""
    return try select(
      "AND id > \(after?.bytes ?? []) \(open) ORDER BY id LIMIT \(limit)", place, tx)
  }

  /// What is set off against a payment, in the order of numbers.
  package static func linked(
    to payment: ID<Payment>, of place: Place, in tx: any Transaction
  ) throws -> [OpenItem] {
    try select("AND payment = \(payment) ORDER BY number_key, id", place, tx)
  }

  /// The supplier's open items, in the order of numbers.
  package static func open(
    of supplierKey: String, at place: Place, in tx: any Transaction
  ) throws -> [OpenItem] {
    try select(
      """
      AND supplier_key = \(supplierKey) AND payment IS NULL ORDER BY number_key, id
      LIMIT \(OpenItemRules.limit)
      """, place, tx)
  }

  /// Whether the supplier has any, as a part of a question.
  static func exist(of supplierKey: String, at place: Place) -> SQL {
    """
    EXISTS (SELECT 1 FROM open_item WHERE bureau = \(place.bureau) AND company = \(place.company)
      AND supplier_key = \(supplierKey) AND payment IS NULL)
    """
  }

  /// The same document by whatever source.
  package static func known(
    _ kind: OpenItem.Kind, of supplierKey: String, numbered number: String, at place: Place,
    in tx: any Transaction
  ) throws -> OpenItem? {
    try select(
      """
      AND supplier_key = \(supplierKey) AND kind = \(kind.rawValue)
      AND number_key = \(DuplicateKey.number(number))
      """, place, tx
    ).first
  }

  /// The payment made from a supplier's invoice, by its number as it was kept.
  package static func payment(
    ofInvoice number: String, of supplierKey: String, at place: Place, in tx: any Transaction
  ) throws -> (payment: ID<Payment>, sourceDigest: [UInt8])? {
    try tx.first(
      """
      SELECT payment, source_digest FROM invoice WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND supplier_key = \(supplierKey) AND number = \(number)
      """, as: (ID<Payment>, [UInt8]).self)
  }

  /// The supplier's complete proposals that wait for nothing.
  package static func complete(
    of supplierKey: String, at place: Place, in tx: any Transaction
  ) throws -> [Payment] {
    var found = try PaymentTables.select(
      """
      AND supplier_key = \(supplierKey) AND state = \(PaymentState.proposalComplete.rawValue)
      ORDER BY id LIMIT \(1_000)
      """, place, tx)
    for index in found.indices { try PaymentTables.complete(&found[index], place, tx) }
    return found
  }

  private static func select(_ rest: SQL, _ place: Place, _ tx: any Transaction) throws
    -> [OpenItem]
  {
    var found: [OpenItem] = []
    try tx.query(
      """
      SELECT id, kind, supplier_key, supplier_name, number, amount_minor, currency, item_date,
        source_digest, create_time, payment
      FROM open_item WHERE bureau = \(place.bureau) AND company = \(place.company) \(rest)
      """
    ) { row in
      found.append(
        OpenItem(
          id: try row.value(0), kind: try row.text(1).named(), supplierKey: try row.text(2),
          supplierName: try row.text(3), number: try row.text(4),
          amount: Money(minorUnits: try row.int(5), currency: try Currency(stored: row.text(6))),
          date: try row.value(7, as: String?.self)?.date(), sourceDigest: try row.blob(8),
          createTime: try row.int(9).instant, payment: try row.value(10)))
    }
    return found
  }
}
