package import ArgumentParser
package import BureauAPI
internal import Foundation
internal import Onboarding
internal import Policies
internal import SwiftProtobuf

package typealias PolicyRPCs = Bureau_V1_PolicyService.Method
extension Bureau_V1_PolicyService.Method.GetPolicy: RPC {}
extension Bureau_V1_PolicyService.Method.SetPolicy: RPC {}
extension Bureau_V1_SetPolicyRequest: WriteRequest {}
extension Bureau_V1_GetPolicyRequest: AsOfRequest {}

package struct PolicyCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "What a company demands before its money moves.",
    discussion: "docs/policies.md describes the file.",
    subcommands: [PolicyShow.self, PolicyTest.self, PolicyPreview.self, PolicySet.self])
  package init() {}
}

struct PolicyShow: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the company's policy, as a file that can be set.")

  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let policy = try await client.read(PolicyRPCs.GetPolicy.self) {
      $0.name = "\(company)/policy"
      past.fill(&$0)
    }
    if client.output == .json { return try client.show(policy, Details()) }
    do {
      client.surroundings.write(PolicyFile.text(of: try CompanyPolicy(policy)))
    } catch {
      throw CLIError(.internalError, "POLICY_UNREADABLE", error.message)
    }
    let set = Show.time(policy.setTime)
    client.surroundings.note(
      set.isEmpty ? "the standard policy: the company has set none" : "in force since \(set)")
  }
}

struct PolicyTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Try a policy on its own examples, without any server.")

  @Argument(help: "The file, or - for standard input.") var file: String

  func run() async throws {
    let surroundings = Surroundings.current
    let policy = try PolicyFile.load(file, surroundings)
    let count = policy.examples.count
    surroundings.write(count == 1 ? "1 example holds\n" : "\(count) examples hold\n")
    if count == 0 { surroundings.note("the policy has no examples: nothing was tried") }
  }
}

struct PolicyPreview: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Show what a policy would change for the open payments.")

  @Argument(help: "The file, or - for standard input.") var file: String
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let policy = try PolicyFile.load(file, client.surroundings)
    let answer = try await client.write(
      PolicyRPCs.SetPolicy.self, id: client.surroundings.newID(), dryRun: true
    ) {
      $0.policy = Bureau_V1_Policy(policy)
      $0.policy.name = "\(company)/policy"
    }
    try client.showEffects(answer)
  }
}

struct PolicySet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Put a policy in force, from the next signature on.")

  @Argument(help: "The file, or - for standard input.") var file: String
  @Option(help: "Refuse if the policy has changed since this etag was read.") var etag: String?
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let policy = try PolicyFile.load(file, client.surroundings)
    let answer = try await client.write(PolicyRPCs.SetPolicy.self, options) {
      $0.policy = Bureau_V1_Policy(policy)
      $0.policy.name = "\(company)/policy"
      $0.policy.etag = etag ?? ""
    }
    if options.dryRun { return try client.showEffects(answer) }
    var details = Details()
    details.add("name", answer.policy.name)
    details.add("examples", String(answer.policy.examples.count))
    details.add("in force", Show.time(answer.policy.setTime))
    details.add("etag", answer.policy.etag)
    try client.show(answer.policy, details)
  }
}

extension PolicyFile {
  /// A policy from a file, or all that is wrong with it.
  static func load(_ path: String, _ surroundings: Surroundings) throws(CLIError) -> CompanyPolicy {
    let bytes = [UInt8](try surroundings.read(path, limit))
    do throws(FileRefused) { return try read(bytes) } catch {
      for finding in error.findings { surroundings.note(ShownFinding(finding, in: path).text) }
      let count = error.findings.count
      throw CLIError(
        .invalidInput, "POLICY_FILE_INVALID",
        "\(path): the policy has " + (count == 1 ? "a fault" : "\(count) faults"))
    }
  }
}

extension Client {
  fileprivate func showEffects(_ answer: Bureau_V1_SetPolicyResponse) throws(CLIError) {
    if output == .json { return try show(answer, Details()) }
    var table = Table([
      .left("PAYMENT"), .left("CREDITOR"), .right("AMOUNT"), .right("APPROVERS"),
      .right("LACKING"), .left("ACKNOWLEDGE"),
    ])
    for effect in answer.effects {
      table.add([
        Show.id(effect.payment), effect.creditor, Show.money(effect.amount),
        Self.change(
          Self.approvers(effect.approversBefore, effect.refusedBefore),
          Self.approvers(effect.approversAfter, effect.refusedAfter)),
        Self.change("\(effect.lackingBefore)", "\(effect.lackingAfter)"),
        effect.acknowledgeBefore == effect.acknowledgeAfter
          ? "" : effect.acknowledgeAfter ? "first" : "no more",
      ])
    }
    surroundings.write(table.text)
    surroundings.note(
      "\(answer.effects.count) of \(answer.paymentCount) open payments would change,"
        + " \(answer.lackingCount) would now lack an approver"
        + (answer.truncated ? "; there are more that were not looked at" : "")
        + "; nothing was changed")
  }

  private static func approvers(_ count: Int32, _ refused: String) -> String {
    refused.isEmpty ? "\(count)" : "nobody"
  }

  private static func change(_ before: String, _ after: String) -> String {
    before == after ? after : "\(before) -> \(after)"
  }
}
