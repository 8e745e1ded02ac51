package import ArgumentParser
internal import BureauAPI

package struct ConsentCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "consent", abstract: "Your own consents, per company and bank.",
    subcommands: [
      ConsentGive.self, ConsentGet.self, ConsentList.self, ConsentRevoke.self,
      ConsentInvite.self, ConsentInvitations.self, ConsentRead.self, ConsentSign.self,
      ConsentDecline.self, ConsentMarks.self, ConsentRadarCommand.self,
    ])
  package init() {}
}

struct ConsentGive: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "give", abstract: "Give your consent with BankID.")

  @Option(help: "The bank: seb, handelsbanken, nordea-no, dnb, …") var bank: String
  @OptionGroup var waiting: WaitOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let started = try await client.read(Consents.StartConsent.self) {
      $0.parent = company
      $0.bank = bank
      $0.eid = waiting.eid.message
    }
    let order = try await OrderWait(client: client, options: waiting)(started)
    try client.show(order, .order(order))
  }
}

struct ConsentGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one consent.")

  @Argument(help: "The consent: id or resource name.") var consent: String
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(consent, of: "consents")
    let consent = try await client.read(Consents.GetConsent.self) {
      $0.name = name
      past.fill(&$0)
    }
    try client.show(consent, .consent(consent))
  }
}

struct ConsentList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the consents of the company.")

  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let consents = try await client.list(
      Consents.ListConsents.self, of: company, limit: list.limit, \.consents
    ) { past.fill(&$0) }
    try client.show(consents, as: "consents", .consents(consents))
  }
}

struct ConsentRevoke: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Take your own consent back.")

  @Argument(help: "The consent: id or resource name.") var consent: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(consent, of: "consents")
    let consent = try await client.write(Consents.RevokeConsent.self, options) { $0.name = name }
    try client.show(consent, .consent(consent))
  }
}

extension Table {
  static func consents(_ consents: [Bureau_V1_Consent]) -> Table {
    var table = Table([
      .left("ID"), .left("STATE"), .left("BANK"), .left("USER"), .left("EXPIRES"),
    ])
    for item in consents {
      table.add([
        Show.id(item.name), Show.state(item.state), item.bank, Show.id(item.user),
        Show.time(item.expireTime),
      ])
    }
    return table
  }
}

extension Details {
  static func consent(_ consent: Bureau_V1_Consent) -> Details {
    var details = Details()
    details.add("name", consent.name)
    details.add("state", Show.state(consent.state))
    details.add("bank", consent.bank)
    details.add("user", consent.user)
    details.add("given", Show.time(consent.createTime))
    details.add("expires", Show.time(consent.expireTime))
    details.add("accounts", consent.accounts.joined(separator: ", "))
    details.add("rights", consent.rights.map { Show.state($0) }.joined(separator: ", "))
    return details
  }
}
