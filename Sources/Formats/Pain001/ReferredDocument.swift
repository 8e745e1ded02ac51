package import Primitives

/// A document that a payment settles, wholly or with others (`RmtInf/Strd/RfrdDocInf`).
package struct ReferredDocument: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    case invoice = "CINV"
    case creditNote = "CREN"
  }

  package var kind: Kind
  /// At most 35 characters (`Nb`).
  package var number: String
  /// What of an invoice is remitted, or what a credit note takes off; more than zero.
  package var amount: Money

  package init(kind: Kind, number: String, amount: Money) {
    self.kind = kind
    self.number = number
    self.amount = amount
  }

  /// Invoices less credit notes; nil where that is no sum of one currency, or a part of it is none.
  package static func net(of documents: [ReferredDocument]) -> Money? {
    guard let currency = documents.first?.amount.currency else { return nil }
    var sum: Int64 = 0
    for document in documents {
      guard document.amount.isPositive, document.amount.currency == currency,
        !document.number.isEmpty, document.number.unicodeScalars.count <= 35
      else { return nil }
      let signed =
        document.kind == .invoice ? document.amount.minorUnits : -document.amount.minorUnits
      let (next, overflow) = sum.addingReportingOverflow(signed)
      if overflow { return nil }
      sum = next
    }
    return Money(minorUnits: sum, currency: currency)
  }
}

extension Pain001.Rendering {
  /// A document's number as the bank will get it; nil where nothing is left of it, or too much.
  package func number(_ text: String) -> String? {
    let rendered = PaymentText.render(text, set: characterSet, max: 36)
    return rendered.isEmpty || rendered.unicodeScalars.count > 35 ? nil : rendered
  }

  /// Whether nothing of a message is cut off.
  package func carriesWhole(_ message: String) -> Bool {
    self.message(message) == PaymentText.render(message, set: characterSet, max: 1_000)
  }
}
