internal import ArgumentParser
internal import AuditTrail
internal import BureauAPI
internal import Foundation
internal import SwiftProtobuf

struct CompanyUpdate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Change a company's name or address.",
    discussion: "What is not given stays. The organisation number cannot be changed.")

  @Argument(help: "Name, organisation number or id.") var company: String
  @Option(help: "The company's name.") var name: String?
  @Option(help: "Street and number.") var street: String?
  @Option(help: "Postal code.") var postalCode: String?
  @Option(help: "Town.") var town: String?
  @Option(help: "Only if nobody has changed it since: what `bureau company get -o json` says.")
  var etag: String = ""
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let resource = try await client.company(company)
    let updated = try await client.write(Tenancy.UpdateCompany.self, options) {
      $0.company.name = resource
      $0.company.etag = etag
      var paths: [String] = []
      if let name {
        $0.company.displayName = name
        paths.append("display_name")
      }
      if let street {
        $0.company.address.street = street
        paths.append("address.street")
      }
      if let postalCode {
        $0.company.address.postalCode = postalCode
        paths.append("address.postal_code")
      }
      if let town {
        $0.company.address.town = town
        paths.append("address.town")
      }
      $0.updateMask.paths = paths
    }
    try client.show(updated, .company(updated))
  }
}

struct CompanyActivate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "activate", abstract: "Activate by hand a company that exists inactive.",
    discussion: "The packages named are switched on for it; none: all that the bureau uses.")

  @Argument(help: "Name, organisation number or id.") var company: String
  @Option(
    help: ArgumentHelp(
      "A package to use; may be repeated. With accesses: bank:payments.",
      valueName: "name[:access,…]"))
  var package: [String] = []
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let resource = try await client.company(company)
    let active = try await client.write(Tenancy.ActivateCompany.self, options) {
      $0.name = resource
      $0.packages = package.map { .init(typed: $0) }
    }
    try client.show(active, .company(active))
  }
}

struct CompanyClose: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "End the work for a company, with an export of its journal.",
    discussion: """
      Refused while payments are signed, processing or in doubt. The company can be read and \
      exported for ever; nothing new is begun. The file is checked here when it is written, and by \
      anybody later with `bureau audit verify --export`. A close that was done before is repeated \
      with its --request-id to write the file once more.
      """)

  @Argument(help: "Name, organisation number or id.") var company: String
  @Option(help: "Why, in one line.") var reason: String
  @Option(
    help: ArgumentHelp("Where the journal goes; must not be there yet.", valueName: "file"),
    completion: .file())
  var export: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let resource = try await client.company(company)
    // Before anything is closed: there is room for the file.
    let output = options.dryRun ? nil : try NewPrivateFile(export)
    let closed = try await client.write(Tenancy.CloseCompany.self, options) {
      $0.name = resource
      $0.reason = reason
    }
    if let output {
      try await client.export(resource, withBodies: true, checkpoints: []) {
        try output.write($0)
      }
      try output.finish()
      try check(client)
    }
    try client.show(closed, .company(closed))
  }

  /// The file that was written, read again from its beginning.
  private func check(_ client: Client) throws {
    let file = try ExportFile(export)
    var check = LineCheck(ExportChecker(evidence: nil, publicKey: nil))
    while let piece = try file.next() { try check.take(piece) }
    let verdict = try check.finish()
    guard verdict.integrity == .ok else {
      throw CLIError(
        .internalError, "EXPORT_BROKEN",
        "the company is closed, but its export does not hold: \(verdict.findings.joined())",
        mend: "bureau audit export FILE --company COMPANY")
    }
    client.surroundings.note("written and checked: \(export), \(verdict.facts) facts")
  }
}
