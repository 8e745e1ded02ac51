// The bytes that a seal covers (docs/sealing.md). Each value stands behind its name and its length
// in bytes, so that no value, whatever it holds, can be read as another.

import Crypto

/// A batch as it is sealed: the values exactly as the request carries them, unjudged.
package struct CanonicalBatch: Sendable {
  package enum Item: Sendable {
    /// A document, by its bytes.
    case invoice([UInt8])
    /// A payment: its values in the order of `paymentFields`.
    case payment([String])
    /// Neither: refused when it is read, and sealed all the same.
    case nothing
  }

  /// `bureaus/{bureau}/companies/{company}`
  package var company: String
  package var batchID: String
  package var itemCount: Int64
  package var totals: [(minorUnits: Int64, currencyCode: String)]
  package var items: [Item]
  /// Seconds since 1970-01-01T00:00:00Z.
  package var createTime: Int64
  package var keyFingerprint: String

  package init(
    company: String, batchID: String, itemCount: Int64,
    totals: [(minorUnits: Int64, currencyCode: String)], items: [Item], createTime: Int64,
    keyFingerprint: String
  ) {
    self.company = company
    self.batchID = batchID
    self.itemCount = itemCount
    self.totals = totals
    self.items = items
    self.createTime = createTime
    self.keyFingerprint = keyFingerprint
  }

  package static let paymentFields = [
    "invoice_number", "creditor_name", "creditor_organisation_number", "creditor_country",
    "account_form", "account", "bic", "amount_minor", "currency", "reference_type", "reference",
    "due_date",
  ]

  /// What the batch says, whoever seals it when: a batch_id stands for one of these for ever.
  package var content: [UInt8] {
    var text = Lines()
    text.raw("bureau/batch/v1\n")
    text.add("company", company)
    text.add("batch_id", batchID)
    text.add("item_count", String(itemCount))
    text.add("totals", String(totals.count))
    for total in totals {
      text.add("amount_minor", String(total.minorUnits))
      text.add("currency", total.currencyCode)
    }
    text.add("items", String(items.count))
    for item in items {
      switch item {
      case .invoice(let bytes):
        text.add("kind", "invoice")
        text.add("sha256", SealingKey.hex(SHA256.hash(data: bytes)))
      case .payment(let values):
        text.add("kind", "payment")
        for (name, value) in zip(Self.paymentFields, values) { text.add(name, value) }
      case .nothing: text.add("kind", "")
      }
    }
    return text.bytes
  }

  /// What the seal covers: the content, when it was sealed and with which key.
  package var bytes: [UInt8] {
    var text = Lines(bytes: content)
    text.add("create_time", String(createTime))
    text.add("key", keyFingerprint)
    return text.bytes
  }

  private struct Lines {
    var bytes: [UInt8] = []

    mutating func raw(_ text: String) { bytes += Array(text.utf8) }

    /// `name SP length SP value LF`
    mutating func add(_ name: String, _ value: String) {
      let value = Array(value.utf8)
      raw("\(name) \(value.count) ")
      bytes += value
      bytes.append(0x0A)
    }
  }
}
