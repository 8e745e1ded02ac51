import Primitives

/// One thing that a policy is meant to say; a policy whose own examples fail is refused.
package struct PolicyExample: Sendable, Equatable {
  package var name: String
  package var asked: PolicyCase
  package var expected: Expectation

  package enum Expectation: Sendable, Equatable {
    case approvers(Int)
    /// By its reason: `POLICY_MAKER_SIGNS`.
    case refused(String)
  }

  package init(name: String, asked: PolicyCase, expected: Expectation) {
    self.name = name
    self.asked = asked
    self.expected = expected
  }
}

/// What is wrong with a policy.
package enum PolicyFault: Error, Equatable, Sendable {
  case tooMany(field: String, limit: Int)
  case approversOutOfBounds(field: String)
  case negativeLimit(field: String)
  case limitTwice(field: String)
  /// A limit above which no more people sign than below it: one of the two is not meant.
  case limitWithoutEffect(field: String, below: String)
  case exampleFails(number: Int, name: String, expected: String, got: String)

  package var field: String {
    switch self {
    case .tooMany(let field, _), .approversOutOfBounds(let field), .negativeLimit(let field),
      .limitTwice(let field), .limitWithoutEffect(let field, _):
      field
    case .exampleFails(let number, _, _, _): "examples[\(number)]"
    }
  }

  package var message: String {
    switch self {
    case .tooMany(let field, let limit): "There are more than \(limit) \(field)."
    case .approversOutOfBounds(let field):
      "\(field) must be a number from 1 to \(CompanyPolicy.approverLimit)."
    case .negativeLimit(let field): "\(field) must not be negative."
    case .limitTwice(let field): "\(field) is a limit that stands in the list already."
    case .limitWithoutEffect(let field, let below):
      "\(field) demands no more than \(below) does below this limit."
    case .exampleFails(_, let name, let expected, let got):
      "The example \"\(name)\" expects \(expected), and the policy says \(got)."
    }
  }
}

extension CompanyPolicy {
  /// Everything that is wrong with it, in order; empty where it can be used.
  package var faults: [PolicyFault] {
    var faults: [PolicyFault] = []
    let general = Salary(approvers: approvers, perPayment: perPayment, perDay: perDay)
    check(general, "", &faults)
    if let salary { check(salary, "salary.", &faults) }
    if examples.count > Self.exampleLimit {
      faults.append(.tooMany(field: "examples", limit: Self.exampleLimit))
    }
    guard faults.isEmpty else { return faults }
    for (index, example) in examples.enumerated() {
      let verdict = judge(example.asked)
      if verdict.expectation != example.expected {
        faults.append(
          .exampleFails(
            number: index, name: example.name, expected: example.expected.words,
            got: verdict.expectation.words))
      }
    }
    return faults
  }

  private func check(_ numbers: Salary, _ prefix: String, _ faults: inout [PolicyFault]) {
    check(numbers.approvers, "\(prefix)approvers", &faults)
    for (name, list) in [("per_payment", numbers.perPayment), ("per_day", numbers.perDay)] {
      check(list, "\(prefix)\(name)", above: numbers.approvers, "\(prefix)approvers", &faults)
    }
  }

  private func check(_ approvers: Int, _ field: String, _ faults: inout [PolicyFault]) {
    if !(1...Self.approverLimit ~= approvers) { faults.append(.approversOutOfBounds(field: field)) }
  }

  private func check(
    _ list: [Threshold], _ name: String, above approvers: Int, _ field: String,
    _ faults: inout [PolicyFault]
  ) {
    if list.count > Self.thresholdLimit {
      return faults.append(.tooMany(field: name, limit: Self.thresholdLimit))
    }
    let before = faults.count
    var seen: Set<Money> = []
    for (index, threshold) in list.enumerated() {
      if let count = threshold.approvers { check(count, "\(name)[\(index)].approvers", &faults) }
      let field = "\(name)[\(index)].above"
      if threshold.above.minorUnits < 0 { faults.append(.negativeLimit(field: field)) }
      if !seen.insert(threshold.above).inserted { faults.append(.limitTwice(field: field)) }
    }
    if faults.count == before, 1...Self.approverLimit ~= approvers {
      faults += withoutEffect(list, name, above: approvers, field)
    }
  }

  /// Within a currency each higher limit demands more than the one below it.
  private func withoutEffect(
    _ list: [Threshold], _ name: String, above approvers: Int, _ base: String
  ) -> [PolicyFault] {
    var below: [Currency: (demand: Int, field: String)] = [:]
    var faults: [(index: Int, fault: PolicyFault)] = []
    let rising = list.enumerated().sorted {
      $0.element.above.minorUnits < $1.element.above.minorUnits
    }
    for (index, threshold) in rising {
      let last = below[threshold.above.currency] ?? (approvers, base)
      let field = "\(name)[\(index)].approvers"
      let demand = threshold.approvers ?? Self.approverLimit + 1
      if demand <= last.demand {
        faults.append((index, .limitWithoutEffect(field: field, below: last.field)))
      } else {
        below[threshold.above.currency] = (demand, field)
      }
    }
    return faults.sorted { $0.index < $1.index }.map(\.fault)
  }
}

extension PolicyVerdict {
  package var expectation: PolicyExample.Expectation {
    if case .approvers(let count) = self { return .approvers(count) }
    return .refused(reason ?? "")
  }
}

extension PolicyExample.Expectation {
  package var words: String {
    switch self {
    case .approvers(1): "1 approver"
    case .approvers(let count): "\(count) approvers"
    case .refused(let reason): reason
    }
  }
}
