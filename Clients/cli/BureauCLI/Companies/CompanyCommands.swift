package import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

package struct CompanyCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "company", abstract: "The companies that the bureau works for.",
    subcommands: [
      CompanyCreate.self, CompanyGet.self, CompanyList.self, CompanyUse.self, CompanyUpdate.self,
      CompanyActivate.self, CompanyClose.self, BankSigningCommand.self, AutomationCommand.self,
    ])
  package init() {}
}

struct CompanyCreate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Take on a company.")

  @Option(help: "The company's name.") var name: String
  @Option(help: ArgumentHelp("As the register has it.", valueName: "number"))
  var organisationNumber: String
  @Option(help: "Two letters: NO, SE, …") var country: String
  @Option(help: "Street and number.") var street: String = ""
  @Option(help: "Postal code.") var postalCode: String = ""
  @Option(help: "Town.") var town: String = ""
  @Flag(help: "By hand: it exists inactive until `bureau company activate`.") var manual = false
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let company = try await client.write(Tenancy.CreateCompany.self, options) {
      $0.parent = bureau
      $0.manual = manual
      $0.company = .with {
        $0.displayName = name
        $0.organisationNumber = organisationNumber
        $0.countryCode = country
        // A company without an address is refused by the server, which names the field.
        if !(street + postalCode + town).isEmpty {
          $0.address = .with {
            $0.street = street
            $0.postalCode = postalCode
            $0.town = town
          }
        }
      }
    }
    try client.show(company, .company(company))
  }
}

struct CompanyGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one company.")

  @Argument(help: "Name, organisation number or id. Default: the one in use.")
  var company: String?
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name =
      if let company { try await client.company(company) } else { try await client.company() }
    let company = try await client.read(Tenancy.GetCompany.self) {
      $0.name = name
      past.fill(&$0)
    }
    try client.show(company, .company(company))
  }
}

struct CompanyList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the companies that you have a role in.")

  @Option(help: ArgumentHelp("Part of the name or organisation number.", valueName: "text"))
  var search: String = ""
  @OptionGroup var list: ListOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let companies = try await client.list(
      Tenancy.ListCompanies.self, of: try client.bureau(), limit: list.limit, \.companies
    ) { $0.query = search }
    try client.show(companies, as: "companies", .companies(companies))
  }
}

struct CompanyUse: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "use", abstract: "Work for this company from now on.")

  @Argument(help: "Name, organisation number or id.") var company: String
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.company(company)
    let found = try await client.read(Tenancy.GetCompany.self) { $0.name = name }
    let folder = client.surroundings.configuration
    var contexts = try Contexts.load(folder)
    contexts.contexts[client.contextName]?.company = found.name
    contexts.contexts[client.contextName]?.companyName = found.displayName
    try contexts.save(folder)
    client.surroundings.note("working for \(found.displayName.printable)")
  }
}
