package import ArgumentParser
internal import BureauAPI
internal import Foundation

package struct TransferCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "transfer", abstract: "Files that went to the bank.",
    subcommands: [
      TransferList.self, TransferGet.self, HoldCommand.self, TransferTimingCommand.self,
    ])
  package init() {}
}

struct TransferList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the company's transfers.")

  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let transfers = try await client.list(
      Transfers.ListTransfers.self, of: company, limit: list.limit, \.transfers
    ) { past.fill(&$0) }
    try client.show(transfers, as: "transfers", .transfers(transfers))
  }
}

struct TransferGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one transfer, or keep its file.")

  @Argument(help: "The transfer: id or resource name.") var transfer: String
  @Option(
    help: ArgumentHelp("Write the file's exact bytes here.", valueName: "file"),
    completion: .file())
  var file: String?
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(transfer, of: "transfers")
    var transfer = try await client.read(Transfers.GetTransfer.self) {
      $0.name = name
      past.fill(&$0)
    }
    if let file {
      try PrivateFile.write(transfer.content, to: file)
      transfer.content = Data()
    }
    try client.show(transfer, .transfer(transfer))
  }
}

extension Table {
  static func transfers(_ transfers: [Bureau_V1_Transfer]) -> Table {
    var table = Table([
      .left("ID"), .left("STATE"), .left("MESSAGE"), .left("EXECUTION"), .right("PAYMENTS"),
      .left("DELIVERED"),
    ])
    for item in transfers {
      table.add([
        Show.id(item.name), Show.state(item.state), item.messageID, item.executionDate,
        String(item.endToEndIds.count), Show.time(item.deliverTime),
      ])
    }
    return table
  }
}

extension Details {
  static func transfer(_ transfer: Bureau_V1_Transfer) -> Details {
    var details = Details()
    details.add("name", transfer.name)
    details.add("state", Show.state(transfer.state))
    details.add("message", transfer.messageID)
    details.add("file SHA-256", transfer.fileSha256)
    details.add("execution", transfer.executionDate)
    for id in transfer.endToEndIds { details.add("end-to-end id", id) }
    details.add("prepared", Show.time(transfer.prepareTime))
    details.add("delivered", Show.time(transfer.deliverTime))
    return details
  }
}
