internal import ArgumentParser
internal import BureauAPI
internal import Domain
internal import Foundation
internal import Onboarding
internal import Primitives
internal import Sealing
internal import SwiftProtobuf
internal import Synchronization

struct OnboardApply: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Carry out what a file says: one transaction for each client.",
    discussion: """
      Whatever stops it, run it again: what is done is left alone, and nothing is done twice. One
      client's failure does not stop the others. New agreements are sent to their signers; whoever shall
      consent is sent a link once the agreement is active: apply the file again then.
      """)

  @OptionGroup var given: BureauFileOptions
  @Option(help: "Only this client, by name or organisation number; may be repeated.")
  var only: [String] = []
  @Flag(help: "Let the server check everything and change nothing.") var dryRun = false
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    var file = try GivenFile(given, client)
    try file.narrow(to: only)
    let plan = try await client.plan(file)
    if !plan.findings.isEmpty {
      try client.refuse(plan.findings.map { ShownFinding($0, in: given.file) })
    }
    if dryRun { client.surroundings.note("dry run: nothing is changed") }
    let application = Application(
      client: client, bureau: try client.bureau(), nationalIDs: file.nationalIDs, dryRun: dryRun)
    let results = await application.run(plan.changed)
    try show(results, unchanged: plan.clients.count - results.count, client)
    if results.contains(where: { $0.error != nil }) { throw Ending.someFailed }
  }

  private func show(_ results: [AppliedClient], unchanged: Int, _ client: Client) throws {
    let failed = results.filter { $0.error != nil }
    switch client.output {
    case .json:
      struct Report: Encodable {
        let clients: [AppliedClient]
        let applied: Int
        let failed: Int
        let unchanged: Int
      }
      client.surroundings.write(
        try Client.json(
          encoding: Report(
            clients: results, applied: results.count - failed.count, failed: failed.count,
            unchanged: unchanged)))
    case .table:
      var table = Table([.left("CLIENT"), .left("NUMBER"), .left("DONE")])
      for result in results {
        table.add([result.name, result.organisationNumber, result.text])
      }
      if !results.isEmpty { client.surroundings.write(table.text) }
      for result in failed {
        guard let error = result.failure else { continue }
        client.surroundings.note("\(result.name.printable): \(error.text)")
      }
      client.surroundings.note(
        "\(results.count - failed.count) clients \(dryRun ? "would be applied" : "applied"), "
          + "\(unchanged) as the file says, \(failed.count) failed")
    }
  }
}

/// What became of one client.
struct AppliedClient: Encodable {
  let name: String
  let organisationNumber: String
  var company: String?
  var done: Done?
  var error: [String: String]?
  var failure: CLIError?

  struct Done: Encodable {
    let companyCreated: Bool
    let companyUpdated: Bool
    let usersCreated: Int32
    let usersUpdated: Int32
    let rolesGiven: Int32
    let rolesTaken: Int32
    let agreementsCreated: Int32
    let agreementsSent: Int32
    let policySet: Bool
    let signingKeyCreated: Bool
    let consentsInvited: Int32
    let remindersSet: Bool

    private enum CodingKeys: String, CodingKey {
      case companyCreated = "company_created"
      case companyUpdated = "company_updated"
      case usersCreated = "users_created"
      case usersUpdated = "users_updated"
      case rolesGiven = "roles_given"
      case rolesTaken = "roles_taken"
      case agreementsCreated = "agreements_created"
      case agreementsSent = "agreements_sent"
      case policySet = "policy_set"
      case signingKeyCreated = "signing_key_created"
      case consentsInvited = "consents_invited"
      case remindersSet = "reminders_set"
    }

    init(_ counts: Bureau_V1_OnboardingCounts) {
      companyCreated = counts.companyCreated
      companyUpdated = counts.companyUpdated
      usersCreated = counts.usersCreated
      usersUpdated = counts.usersUpdated
      rolesGiven = counts.rolesGiven
      rolesTaken = counts.rolesTaken
      agreementsCreated = counts.agreementsCreated
      agreementsSent = counts.agreementsSent
      policySet = counts.policySet
      signingKeyCreated = counts.signingKeyCreated
      consentsInvited = counts.consentsInvited
      remindersSet = counts.remindersSet
    }
  }

  private enum CodingKeys: String, CodingKey {
    case name, company, done, error
    case organisationNumber = "organisation_number"
  }

  init(_ client: BureauPlan.Client) {
    name = client.file.company.displayName
    organisationNumber = client.file.company.organisationNumber.digits
  }

