package import ArgumentParser
internal import Foundation

package struct ContextCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "context", abstract: "The servers, bureaus and companies one works with.",
    subcommands: [
      ContextAdd.self, ContextSet.self, ContextUse.self, ContextList.self, ContextShow.self,
      ContextRemove.self,
    ])
  package init() {}
}

/// What a context is made of, as options.
struct ContextFields: ParsableArguments {
  @Option(help: ArgumentHelp("The bureau's resource name: bureaus/ID.", valueName: "name"))
  var bureau: String?
  @Option(
    name: .customLong("sandbox"),
    help: ArgumentHelp("Address of the sandbox beside the server: https://HOST:PORT."))
  var sandbox: String?
  @Option(
    help: ArgumentHelp(
      "PEM file of a certificate to show to the server; empty: none.", valueName: "file"),
    completion: .file())
  var clientCertificate: String?
  @Option(
    help: ArgumentHelp("PEM file of its private key (0600); empty: none.", valueName: "file"),
    completion: .file())
  var clientKey: String?

  func validate() throws {
    if let sandbox, !sandbox.hasPrefix("https://") {
      throw ValidationError("--sandbox must begin with https://.")
    }
    if let bureau, bureau.split(separator: "/").count != 2 || !bureau.hasPrefix("bureaus/") {
      throw ValidationError("--bureau must be a resource name: bureaus/ID.")
    }
  }

  func apply(to context: inout Context) throws(CLIError) {
    if let bureau { context.bureau = bureau }
    if let sandbox { context.sandbox = sandbox }
    if let clientCertificate {
      context.clientCertificate = clientCertificate.isEmpty ? nil : absolute(clientCertificate)
    }
    if let clientKey { context.clientKey = clientKey.isEmpty ? nil : absolute(clientKey) }
    _ = try ClientIdentity.find(context, [:])
  }
}

private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

struct ContextAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Remember a server, and use it from now on.")

  @Argument(help: "A short name of your own.") var name: String
  @Option(help: ArgumentHelp("The server: HOST:PORT.", valueName: "address")) var server: String
  @Option(
    help: ArgumentHelp("PEM file of the server's certificate authority.", valueName: "file"))
  var ca: String
  @Option(help: "SHA-256 that the certificate must have, as `bureaud init` printed it.")
  var fingerprint: String?
  @OptionGroup var fields: ContextFields

  func run() async throws {
    let surroundings = Surroundings.current
    var contexts = try Contexts.load(surroundings.configuration)
    guard contexts.contexts[name] == nil else {
      throw CLIError(
        .usage, "CONTEXT_EXISTS", "there is a context \"\(name)\" already",
        mend: "bureau context set \(name)")
    }
    var context = Context(server: server, ca: absolute(ca))
    _ = try Endpoint(server: server, authorityFile: ca)
    let found = try CertificateAuthority.fingerprint(ofFile: context.ca)
    if let fingerprint, CertificateAuthority.normalised(fingerprint) != found {
      throw CLIError(
        .usage, "CA_FINGERPRINT", "\(ca): its fingerprint is \(found), not the given one",
        field: "--fingerprint")
    }
    try fields.apply(to: &context)
    contexts.contexts[name] = context
    contexts.current = name
    try contexts.save(surroundings.configuration)
    surroundings.note("context \"\(name)\" is added and in use; its CA is SHA-256 \(found)")
  }
}

struct ContextSet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Change what is remembered of a server.")

  @Argument(help: "The context.") var name: String
  @Option(help: ArgumentHelp("The server: HOST:PORT.", valueName: "address")) var server: String?
  @Option(
    help: ArgumentHelp("PEM file of the server's certificate authority.", valueName: "file"))
  var ca: String?
  @OptionGroup var fields: ContextFields

  func run() async throws {
    let folder = Surroundings.current.configuration
    var contexts = try Contexts.load(folder)
    var context = try contexts.find(name).context
    let before = context
    if let server { context.server = server }
    if let ca { context.ca = absolute(ca) }
    try fields.apply(to: &context)
    _ = try Endpoint(server: context.server, authorityFile: context.ca)
    try context.checkAuthority()
    if context.bureau != before.bureau { context.company = nil }
    if context.company != before.company { context.companyName = nil }
    contexts.contexts[name] = context
    try contexts.save(folder)
    // A session is good for the server and bureau it was made with: never sent elsewhere.
    if context.server != before.server || context.ca != before.ca
      || context.bureau != before.bureau
    {
      try StoredSessions.set(nil, for: name, in: folder)
    }
  }
}

