package import ArgumentParser
internal import BureauAPI

package struct AuditCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "The journal, as an outsider may check it.",
    subcommands: [
      AuditVerify.self, AuditCheckpoint.self, AuditProof.self, AuditExportCommand.self,
      AuditFacts.self,
    ])
  package init() {}
}

struct AuditCheckpoint: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Sign the heads of all journals, for the witness.")

  @Option(
    help: ArgumentHelp("Write the signed checkpoint here.", valueName: "file"),
    completion: .file())
  var file: String?
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let checkpoint = try await client.read(Audit.CreateCheckpoint.self) { $0.parent = bureau }
    if let file { try PrivateFile.write(checkpoint.content, to: file) }
    try client.show(checkpoint, .checkpoint(checkpoint))
  }
}

struct AuditFacts: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "facts", abstract: "Show who did what, when, with which request.")

  @Flag(help: "The bureau's own journal: users, roles, tokens.") var wholeBureau = false
  @OptionGroup var list: ListOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent =
      if wholeBureau { try Self.ownCompany(of: client.bureau()) } else {
        try await client.company()
      }
    let facts = try await client.list(
      Audit.ListFacts.self, of: parent, limit: list.limit, \.facts)
    try client.show(facts, as: "facts", .facts(facts))
  }

  /// What concerns the whole bureau is in the journal of a company with the bureau's own id.
  static func ownCompany(of bureau: String) -> String {
    "\(bureau)/companies/\(Show.id(bureau))"
  }
}

extension Table {
  static func facts(_ facts: [Bureau_V1_FactRecord]) -> Table {
    var table = Table([
      .right("SEQUENCE"), .left("TIME"), .left("FACT"), .left("ACTOR"), .left("REQUEST"),
      .left("HASH"),
    ])
    for item in facts {
      table.add([
        String(item.sequence), Show.time(item.createTime),
        item.kind.isEmpty ? "(erased)" : item.kind,
        item.actor.isEmpty ? "(server)" : Show.id(item.actor), item.requestID,
        String(item.hash.prefix(16)),
      ])
    }
    return table
  }
}

extension Details {
  static func checkpoint(_ checkpoint: Bureau_V1_Checkpoint) -> Details {
    var details = Details()
    details.add("number", String(checkpoint.number))
    details.add("root", checkpoint.root)
    details.add("time", Show.time(checkpoint.createTime))
    details.add("heads", String(checkpoint.headCount))
    return details
  }
}
