package import Policies
package import Primitives

/// Why something about a policy, or by a policy, is refused, in the order it is checked.
package enum PolicyError: Refusal, Equatable {
  case changedMeanwhile
  case invalid(field: String, String)
  case exampleFails(field: String, String)
  case notAcknowledged
  case makerSigns
  /// The limit above which nobody signs, and the payment's currency.
  case paymentLimit(Money, of: Currency)
  case dayLimit(Money, of: Currency)
  case signedAlready
  case smsSigning
  case payeeAccount(CompanyPolicy.PayeeAccountChanges)

  package var kind: RefusalKind {
    switch self {
    case .changedMeanwhile: .conflict
    case .invalid, .exampleFails: .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .changedMeanwhile: "POLICY_ETAG"
    case .invalid: "POLICY_INVALID"
    case .exampleFails: "POLICY_EXAMPLE_FAILS"
    case .notAcknowledged: "POLICY_NOT_ACKNOWLEDGED"
    case .makerSigns: "POLICY_MAKER_SIGNS"
    case .paymentLimit: "POLICY_PAYMENT_LIMIT"
    case .dayLimit: "POLICY_DAY_LIMIT"
    case .signedAlready: "POLICY_SIGNED_ALREADY"
    case .smsSigning: "POLICY_SMS_SIGNING"
    case .payeeAccount: "POLICY_PAYEE_ACCOUNT"
    }
  }

  package var field: String? {
    switch self {
    case .invalid(let field, _), .exampleFails(let field, _): "policy.\(field)"
    case .changedMeanwhile: "policy.etag"
    case .payeeAccount: "creditor_account"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .changedMeanwhile: "The policy was changed meanwhile; read it again and repeat."
    case .invalid(_, let why): "The policy cannot be used: \(why)"
    case .exampleFails(_, let why): "The policy does not say what its examples expect: \(why)"
    case .notAcknowledged:
      "The company's policy wants the payment acknowledged before anybody signs it."
    case .makerSigns:
      "You have made or changed this payment: the company's policy wants somebody else to sign it."
    case .paymentLimit(let limit, let currency):
      "The company's policy lets nobody sign a payment above \(limit)."
        + Self.foreign(currency, to: limit)
    case .dayLimit(let limit, let currency):
      "With this payment the company would have signed more than \(limit) today; its policy lets"
        + " nobody do that." + Self.foreign(currency, to: limit)
    case .signedAlready:
      "You have signed this payment; the company's policy wants another approver's signature too."
    case .smsSigning:
      "The company's policy wants payments signed with BankID; a code by SMS does not do there."
    case .payeeAccount(.nobody):
      "The company's policy lets nobody set or change the account that a payment goes to; delete the"
        + " payment and have it come again from its source."
    case .payeeAccount:
      "The company's policy lets only an accountant who is an administrator too set or change the"
        + " account that a payment goes to."
    }
  }

  private static func foreign(_ currency: Currency, to limit: Money) -> String {
    currency == limit.currency
      ? "" : " \(currency) has no limit of its own and counts as above every limit."
  }
}

package struct CompanyPolicySet: Sendable, Equatable {
  package var policy: CompanyPolicy
  package init(policy: CompanyPolicy) { self.policy = policy }
}

/// A policy in force, and since when.
package struct PolicyInForce: Sendable, Equatable {
  package var policy: CompanyPolicy
  /// Sequence of the fact that set it; 0 for the standard one.
  package var revision: Int64
  package var setTime: Instant?

  package init(policy: CompanyPolicy, revision: Int64, setTime: Instant?) {
    self.policy = policy
    self.revision = revision
    self.setTime = setTime
  }

  package static let standard = PolicyInForce(policy: .standard, revision: 0, setTime: nil)

  /// Empty for the standard one.
  package var etag: String { revision == 0 ? "" : String(revision) }

  /// Puts another in its place. `etag`: what was read; empty: whatever is there.
  package func replacing(with new: CompanyPolicy, etag: String) throws(PolicyError) -> [Fact] {
    if !etag.isEmpty, etag != self.etag { throw .changedMeanwhile }
    if let fault = new.faults.first {
      if case .exampleFails = fault { throw .exampleFails(field: fault.field, fault.message) }
      throw .invalid(field: fault.field, fault.message)
    }
    return new == policy && revision > 0 ? [] : [.companyPolicySet(CompanyPolicySet(policy: new))]
  }
}

