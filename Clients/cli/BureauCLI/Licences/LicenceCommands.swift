package import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

package struct LicenceCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "licence", abstract: "What the bureau has ordered, and the terms of service.",
    subcommands: [LicenceOrder.self, LicenceGet.self, LicenceTerms.self, LicenceAccept.self])
  package init() {}
}

enum PackageName: String, CaseIterable, ExpressibleByArgument {
  case bank, remittance, messages
}

struct LicenceOrder: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "order", abstract: "Order packages, for a named customer administrator.",
    discussion: """
      The person named accepts the terms by `bureau licence accept`. Where the bureau has accepted \
      the terms of today already, the licence is registered by itself.
      """)

  @Option(help: ArgumentHelp("The bureau's number with the provider.", valueName: "number"))
  var customerNumber: String
  @Option(help: "Name of the customer administrator who accepts the terms.")
  var administratorName: String
  @Option(help: "Mail address of that person, as the bureau's user has it.")
  var administratorEmail: String
  @Option(help: "A package; may be repeated. Default: all.")
  var package: [PackageName] = []
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let licence = try await client.write(Licences.OrderLicence.self, options) {
      $0.parent = bureau
      $0.licence.customerNumber = customerNumber
      $0.licence.administratorName = administratorName
      $0.licence.administratorEmail = administratorEmail
      $0.licence.packages = (package.isEmpty ? PackageName.allCases : package).map(\.rawValue)
    }
    try client.show(licence, .licence(licence))
  }
}

struct LicenceGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show the bureau's licence.")

  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let licence = try await client.read(Licences.GetLicence.self) { $0.parent = bureau }
    try client.show(licence, .licence(licence))
  }
}

struct LicenceTerms: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "terms", abstract: "Show the terms of service.")

  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let terms = try await client.read(Licences.GetTerms.self) { $0.parent = bureau }
    switch client.output {
    case .table: client.surroundings.write(terms.text + "\n")
    case .json: client.surroundings.write(try Client.json(terms) + "\n")
    }
  }
}

struct LicenceAccept: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept", abstract: "Accept the terms of service, as the person named.",
    discussion: "`bureau licence terms` shows them, with their version.")

  @Option(help: "The version that was read.") var terms: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let licence = try await client.write(Licences.AcceptTerms.self, options) {
      $0.parent = bureau
      $0.version = terms
    }
    try client.show(licence, .licence(licence))
  }
}

package struct PackageCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "package", abstract: "The packages in use, and the accesses inside them.",
    subcommands: [PackageList.self, PackageSet.self])
  package init() {}
}

struct PackageList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show what a company uses, or the bureau.")

  @Flag(help: "Of the bureau itself.") var wholeBureau = false
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent = wholeBureau ? try client.bureau() : try await client.company()
    let packages = try await client.read(Licences.GetPackages.self) { $0.parent = parent }
    try client.show(packages, .packages(packages))
  }
}

struct PackageSet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Choose all packages that a company uses, or the bureau.",
    discussion: """
      Each --package is a name, or a name with the accesses chosen inside: \
      bank:agreements,payments. What is not named is no longer in use. --none: nothing is.
      """)

  @Option(help: ArgumentHelp("A package; may be repeated.", valueName: "name[:access,…]"))
  var package: [String] = []
  @Flag(help: "Use nothing.") var none = false
  @Flag(help: "Of the bureau itself.") var wholeBureau = false
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard package.isEmpty == none else {
      throw ValidationError("Give --package, or --none.")
    }
  }

  func run(with client: Client) async throws {
    let parent = wholeBureau ? try client.bureau() : try await client.company()
    let packages = try await client.write(Licences.UpdatePackages.self, options) {
      $0.packages.parent = parent
      $0.packages.packages = package.map { .init(typed: $0) }
    }
    try client.show(packages, .packages(packages))
  }
}

extension Bureau_V1_PackageGrant {
  /// `bank`, `bank:agreements,payments`.
  init(typed text: String) {
    self.init()
    let parts = text.split(separator: ":", maxSplits: 1)
    package = parts.first.map(String.init) ?? ""
    accesses = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
  }
}

extension Details {
  static func licence(_ licence: Bureau_V1_Licence) -> Details {
    var details = Details()
    details.add("state", Show.state(licence.state))
    details.add("customer number", licence.customerNumber)
    details.add("packages", licence.packages.joined(separator: ", "))
    details.add("administrator", licence.administratorName)
    details.add("mail", licence.administratorEmail)
    details.add("ordered", Show.time(licence.orderTime))
    details.add("terms accepted", licence.acceptedTerms)
    details.add("accepted", Show.time(licence.acceptTime))
    return details
  }

  static func packages(_ packages: Bureau_V1_Packages) -> Details {
    var details = Details()
    details.add("of", packages.parent)
    for grant in packages.packages {
      details.add(grant.package, grant.accesses.joined(separator: ", "))
    }
    if packages.inherited { details.add("chosen", "no: what the bureau uses") }
    return details
  }
}
