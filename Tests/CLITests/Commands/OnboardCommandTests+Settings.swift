import BureauAPI
import BureauCLI
import Foundation
import GRPCCore
import Primitives
import Sealing
import SwiftProtobuf
import Testing

/// Policies and signing keys in a bureau file, as the command line sees them.
extension OnboardCommandTests {
  /// What a file says of the client's policy and key, and the secret of that key.
  private func settings() throws -> (text: String, secret: SealingSecret) {
    let secret = try SealingSecret(seed: [UInt8](repeating: 5, count: 32))
    let proof = try secret.sign(
      secret.publicKey.proofBytes(
        bureau: OrganisationNumber("974760673", country: .no),
        company: OrganisationNumber("988077917", country: .no)))
    let text = """
          policy: {approvers: 2, sealing: always}
          signing_keys:
            - public_key: "\(Data(secret.publicKey.bytes).base64EncodedString())"
              proof: "\(Data(proof).base64EncodedString())"

      """
    return (text, secret)
  }

  @Test func `policy and signing key are planned, sent, and shown as drift (K-04)`() async throws {
    let (text, secret) = try settings()
    let rig = try rig(applied())
    let file = rig.path("bureau.yaml"), fingerprint = secret.publicKey.fingerprint
    try rig.write("bureau.yaml", Self.file + text)
    #expect(await rig.run("onboard", "plan", file) == 11)
    #expect(
      rig.output == """
        ~ Fjord Fisk AS (988077917)
            ~ policy: approvers, sealing
            + signing key \(fingerprint)

        """)
    #expect(rig.notes.joined().contains("1 policies set, 1 new signing keys"))
    #expect(await rig.run("onboard", "apply", file) == 0)
    let request = try #require(rig.wire.requests(of: Onboardings.ApplyCompany.self).first)
    #expect(request.policy.approvers == 2 && request.policy.sealing == .always)
    #expect(request.signingKey.publicKey == Data(secret.publicKey.bytes))
    #expect(request.signingKey.proof.count == 64)
    let changed = try self.rig(
      applied(digest: request.contentDigest) {
        $0.policy.approvers = 1
        $0.policy.sealing = .always
        $0.signingKeys = [
          .with {
            $0.publicKey = request.signingKey.publicKey
            $0.state = .current
          }
        ]
      })
    try changed.write("bureau.yaml", Self.file + text)
    #expect(await changed.run("onboard", "drift", changed.path("bureau.yaml")) == 11)
    #expect(changed.output.contains("the policy was changed: approvers"))
    #expect(!changed.output.contains("signing key"))
    // Another key in its place is drift too, though no application mends it.
    let rotated = try self.rig(
      applied(digest: request.contentDigest) {
        $0.policy.approvers = 2
        $0.policy.sealing = .always
        $0.signingKeys = [
          .with {
            $0.publicKey = request.signingKey.publicKey
            $0.state = .revoked
          }
        ]
      },
      changes: .with {
        $0.changes = [
          .with {
            $0.kind = .signingKeyRevoked
            $0.fingerprint = fingerprint
            $0.actorDisplayName = "Lina Berg"
            $0.createTime.seconds = 1_772_440_200
          }
        ]
      })
    try rotated.write("bureau.yaml", Self.file + text)
    #expect(await rotated.run("onboard", "drift", rotated.path("bureau.yaml")) == 11)
    #expect(
      rotated.output.contains("never comes back")
        && rotated.output.contains("– Lina Berg, 2026-03-02T08:30:00Z"))
    // The import has both, and needs nothing.
    #expect(await changed.run("onboard", "import") == 0)
    #expect(changed.output.contains("sealing: always"))
    try changed.write("imported.yaml", changed.output)
    #expect(await changed.run("onboard", "plan", changed.path("imported.yaml")) == 0)
  }

  @Test func `a key's lines for a file are written without a server`() async throws {
    let (text, secret) = try settings()
    let rig = try rig(applied()), file = rig.path("key.pem")
    try rig.write("key.pem", secret.pem)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    let code = await rig.run(
      "key", "proof", "--private-key-file", file, "--organisation-number", "988 077 917",
      "--bureau-number", "974760673")
    #expect(code == 0)
    let lines = rig.output.split(separator: "\n").map { "    \($0)\n" }.joined()
    #expect(text.hasSuffix(lines))
    #expect(rig.notes.joined().contains(secret.publicKey.fingerprint))
    let body = String(secret.pem.split(separator: "\n")[1])
    #expect(!rig.output.contains(body) && !rig.notes.joined().contains(body))
    #expect(
      await rig.run(
        "key", "proof", "--private-key-file", file, "--organisation-number", "988077918",
        "--bureau-number", "974760673") == 2)
  }

  private static let consentsAndReminders = """
        consents:
          - {bank: dnb, people: [kari]}
        reminders:
          reminders: automatic
          collection: manual
          first_run: next_day
          companies: {steps: [reminder, reminder, warning], level: strict}
          private_persons: {steps: [warning], level: mild}
          language: sv
          vat_registered: true
          phone: "+4790000001"

    """

  @Test func `consents and reminder settings are planned and sent, and imported again (C-01)`()
    async throws
  {
    let rig = try rig(applied { $0.agreements[0].agreement.state = .active })
    let file = rig.path("bureau.yaml")
    try rig.write("bureau.yaml", Self.file + Self.consentsAndReminders)
    #expect(await rig.run("onboard", "plan", file) == 11)
    #expect(
      rig.output == """
        ~ Fjord Fisk AS (988077917)
            ~ reminder settings: all
            > link to consent dnb for kari

        """)
    #expect(rig.notes.joined().contains("1 reminder settings, 1 links to consents"))
    #expect(await rig.run("onboard", "apply", file) == 0)
    let request = try #require(rig.wire.requests(of: Onboardings.ApplyCompany.self).first)
    #expect(request.consents.map { "\($0.person) \($0.bank)" } == ["kari dnb"])
    let settings = request.reminderSettings
    #expect(settings.reminders == .automatic && settings.collection == .manual)
    #expect(settings.firstRun == .nextDay && settings.language == .swedish)
    #expect(settings.companies.steps == [.reminder, .reminder, .collectionWarning])
    #expect(settings.privatePersons.level == .mild && settings.vatRegistered)
    #expect(settings.phone == "+4790000001")
    // As the server tells it then: nothing is left to do, and the import says the same.
    let done = try self.rig(
      applied(digest: request.contentDigest) {
        $0.agreements[0].agreement.state = .active
        $0.reminderSettings = settings
        $0.consentInvitations = [
          .with {
            $0.user = "\(CommandRig.bureau)/users/0000000000000000000000000000000a"
            $0.bank = "dnb"
            $0.state = .open
          }
        ]
      })
    try done.write("bureau.yaml", Self.file + Self.consentsAndReminders)
    #expect(await done.run("onboard", "plan", done.path("bureau.yaml")) == 0)
    #expect(await done.run("onboard", "import") == 0)
    #expect(done.output.contains("language: sv") && done.output.contains("consents:"))
    try done.write("imported.yaml", done.output)
    #expect(await done.run("onboard", "plan", done.path("imported.yaml")) == 0)
  }

  @Test func `reminder settings are shown as the file that sets them, and set from it`()
    async throws
  {
    let rig = try rig()
    let lines =
      Self.consentsAndReminders.split(separator: "\n").dropFirst(3)
      .map { $0.dropFirst(6) }.joined(separator: "\n") + "\n"
    try rig.write("reminders.yaml", lines)
    rig.wire.on(Reminders.SetReminderSettings.self) { request in
      var answer = request.reminderSettings
      answer.etag = "7"
      answer.setTime.seconds = 1_772_440_200
      return answer
    }
    #expect(await rig.run("reminder", "set", rig.path("reminders.yaml")) == 0)
    let sent = try #require(rig.wire.requests(of: Reminders.SetReminderSettings.self).first)
    #expect(sent.reminderSettings.name.hasSuffix("/reminderSettings") && !sent.requestID.isEmpty)
    rig.wire.on(Reminders.GetReminderSettings.self) { _ in
      var kept = sent.reminderSettings
      kept.setTime.seconds = 1_772_440_200
      return kept
    }
    #expect(await rig.run("reminder", "show") == 0)
    #expect(rig.notes.joined().contains("no reminder is sent yet"))
    try rig.write("shown.yaml", rig.output)
    #expect(await rig.run("reminder", "set", rig.path("shown.yaml")) == 0)
    let again = try #require(rig.wire.requests(of: Reminders.SetReminderSettings.self).last)
    #expect(again.reminderSettings == sent.reminderSettings)
    // All that is wrong is told, and nothing is sent.
    try rig.write("wrong.yaml", lines.replacing("automatic", with: "manual"))
    #expect(await rig.run("reminder", "set", rig.path("wrong.yaml")) == 6)
    #expect(rig.notes.joined().contains("REMINDERS_INVALID"))
    #expect(rig.wire.requests(of: Reminders.SetReminderSettings.self).count == 2)
    rig.wire.on(Reminders.GetReminderSettings.self) { _ in .init() }
    #expect(await rig.run("reminder", "show") == 0)
    #expect(rig.notes.joined().contains("has set none"))
  }
}
