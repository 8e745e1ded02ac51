import Primitives

/// The history of one supplier in words: a sentence for each fact that concerns it.
package enum SupplierStory {
  /// What the fact says of the supplier; nil where it says nothing of it.
  package static func sentence(_ fact: Fact, of key: String) -> String? {
    switch fact {
    case .supplierAccountFound(let fact) where fact.supplierKey == key:
      let what = fact.isChange ? "another account than before" : "its first account"
      return "Payment \(fact.payment.hex) brought \(what), \(fact.account.display), of "
        + "\(fact.displayName)."
        + (fact.wasPaidBefore ? " The company had paid it before: it needs no confirmation." : "")
    case .supplierAccountConfirmed(let fact) where fact.supplierKey == key:
      return "Account \(fact.account.display) was confirmed."
    case .supplierAccountRejected(let fact) where fact.supplierKey == key:
      return "Account \(fact.account.display) was rejected: \(fact.reason)"
    case .supplierBlocked(let fact) where fact.supplierKey == key:
      return "The supplier was blocked: \(fact.reason)"
    case .supplierUnblocked(let fact) where fact.supplierKey == key:
      return "The supplier was unblocked."
    default: return nil
    }
  }
}
