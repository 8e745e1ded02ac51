// A policy as it is sent and as it is judged: the same for both ends.

package import Policies
import Primitives

/// A value of a policy's message that is none.
package struct PolicyValueFault: Error, Equatable {
  /// As the proto spells it: `per_payment[0].above`.
  package let field: String
  package let message: String
}

extension CompanyPolicy {
  package init(_ message: Bureau_V1_Policy) throws(PolicyValueFault) {
    self.init(
      approvers: message.approvers == 0 ? 1 : Int(message.approvers),
      perPayment: try Self.limits(message.perPayment, "per_payment"),
      perDay: try Self.limits(message.perDay, "per_day"), makerMaySign: !message.makerMayNotSign,
      acknowledgeFirst: message.acknowledgeFirst,
      payeeAccountChanges: try Self.changes(message.payeeAccountChanges),
      payeeAccountConfirmation: try Self.confirmation(message.payeeAccountConfirmation),
      seal: try Self.seal(message.sealing), smsMaySign: !message.smsMayNotSign,
      salary: message.hasSalary ? try Self.salary(message.salary) : nil,
      examples: try Self.examples(message.examples))
  }

  private static func salary(_ message: Bureau_V1_Policy.Salary) throws(PolicyValueFault)
    -> Salary
  {
    Salary(
      approvers: message.approvers == 0 ? 1 : Int(message.approvers),
      perPayment: try limits(message.perPayment, "salary.per_payment"),
      perDay: try limits(message.perDay, "salary.per_day"))
  }

  private static func limits(_ messages: [Bureau_V1_Policy.Limit], _ field: String)
    throws(PolicyValueFault) -> [Threshold]
  {
    var limits: [Threshold] = []
    // One more than allowed, so that it is seen.
    for (index, message) in messages.prefix(thresholdLimit + 1).enumerated() {
      limits.append(
        Threshold(
          above: try money(message.above, "\(field)[\(index)].above"),
          approvers: try demand(of: message, "\(field)[\(index)]")))
    }
    return limits
  }

  private static func demand(of message: Bureau_V1_Policy.Limit, _ field: String)
    throws(PolicyValueFault) -> Int?
  {
    guard message.nobody else { return Int(message.approvers) }
    guard message.approvers == 0 else {
      throw PolicyValueFault(
        field: "\(field).nobody", message: "\(field) says both nobody and how many approvers.")
    }
    return nil
  }

  private static func money(_ message: Bureau_V1_Money, _ field: String)
    throws(PolicyValueFault) -> Money
  {
    guard let currency = try? Currency(message.currencyCode) else {
      throw PolicyValueFault(
        field: field, message: "\(field) needs an amount with a currency of ISO 4217.")
    }
    return Money(minorUnits: message.minorUnits, currency: currency)
  }

  private static func changes(_ message: Bureau_V1_Policy.PayeeAccountChanges)
    throws(PolicyValueFault) -> PayeeAccountChanges
  {
    switch message {
    case .unspecified, .accountants: .accountants
    case .administrators: .administrators
    case .nobody: .nobody
    case .UNRECOGNIZED:
      throw PolicyValueFault(
        field: "payee_account_changes",
        message: "payee_account_changes is ACCOUNTANTS, ADMINISTRATORS or NOBODY.")
    }
  }

  private static func confirmation(_ message: Bureau_V1_Policy.PayeeAccountConfirmation)
    throws(PolicyValueFault) -> PayeeAccountConfirmation
  {
    switch message {
    case .unspecified, .secondPerson: .secondPerson
    case .changesOnly: .changesOnly
    case .none: .none
    case .UNRECOGNIZED:
      throw PolicyValueFault(
        field: "payee_account_confirmation",
        message: "payee_account_confirmation is SECOND_PERSON, CHANGES_ONLY or NONE.")
    }
  }

  private static func seal(_ message: Bureau_V1_Policy.Sealing) throws(PolicyValueFault)
    -> SealRequirement
  {
    switch message {
    case .unspecified, .onceKeyExists: .onceKeyExists
    case .always: .always
    case .never: .never
    case .UNRECOGNIZED:
      throw PolicyValueFault(
        field: "sealing", message: "sealing is ONCE_KEY_EXISTS, ALWAYS or NEVER.")
    }
  }

  private static func examples(_ messages: [Bureau_V1_Policy.Example]) throws(PolicyValueFault)
    -> [PolicyExample]
  {
    var examples: [PolicyExample] = []
    for (index, message) in messages.prefix(exampleLimit + 1).enumerated() {
      let field = "examples[\(index)]"
      let amount = try money(message.payment, "\(field).payment")
      let expected: PolicyExample.Expectation
      switch message.expected {
      case .approvers(let count): expected = .approvers(Int(count))
      case .refused(let reason): expected = .refused(reason)
      case nil:
        throw PolicyValueFault(
          field: field, message: "\(field) says neither how many approvers nor what is refused.")
      }
      examples.append(
        PolicyExample(
          name: message.name.isEmpty ? "number \(index + 1)" : String(message.name.prefix(140)),
          asked: PolicyCase(
            amount: amount, signedToday: message.signedTodayMinorUnits,
            isAcknowledged: !message.notAcknowledged, isSignerMaker: message.signedByMaker,
            isSalary: message.salary),
          expected: expected))
    }
    return examples
  }
}

extension Bureau_V1_Policy {
  package init(_ policy: CompanyPolicy) {
    self.init()
    approvers = Int32(clamping: policy.approvers)
    perPayment = policy.perPayment.map(Limit.init)
    perDay = policy.perDay.map(Limit.init)
    makerMayNotSign = !policy.makerMaySign
    acknowledgeFirst = policy.acknowledgeFirst
    payeeAccountChanges =
      switch policy.payeeAccountChanges {
      case .accountants: .accountants
      case .administrators: .administrators
      case .nobody: .nobody
      }
    payeeAccountConfirmation =
      switch policy.payeeAccountConfirmation {
      case .secondPerson: .secondPerson
      case .changesOnly: .changesOnly
      case .none: .none
      }
    sealing =
      switch policy.seal {
      case .onceKeyExists: .onceKeyExists
      case .always: .always
      case .never: .never
      }
    smsMayNotSign = !policy.smsMaySign
    if let numbers = policy.salary {
      salary = .with {
        $0.approvers = Int32(clamping: numbers.approvers)
        $0.perPayment = numbers.perPayment.map(Limit.init)
        $0.perDay = numbers.perDay.map(Limit.init)
      }
    }
    examples = policy.examples.map(Example.init)
  }
}

extension Bureau_V1_Policy.Limit {
  fileprivate init(_ threshold: CompanyPolicy.Threshold) {
    self.init()
    above.minorUnits = threshold.above.minorUnits
    above.currencyCode = threshold.above.currency.code
    if let count = threshold.approvers { approvers = Int32(clamping: count) } else { nobody = true }
  }
}

extension Bureau_V1_Policy.Example {
  fileprivate init(_ example: PolicyExample) {
    self.init()
    name = example.name
    payment.minorUnits = example.asked.amount.minorUnits
    payment.currencyCode = example.asked.amount.currency.code
    signedTodayMinorUnits = example.asked.signedToday
    notAcknowledged = !example.asked.isAcknowledged
    signedByMaker = example.asked.isSignerMaker
    salary = example.asked.isSalary
    switch example.expected {
    case .approvers(let count): approvers = Int32(clamping: count)
    case .refused(let reason): refused = reason
    }
  }
}
