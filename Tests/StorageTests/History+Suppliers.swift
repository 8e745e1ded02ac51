import Domain
import Primitives

extension History {
  static let supplierKey = "org:974760673"

  private func openItem(_ number: UInt8, _ kind: OpenItem.Kind) -> Fact {
    .openItemFound(
      OpenItemFound(
        item: key(number), kind: kind, supplierKey: Self.supplierKey,
        supplierName: "Renhold \(mark)", number: "K\(number)", amount: .nok(Int64(number)),
        date: kind == .payment ? day("2026-03-01") : nil, sourceDigest: hash(5)))
  }

  /// A supplier with a confirmed and a rejected account, blocked and let go.
  var supplierFacts: [[Fact]] {
    let other = valid { () throws(IdentifierError) in
      try AccountNumber(form: .norwegian, text: "86011117947")
    }
    func found(_ account: AccountNumber, _ isChange: Bool) -> Fact {
      .supplierAccountFound(
        SupplierAccountFound(
          supplierKey: Self.supplierKey, displayName: "Renhold \(mark)", countryCode: "NO",
          account: account, payment: Self.second, maker: isChange ? person.id : nil,
          isChange: isChange, wasPaidBefore: !isChange))
    }
    return [
      [found(Self.account, false), found(other, true)],
      [
        .supplierAccountConfirmed(
          SupplierAccountConfirmed(
            supplierKey: Self.supplierKey, account: Self.account, user: person.id))
      ],
      [
        .supplierAccountRejected(
          SupplierAccountRejected(
            supplierKey: Self.supplierKey, account: other, user: person.id,
            reason: "Not theirs \(mark)"))
      ],
      [
        .supplierBlocked(
          SupplierBlocked(supplierKey: Self.supplierKey, reason: "Looked at \(mark)"))
      ],
      [.supplierUnblocked(SupplierUnblocked(supplierKey: Self.supplierKey))],
      [
        .duplicatesDismissed(
          DuplicatesDismissed(
            payment: Self.second, others: [Self.first], user: person.id,
            reason: "Two months \(mark)"))
      ],
      [openItem(170, .creditNote), openItem(171, .payment)],
      [
        .openItemsLinked(
          OpenItemsLinked(
            payment: Self.second, items: [key(170), key(171)], gross: .nok(125_000),
            reference: valid { () throws(IdentifierError) in
              try PaymentReference(type: .message, text: "Invoice \(mark)")
            }))
      ],
      [.openItemsUnlinked(OpenItemsUnlinked(payment: Self.second, items: [key(171)]))],
    ]
  }
}
