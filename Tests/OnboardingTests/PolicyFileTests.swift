import Foundation
import Policies
import Primitives
import Testing

@testable import Onboarding

/// A company's policy as a file: what is wrong is told whole, what is written is read back.
@Suite struct PolicyFileTests {
  /// Reasons that are a policy's own.
  static let reasons: Set<Finding.Reason> = [
    .numberInvalid, .amountInvalid, .valueUnknown, .policyInvalid, .policyExampleFails,
  ]

  /// `3:5 UNKNOWN_FIELD per_day[0].x`, for each finding.
  private static func findings(_ text: String) -> [String] {
    do throws(FileRefused) {
      _ = try PolicyFile.read(Array(text.utf8))
      return []
    } catch {
      return error.findings.map {
        "\($0.line):\($0.column) \($0.reason)" + ($0.path.isEmpty ? "" : " \($0.path)")
      }
    }
  }

  private static let good = """
    approvers: 2
    per_payment:
      - {above: 50000.00 NOK, approvers: 3}
      - {above: 5000000 NOK, approvers: nobody}
    per_day:
      - above: 100000.00 NOK
        approvers: 4
    maker_may_sign: false
    acknowledge_first: true
    payee_account_changes: nobody
    sealing: always
    examples:
      - {payment: 1.00 NOK, approvers: 2}
      - {name: 'a "b": #c\\', payment: 50000.01 NOK, approvers: 3}
      - {payment: 1 NOK, signed_today: 100000.00 NOK, approvers: 4}
      - {payment: 1 NOK, signed_by_maker: true, refused: POLICY_MAKER_SIGNS}
      - {payment: 1 NOK, acknowledged: false, refused: POLICY_NOT_ACKNOWLEDGED}
      - {payment: 5000000.01 NOK, refused: POLICY_PAYMENT_LIMIT}

    """