/// One of several signatures that a payment needs; it stays where it is until enough have come.
package struct PaymentPartlySigned: Sendable, Equatable {
  package var payment: ID<Payment>
  package var signature: PaymentSignature
  /// How many the policy demanded when this one came.
  package var required: Int

  package init(payment: ID<Payment>, signature: PaymentSignature, required: Int) {
    self.payment = payment
    self.signature = signature
    self.required = required
  }
}

/// What a company has signed on one day: the policy's memory within a day.
package struct SignedDay: Sendable, Equatable {
  package var date: CalendarDate
  /// Minor units by currency, each payment once.
  package private(set) var totals: [Currency: Int64]
  /// The payments of the signature at hand are not known to the totals before it is stored.
  private var counted: Set<ID<Payment>> = []

  package init(date: CalendarDate, totals: [Currency: Int64]) {
    self.date = date
    self.totals = totals
  }

  /// The day a moment belongs to, for limits: that of Norway and Sweden.
  package static func date(of time: Instant) -> CalendarDate { time.date(in: .centralEuropean) }

  /// What counts besides `payment`.
  package func total(besides payment: Payment) -> Int64 {
    let all = totals[payment.terms.amount.currency] ?? 0
    let isIn = counted.contains(payment.id) || payment.hasSignature(on: date)
    return isIn ? all - payment.terms.amount.minorUnits : all
  }

  /// Takes a payment in, so that those signed together count for each other.
  package mutating func add(_ payment: Payment) {
    guard !payment.hasSignature(on: date), counted.insert(payment.id).inserted else { return }
    let (sum, overflow) = (totals[payment.terms.amount.currency] ?? 0)
      .addingReportingOverflow(payment.terms.amount.minorUnits)
    totals[payment.terms.amount.currency] = overflow ? .max : sum
  }
}

extension Payment {
  fileprivate func hasSignature(on date: CalendarDate) -> Bool {
    approvals.contains { SignedDay.date(of: $0.signTime) == date }
  }

  /// Whether the policy takes it for acknowledged: so is what was signed and came back.
  private var isAcknowledged: Bool { state == .acknowledged || state == .error }

  /// What a policy is asked about it when `user` signs.
  package func policyCase(by user: ID<User>?, on day: SignedDay) -> PolicyCase {
    PolicyCase(
      amount: terms.amount, signedToday: day.total(besides: self),
      isAcknowledged: isAcknowledged, isSignerMaker: user.map(makers.contains) ?? false,
      isSalary: salary != nil)
  }

  /// How many must sign these very values, if `user` may be one of them.
  package func required(
    by policy: CompanyPolicy, for item: Approval.Item, signedBy user: ID<User>, on day: SignedDay
  ) throws(PolicyError) -> Int {
    switch policy.judge(policyCase(by: user, on: day)) {
    case .notAcknowledged: throw .notAcknowledged
    case .makerSigns: throw .makerSigns
    case .overPaymentLimit(let limit): throw .paymentLimit(limit, of: terms.amount.currency)
    case .overDayLimit(let limit): throw .dayLimit(limit, of: terms.amount.currency)
    case .approvers(let count):
      if approvals(of: item).contains(where: { $0.user == user }) { throw .signedAlready }
      return count
    }
  }

  /// The signatures that cover these very values; all others are void.
  package func approvals(of item: Approval.Item) -> [PaymentSignature] {
    approvals.filter { $0.rendered == item.rendered && $0.agreement == item.agreement }
  }
}

extension CompanyPolicy {
  /// Refuses to set or change a payee's account. `roles`: of the caller, there or in the bureau.
  package func checkPayeeAccountChange(by roles: Set<Role>) throws(PolicyError) {
    switch payeeAccountChanges {
    case .accountants: return
    case .administrators:
      guard roles.isDisjoint(with: [.customerAdministrator, .companyAdministrator]) else { return }
      throw .payeeAccount(.administrators)
    case .nobody: throw .payeeAccount(.nobody)
    }
  }
}
