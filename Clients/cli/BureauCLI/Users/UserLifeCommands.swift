internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

struct UserUpdate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Change a user's name or mail address.",
    discussion: "What is not given stays.")

  @Argument(help: "Name, mail address or id.") var user: String
  @Option(help: "The user's name.") var name: String?
  @Option(help: "Mail address; empty for none.") var email: String?
  @Option(help: "Only if nobody has changed it since: what `bureau user get -o json` says.")
  var etag: String = ""
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let resource = try await client.user(user)
    let updated = try await client.write(Tenancy.UpdateUser.self, options) {
      $0.user.name = resource
      $0.user.etag = etag
      var paths: [String] = []
      if let name {
        $0.user.displayName = name
        paths.append("display_name")
      }
      if let email {
        $0.user.email = email
        paths.append("email")
      }
      $0.updateMask.paths = paths
    }
    try client.show(updated, .user(updated))
  }
}

struct UserBlock: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "block", abstract: "Keep a user out at once.",
    discussion: "Sessions and tokens end, open streams within a second.")

  @Argument(help: "Name, mail address or id.") var user: String
  @Option(help: "Why, in one line.") var reason: String = ""
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let resource = try await client.user(user)
    let blocked = try await client.write(Tenancy.BlockUser.self, options) {
      $0.name = resource
      $0.reason = reason
    }
    try client.show(blocked, .user(blocked))
  }
}

struct UserUnblock: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "unblock", abstract: "Let a blocked user in again.",
    discussion: "A person logs in anew; a service user needs a new token.")

  @Argument(help: "Name, mail address or id.") var user: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let resource = try await client.user(user)
    let unblocked = try await client.write(Tenancy.UnblockUser.self, options) {
      $0.name = resource
    }
    try client.show(unblocked, .user(unblocked))
  }
}
