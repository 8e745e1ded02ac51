// From a batch as it is sent to the bytes that its seal covers: the same for both ends.

package import Sealing

extension Bureau_V1_Batch {
  /// As it is sealed for a company with the key of this fingerprint.
  package func canonical(company: String, keyFingerprint: String) -> CanonicalBatch {
    CanonicalBatch(
      company: company, batchID: batchID, itemCount: Int64(itemCount),
      totals: totals.map { ($0.minorUnits, $0.currencyCode) },
      items: items.map(\.canonical), createTime: createTime.seconds,
      keyFingerprint: keyFingerprint)
  }
}

extension Bureau_V1_BatchItem {
  fileprivate var canonical: CanonicalBatch.Item {
    switch content {
    case .invoice(let bytes): .invoice(Array(bytes))
    case .payment(let payment): .payment(payment.canonical)
    case nil: .nothing
    }
  }
}

extension Bureau_V1_BatchPayment {
  /// In the order of `CanonicalBatch.paymentFields`; enums by their number in the proto.
  fileprivate var canonical: [String] {
    [
      invoiceNumber, creditor.displayName, creditor.organisationNumber, creditor.countryCode,
      String(creditorAccount.form.rawValue), creditorAccount.text, creditorBic,
      String(amount.minorUnits), amount.currencyCode, String(reference.type.rawValue),
      reference.text, dueDate,
    ]
  }
}