  /// `created, 3 users, 4 roles, 2 agreements`, or why not.
  var text: String {
    if let failure { return failure.reason }
    guard let done else { return "" }
    var parts: [String] = []
    if done.companyCreated { parts.append("created") }
    if done.companyUpdated { parts.append("changed") }
    for (count, what) in [
      (done.usersCreated, "users"), (done.usersUpdated, "users changed"),
      (done.rolesGiven, "roles"), (done.rolesTaken, "roles taken"),
      (done.agreementsSent, "agreements sent"), (done.consentsInvited, "consent links"),
    ] where count > 0 { parts.append("\(count) \(what)") }
    if done.policySet { parts.append("policy") }
    if done.signingKeyCreated { parts.append("signing key") }
    if done.remindersSet { parts.append("reminder settings") }
    return parts.isEmpty ? "was so already" : parts.joined(separator: ", ")
  }
}

/// Applies clients, some at the same time: the server commits them together.
private struct Application: Sendable {
  /// Enough for full commits; the server refuses a line that is longer than its bounds.
  static let callers = 48

  let client: Client
  let bureau: String
  let nationalIDs: [String: String]
  let dryRun: Bool

  private final class Desk: Sendable {
    struct State {
      var next = 0
      /// Once the server is away, the rest is not tried.
      var isAway = false
      var progress: Progress
      var results: [Int: AppliedClient] = [:]
    }
    let state: Mutex<State>
    init(_ progress: Progress) { state = Mutex(State(progress: progress)) }
  }

  func run(_ clients: [BureauPlan.Client]) async -> [AppliedClient] {
    let desk = Desk(Progress(total: clients.count, client.surroundings))
    await withDiscardingTaskGroup { group in
      for _ in 0..<min(Self.callers, clients.count) {
        group.addTask {
          while let index = take(clients.count, desk) {
            let result = await apply(clients[index], desk)
            desk.state.withLock { state in
              state.results[index] = result
              if result.failure?.ending == .unavailable { state.isAway = true }
              state.progress.count(1, failed: result.error != nil)
            }
          }
        }
      }
    }
    return desk.state.withLock { state in clients.indices.compactMap { state.results[$0] } }
  }

  private func take(_ count: Int, _ desk: Desk) -> Int? {
    desk.state.withLock { state in
      guard state.next < count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func apply(_ planned: BureauPlan.Client, _ desk: Desk) async -> AppliedClient {
    var result = AppliedClient(planned)
    do {
      if desk.state.withLock(\.isAway) {
        throw CLIError(.unavailable, "NOT_TRIED", "not tried, because the server was unavailable")
      }
      let request = request(for: planned)
      let answer = try await client.write(
        Onboardings.ApplyCompany.self, id: planned.requestID, dryRun: dryRun
      ) { $0 = request }
      result.company = answer.company
      result.done = AppliedClient.Done(answer.done)
    } catch {
      let failure =
        error as? CLIError ?? CLIError(.internalError, "INTERNAL", "\(error)")
      result.failure = failure
      result.error = failure.fields
    }
    return result
  }

  private func request(for planned: BureauPlan.Client) -> Bureau_V1_ApplyCompanyRequest {
    let company = planned.file.company
    return .with {
      $0.parent = bureau
      $0.company = .with {
        $0.displayName = company.displayName
        $0.organisationNumber = company.organisationNumber.digits
        $0.countryCode = company.organisationNumber.country.code
        $0.address = .with {
          $0.street = company.street
          $0.postalCode = company.postalCode
          $0.town = company.town
        }
      }
      $0.people = planned.people.map { person in
        .with {
          $0.key = person.key
          $0.user = person.user.map { "\(bureau)/users/\($0.hex)" } ?? ""
          $0.displayName = person.displayName
          $0.email = person.email
          $0.mobile = person.mobile
          $0.nationalID = nationalIDs[person.key] ?? ""
        }
      }
      $0.roles = company.roles.map { role in
        .with {
          $0.person = role.person
          $0.role = Bureau_V1_Role(spoken: role.role.fileName) ?? .unspecified
        }
      }
      $0.agreements = company.agreements.map { agreement in
        .with {
          $0.kind = Bureau_V1_Agreement.Kind(spoken: agreement.kind.rawValue) ?? .unspecified
          $0.bank = agreement.bank
          $0.account = .with {
            $0.form =
              Bureau_V1_AccountNumber.Form(spoken: agreement.account.form.rawValue) ?? .unspecified
            $0.text = agreement.account.text
          }
          $0.currencyCode = agreement.currency.code
          $0.signer = agreement.signer
        }
      }
      if let policy = company.policy { $0.policy = Bureau_V1_Policy(policy) }
      if let key = company.signingKey {
        $0.signingKey.publicKey = Data(key.publicKey.bytes)
        $0.signingKey.proof = Data(key.proof)
      }
      $0.consents = company.consents.map { consent in
        .with {
          $0.person = consent.person
          $0.bank = consent.bank
        }
      }
      if let reminders = company.reminders {
        $0.reminderSettings = Bureau_V1_ReminderSettings(reminders)
      }
      $0.contentDigest = planned.digest
    }
  }
}
