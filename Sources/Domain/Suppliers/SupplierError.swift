import Primitives

/// Why something about a supplier, or a payment to it, is refused, in the order it is checked.
package enum SupplierError: Refusal, Equatable {
  case notFound
  case accountsMissing
  case tooManyAccounts(limit: Int)
  case reasonInvalid
  case notPerson
  case ownAccount
  case blocked(String)
  case accountRejected(String)
  /// `id`: of the account, for the command that mends it.
  case accountHeld(supplier: String, isChange: Bool, id: String)

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .accountsMissing, .tooManyAccounts, .reasonInvalid: .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "SUPPLIER_NOT_FOUND"
    case .accountsMissing: "SUPPLIER_ACCOUNTS_MISSING"
    case .tooManyAccounts: "SUPPLIER_ACCOUNTS_TOO_MANY"
    case .reasonInvalid: "SUPPLIER_REASON_INVALID"
    case .notPerson: "SUPPLIER_NOT_PERSON"
    case .ownAccount: "SUPPLIER_ACCOUNT_OWN"
    case .blocked: "SUPPLIER_BLOCKED"
    case .accountRejected: "SUPPLIER_ACCOUNT_REJECTED"
    case .accountHeld: "SUPPLIER_ACCOUNT_HELD"
    }
  }

  package var field: String? {
    switch self {
    case .accountsMissing, .tooManyAccounts: "accounts"
    case .reasonInvalid: "reason"
    case .blocked: "creditor"
    case .accountRejected, .accountHeld: "creditor_account"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such supplier or account."
    case .accountsMissing: "Name at least one account to confirm."
    case .tooManyAccounts(let limit):
      "At most \(limit) accounts are confirmed in one call; divide them. Nothing was done."
    case .reasonInvalid: "Give a reason in words: one line of at most 500 visible characters."
    case .notPerson:
      "A person confirms that an account is the supplier's own, never a program."
    case .ownAccount:
      "You have brought this account, or rejected it: somebody else must confirm it."
    case .blocked(let why): "The supplier is blocked: \(why). Unblock it before anybody signs."
    case .accountRejected(let why):
      "The payee's account was rejected: \(why). Correct the account, or have somebody else confirm"
        + " it."
    case .accountHeld(let supplier, let isChange, _):
      "The account is \(isChange ? "another one than before" : "new") for \(supplier): somebody"
        + " other than who brought it must confirm it first (bureau supplier confirm)."
    }
  }

  package var metadata: [String: String] {
    guard case .accountHeld(_, _, let id) = self else { return [:] }
    return ["mend": "bureau supplier confirm \(id)", "account": id]
  }
}
