// What a supplier's account holds besides invoices to pay: credit notes and payments made earlier. They
// are linked to a proposal before it is approved, so that no wrong amount is paid (P-02, P-05, P-06).

package import Primitives

package struct OpenItem: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case creditNote, payment
  }

  package var id: ID<OpenItem>
  package var kind: Kind
  package var supplierKey: String
  package var supplierName: String
  package var number: String
  /// In the company's favour; more than zero.
  package var amount: Money
  package var date: CalendarDate?
  /// Of the file that it came with.
  package var sourceDigest: [UInt8]
  package var createTime: Instant
  /// The payment that it is set off against; nil: it is open.
  package var payment: ID<Payment>?

  package init(
    id: ID<OpenItem>, kind: Kind, supplierKey: String, supplierName: String, number: String,
    amount: Money, date: CalendarDate?, sourceDigest: [UInt8], createTime: Instant,
    payment: ID<Payment>? = nil
  ) {
    self.id = id
    self.kind = kind
    self.supplierKey = supplierKey
    self.supplierName = supplierName
    self.number = number
    self.amount = amount
    self.date = date
    self.sourceDigest = sourceDigest
    self.createTime = createTime
    self.payment = payment
  }
}

package struct OpenItemFound: Sendable, Equatable {
  package var item: ID<OpenItem>
  package var kind: OpenItem.Kind
  package var supplierKey: String
  package var supplierName: String
  package var number: String
  package var amount: Money
  package var date: CalendarDate?
  package var sourceDigest: [UInt8]

  package init(
    item: ID<OpenItem>, kind: OpenItem.Kind, supplierKey: String, supplierName: String,
    number: String, amount: Money, date: CalendarDate?, sourceDigest: [UInt8]
  ) {
    self.item = item
    self.kind = kind
    self.supplierKey = supplierKey
    self.supplierName = supplierName
    self.number = number
    self.amount = amount
    self.date = date
    self.sourceDigest = sourceDigest
  }
}

/// Items are set off against a payment; its new amount and text stand in the fact that follows.
package struct OpenItemsLinked: Sendable, Equatable {
  package var payment: ID<Payment>
  package var items: [ID<OpenItem>]
  /// As it was without any item.
  package var gross: Money
  package var reference: PaymentReference?

  package init(
    payment: ID<Payment>, items: [ID<OpenItem>], gross: Money, reference: PaymentReference?
  ) {
    self.payment = payment
    self.items = items
    self.gross = gross
    self.reference = reference
  }
}

package struct OpenItemsUnlinked: Sendable, Equatable {
  package var payment: ID<Payment>
  package var items: [ID<OpenItem>]

  package init(payment: ID<Payment>, items: [ID<OpenItem>]) {
    self.payment = payment
    self.items = items
  }
}

/// Why something about open items is refused, in the order it is checked.
package enum OpenItemError: Refusal, Equatable {
  case notFound
  case none
  case tooMany(limit: Int)
  case notProposal
  case linkedAlready(String)
  case notLinked
  case otherSupplier(String)
  case otherCurrency(String)
  /// A KID, OCR, RF or Finnish reference.
  case structuredReference(String)
  case tooMuch(Money, of: Money)
  case textTooLong
  case streamTooLong(limit: Int)
  case streamMixed

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .none, .tooMany, .streamTooLong, .streamMixed: .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "OPEN_ITEM_NOT_FOUND"
    case .none: "OPEN_ITEMS_MISSING"
    case .tooMany: "OPEN_ITEMS_TOO_MANY"
    case .notProposal: "OPEN_ITEM_NOT_PROPOSAL"
    case .linkedAlready: "OPEN_ITEM_LINKED"
    case .notLinked: "OPEN_ITEM_NOT_LINKED"
    case .otherSupplier: "OPEN_ITEM_OTHER_SUPPLIER"
    case .otherCurrency: "OPEN_ITEM_OTHER_CURRENCY"
    case .structuredReference: "OPEN_ITEM_WITH_REFERENCE"
    case .tooMuch: "OPEN_ITEMS_EXCEED"
    case .textTooLong: "OPEN_ITEMS_TEXT_TOO_LONG"
    case .streamTooLong: "OPEN_ITEMS_STREAM_TOO_LONG"
    case .streamMixed: "OPEN_ITEMS_STREAM_MIXED"
    }
  }

  package var field: String? { self == .notProposal ? nil : "items" }

  package var message: String {
    switch self {
    case .notFound: "There is no such open item."
    case .none: "Name at least one open item."
    case .tooMany(let limit): "At most \(limit) items are set off against one payment."
    case .notProposal:
      "Items are set off before a payment is acknowledged or signed (P-06); return it to the proposal,"
        + " or delete and restore it."
    case .linkedAlready(let number): "\(number) is set off against a payment already."
    case .notLinked: "The item is not set off against this payment."
    case .otherSupplier(let number): "\(number) is another supplier's."
    case .otherCurrency(let number): "\(number) is in another currency."
    case .structuredReference(let label):
      "A payment with a \(label) reference is for one invoice alone and carries no credit notes; give"
        + " it a message instead, or settle the item with another payment."
    case .tooMuch(let sum, let gross):
      "The items come to \(sum) and the payment is \(gross): something must be left to pay."
    case .textTooLong:
      "The message to the payee has no room for so many numbers; set off fewer items."
    case .streamTooLong(let limit):
      "A stream carries at most \(limit) items and 2 MiB; send the rest as another request. Nothing was done."
    case .streamMixed:
      "All parts of a stream are one request: give parent, request_id and validate_only with the first alone."
    }
  }
}
