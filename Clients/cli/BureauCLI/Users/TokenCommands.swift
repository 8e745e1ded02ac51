package import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import Primitives
internal import SwiftProtobuf

package struct TokenCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "token", abstract: "What service users prove themselves with.",
    subcommands: [TokenCreate.self, TokenList.self, TokenRevoke.self])
  package init() {}
}

struct TokenCreate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a token for a service user; it is shown this once.",
    discussion: "A program gives it to the CLI in BUREAU_TOKEN.")

  @Option(help: "The service user: name, mail address or id.") var user: String
  @Option(help: ArgumentHelp("How long it is good for.", valueName: "duration"))
  var lifetime: Span = Span(seconds: 90 * 86400)
  @Option(
    help: ArgumentHelp("Until when it is good, instead: 2026-12-31T00:00:00Z.", valueName: "time"))
  var expires: String?
  @Option(
    help: ArgumentHelp(
      "Write the token into this file, for your eyes only, instead of showing it.",
      valueName: "file"))
  var secretFile: String?
  @Option(help: "What it is for, in your own words.") var name: String = ""
  @Option(
    name: .customLong("for-company"),
    help: ArgumentHelp(
      "Limit it to this company: name, organisation number or id; may be repeated.",
      valueName: "company"))
  var companies: [String] = []
  @Option(
    name: .customLong("verb"),
    help: ArgumentHelp(
      "Limit it to read, import, submit, change, post, administer, or a method such as "
        + "PaymentService/ImportInvoice; may be repeated.", valueName: "verb"))
  var verbs: [String] = []
  @Option(
    help: ArgumentHelp(
      "SHA-256 fingerprint of the client certificate that must come with it.",
      valueName: "fingerprint"))
  var certificate: String = ""
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if let expires, Instant(rfc3339: expires) == nil {
      throw ValidationError("--expires: \"\(expires)\" is no time; write 2026-12-31T00:00:00Z.")
    }
  }

  func run(with client: Client) async throws {
    let userName = try await client.user(user)
    let end =
      expires.flatMap { Instant(rfc3339: $0) }
      ?? client.surroundings.now().adding(seconds: lifetime.seconds)
    var companyNames: [String] = []
    for company in companies { companyNames.append(try await client.company(company)) }
    var token = try await client.write(Tenancy.CreateToken.self, options) {
      $0.parent = userName
      $0.token = .with {
        $0.expireTime = .with { $0.seconds = end.microseconds / 1_000_000 }
        $0.displayName = name
        $0.companies = companyNames
        $0.verbs = verbs
        $0.certificateFingerprint = certificate
      }
    }
    if let secretFile, !token.secret.isEmpty {
      try PrivateFile.write(Data((token.secret + "\n").utf8), to: secretFile)
      token.secret = ""
    }
    try client.show(token, .token(token))
  }
}

struct TokenList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List tokens, without their secrets; those that end soon are marked.")

  @Option(help: "Of this service user: name, mail address or id; of all where left out.")
  var user: String?
  @Flag(help: "Those too that are revoked or expired.") var all = false
  @OptionGroup var list: ListOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent =
      if let user { try await client.user(user) } else { try client.bureau() + "/users/-" }
    let tokens = try await client.list(
      Tenancy.ListTokens.self, of: parent, limit: list.limit, \.tokens
    ) { $0.showEnded = all }
    var table = Table([
      .left("ID"), .left("FOR"), .left("STATE"), .left("EXPIRES"), .left("LAST USED"),
      .left("COMPANIES"), .left("VERBS"), .left("NAME"),
    ])
    for token in tokens {
      table.add([
        Show.id(token.name), token.displayName, token.state.word,
        Show.time(token.expireTime), token.hasLastUseTime ? Show.time(token.lastUseTime) : "never",
        token.companies.isEmpty ? "all" : String(token.companies.count),
        token.verbs.isEmpty ? "all" : token.verbs.joined(separator: ","), token.name,
      ])
    }
    try client.show(tokens, as: "tokens", table)
  }
}

extension Bureau_V1_Token.State {
  fileprivate var word: String {
    switch self {
    case .active: "active"
    case .expiring: "ENDS SOON"
    case .expired: "expired"
    case .revoked: "revoked"
    case .unspecified, .UNRECOGNIZED: ""
    }
  }
}

struct TokenRevoke: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Revoke a token at once.")

  @Argument(help: "The token's resource name: bureaus/…/users/…/tokens/….") var token: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard token.hasPrefix("bureaus/") else {
      throw ValidationError("A token is named in full: bureaus/…/users/…/tokens/….")
    }
  }

  func run(with client: Client) async throws {
    let revoked = try await client.write(Tenancy.DeleteToken.self, options) { $0.name = token }
    try client.show(revoked, .token(revoked))
  }
}

extension Details {
  static func token(_ token: Bureau_V1_Token) -> Details {
    var details = Details()
    details.add("name", token.name)
    details.add("for", token.displayName)
    details.add("expires", Show.time(token.expireTime))
    details.add("companies", token.companies.joined(separator: ", "))
    details.add("verbs", token.verbs.joined(separator: ", "))
    details.add("certificate", token.certificateFingerprint)
    details.add("secret", token.secret)
    return details
  }
}
