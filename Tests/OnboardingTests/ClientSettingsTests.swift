import Domain
import Foundation
import Policies
import Primitives
import Sealing
import TestKit
import Testing

@testable import Onboarding

/// A client's policy and signing key in a bureau file: read, checked, planned, written.
@Suite struct ClientSettingsTests {
  /// Reasons that are a signing key's own.
  static let reasons: Set<Finding.Reason> = [
    .signingKeyInvalid, .signingKeyProof, .signingKeyTwice,
  ]

  private static let secret: SealingSecret? = try? .test(1)

  private static func lines(_ secret: SealingSecret, company: Int = 1) throws -> String {
    let proof = try secret.sign(
      secret.publicKey.proofBytes(
        bureau: OrganisationNumber("923609016", country: .no),
        company: OrganisationNumber(Numbers.organisation(company), country: .no)))
    return DesiredSigningKey(publicKey: secret.publicKey, proof: proof).fileLines
      .map { "    \($0)\n" }.joined()
  }

  private static let policy = """
        policy:
          approvers: 1
          per_payment:
            - {above: 50000.00 NOK, approvers: 2}
          maker_may_sign: false
          examples:
            - {payment: 50000.01 NOK, approvers: 2}

    """

  private static func text() throws -> String {
    try Sample.text + policy + lines(.test(1))
  }

  private func file(_ old: String = "", _ new: String = "") throws -> BureauFile {
    let text = try Self.text()
    #expect(old.isEmpty || text.contains(old))
    return try Sample.read(old.isEmpty ? text : text.replacingOccurrences(of: old, with: new)).file
  }

  private func applied(_ file: BureauFile) throws -> ModelBureau {
    var model = ModelBureau(of: file)
    try model.apply(plan(file, on: model))
    return model
  }

  private func plan(_ file: BureauFile, on model: ModelBureau) -> BureauPlan {
    BureauPlan(file, on: model.state, references: PlanTests.references)
  }

  private func changes(_ plan: BureauPlan) -> [OnboardingChange] {
    plan.clients.flatMap(\.steps.changes)
  }

  // MARK: Read and written

  @Test func `they are read as they stand, and written so that they read as the same`() throws {
    let file = try file()
    let client = try #require(file.clients.first?.company)
    #expect(client.policy?.perPayment == [.init(above: .nok(50_000_00), approvers: 2)])
    #expect(client.policy?.makerMaySign == false && client.policy?.examples.count == 1)
    #expect(client.signingKey?.publicKey == Self.secret?.publicKey)
    #expect(client.signingKey?.proof.count == 64)
    let again = try Sample.read(file.text).file
    #expect(again.clients.map(\.company) == file.clients.map(\.company))
    // A file that says nothing of them wants nothing.
    let silent = try Sample.read(Sample.text).file.clients[0].company
    #expect(silent.policy == nil && silent.signingKey == nil)
  }

  @Test(arguments: [
    (
      "approvers: 1\n", "approver: 1\n", ["32:7 UNKNOWN_FIELD clients[0].policy.approver"]
    ),
    (
      "approvers: 2}\n      maker", "approvers: 1}\n      maker",
      ["34:44 POLICY_INVALID clients[0].policy.per_payment[0].approvers"]
    ),
    (
      "maker_may_sign: false", "maker_may_sign: never\n      pension: x",
      [
        "35:23 VALUE_UNKNOWN clients[0].policy.maker_may_sign",
        "36:7 UNKNOWN_FIELD clients[0].policy.pension",
      ]
    ),
    (
      "50000.01 NOK, approvers: 2", "50000.01 NOK, approvers: 1",
      ["37:11 POLICY_EXAMPLE_FAILS clients[0].policy.examples[0]"]
    ),
    (
      "public_key: \"", "public_key: \"AAAA",
      ["39:21 SIGNING_KEY_INVALID clients[0].signing_keys[0].public_key"]
    ),
    (
      "public_key: \"", "public_key: \"-",
      ["39:21 SIGNING_KEY_INVALID clients[0].signing_keys[0].public_key"]
    ),
    (
      "public_key: ", "key: ",
      [
        "39:9 UNKNOWN_FIELD clients[0].signing_keys[0].key",
        "39:9 FIELD_MISSING clients[0].signing_keys[0].public_key",
      ]
    ),
  ])
  func `what is wrong is told with its place`(old: String, new: String, findings: [String]) throws {
    let text = try Self.text()
    let range = try #require(text.range(of: old))
    #expect(Sample.findings(text.replacingCharacters(in: range, with: new)) == findings)
  }

