package import Policies
package import Primitives

/// What the register says of the account that a payment goes to.
package struct PayeeStanding: Sendable, Equatable {
  package var supplierName: String
  /// nil: it is not blocked.
  package var blockReason: String?
  /// nil: the payment was proposed before there was a register.
  package var account: SupplierAccount?
  /// Another account of the supplier: the one paid last.
  package var lastAccount: AccountNumber?

  package init(
    supplierName: String, blockReason: String?, account: SupplierAccount?,
    lastAccount: AccountNumber?
  ) {
    self.supplierName = supplierName
    self.blockReason = blockReason
    self.account = account
    self.lastAccount = lastAccount
  }

  package static let unregistered = PayeeStanding(
    supplierName: "", blockReason: nil, account: nil, lastAccount: nil)

  /// What is new or changed since last time.
  package var mark: PayeeMark? {
    guard let account, account.lastSignTime == nil else { return nil }
    return lastAccount == nil ? .new : .changed
  }

  /// Whether somebody may sign a payment to it now.
  package func check(by policy: CompanyPolicy) throws(SupplierError) {
    if let blockReason { throw .blocked(blockReason) }
    guard let account else { return }
    switch account.state {
    case .confirmed: return
    case .rejected: throw .accountRejected(account.reason)
    case .held:
      guard policy.payeeAccountConfirmation.isDemanded(forChange: account.isChange) else { return }
      throw .accountHeld(
        supplier: supplierName, isChange: account.isChange, id: account.id.hex)
    }
  }
}

/// An account that a fact names for a payment.
package struct NamedPayeeAccount: Sendable, Equatable {
  package var payment: ID<Payment>
  package var supplierKey: String
  package var displayName: String
  package var countryCode: String
  package var account: AccountNumber
  package var maker: ID<User>?
}

package enum SupplierRules {
  /// Accounts that one call confirms.
  package static let limit = 500

  /// The accounts that `facts` name. `supplierKey`: of a payment that was there before them.
  package static func accounts(
    in facts: [Fact], supplierKey: (ID<Payment>) throws -> String?
  ) rethrows -> [NamedPayeeAccount] {
    var keys: [ID<Payment>: String] = [:], named: [NamedPayeeAccount] = []
    func name(_ payment: ID<Payment>, _ key: String, _ terms: PaymentTerms, _ maker: ID<User>?) {
      guard let account = terms.creditorAccount else { return }
      named.append(
        NamedPayeeAccount(
          payment: payment, supplierKey: key, displayName: terms.creditorName ?? "",
          countryCode: terms.creditorCountry?.code ?? "", account: account, maker: maker))
    }
    for fact in facts {
      switch fact {
      // Whom a company employs is no matter of its suppliers' register.
      case .paymentProposed(let fact) where fact.salary == nil:
        keys[fact.payment] = fact.supplierKey
        name(fact.payment, fact.supplierKey, fact.terms, fact.maker)
      case .paymentChanged(let fact):
        guard let key = try keys[fact.payment] ?? supplierKey(fact.payment),
          key != SalaryBatch.supplierKey
        else { continue }
        name(fact.payment, key, fact.terms, fact.maker)
      default: break
      }
    }
    return named
  }

  /// Confirms all of them or none; those confirmed already stay as they are.
  package static func confirming(_ accounts: [SupplierAccount], by user: User)
    throws(SupplierError) -> [Fact]
  {
    guard user.kind == .person else { throw .notPerson }
    var facts: [Fact] = []
    for account in accounts where account.state != .confirmed {
      let rejecter = account.state == .rejected ? account.decider : nil
      if account.maker == user.id || rejecter == user.id { throw .ownAccount }
      facts.append(
        .supplierAccountConfirmed(
          SupplierAccountConfirmed(
            supplierKey: account.supplierKey, account: account.account, user: user.id)))
    }
    return facts
  }

  /// `signed`: the payments to it that are signed and have not left, with whether their supplier has
  /// other open records.
  package static func rejecting(
    _ account: SupplierAccount, by user: ID<User>, reason: String,
    signed: [(payment: Payment, openItems: Bool)]
  ) throws -> [Fact] {
    let reason = try self.reason(reason)
    if account.state == .rejected { return [] }
    let rejected = SupplierAccountRejected(
      supplierKey: account.supplierKey, account: account.account, user: user, reason: reason)
    return [.supplierAccountRejected(rejected)]
      + (try signed.flatMap { try $0.payment.withdrawing(openItems: $0.openItems) })
  }

  package static func blocking(
    _ supplier: Supplier, reason: String, signed: [(payment: Payment, openItems: Bool)]
  ) throws -> [Fact] {
    let reason = try self.reason(reason)
    if supplier.blockReason != nil { return [] }
    return [.supplierBlocked(SupplierBlocked(supplierKey: supplier.key, reason: reason))]
      + (try signed.flatMap { try $0.payment.withdrawing(openItems: $0.openItems) })
  }

  package static func unblocking(_ supplier: Supplier) -> [Fact] {
    supplier.blockReason == nil
      ? [] : [.supplierUnblocked(SupplierUnblocked(supplierKey: supplier.key))]
  }

  private static func reason(_ text: String) throws(SupplierError) -> String {
    let text = text.trimmed
    guard text.fits(scalars: 500), text.isPlainLine,
      text.contains(where: { $0.isLetter || $0.isNumber })
    else { throw .reasonInvalid }
    return text
  }
}

extension Payment {
  /// Back to the proposal with the values it has: its signature is void.
  func withdrawing(openItems: Bool) throws(PaymentError) -> [Fact] {
    let next = try state.after(terms.proposal(openItems: openItems))
    return [.paymentChanged(PaymentChanged(payment: id, state: next, terms: terms))]
  }
}
