import BureauAPI
import Domain
import Primitives
import Storage

extension ResourceName {
  static func supplierAccount(_ id: ID<SupplierAccount>, of key: String, at place: Place)
    -> String
  {
    let supplier = Supplier.id(of: key, in: place.company)
    return "\(child("suppliers", supplier, of: place))/accounts/\(id.hex)"
  }

  /// `bureaus/{bureau}/companies/{company}/suppliers/{supplier}/accounts/{account}`
  static func parseSupplierAccount(_ text: String, field: String) throws(NameError)
    -> (place: Place, supplier: ID<Supplier>, id: ID<SupplierAccount>)
  {
    let parts = text.split(separator: "/accounts/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let id = ID<SupplierAccount>(hex: String(parts[1])) else {
      throw .malformed(
        field: field,
        pattern: "bureaus/{bureau}/companies/{company}/suppliers/{supplier}/accounts/{account}")
    }
    let (place, supplier) = try parse(
      String(parts[0]), "suppliers", as: Supplier.self, field: field)
    return (place, supplier, id)
  }
}

extension Bureau_V1_Supplier {
  init(_ supplier: Supplier, of place: Place) {
    self.init()
    name = ResourceName.child("suppliers", supplier.id, of: place)
    displayName = supplier.displayName
    organisationNumber = supplier.organisationNumber
    countryCode = supplier.countryCode
    blocked = supplier.blockReason != nil
    reason = supplier.blockReason ?? ""
    accounts = supplier.accounts.map { Bureau_V1_SupplierAccount($0, of: place) }
    createTime = supplier.createTime.timestamp
  }
}

extension Bureau_V1_SupplierAccount {
  init(_ account: SupplierAccount, of place: Place) {
    self.init()
    name = ResourceName.supplierAccount(account.id, of: account.supplierKey, at: place)
    self.account = Bureau_V1_AccountNumber(account.account)
    state = State(account.state)
    changed = account.isChange
    maker = account.maker.map { ResourceName.child("users", $0, of: place.bureau) } ?? ""
    payment = ResourceName.child("payments", account.payment, of: place)
    createTime = account.createTime.timestamp
    decider = account.decider.map { ResourceName.child("users", $0, of: place.bureau) } ?? ""
    if let time = account.decideTime { decideTime = time.timestamp }
    reason = account.reason
    if let time = account.firstSignTime { firstSignTime = time.timestamp }
    if let time = account.lastSignTime { lastSignTime = time.timestamp }
  }
}

extension Bureau_V1_SupplierAccount.State {
  init(_ state: SupplierAccount.State) {
    switch state {
    case .held: self = .held
    case .confirmed: self = .confirmed
    case .rejected: self = .rejected
    }
  }
}

extension SupplierAccount.State {
  /// nil: any.
  init?(_ message: Bureau_V1_SupplierAccount.State) {
    switch message {
    case .held: self = .held
    case .confirmed: self = .confirmed
    case .rejected: self = .rejected
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }
}

extension Bureau_V1_PayeeAccount.Mark {
  init(_ mark: PayeeMark?) {
    switch mark {
    case nil: self = .unspecified
    case .new: self = .new
    case .changed: self = .changed
    }
  }
}

/// What the register knows of a payment's payee, with what the company's policy says of it.
struct PayeeView: Sendable {
  var standing: PayeeStanding
  /// nil: somebody may sign.
  var refusal: String?
}

extension Bureau_V1_PayeeAccount {
  init(_ payee: PayeeView, supplierKey: String, at place: Place) {
    self.init()
    supplier = ResourceName.child(
      "suppliers", Supplier.id(of: supplierKey, in: place.company), of: place)
    if let known = payee.standing.account {
      account = ResourceName.supplierAccount(known.id, of: supplierKey, at: place)
    }
    mark = Mark(payee.standing.mark)
    refusal = payee.refusal ?? ""
    if mark == .changed, let last = payee.standing.lastAccount {
      lastAccount = Bureau_V1_AccountNumber(last)
    }
  }
}

extension Bureau_V1_GetSupplierRequest: AsOfRequest {}
extension Bureau_V1_ListSuppliersRequest: AsOfRequest {}
extension Bureau_V1_ListSupplierEventsRequest: AsOfRequest {}