  @Test func `a file is read as it stands`() throws {
    let policy = try PolicyFile.read(Array(Self.good.utf8))
    #expect(policy.approvers == 2 && !policy.makerMaySign && policy.acknowledgeFirst)
    #expect(
      policy.perPayment == [
        .init(above: .nok(50_000_00), approvers: 3),
        .init(above: .nok(5_000_000_00), approvers: nil),
      ])
    #expect(policy.perDay == [.init(above: .nok(100_000_00), approvers: 4)])
    #expect(policy.payeeAccountChanges == .nobody && policy.seal == .always)
    #expect(policy.examples.map(\.name).prefix(2) == ["number 1", #"a "b": #c\"#])
    #expect(policy.examples.count == 6)
    #expect(policy.examples[2].asked.signedToday == 100_000_00)
    // Nothing said is the standard policy.
    #expect(try PolicyFile.read(Array("{}".utf8)) == .standard)
  }

  @Test func `what is written is read back as the same`() throws {
    for policy in [try PolicyFile.read(Array(Self.good.utf8)), .standard] {
      let text = PolicyFile.text(of: policy)
      #expect(try PolicyFile.read(Array(text.utf8)) == policy)
    }
  }

  private static let wrong: [(text: String, findings: [String])] = [
    (
      "approvers: 2\nexamples:\n  - payment: 1.00 NOK\n    approvers: 1\n",
      ["3:5 POLICY_EXAMPLE_FAILS examples[0]"]
    ),
    ("approvers: none\n", ["1:12 NUMBER_INVALID approvers"]),
    ("approvers: nobody\n", ["1:12 NUMBER_INVALID approvers"]),
    (
      "approver: 1\nper_day:\n  - above: 5\n    approvers: 2\n",
      ["1:1 UNKNOWN_FIELD approver", "3:12 AMOUNT_INVALID per_day[0].above"]
    ),
    ("approvers: 9\n", ["1:12 POLICY_INVALID approvers"]),
    ("approvers: 0\n", ["1:12 POLICY_INVALID approvers"]),
    ("per_day: 5\n", ["1:10 WRONG_SHAPE per_day"]),
    ("- a\n", ["1:1 WRONG_SHAPE"]),
    ("maker_may_sign: perhaps\n", ["1:17 VALUE_UNKNOWN maker_may_sign"]),
    ("sealing: no\n", ["1:10 VALUE_UNKNOWN sealing"]),
    ("payee_account_changes: all\n", ["1:24 VALUE_UNKNOWN payee_account_changes"]),
    ("examples:\n  - payment: 1.00 NOK\n", ["2:5 POLICY_INVALID examples[0]"]),
    (
      "examples:\n  - {payment: 1.00 NOK, approvers: 1, refused: X}\n",
      ["2:5 POLICY_INVALID examples[0]"]
    ),
    ("examples:\n  - approvers: 1\n", ["2:5 FIELD_MISSING examples[0].payment"]),
    (
      "examples:\n  - {payment: 1 NOK, signed_today: 1 SEK, approvers: 1}\n",
      ["2:36 AMOUNT_INVALID examples[0].signed_today"]
    ),
    ("per_day:\n  - above: 1.00 NOK\n", ["2:5 FIELD_MISSING per_day[0].approvers"]),
    ("per_day:\n  - {above: 1.001 NOK, approvers: 2}\n", ["2:13 AMOUNT_INVALID per_day[0].above"]),
    ("per_day:\n  - {above: 1 NKR, approvers: 2}\n", ["2:13 AMOUNT_INVALID per_day[0].above"]),
    ("per_day:\n  - {above: -1 NOK, approvers: 2}\n", ["2:13 POLICY_INVALID per_day[0].above"]),
    ("approvers: [1\n", ["2:1 YAML_SYNTAX"]), ("", ["1:1 WRONG_SHAPE"]),
    ("approvers: 1\napprovers: 2\n", ["1:1 KEY_TWICE"]),
    ("sealing: &a always\n", ["1:10 YAML_ALIAS"]),
  ]

  @Test(arguments: 0..<23)
  func `what is wrong is told with line and column`(number: Int) {
    #expect(Self.wrong.count == 23)
    let (text, findings) = Self.wrong[number]
    #expect(Self.findings(text) == findings)
  }

  @Test func `unknown fields and contradictions are all told at once, in the order of the file`() {
    let text = """
      approvers: 2
      per_payment:
        - {above: 100.00 NOK, approvers: 2}
        - {above: 500.00 NOK, approvers: 4, why: x}
        - {above: 900.00 NOK, approvers: 3}
        - {above: 500.00 NOK, approvers: nobody}
      per_day:
        - {above: 5000.00 NOK, approvers: 1}
        - {above: 9000.00 NOK, approvers: nobody}
        - {above: 9500.00 NOK, approvers: 5}
      wages: nobody
      maker_may_sign: sometimes
      examples:
        - {payment: 1.00 NOK, approvers: 5}

      """
    // The example tells nothing while the rest is not read whole.
    #expect(
      Self.findings(text) == [
        "4:39 UNKNOWN_FIELD per_payment[1].why", "6:13 POLICY_INVALID per_payment[3].above",
        "8:37 POLICY_INVALID per_day[0].approvers", "10:37 POLICY_INVALID per_day[2].approvers",
        "11:1 UNKNOWN_FIELD wages", "12:17 VALUE_UNKNOWN maker_may_sign",
      ])
    // Without the limit that stands twice, those that contradict each other are told.
    let once = text.replacingOccurrences(
      of: "  - {above: 500.00 NOK, approvers: nobody}\n", with: "")
    #expect(
      Self.findings(once).filter { $0.contains("per_payment") && !$0.contains("why") } == [
        "3:36 POLICY_INVALID per_payment[0].approvers",
        "5:36 POLICY_INVALID per_payment[2].approvers",
      ])
  }

  @Test func `A-05 the numbers of salaries stand in a table of their own and come back`() throws {
    let text = """
      approvers: 1
      salary:
        approvers: 2
        per_payment:
          - above: 50000.00 NOK
            approvers: nobody
      examples:
        - name: a salary
          payment: 1.00 NOK
          salary: true
          approvers: 2

      """
    let policy = try PolicyFile.read(Array(text.utf8))
    #expect(policy.salary?.approvers == 2 && policy.salary?.perPayment.count == 1)
    #expect(try PolicyFile.read(Array(PolicyFile.text(of: policy).utf8)) == policy)
    let wrong = text.replacing("      approvers: 2\n", with: "      approvers: 6\n")
      .replacing("  approvers: 2\n", with: "  approvers: 6\n")
    #expect(Self.findings(wrong).contains { $0.hasSuffix("POLICY_INVALID salary.approvers") })
  }

  @Test func `what is no text, or too large, is refused whole`() {
    #expect(throws: FileRefused.self) { try PolicyFile.read([0xFF, 0xFE, 0x41]) }
    let large = [UInt8](repeating: 0x20, count: PolicyFile.limit + 1)
    #expect {
      try PolicyFile.read(large)
    } throws: { error in
      (error as? FileRefused)?.findings.map(\.reason) == ["FILE_TOO_LARGE"]
    }
    let many = (0...CompanyPolicy.thresholdLimit).map { "  - {above: \($0) NOK, approvers: 2}\n" }
    #expect(Self.findings("per_day:\n" + many.joined()) == ["2:3 TOO_MANY per_day"])
  }

  @Test func `a file cut off anywhere is read or refused, never worse`() {
    let bytes = Array(Self.good.utf8)
    for count in bytes.indices {
      do throws(FileRefused) { _ = try PolicyFile.read(Array(bytes.prefix(count))) } catch {
        #expect(!error.findings.isEmpty)
      }
    }
  }
}
