package import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import Primitives
internal import SwiftProtobuf

package struct TokenCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "token", abstract: "What service users prove themselves with.",
    subcommands: [TokenCreate.self, TokenRevoke.self])
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
    var token = try await client.write(Tenancy.CreateToken.self, options) {
      $0.parent = userName
      $0.token = .with {
        $0.expireTime = .with { $0.seconds = end.microseconds / 1_000_000 }
      }
    }
    if let secretFile, !token.secret.isEmpty {
      try PrivateFile.write(Data((token.secret + "\n").utf8), to: secretFile)
      token.secret = ""
    }
    try client.show(token, .token(token))
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
    details.add("expires", Show.time(token.expireTime))
    details.add("secret", token.secret)
    return details
  }
}
