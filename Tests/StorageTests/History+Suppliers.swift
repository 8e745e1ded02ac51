import Domain
import Primitives

extension History {
  static let supplierKey = "org:974760673"

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
    ]
  }
}