  @Test func `a proof for another company, bureau or key shows nothing (K-01)`() throws {
    let finding = ["40:16 SIGNING_KEY_PROOF clients[0].signing_keys[0].proof"]
    let base = Sample.text + Self.policy
    #expect(Sample.findings(base + (try Self.lines(.test(1), company: 2))) == finding)
    #expect(
      Sample.findings(try Self.text().replacingOccurrences(of: "923609016", with: "974760673"))
        == finding)
    let own = try Self.lines(.test(1)).split(separator: "\n", omittingEmptySubsequences: false)
    let other = try Self.lines(.test(2)).split(separator: "\n", omittingEmptySubsequences: false)
    let mixed = [own[0], own[1], other[2], ""].joined(separator: "\n")
    #expect(Sample.findings(base + mixed) == finding)
    // Neither is the finding told where the number itself is wrong.
    let wrong = try Self.text().replacingOccurrences(
      of: Numbers.organisation(1), with: Numbers.wrong(Numbers.organisation(1)))
    #expect(Sample.findings(wrong).count == 1)
  }

  @Test func `a client has one key, and a key one client (K-01)`() throws {
    let two = try Self.lines(.test(2)).replacingOccurrences(of: "    signing_keys:\n", with: "")
    #expect(
      Sample.findings(try Self.text() + two) == ["39:7 TOO_MANY clients[0].signing_keys"])
    let second = Sample.text.components(separatedBy: "clients:\n")[1]
      .replacingOccurrences(of: Numbers.organisation(1), with: Numbers.organisation(2))
      .replacingOccurrences(of: Numbers.norwegianAccount(1), with: Numbers.norwegianAccount(2))
    #expect(
      Sample.findings(try Self.text() + second + Self.lines(.test(1), company: 2)) == [
        "54:9 SIGNING_KEY_TWICE clients[1].signing_keys[0]"
      ])
  }

  // MARK: Planned

  @Test func `they are planned with the company, and what was applied needs nothing`() throws {
    let file = try file()
    let fingerprint = try #require(Self.secret?.publicKey.fingerprint)
    let made = plan(file, on: ModelBureau(of: file))
    #expect(made.findings.isEmpty)
    #expect(
      changes(made).suffix(2) == [
        .setPolicy(["per_payment", "maker_may_sign", "examples"]), .createSigningKey(fingerprint),
      ])
    let model = try applied(file)
    #expect(changes(plan(file, on: model)).isEmpty)
    // A file that no longer speaks of them leaves them.
    #expect(changes(plan(try Sample.read(Sample.text).file, on: model)).isEmpty)
    // The standard policy is in force without being set.
    let standard = try self.file(Self.policy, "    policy: {approvers: 1}\n")
    #expect(
      !changes(plan(standard, on: ModelBureau(of: standard))).contains {
        if case .setPolicy = $0 { true } else { false }
      })
  }

  @Test func `a policy changed by hand is drift, one changed in the file is not`() throws {
    let file = try file()
    var model = try applied(file)
    model.state.clients[0].known.policy?.approvers = 3
    let drift = plan(file, on: model)
    #expect(changes(drift) == [.setPolicy(["approvers"])] && drift.clients[0].isDrift)
    model.state.clients[0].known.policy = nil
    #expect(
      changes(plan(file, on: model)) == [.setPolicy(["per_payment", "maker_may_sign", "examples"])])
    model = try applied(file)
    let edited = plan(try self.file("maker_may_sign: false", "sealing: always"), on: model)
    #expect(changes(edited) == [.setPolicy(["maker_may_sign", "sealing"])])
    #expect(!edited.clients[0].isDrift)
  }

  @Test func `another current key is for people to decide, an old one never comes back (K-05)`()
    throws
  {
    let file = try file()
    var model = try applied(file)
    let other = KnownSigningKey(publicKey: try SealingSecret.test(2).publicKey, state: .current)
    func findings() -> [String] {
      plan(file, on: model).findings.map { "\($0.line) \($0.reason) \($0.path)" }
    }
    model.state.clients[0].known.signingKeys = [other]
    #expect(findings() == ["39 SIGNING_KEY_DIFFERS clients[0].signing_keys[0]"])
    for state in SigningKey.State.allCases where state != .current {
      let own = KnownSigningKey(publicKey: try SealingSecret.test(1).publicKey, state: state)
      model.state.clients[0].known.signingKeys = [own, other]
      #expect(findings() == ["39 SIGNING_KEY_OVER clients[0].signing_keys[0]"], "\(state)")
    }
    // After a revoked one a new one may come.
    model.state.clients[0].known.signingKeys = [
      KnownSigningKey(publicKey: other.publicKey, state: .revoked)
    ]
    #expect(findings().isEmpty && changes(plan(file, on: model)).count == 1)
  }

  @Test func `a new key needs its proof, a known one does not`() throws {
    var file = try file()
    let model = try applied(file)
    file.clients[0].company.signingKey?.proof = []
    let bare = try Sample.read(file.text).file
    #expect(changes(plan(bare, on: model)).isEmpty)
    #expect(
      plan(bare, on: ModelBureau(of: file)).findings.map(\.reason) == [
        "SIGNING_KEY_PROOF_MISSING"
      ])
  }

  @Test func `the digest follows both`() throws {
    func digest(_ file: BureauFile) -> String {
      plan(file, on: ModelBureau(of: file)).clients[0].digest
    }
    let first = digest(try file())
    #expect(digest(try file("maker_may_sign: false", "maker_may_sign: true")) != first)
    #expect(digest(try Sample.read(Sample.text + Self.policy).file) != first)
    #expect(digest(try file()) == first)
  }

  @Test func `what was imported holds them, without proofs, and its plan is empty`() throws {
    let model = try applied(try file())
    let signer = DesiredPerson(
      key: "", displayName: "Kari Nordmann", email: "kari@example.com", mobile: "+4791234567",
      user: nil, reference: nil)
    let id = try #require(model.state.clients.first?.known.agreements.first?.id)
    let text = BureauFile(of: model.state, signers: [id: signer]).text
    #expect(text.contains("policy:") && text.contains("public_key:") && !text.contains("proof:"))
    let again = try Sample.read(text).file
    let made = BureauPlan(again, on: model.state, references: [:])
    #expect(made.findings.isEmpty && made.changed.isEmpty)
  }

  @Test func `an example has both, and every key is another`() {
    let clients = BureauExample(clients: 60, seed: 7).file.clients.map(\.company)
    #expect(clients.contains { $0.policy != nil } && clients.contains { $0.policy == nil })
    let keys = clients.compactMap(\.signingKey?.publicKey)
    #expect(keys.count == 6 && Set(keys).count == 6)
  }
}
