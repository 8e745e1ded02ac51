package import ArgumentParser
internal import BureauAPI
internal import Domain
internal import Onboarding
internal import Primitives
internal import SwiftProtobuf

internal import struct Foundation.Data

package struct OnboardCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "onboard", abstract: "Bring a whole bureau into the state that a file describes.",
    discussion: "docs/bureau-file.md describes the file, docs/bureau-file.schema.json its form.",
    subcommands: [
      OnboardPlan.self, OnboardApply.self, OnboardDrift.self, OnboardImport.self,
      OnboardStatus.self, OnboardExample.self,
    ])
  package init() {}
}

struct OnboardPlan: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what a file would change; changes nothing.",
    discussion: """
      Ends with 0 where nothing is to be done, 11 where something is, and 6 with all findings at once
      where the file can't be applied.
      """)

  @OptionGroup var given: BureauFileOptions
  @Option(help: "Only this client, by name or organisation number; may be repeated.")
  var only: [String] = []
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    var file = try GivenFile(given, client)
    try file.narrow(to: only)
    let plan = try await client.plan(file)
    let shown = ShownPlan(plan, file: given.file)
    if client.output == .table, !plan.findings.isEmpty { try client.refuse(shown.findings) }
    switch client.output {
    case .json: client.surroundings.write(try Client.json(encoding: shown))
    case .table:
      client.surroundings.write(shown.text)
      if only.isEmpty, !plan.unlisted.isEmpty {
        client.surroundings.note("not in the file and left alone: \(plan.unlisted.count) companies")
      }
      client.surroundings.note(shown.summary.text)
    }
    if !plan.findings.isEmpty { throw Ending.invalidInput }
    if !plan.changed.isEmpty { throw Ending.changes }
  }
}

struct OnboardDrift: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "drift", abstract: "Show what was changed by hand since the file was applied.",
    discussion: """
      A client whose part of the file was edited since is left to `plan`. Ends with 0 where nothing
      was changed, with 11 where something was. Who did it, and when, is told from the journal.
      """)

  @OptionGroup var given: BureauFileOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let plan = try await client.plan(try GivenFile(given, client))
    var drifted: [ShownClient] = []
    for item in plan.clients where item.isDrift {
      drifted.append(try await client.drift(of: item))
    }
    let edited = plan.changed.count { $0.digest != $0.appliedDigest }
    switch client.output {
    case .json:
      struct Report: Encodable {
        let clients: [ShownClient]
        let unlisted: [String]
        let edited: Int
      }
      client.surroundings.write(
        try Client.json(
          encoding: Report(
            clients: drifted, unlisted: plan.unlisted.map(\.organisationNumber.digits),
            edited: edited)))
    case .table:
      for item in drifted {
        client.surroundings.write("\(item.title.printable)\n")
        for change in item.changes {
          client.surroundings.write("    \(change.driftText.printable)\n")
        }
        for obstacle in item.obstacles ?? [] {
          client.surroundings.write("    \(obstacle.text.printable)\n")
        }
      }
      for company in plan.unlisted {
        client.surroundings.write("\(company.displayName.printable) is not in the file\n")
      }
      if edited > 0 {
        client.surroundings.note(
          "of \(edited) clients the file says something new: bureau onboard plan \(given.file)")
      }
    }
    if !drifted.isEmpty || !plan.unlisted.isEmpty { throw Ending.changes }
  }
}

struct OnboardImport: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Write the file that says what is; its plan is empty.",
    discussion: "National ids are not in it: the server keeps none.")

  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let read = try await client.bureauState()
    let file = BureauFile(of: try read.state(), signers: read.signers())
    client.surroundings.write(file.text)
  }
}

struct OnboardExample: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "example", abstract: "Write a realistic file with invented companies and people.",
    discussion: "The same seed gives the same file. National ids are test numbers.")

  @Option(help: "How many clients.") var clients: Int = 10
  @Option(help: "Another seed, other names and numbers.") var seed: UInt64 = 1
  @Option(
    name: .customLong("bureau"),
    help: ArgumentHelp(
      "The bureau's organisation number; `bureau onboard plan` compares it.", valueName: "number"))
  var bureauNumber: String?
  @Option(help: "The bureau's country: NO or SE.") var country: String = "NO"
  @Option(
    help: ArgumentHelp("Write the people's national ids here (0600).", valueName: "file"),
    completion: .file())
  var nationalIds: String?

  func validate() throws {
    guard 1...BureauFile.Limit.clients ~= clients else {
      throw ValidationError("--clients must be between 1 and \(BureauFile.Limit.clients).")
    }
  }

  func run() throws {
    let surroundings = Surroundings.current
    var bureau: OrganisationNumber?
    if let bureauNumber {
      guard let code = try? CountryCode(country),
        let number = try? OrganisationNumber(bureauNumber, country: code)
      else {
        throw CLIError(
          .usage, "ORGANISATION_NUMBER_INVALID", "\(bureauNumber) is no organisation number",
          field: "--bureau")
      }
      bureau = number
    }
    let example = BureauExample(clients: clients, seed: seed, bureau: bureau)
    if let nationalIds {
      let text = BureauFile.nationalIDText(example.nationalIDs)
      try PrivateFile.write(Data(text.utf8), to: nationalIds)
    }
    surroundings.write(example.file.text)
  }
}
