// Setting credit notes and earlier payments off against a proposal (P-06). The payment's own amount and
// message become what is left and what of, so that limits, text, digest, bank file and postings speak of
// one amount.

import Formats
package import Primitives

/// What is set off against a payment.
package struct Netting: Sendable, Equatable {
  package var invoiceNumber: String
  /// Amount and message as they are without any item.
  package var gross: Money
  package var reference: PaymentReference?
  /// In the order of their numbers.
  package var items: [OpenItem]

  package init(
    invoiceNumber: String, gross: Money, reference: PaymentReference?, items: [OpenItem]
  ) {
    self.invoiceNumber = invoiceNumber
    self.gross = gross
    self.reference = reference
    self.items = items
  }

  /// What the signer is told besides the amount that is left.
  var note: String {
    let parts = items.map { item in
      let kind = item.kind == .creditNote ? "credit note" : "paid"
      return "\(kind) \(item.number) \(item.amount.decimalText)"
    }
    return "Invoice \(invoiceNumber) \(gross.decimalText) less " + parts.joined(separator: ", ")
  }

  /// The facts that make all of it open again; the payment stays where it is.
  func freeing(from payment: Payment) -> [Fact] {
    var terms = payment.terms
    terms.amount = gross
    terms.reference = reference
    return [
      .openItemsUnlinked(OpenItemsUnlinked(payment: payment.id, items: items.map(\.id))),
      .paymentChanged(PaymentChanged(payment: payment.id, state: payment.state, terms: terms)),
    ]
  }

  /// The invoice and its credit notes as the bank file lists them; empty where it tells them as text,
  /// which must then come through whole.
  func documents(
    for rendering: Pain001.Rendering, _ reference: PaymentReference
  ) throws(PaymentError) -> [ReferredDocument] {
    let notes = items.filter { $0.kind == .creditNote }
    guard rendering.referredDocuments, !notes.isEmpty else {
      guard case .message(let text) = reference, rendering.carriesWhole(text) else {
        throw .notSendable("its text has no room for what is set off; set off less.")
      }
      return []
    }
    // What was paid before is no document: so much less of the invoice is left.
    var left = gross
    for item in items where item.kind == .payment {
      left = Money(
        minorUnits: left.minorUnits - item.amount.minorUnits, currency: left.currency)
    }
    var documents = [try Self.document(.invoice, invoiceNumber, left, rendering)]
    for note in notes {
      documents.append(try Self.document(.creditNote, note.number, note.amount, rendering))
    }
    return documents
  }

  private static func document(
    _ kind: ReferredDocument.Kind, _ number: String, _ amount: Money,
    _ rendering: Pain001.Rendering
  ) throws(PaymentError) -> ReferredDocument {
    guard let number = rendering.number(number) else {
      throw .notSendable(
        "a bank file has at most 35 characters for the number \(number.prefix(50)).")
    }
    return ReferredDocument(kind: kind, number: number, amount: amount)
  }
}

package enum OpenItemRules {
  /// Items of one payment.
  package static let limit = 20

  /// Sets items off: the payment's amount and message become what is left and what of.
  /// `openItems`: whether the supplier has other open records then.
  package static func linking(
    _ items: [OpenItem], to payment: Payment, openItems: Bool, maker: ID<User>
  ) throws -> [Fact] {
    if items.isEmpty { throw OpenItemError.none }
    guard payment.state.isProposal, payment.salary == nil else { throw OpenItemError.notProposal }
    let netting = netting(of: payment)
    guard netting.items.count + items.count <= limit else {
      throw OpenItemError.tooMany(limit: limit)
    }
    for item in items {
      if item.payment != nil { throw OpenItemError.linkedAlready(item.number) }
      // Whom nothing is known of may be anybody.
      guard item.supplierKey == payment.supplierKey, item.supplierKey != "unknown" else {
        throw OpenItemError.otherSupplier(item.number)
      }
      guard item.amount.currency == netting.gross.currency else {
        throw OpenItemError.otherCurrency(item.number)
      }
    }
    let terms = try net(payment.terms, of: netting.items + items, netting)
    return [
      .openItemsLinked(
        OpenItemsLinked(
          payment: payment.id, items: items.map(\.id), gross: netting.gross,
          reference: netting.reference)),
      try changed(payment, terms, openItems: openItems, maker),
    ]
  }

  /// Takes items away from a payment again.
  package static func unlinking(
    _ items: [OpenItem], from payment: Payment, openItems: Bool, maker: ID<User>
  ) throws -> [Fact] {
    if items.isEmpty { throw OpenItemError.none }
    guard payment.state.isProposal else { throw OpenItemError.notProposal }
    for item in items where item.payment != payment.id { throw OpenItemError.notLinked }
    let netting = netting(of: payment)
    let left = netting.items.filter { linked in !items.contains { $0.id == linked.id } }
    let terms = try net(payment.terms, of: left, netting)
    return [
      .openItemsUnlinked(OpenItemsUnlinked(payment: payment.id, items: items.map(\.id))),
      try changed(payment, terms, openItems: openItems, maker),
    ]
  }

  private static func netting(of payment: Payment) -> Netting {
    payment.netting
      ?? Netting(
        invoiceNumber: payment.invoiceNumber, gross: payment.terms.amount,
        reference: payment.terms.reference, items: [])
  }

  private static func changed(
    _ payment: Payment, _ terms: PaymentTerms, openItems: Bool, _ maker: ID<User>
  ) throws -> Fact {
    let next = try payment.state.after(terms.proposal(openItems: openItems))
    return .paymentChanged(
      PaymentChanged(payment: payment.id, state: next, terms: terms, maker: maker))
  }

  /// A KID payment cannot contain credit notes, and a payment is never zero or less (iso20022.md §1).
  private static func net(
    _ terms: PaymentTerms, of items: [OpenItem], _ netting: Netting
  ) throws -> PaymentTerms {
    var terms = terms
    let gross = netting.gross
    terms.amount = gross
    terms.reference = netting.reference
    guard !items.isEmpty else { return terms }
    var text = ""
    switch netting.reference {
    case .message(let message): text = message
    case .some(let reference): throw OpenItemError.structuredReference(reference.label)
    case nil: break
    }
    var sum: Int64 = 0
    for item in items {
      let (next, overflow) = sum.addingReportingOverflow(item.amount.minorUnits)
      // More than any payment.
      sum = overflow ? .max : next
      if overflow { break }
    }
    guard sum < gross.minorUnits else {
      throw OpenItemError.tooMuch(Money(minorUnits: sum, currency: gross.currency), of: gross)
    }
    terms.amount = Money(minorUnits: gross.minorUnits - sum, currency: gross.currency)
    let numbers = items.map { item in
      (item.kind == .creditNote ? "credit note " : "paid ") + item.number
    }
    text = "\(text) less \(numbers.joined(separator: ", "))".trimmed
    guard text.fits(scalars: 140), let message = try? PaymentReference(type: .message, text: text)
    else { throw OpenItemError.textTooLong }
    terms.reference = message
    return terms
  }
}