struct ContextUse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "use", abstract: "Work in this context from now on.")

  @Argument(help: "The context.") var name: String

  func run() async throws {
    let folder = Surroundings.current.configuration
    var contexts = try Contexts.load(folder)
    contexts.current = try contexts.find(name).name
    try contexts.save(folder)
  }
}

struct ContextRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forget a context and its session.")

  @Argument(help: "The context.") var name: String

  func run() async throws {
    let folder = Surroundings.current.configuration
    var contexts = try Contexts.load(folder)
    let found = try contexts.find(name).name
    try StoredSessions.set(nil, for: found, in: folder)
    contexts.contexts[found] = nil
    if contexts.current == found { contexts.current = nil }
    try contexts.save(folder)
  }
}

/// A context as it is shown; the token is not in it.
private struct ShownContext: Encodable {
  var name: String
  var current: Bool
  var context: Context
  var loggedInAs: String?

  enum CodingKeys: String, CodingKey {
    case name, current, server, ca, bureau, company, sandbox, loggedInAs
    case clientCertificate = "client_certificate"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(current, forKey: .current)
    try container.encode(context.server, forKey: .server)
    try container.encode(context.ca, forKey: .ca)
    try container.encodeIfPresent(context.bureau, forKey: .bureau)
    try container.encodeIfPresent(context.company, forKey: .company)
    try container.encodeIfPresent(context.sandbox, forKey: .sandbox)
    try container.encodeIfPresent(context.clientCertificate, forKey: .clientCertificate)
    try container.encodeIfPresent(loggedInAs, forKey: .loggedInAs)
  }

  static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}

struct ContextList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show all contexts; * is the one in use.")

  @Option(name: [.customShort("o"), .long], help: "How to print the answer.")
  var output: OutputFormat = .table

  func run() async throws {
    let surroundings = Surroundings.current
    let contexts = try Contexts.load(surroundings.configuration)
    let sessions = try StoredSessions.load(surroundings.configuration)
    let shown = contexts.contexts.sorted { $0.key < $1.key }.map {
      ShownContext(
        name: $0.key, current: $0.key == contexts.current, context: $0.value,
        loggedInAs: sessions[$0.key]?.displayName)
    }
    guard output == .table else {
      surroundings.write(try ShownContext.line(["contexts": shown]))
      return
    }
    var table = Table([
      .left(""), .left("NAME"), .left("SERVER"), .left("BUREAU"), .left("LOGGED IN AS"),
    ])
    for item in shown {
      table.add([
        item.current ? "*" : "", item.name, item.context.server, item.context.bureau ?? "",
        item.loggedInAs ?? "",
      ])
    }
    surroundings.write(table.text)
  }
}

struct ContextShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one context.")

  @Argument(help: "The context. Default: the one in use.") var name: String?
  @Option(name: [.customShort("o"), .long], help: "How to print the answer.")
  var output: OutputFormat = .table

  func run() async throws {
    let surroundings = Surroundings.current
    let contexts = try Contexts.load(surroundings.configuration)
    let (name, context) = try contexts.find(name)
    let session = try StoredSessions.load(surroundings.configuration)[name]
    guard output == .table else {
      surroundings.write(
        try ShownContext.line(
          ShownContext(
            name: name, current: name == contexts.current, context: context,
            loggedInAs: session?.displayName)))
      return
    }
    var details = Details()
    details.add("name", name)
    details.add("server", context.server)
    details.add("ca", context.ca)
    details.add("ca fingerprint", (try? CertificateAuthority.fingerprint(ofFile: context.ca)) ?? "")
    details.add("bureau", context.bureau ?? "")
    details.add("company", context.company ?? "")
    details.add("sandbox", context.sandbox ?? "")
    if let certificate = context.clientCertificate {
      details.add("client certificate", certificate)
      details.add(
        "its fingerprint", (try? CertificateAuthority.fingerprint(ofFile: certificate)) ?? "")
    }
    details.add("logged in as", session?.displayName ?? "")
    details.add("session expires", session?.expires ?? "")
    surroundings.write(details.text)
  }
}
