import Policies
import Primitives

// What a company's policy may say, in a file of its own and in a bureau file.

package enum PolicyKey: String, FileKeys {
  case approvers, sealing, examples, salary
  case perPayment = "per_payment"
  case perDay = "per_day"
  case makerMaySign = "maker_may_sign"
  case smsMaySign = "sms_may_sign"
  case acknowledgeFirst = "acknowledge_first"
  case payeeAccountChanges = "payee_account_changes"
  case payeeAccountConfirmation = "payee_account_confirmation"
  package static let required: Set<Self> = []
}

/// The numbers of salaries, which have the names of the others'.
package enum PolicySalaryKey: String, FileKeys {
  case approvers
  case perPayment = "per_payment"
  case perDay = "per_day"
  package static let required: Set<Self> = []
}

package enum PolicyLimitKey: String, FileKeys {
  case above, approvers
  package static let required: Set<Self> = [.above, .approvers]
}

package enum PolicyExampleKey: String, FileKeys {
  case name, payment, acknowledged, approvers, refused, salary
  case signedToday = "signed_today"
  case signedByMaker = "signed_by_maker"
  package static let required: Set<Self> = [.payment]
}

extension CompanyPolicy.PayeeAccountChanges {
  static let fileNames: [(name: String, value: Self)] = allCases.map { ($0.rawValue, $0) }
}

extension CompanyPolicy.PayeeAccountConfirmation {
  static let fileNames: [(name: String, value: Self)] = [
    ("second_person", .secondPerson), ("changes_only", .changesOnly), ("none", .none),
  ]
}

extension CompanyPolicy.SealRequirement {
  static let fileNames: [(name: String, value: Self)] = [
    ("once_key_exists", .onceKeyExists), ("always", .always), ("never", .never),
  ]
}

/// Reads one policy; goes on after what is wrong, so that all of it is told.
struct PolicyReader {
  var log = FindingLog()
  /// Where the policy's values stand, by the names that its faults use.
  private var places: [String: Located] = [:]
  private let root: String

  /// - Parameter root: Where the policy stands in its file; empty for a file of its own.
  init(at root: String) { self.root = root }

  /// The word that stands for a number where nobody may sign.
  static let nobody = "nobody"

  /// nil where there are findings.
  mutating func read(_ tree: Tree) -> CompanyPolicy? {
    guard let table = TableReader<PolicyKey>(tree, at: root, &log) else { return nil }
    var policy = CompanyPolicy()
    if let count = integer(table, .approvers, "approvers") { policy.approvers = count }
    policy.perPayment = limits(table, .perPayment)
    policy.perDay = limits(table, .perDay)
    policy.salary = salary(table)
    policy.makerMaySign = flag(table, .makerMaySign) ?? policy.makerMaySign
    policy.smsMaySign = flag(table, .smsMaySign) ?? policy.smsMaySign
    policy.acknowledgeFirst = flag(table, .acknowledgeFirst) ?? policy.acknowledgeFirst
    policy.payeeAccountChanges =
      choice(table, .payeeAccountChanges, CompanyPolicy.PayeeAccountChanges.fileNames)
      ?? policy.payeeAccountChanges
    policy.payeeAccountConfirmation =
      choice(
        table, .payeeAccountConfirmation, CompanyPolicy.PayeeAccountConfirmation.fileNames)
      ?? policy.payeeAccountConfirmation
    policy.seal =
      choice(table, .sealing, CompanyPolicy.SealRequirement.fileNames) ?? policy.seal
    policy.examples = examples(table)
    let isReadable = log.findings.isEmpty
    for fault in policy.faults {
      let place = places[fault.field] ?? table.place
      if case .exampleFails = fault {
        // Of a policy that is not read whole, its examples tell nothing.
        if isReadable { log.add(.policyExampleFails, at: place, fault.message) }
      } else {
        log.add(.policyInvalid, at: place, fault.message)
      }
    }
    return log.findings.isEmpty ? policy : nil
  }

  /// A place by the name that it has within the policy.
  private mutating func mark(_ field: String, _ place: Located) { places[field] = place }

  private mutating func salary(_ table: TableReader<PolicyKey>) -> CompanyPolicy.Salary? {
    guard let tree = table.tree(.salary),
      let own = TableReader<PolicySalaryKey>(tree, at: table.path(.salary), &log)
    else { return nil }
    var salary = CompanyPolicy.Salary()
    if let count = integer(own, .approvers, "salary.approvers") { salary.approvers = count }
    salary.perPayment = limits(own, .perPayment, "salary.")
    salary.perDay = limits(own, .perDay, "salary.")
    return salary
  }

