import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import Primitives
import SwiftProtobuf
import Testing

@Suite struct PolicyCommandTests {
  private func rig() throws -> CommandRig {
    let rig = try CommandRig()
    try rig.contextInUse()
    return rig
  }

  private static let good = """
    approvers: 2
    per_payment:
      - above: 50000.00 NOK
        approvers: 3
    maker_may_sign: false
    sealing: always
    examples:
      - payment: 1.00 NOK
        approvers: 2
      - {name: "large", payment: 50000.01 NOK, approvers: 3}
      - payment: 1.00 NOK
        signed_by_maker: true
        refused: POLICY_MAKER_SIGNS
    """

  @Test func `a policy is tried on its examples without any server`() async throws {
    let rig = try CommandRig()
    try rig.write("policy.yaml", Self.good)
    #expect(await rig.run("policy", "test", rig.path("policy.yaml")) == 0)
    #expect(rig.output == "3 examples hold\n")
    try rig.write("json", #"{"approvers": 1, "examples": []}"#)
    #expect(await rig.run("policy", "test", rig.path("json")) == 0)
    #expect(rig.notes.joined().contains("nothing was tried"))
  }

  @Test func `the example of the document holds`() async throws {
    let rig = try CommandRig()
    var root = URL(filePath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    let text = try String(contentsOf: root.appending(path: "docs/policies.md"), encoding: .utf8)
    let yaml = text.components(separatedBy: "```yaml\n")[1].components(separatedBy: "```")[0]
    try rig.write("policy.yaml", yaml)
    #expect(await rig.run("policy", "test", rig.path("policy.yaml")) == 0)
    #expect(rig.output == "8 examples hold\n")
  }

  @Test func `all faults of a file are told with line and column, and nothing is sent`()
    async throws
  {
    let rig = try rig()
    try rig.write("p", "approver: 1\nper_day:\n  - above: 5\n    approvers: 2\n")
    for command in ["test", "preview", "set"] {
      #expect(await rig.run("policy", command, rig.path("p")) == 6)
      let told = rig.notes.joined(separator: "\n")
      #expect(told.contains("\(rig.path("p")):1:1: UNKNOWN_FIELD: "), "\(told)")
      #expect(told.contains("\(rig.path("p")):3:12: AMOUNT_INVALID: "), "\(told)")
    }
    #expect(rig.wire.requests(of: PolicyRPCs.SetPolicy.self).isEmpty)
  }

  @Test func `what is shown can be set again, and is the same`() async throws {
    let rig = try rig()
    try rig.write("policy.yaml", Self.good.replacing("\"large\"", with: #""a \"b\": #c\\""#))
    rig.wire.on(PolicyRPCs.SetPolicy.self) { request in .with { $0.policy = request.policy } }
    #expect(await rig.run("policy", "set", rig.path("policy.yaml"), "--etag", "7") == 0)
    let first = try #require(rig.wire.requests(of: PolicyRPCs.SetPolicy.self).first)
    #expect(first.policy.name == "\(CommandRig.company)/policy" && first.policy.etag == "7")
    #expect(first.policy.approvers == 2 && first.policy.sealing == .always)
    #expect(first.policy.makerMayNotSign && first.policy.examples.count == 3)
    rig.wire.on(PolicyRPCs.GetPolicy.self) { _ in first.policy }
    #expect(await rig.run("policy", "show") == 0)
    try rig.write("again.yaml", rig.output)
    #expect(await rig.run("policy", "set", rig.path("again.yaml"), "--etag", "7") == 0)
    let again = try #require(rig.wire.requests(of: PolicyRPCs.SetPolicy.self).last)
    #expect(again.policy == first.policy)
  }

  @Test func `a preview asks without changing, and shows the effects`() async throws {
    let rig = try rig()
    try rig.write("policy.yaml", Self.good)
    rig.wire.on(PolicyRPCs.SetPolicy.self) { _ in
      .with {
        $0.paymentCount = 5
        $0.lackingCount = 2
        $0.effects = [
          .with {
            $0.payment = "x/payments/p1"
            $0.creditor = "Elbolaget AS"
            $0.approversBefore = 1
            $0.approversAfter = 2
            $0.acknowledgeAfter = true
            $0.lackingAfter = 1
          },
          .with {
            $0.payment = "x/payments/p2"
            $0.approversBefore = 1
            $0.refusedAfter = "POLICY_PAYMENT_LIMIT"
          },
        ]
      }
    }
    #expect(await rig.run("policy", "preview", rig.path("policy.yaml")) == 0)
    #expect(rig.wire.requests(of: PolicyRPCs.SetPolicy.self).map(\.validateOnly) == [true])
    #expect(rig.output.contains("1 -> 2") && rig.output.contains("first"))
    #expect(rig.output.contains("0 -> 1") && rig.output.contains("1 -> nobody"))
    let told = rig.notes.joined()
    #expect(told.contains("2 of 5 open payments would change, 2 would now lack an approver"))
    #expect(told.contains("nothing was changed"))
  }
}
