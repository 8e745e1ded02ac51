package import Policies
import Primitives

/// A company's policy as a file of its own: YAML, or JSON, which is YAML too (docs/policies.md).
package enum PolicyFile {
  /// Bytes that are read of a file.
  package static let limit = 1 << 20

  /// Refuses with everything that is wrong, examples that fail too.
  package static func read(_ bytes: [UInt8]) throws(FileRefused) -> CompanyPolicy {
    var reader = PolicyReader(at: "")
    let policy = read(bytes, &reader)
    guard let policy, reader.log.findings.isEmpty else {
      throw FileRefused(findings: reader.log.findings.inOrder, nationalIDs: [])
    }
    return policy
  }

  private static func read(_ bytes: [UInt8], _ reader: inout PolicyReader) -> CompanyPolicy? {
    guard let text = reader.log.text(of: bytes, limit: limit) else { return nil }
    do throws(Finding) { return reader.read(try Tree.read(text)) } catch {
      reader.log.add(error)
      return nil
    }
  }

  /// What `read` reads as the same policy.
  package static func text(of policy: CompanyPolicy) -> String {
    lines(of: policy).joined(separator: "\n") + "\n"
  }

  /// Without indentation, so that it can stand in another file.
  static func lines(of policy: CompanyPolicy) -> [String] {
    var lines = [line(.approvers, String(policy.approvers))]
    lines += self.lines(of: policy.perPayment, .perPayment)
    lines += self.lines(of: policy.perDay, .perDay)
    lines.append(line(.makerMaySign, String(policy.makerMaySign)))
    lines.append(line(.acknowledgeFirst, String(policy.acknowledgeFirst)))
    lines.append(line(.payeeAccountChanges, policy.payeeAccountChanges.rawValue))
    let confirmation = CompanyPolicy.PayeeAccountConfirmation.fileNames
      .first { $0.value == policy.payeeAccountConfirmation }
    if let confirmation { lines.append(line(.payeeAccountConfirmation, confirmation.name)) }
    let sealing = CompanyPolicy.SealRequirement.fileNames.first { $0.value == policy.seal }
    if let sealing { lines.append(line(.sealing, sealing.name)) }
    lines.append(line(.smsMaySign, String(policy.smsMaySign)))
    if let salary = policy.salary {
      lines.append("\(PolicyKey.salary.rawValue):")
      lines +=
        ([line(.approvers, String(salary.approvers))]
        + self.lines(of: salary.perPayment, .perPayment)
        + self.lines(of: salary.perDay, .perDay)).map { "  \($0)" }
    }
    if !policy.examples.isEmpty { lines.append("\(PolicyKey.examples.rawValue):") }
    for example in policy.examples { lines += self.lines(of: example) }
    return lines
  }

  private static func line(_ key: PolicyKey, _ value: String) -> String {
    "\(key.rawValue): \(value)"
  }

  private static func lines(of limits: [CompanyPolicy.Threshold], _ key: PolicyKey) -> [String] {
    guard !limits.isEmpty else { return [] }
    return ["\(key.rawValue):"]
      + limits.flatMap { limit in
        [
          "  - \(PolicyLimitKey.above.rawValue): \(text(limit.above))",
          "    \(PolicyLimitKey.approvers.rawValue): "
            + (limit.approvers.map { String($0) } ?? PolicyReader.nobody),
        ]
      }
  }

  private static func lines(of example: PolicyExample) -> [String] {
    let asked = example.asked
    func line(_ key: PolicyExampleKey, _ value: String) -> String {
      "    \(key.rawValue): \(value)"
    }
    var lines = [
      "  - \(PolicyExampleKey.name.rawValue): \(BureauFileWriter.quoted(example.name))",
      line(.payment, text(asked.amount)),
    ]
    if asked.signedToday != 0 {
      let total = Money(minorUnits: asked.signedToday, currency: asked.amount.currency)
      lines.append(line(.signedToday, text(total)))
    }
    if !asked.isAcknowledged { lines.append(line(.acknowledged, "false")) }
    if asked.isSignerMaker { lines.append(line(.signedByMaker, "true")) }
    if asked.isSalary { lines.append(line(.salary, "true")) }
    switch example.expected {
    case .approvers(let count): lines.append(line(.approvers, String(count)))
    case .refused(let reason):
      lines.append(line(.refused, BureauFileWriter.quoted(reason)))
    }
    return lines
  }

  private static func text(_ money: Money) -> String {
    "\(money.decimalText) \(money.currency.code)"
  }
}
