// The register of those whom a company pays, and on which accounts. It is written from the invoices
// themselves: an account that was not there before is held until a second person has confirmed it.

import Crypto
package import Primitives

package struct Supplier: Sendable, Equatable {
  package var id: ID<Supplier>
  /// Of `InvoiceReading.supplierKey`: organisation number, else country and name.
  package var key: String
  package var displayName: String
  /// ISO 3166; empty where the invoice gives none.
  package var countryCode: String
  /// nil: it is not blocked.
  package var blockReason: String?
  package var createTime: Instant
  /// Newest first.
  package var accounts: [SupplierAccount]

  package init(
    id: ID<Supplier>, key: String, displayName: String, countryCode: String, blockReason: String?,
    createTime: Instant, accounts: [SupplierAccount]
  ) {
    self.id = id
    self.key = key
    self.displayName = displayName
    self.countryCode = countryCode
    self.blockReason = blockReason
    self.createTime = createTime
    self.accounts = accounts
  }

  /// So many of its accounts are shown.
  package static let accountLimit = 100

  /// Derived, so that whoever reads an invoice knows its supplier without asking.
  package static func id(of key: String, in company: ID<Company>) -> ID<Supplier> {
    derived("bureau/supplier/v1", company, key)
  }

  /// Empty where it has none.
  package var organisationNumber: String { key.hasPrefix("org:") ? String(key.dropFirst(4)) : "" }

  fileprivate static func derived<Of>(_ kind: String, _ company: ID<Company>, _ text: String)
    -> ID<Of>
  {
    let digest = SHA256.hash(data: Array("\(kind)\n\(company.hex)\n\(text)".utf8))
    // Sixteen bytes of thirty-two always make an id.
    guard let id = ID<Of>(bytes: Array(digest.prefix(16))) else { preconditionFailure("16 bytes") }
    return id
  }
}

/// An account on which a supplier has asked to be paid.
package struct SupplierAccount: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case held, confirmed, rejected
  }

  package var id: ID<SupplierAccount>
  package var supplierKey: String
  package var account: AccountNumber
  package var state: State
  /// The supplier had another one when it came.
  package var isChange: Bool
  /// Who brought it; nil: nobody is known.
  package var maker: ID<User>?
  package var payment: ID<Payment>
  package var createTime: Instant
  /// Who confirmed or rejected it last, and when.
  package var decider: ID<User>?
  package var decideTime: Instant?
  /// Why it was rejected.
  package var reason: String
  /// Of payments to it that were signed by all who had to.
  package var firstSignTime, lastSignTime: Instant?

  package init(
    id: ID<SupplierAccount>, supplierKey: String, account: AccountNumber, state: State,
    isChange: Bool, maker: ID<User>?, payment: ID<Payment>, createTime: Instant,
    decider: ID<User>? = nil, decideTime: Instant? = nil, reason: String = "",
    firstSignTime: Instant? = nil, lastSignTime: Instant? = nil
  ) {
    self.id = id
    self.supplierKey = supplierKey
    self.account = account
    self.state = state
    self.isChange = isChange
    self.maker = maker
    self.payment = payment
    self.createTime = createTime
    self.decider = decider
    self.decideTime = decideTime
    self.reason = reason
    self.firstSignTime = firstSignTime
    self.lastSignTime = lastSignTime
  }

  package static func id(of key: String, _ account: AccountNumber, in company: ID<Company>)
    -> ID<SupplierAccount>
  {
    Supplier.derived(
      "bureau/supplier-account/v1", company, "\(account.form.rawValue):\(account.text)\n\(key)")
  }
}

/// What a signer is told of the account that a payment goes to.
package enum PayeeMark: String, Sendable, CaseIterable {
  /// The company has never signed a payment to this supplier.
  case new
  /// It has, on another account.
  case changed
}

// MARK: Facts

/// An account that the register did not know.
package struct SupplierAccountFound: Sendable, Equatable {
  package var supplierKey: String
  package var displayName: String
  package var countryCode: String
  package var account: AccountNumber
  /// That brought it.
  package var payment: ID<Payment>
  package var maker: ID<User>?
  package var isChange: Bool
  /// The company paid it before there was a register.
  package var wasPaidBefore: Bool

  package init(
    supplierKey: String, displayName: String, countryCode: String, account: AccountNumber,
    payment: ID<Payment>, maker: ID<User>?, isChange: Bool, wasPaidBefore: Bool
  ) {
    self.supplierKey = supplierKey
    self.displayName = displayName
    self.countryCode = countryCode
    self.account = account
    self.payment = payment
    self.maker = maker
    self.isChange = isChange
    self.wasPaidBefore = wasPaidBefore
  }
}

package struct SupplierAccountConfirmed: Sendable, Equatable {
  package var supplierKey: String
  package var account: AccountNumber
  package var user: ID<User>

  package init(supplierKey: String, account: AccountNumber, user: ID<User>) {
    self.supplierKey = supplierKey
    self.account = account
    self.user = user
  }
}

package struct SupplierAccountRejected: Sendable, Equatable {
  package var supplierKey: String
  package var account: AccountNumber
  package var user: ID<User>
  package var reason: String

  package init(supplierKey: String, account: AccountNumber, user: ID<User>, reason: String) {
    self.supplierKey = supplierKey
    self.account = account
    self.user = user
    self.reason = reason
  }
}

package struct SupplierBlocked: Sendable, Equatable {
  package var supplierKey: String
  package var reason: String

  package init(supplierKey: String, reason: String) {
    self.supplierKey = supplierKey
    self.reason = reason
  }
}

package struct SupplierUnblocked: Sendable, Equatable {
  package var supplierKey: String
  package init(supplierKey: String) { self.supplierKey = supplierKey }
}
