// What a company demands before its money moves: data, judged by pure code. Server and command line
// judge alike, so that `bureau policy test` needs no server.

package import Primitives

/// Who must sign what, and what must come before.
package struct CompanyPolicy: Sendable, Equatable {
  /// Above an amount so many must sign, or nobody may.
  package struct Threshold: Sendable, Equatable {
    package var above: Money
    /// nil: nobody may sign what is above.
    package var approvers: Int?

    package init(above: Money, approvers: Int?) {
      self.above = above
      self.approvers = approvers
    }
  }

  /// Who may set or change the account that a payment goes to.
  package enum PayeeAccountChanges: String, Sendable, CaseIterable {
    /// Every accountant of the company.
    case accountants
    /// An accountant who is a customer or company administrator too.
    case administrators
    /// Nobody: the payment is deleted and comes again from its source.
    case nobody
  }

  /// What a supplier's new account waits for.
  package enum PayeeAccountConfirmation: String, Sendable, CaseIterable {
    /// Somebody other than who brought it confirms it.
    case secondPerson
    /// The same, but a supplier's first account is taken as it comes.
    case changesOnly
    /// Nothing: who signs is shown what is new.
    case none

    package func isDemanded(forChange isChange: Bool) -> Bool {
      switch self {
      case .secondPerson: true
      case .changesOnly: isChange
      case .none: false
      }
    }
  }

  /// Whether the company's accounting system must seal what it submits.
  package enum SealRequirement: String, Sendable, CaseIterable {
    /// From its first key on, and for good: that a key was revoked opens no door.
    case onceKeyExists
    case always
    case never

    package func demandsSeal(hasHadKey: Bool) -> Bool {
      switch self {
      case .onceKeyExists: hasHadKey
      case .always: true
      case .never: false
      }
    }
  }

  /// What salaries demand in place of the numbers for other payments.
  package struct Salary: Sendable, Equatable {
    package var approvers: Int
    package var perPayment: [Threshold]
    package var perDay: [Threshold]

    package init(
      approvers: Int = 1, perPayment: [Threshold] = [], perDay: [Threshold] = []
    ) {
      self.approvers = approvers
      self.perPayment = perPayment
      self.perDay = perDay
    }
  }

  /// So many different people sign each payment.
  package var approvers: Int
  /// More for large payments.
  package var perPayment: [Threshold]
  /// More once the company has signed so much in a day.
  package var perDay: [Threshold]
  /// Whether who made or changed a payment may sign it.
  package var makerMaySign: Bool
  /// Whether a proposal must be acknowledged before anybody signs it (roles-and-flows §2.7).
  package var acknowledgeFirst: Bool
  package var payeeAccountChanges: PayeeAccountChanges
  package var payeeAccountConfirmation: PayeeAccountConfirmation
  package var seal: SealRequirement
  /// Whether a code by SMS signs, where both phone conditions hold (S-01); else BankID alone does.
  package var smsMaySign: Bool
  /// nil: salaries demand what other payments do.
  package var salary: Salary?
  /// What the policy is meant to say: tests that are kept with it.
  package var examples: [PolicyExample]

  package init(
    approvers: Int = 1, perPayment: [Threshold] = [], perDay: [Threshold] = [],
    makerMaySign: Bool = true, acknowledgeFirst: Bool = false,
    payeeAccountChanges: PayeeAccountChanges = .accountants,
    payeeAccountConfirmation: PayeeAccountConfirmation = .secondPerson,
    seal: SealRequirement = .onceKeyExists, smsMaySign: Bool = true, salary: Salary? = nil,
    examples: [PolicyExample] = []
  ) {
    self.approvers = approvers
    self.perPayment = perPayment
    self.perDay = perDay
    self.makerMaySign = makerMaySign
    self.acknowledgeFirst = acknowledgeFirst
    self.payeeAccountChanges = payeeAccountChanges
    self.payeeAccountConfirmation = payeeAccountConfirmation
    self.seal = seal
    self.smsMaySign = smsMaySign
    self.salary = salary
    self.examples = examples
  }

  /// Of a company that has set none: one approver, whoever made the payment.
  package static let standard = CompanyPolicy()

  /// The names of the parts in which two differ, as files write them.
  package func differing(from other: CompanyPolicy) -> [String] {
    [
      ("approvers", approvers == other.approvers), ("per_payment", perPayment == other.perPayment),
      ("per_day", perDay == other.perDay), ("maker_may_sign", makerMaySign == other.makerMaySign),
      ("acknowledge_first", acknowledgeFirst == other.acknowledgeFirst),
      ("payee_account_changes", payeeAccountChanges == other.payeeAccountChanges),
      ("payee_account_confirmation", payeeAccountConfirmation == other.payeeAccountConfirmation),
      ("sms_may_sign", smsMaySign == other.smsMaySign), ("sealing", seal == other.seal),
      ("salary", salary == other.salary), ("examples", examples == other.examples),
    ].filter { !$0.1 }.map(\.0)
  }

  package static let approverLimit = 5
  package static let thresholdLimit = 20
  package static let exampleLimit = 100
}

