package import ArgumentParser
internal import BureauAPI

package struct StatementCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "statement", abstract: "What the bank answered.",
    subcommands: [StatementList.self])
  package init() {}
}

struct StatementList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the bank's files as they were read, with their alarms.")

  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let files = try await client.list(
      Statements.ListReturnFiles.self, of: company, limit: list.limit, \.returnFiles
    ) { past.fill(&$0) }
    try client.show(files, as: "returnFiles", .returnFiles(files))
  }
}

extension Table {
  static func returnFiles(_ files: [Bureau_V1_ReturnFile]) -> Table {
    var table = Table([
      .left("ID"), .left("KIND"), .left("MESSAGE"), .left("READ"), .right("APPLIED"),
      .left("ALARMS"),
    ])
    for item in files {
      table.add([
        Show.id(item.name), Show.state(item.kind), item.messageID, Show.time(item.readTime),
        String(item.appliedCount), item.alarms.joined(separator: "; "),
      ])
    }
    return table
  }
}