  private mutating func limits<Keys: FileKeys>(
    _ table: TableReader<Keys>, _ key: Keys, _ prefix: String = ""
  ) -> [CompanyPolicy.Threshold] {
    mark("\(prefix)\(key.rawValue)", table.located(key))
    var limits: [CompanyPolicy.Threshold] = []
    for item in table.list(key, limit: CompanyPolicy.thresholdLimit, &log) {
      guard let limit = TableReader<PolicyLimitKey>(item.tree, at: item.path, &log) else {
        continue
      }
      let amount = money(limit, .above)
      let demand = demand(limit)
      guard let amount, let demand else { continue }
      // By its place among those that are read: so faults count them.
      let name = "\(prefix)\(key.rawValue)[\(limits.count)]"
      mark("\(name).above", limit.located(.above))
      mark("\(name).approvers", limit.located(.approvers))
      limits.append(CompanyPolicy.Threshold(above: amount, approvers: demand))
    }
    return limits
  }

  /// nil: not read; nil within: nobody.
  private mutating func demand(_ table: TableReader<PolicyLimitKey>) -> Int?? {
    guard let text = table.text(.approvers, limit: 20, &log) else { return nil }
    if text == Self.nobody { return .some(nil) }
    guard let count = Int(text) else {
      log.add(
        .numberInvalid, at: table.located(.approvers),
        "A whole number is expected here, or \(Self.nobody).")
      return nil
    }
    return count
  }

  private mutating func examples(_ table: TableReader<PolicyKey>) -> [PolicyExample] {
    mark(PolicyKey.examples.rawValue, table.located(.examples))
    var examples: [PolicyExample] = []
    for item in table.list(.examples, limit: CompanyPolicy.exampleLimit, &log) {
      guard let example = example(item, number: examples.count + 1) else { continue }
      mark("examples[\(examples.count)]", item.tree.located(item.path))
      examples.append(example)
    }
    return examples
  }

  private mutating func example(_ item: (tree: Tree, path: String), number: Int) -> PolicyExample? {
    guard let table = TableReader<PolicyExampleKey>(item.tree, at: item.path, &log) else {
      return nil
    }
    let name = table.text(.name, limit: 140, &log)
    let payment = money(table, .payment)
    let today = money(table, .signedToday)
    if let payment, let today, today.currency != payment.currency {
      log.add(
        .amountInvalid, at: table.located(.signedToday),
        "It must be in the payment's currency, \(payment.currency.code).")
    }
    let isAcknowledged = flag(table, .acknowledged) ?? true
    let isSignerMaker = flag(table, .signedByMaker) ?? false
    let isSalary = flag(table, .salary) ?? false
    guard let expected = expectation(table), let payment else { return nil }
    return PolicyExample(
      name: name ?? "number \(number)",
      asked: PolicyCase(
        amount: payment, signedToday: today?.minorUnits ?? 0, isAcknowledged: isAcknowledged,
        isSignerMaker: isSignerMaker, isSalary: isSalary),
      expected: expected)
  }

  private mutating func expectation(_ table: TableReader<PolicyExampleKey>)
    -> PolicyExample.Expectation?
  {
    switch (table.tree(.approvers), table.tree(.refused)) {
    case (.some, nil): return integer(table, .approvers, nil).map { .approvers($0) }
    case (nil, .some): return table.text(.refused, limit: 60, &log).map { .refused($0) }
    default:
      log.add(
        .policyInvalid, at: table.place,
        "An example expects either approvers or what is refused, as POLICY_MAKER_SIGNS.")
      return nil
    }
  }

  // MARK: Values

  private mutating func integer<Keys: FileKeys>(
    _ table: TableReader<Keys>, _ key: Keys, _ field: String?
  ) -> Int? {
    if let field { mark(field, table.located(key)) }
    guard let text = table.text(key, limit: 20, &log) else { return nil }
    guard let number = Int(text) else {
      log.add(.numberInvalid, at: table.located(key), "A whole number is expected here.")
      return nil
    }
    return number
  }

  private mutating func flag<Keys: FileKeys>(_ table: TableReader<Keys>, _ key: Keys) -> Bool? {
    choice(table, key, [("true", true), ("false", false)])
  }

  private mutating func choice<Keys: FileKeys, Value>(
    _ table: TableReader<Keys>, _ key: Keys, _ choices: [(name: String, value: Value)]
  ) -> Value? {
    guard let text = table.text(key, limit: 40, &log) else { return nil }
    guard let choice = choices.first(where: { $0.name == text }) else {
      log.add(
        .valueUnknown, at: table.located(key),
        "\(choices.map(\.name).listed) can stand here, not \(text).")
      return nil
    }
    return choice.value
  }

  private mutating func money<Keys: FileKeys>(_ table: TableReader<Keys>, _ key: Keys) -> Money? {
    guard let text = table.text(key, limit: 40, &log) else { return nil }
    let parts = text.split(separator: " ")
    guard parts.count == 2, let currency = try? Currency(String(parts[1])),
      let amount = try? Money(decimal: String(parts[0]), currency: currency)
    else {
      log.add(
        .amountInvalid, at: table.located(key),
        "An amount with its currency is expected here, as 1250.00 NOK.")
      return nil
    }
    return amount
  }
}