/// What a policy is asked: may this person sign this payment now, and how many must?
package struct PolicyCase: Sendable, Equatable {
  package var amount: Money
  /// What the company has signed on this day already in the same currency, in minor units, without
  /// this payment: of salaries for a salary, of the others for any other.
  package var signedToday: Int64
  package var isAcknowledged: Bool
  /// Whether the signer has made or changed the payment.
  package var isSignerMaker: Bool
  package var isSalary: Bool

  package init(
    amount: Money, signedToday: Int64 = 0, isAcknowledged: Bool = true, isSignerMaker: Bool = false,
    isSalary: Bool = false
  ) {
    self.amount = amount
    self.signedToday = signedToday
    self.isAcknowledged = isAcknowledged
    self.isSignerMaker = isSignerMaker
    self.isSalary = isSalary
  }
}

package enum PolicyVerdict: Sendable, Equatable {
  /// The signature counts; so many different people must sign in all.
  case approvers(Int)
  case notAcknowledged
  case makerSigns
  /// The payment is above what anybody may sign.
  case overPaymentLimit(Money)
  /// With the payment the day would be above what anybody may sign.
  case overDayLimit(Money)

  /// As examples and refusals name it.
  package var reason: String? {
    switch self {
    case .approvers: nil
    case .notAcknowledged: "POLICY_NOT_ACKNOWLEDGED"
    case .makerSigns: "POLICY_MAKER_SIGNS"
    case .overPaymentLimit: "POLICY_PAYMENT_LIMIT"
    case .overDayLimit: "POLICY_DAY_LIMIT"
    }
  }

  /// How many must sign; nil where nobody may.
  package var required: Int? {
    if case .approvers(let count) = self { return count }
    return nil
  }
}

extension CompanyPolicy {
  /// The rules, in the order of their refusals.
  package func judge(_ asked: PolicyCase) -> PolicyVerdict {
    if acknowledgeFirst, !asked.isAcknowledged { return .notAcknowledged }
    if !makerMaySign, asked.isSignerMaker { return .makerSigns }
    return judge(asked.amount, signedToday: asked.signedToday, isSalary: asked.isSalary)
  }

  /// The numbers that hold for salaries, or for all else.
  private func numbers(isSalary: Bool) -> Salary {
    if isSalary, let salary { return salary }
    return Salary(approvers: approvers, perPayment: perPayment, perDay: perDay)
  }

  /// By amount and day alone, whoever signs.
  package func judge(
    _ amount: Money, signedToday: Int64, isSalary: Bool = false
  ) -> PolicyVerdict {
    let numbers = numbers(isSalary: isSalary)
    let (sum, overflow) = signedToday.addingReportingOverflow(amount.minorUnits)
    let total = Money(minorUnits: overflow ? .max : sum, currency: amount.currency)
    let here = Self.reached(of: numbers.perPayment, by: amount)
    let day = Self.reached(of: numbers.perDay, by: total)
    if let limit = here.first(where: { $0.approvers == nil }) {
      return .overPaymentLimit(limit.above)
    }
    if let limit = day.first(where: { $0.approvers == nil }) { return .overDayLimit(limit.above) }
    return .approvers((here + day).compactMap(\.approvers).reduce(numbers.approvers, max))
  }

  /// The limits that an amount is above. They are compared within one currency, never converted: an
  /// amount in a currency that a list of limits does not name counts as above all of them.
  private static func reached(of thresholds: [Threshold], by amount: Money) -> [Threshold] {
    let own = thresholds.filter { $0.above.currency == amount.currency }
    return own.isEmpty
      ? thresholds : own.filter { amount.minorUnits > $0.above.minorUnits }
  }
}
