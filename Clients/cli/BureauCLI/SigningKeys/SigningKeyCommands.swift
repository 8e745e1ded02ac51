package import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import Sealing
internal import SwiftProtobuf

package struct KeyCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "key", abstract: "The key with which a company's accounting system seals.",
    discussion: "docs/sealing.md says what is sealed, byte by byte.",
    subcommands: [
      KeyCreate.self, KeyRotate.self, KeyShow.self, KeyList.self, KeyRevoke.self,
      KeyProof.self,
    ])
  package init() {}
}

/// Where a new key comes from.
struct NewKeyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The private key's file: read where it is there, else made, for your eyes only.",
      valueName: "file"))
  var privateKeyFile: String

  @Flag(help: "Let the server make the key; it shows the private part once and keeps none of it.")
  var byServer = false

  init() {}

  func validate() throws {
    if byServer, FileManager.default.fileExists(atPath: privateKeyFile) {
      throw ValidationError("--private-key-file: \(privateKeyFile) is there already.")
    }
  }

  /// What to send: for the client's own key its public part only.
  func key(for company: String, dryRun: Bool, _ surroundings: Surroundings) throws
    -> Bureau_V1_NewSigningKey
  {
    if byServer { return Bureau_V1_NewSigningKey() }
    let secret = try KeyFile.loadOrMake(privateKeyFile, keep: !dryRun, surroundings)
    let proof = try secret.sign(secret.publicKey.proofBytes(company: company))
    return .with {
      $0.publicKey = Data(secret.publicKey.bytes)
      $0.proof = Data(proof)
    }
  }

  /// Keeps what the server shows once, and shows the rest.
  func finish(_ made: Bureau_V1_SigningKey, dryRun: Bool, _ client: Client) throws {
    var made = made
    if byServer, !dryRun {
      guard !made.privateKeyPem.isEmpty else {
        throw CLIError(
          .refused, "PRIVATE_KEY_SHOWN",
          "this request made the key \(made.fingerprint) before; its private part was in that"
            + " answer alone and cannot be shown again",
          mend: "bureau key rotate --private-key-file FILE")
      }
      try PrivateFile.write(Data(made.privateKeyPem.utf8), to: privateKeyFile)
    }
    made.privateKeyPem = ""
    try client.show(made, .signingKey(made))
  }
}

struct KeyCreate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make the company's first key, here or on the server.")

  @OptionGroup var new: NewKeyOptions
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let key = try new.key(for: company, dryRun: options.dryRun, client.surroundings)
    let made = try await client.write(SigningKeys.CreateSigningKey.self, options) {
      $0.parent = company
      $0.signingKey = key
    }
    try new.finish(made, dryRun: options.dryRun, client)
  }
}

struct KeyRotate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Put a new key in the place of the current one, which stops at once.")

  @Option(
    help: ArgumentHelp(
      "Let the old key seal for so long beside the new one, at most 30d.", valueName: "duration"))
  var overlap: Span?
  @OptionGroup var new: NewKeyOptions
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    // Of the same request again the key that was current then is the one that it replaced.
    let keys = try await client.signingKeys(of: company)
    guard let current = keys.last(where: { $0.state == .current }) else {
      throw CLIError(
        .refused, "SIGNING_KEY_NONE", "the company has no current signing key",
        mend: "bureau key create --private-key-file FILE")
    }
    let key = try new.key(for: company, dryRun: options.dryRun, client.surroundings)
    if current.publicKey == key.publicKey, !key.publicKey.isEmpty {
      // Done before, and the answer was lost.
      return try client.show(current, .signingKey(current))
    }
    let made = try await client.write(SigningKeys.RotateSigningKey.self, options) {
      $0.name = current.name
      $0.signingKey = key
      if let overlap { $0.overlap.seconds = Int64(overlap.seconds) }
    }
    try new.finish(made, dryRun: options.dryRun, client)
  }
}

struct KeyShow: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a public key and its fingerprint, for copying.")

  @Argument(help: "The key: id or resource name. Default: the current one.") var key: String?
  @Flag(help: "The public key alone, as PEM.") var pem = false
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    var found: Bureau_V1_SigningKey?
    if let key {
      let name = try await client.child(key, of: "signingKeys")
      found = try await client.read(SigningKeys.GetSigningKey.self) {
        $0.name = name
        past.fill(&$0)
      }
    } else {
      found = try await client.signingKeys(of: try await client.company(), past)
        .last { $0.state == .current }
    }
    guard let found else {
      throw CLIError(
        .notFound, "SIGNING_KEY_NONE", "the company has no current signing key",
        mend: "bureau key create --private-key-file FILE")
    }
    if pem {
      client.surroundings.write(found.publicKeyPem)
    } else {
      try client.show(found, .signingKey(found))
    }
  }
}

struct KeyList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show all keys that the company has had.")

  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let keys = try await client.signingKeys(of: try await client.company(), past)
    try client.show(keys, as: "signingKeys", .signingKeys(keys))
  }
}

struct KeyRevoke: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Stop a key that is lost or known to others, at once.")

  @Argument(help: "The key: id or resource name.") var key: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(key, of: "signingKeys")
    let revoked = try await client.write(SigningKeys.RevokeSigningKey.self, options) {
      $0.name = name
    }
    try client.show(revoked, .signingKey(revoked))
  }
}

extension Client {
  /// All keys of the company, oldest first.
  fileprivate func signingKeys(of company: String, _ past: AsOfOption? = nil) async throws
    -> [Bureau_V1_SigningKey]
  {
    try await list(SigningKeys.ListSigningKeys.self, of: company, limit: 1_000, \.signingKeys) {
      past?.fill(&$0)
    }
  }
}

extension Table {
  static func signingKeys(_ keys: [Bureau_V1_SigningKey]) -> Table {
    var table = Table([
      .right("NO"), .left("STATE"), .left("FINGERPRINT"), .left("MADE"), .left("ENDS"),
      .left("ID"),
    ])
    for key in keys {
      let end = key.hasRevokeTime ? key.revokeTime : key.endTime
      table.add([
        String(key.number), Show.state(key.state), key.fingerprint, Show.time(key.createTime),
        Show.time(end), Show.id(key.name),
      ])
    }
    return table
  }
}

extension Details {
  static func signingKey(_ key: Bureau_V1_SigningKey) -> Details {
    var details = Details()
    details.add("name", key.name)
    details.add("number", String(key.number))
    details.add("state", Show.state(key.state))
    details.add("fingerprint", key.fingerprint)
    details.add("public key", key.publicKey.base64EncodedString())
    details.add("made by", Show.state(key.maker))
    details.add("made", Show.time(key.createTime))
    details.add("ends", Show.time(key.endTime))
    details.add("revoked", Show.time(key.revokeTime))
    return details
  }
}
