package import ArgumentParser
internal import BureauAPI

package struct BankCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "bank", abstract: "The supported banks.", subcommands: [BankList.self])
  package init() {}
}

struct BankList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the supported banks with their properties.")

  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let banks = try await client.list(
      Agreements.ListBanks.self, of: try client.bureau(), limit: 1_000, \.banks)
    try client.show(banks, as: "banks", .banks(banks))
  }
}

extension Table {
  static func banks(_ banks: [Bureau_V1_Bank]) -> Table {
    var table = Table([
      .left("ID"), .left("NAME"), .left("COUNTRY"), .left("BIC"), .left("CHANNEL"),
      .left("APPLICATION"), .left("LAST SIGNATURE"), .right("CUT-OFF"),
    ])
    for bank in banks {
      table.add([
        bank.id, bank.displayName, bank.countryCode, bank.bic, Show.state(bank.channel),
        bank.needsApplication ? "needed" : "none",
        bank.finalSignatureInBank ? "in the online bank" : "here", "\(bank.cutOffHour):00",
      ])
    }
    return table
  }
}
