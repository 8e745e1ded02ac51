package import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

/// Makes the bureau itself; the server allows it once, to the holder of the bootstrap token.
package struct InitCommand: ServerCommand {
  package static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make the bureau and its first administrator.",
    discussion: "The bureau is stored in the context.")

  @Option(help: "The bureau's name.") var name: String
  @Option(help: ArgumentHelp("As the register has it.", valueName: "number"))
  var organisationNumber: String
  @Option(help: "Two letters: NO, SE, …") var country: String
  @Option(help: "Name of the first administrator.") var administratorName: String
  @Option(help: "Mail address of the first administrator.") var administratorEmail: String
  @Option(
    name: .customLong("administrator-national-id-file"),
    help: ArgumentHelp("File with the administrator's national id; - is stdin.", valueName: "file"))
  var nationalIDFile: String
  @Option(
    help: ArgumentHelp(
      "Order the licence in one go, by the bureau's number with the provider; the administrator "
        + "accepts the terms after the first login.", valueName: "number"))
  var customerNumber: String = ""
  @Option(
    help: ArgumentHelp("File with the token that `bureaud init` wrote.", valueName: "file"))
  var bootstrapTokenFile: String
  @OptionGroup var options: WriteOptions
  @OptionGroup package var globals: GlobalOptions

  package init() {}

  package func run(with client: Client) async throws {
    let nationalID = try client.surroundings.secret(from: nationalIDFile)
    var client = client
    client.token = try client.surroundings.secret(from: bootstrapTokenFile)
    let bureau = try await client.write(Tenancy.CreateBureau.self, options) {
      $0.bureau = .with {
        $0.displayName = name
        $0.organisationNumber = organisationNumber
        $0.countryCode = country
      }
      $0.administrator = .with {
        $0.displayName = administratorName
        $0.kind = .person
        $0.nationalID = nationalID
        $0.email = administratorEmail
      }
      $0.customerNumber = customerNumber
    }
    if !options.dryRun {
      let folder = client.surroundings.configuration
      var contexts = try Contexts.load(folder)
      contexts.contexts[client.contextName]?.bureau = bureau.name
      contexts.contexts[client.contextName]?.company = nil
      contexts.contexts[client.contextName]?.companyName = nil
      try contexts.save(folder)
    }
    try client.show(bureau, .bureau(bureau))
  }
}
