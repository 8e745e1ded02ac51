package import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

package struct UserCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "user", abstract: "The people and programs that work in the bureau.",
    subcommands: [
      UserCreate.self, UserGet.self, UserList.self, UserUpdate.self, UserBlock.self,
      UserUnblock.self, PhoneCommand.self, ServiceUserCommand.self,
    ])
  package init() {}
}

enum UserKind: String, CaseIterable, ExpressibleByArgument {
  case person, service
}

struct UserCreate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a user: a person, or a service user for a program.")

  @Option(help: "The user's name.") var name: String
  @Option(help: "A person logs in with BankID, a service user by a token.")
  var kind: UserKind = .person
  @Option(help: "Mail address.") var email: String = ""
  @Option(
    name: .customLong("national-id-file"),
    help: ArgumentHelp(
      "File with a person's national id; - is stdin. Never an argument: others on the machine "
        + "could read it.", valueName: "file"))
  var nationalIDFile: String?
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard (kind == .person) == (nationalIDFile != nil) else {
      throw ValidationError("--national-id-file goes with --kind person, and only with it.")
    }
  }

  func run(with client: Client) async throws {
    var nationalID = ""
    if let nationalIDFile { nationalID = try client.surroundings.secret(from: nationalIDFile) }
    let bureau = try client.bureau()
    let user = try await client.write(Tenancy.CreateUser.self, options) {
      $0.parent = bureau
      $0.user = .with {
        $0.displayName = name
        $0.kind = kind == .person ? .person : .service
        $0.nationalID = nationalID
        $0.email = email
      }
    }
    try client.show(user, .user(user))
  }
}

struct UserGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one user.")

  @Argument(help: "Name, mail address or id.") var user: String
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.user(user)
    let user = try await client.read(Tenancy.GetUser.self) { $0.name = name }
    try client.show(user, .user(user))
  }
}

struct UserList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show all users.")

  @Option(help: ArgumentHelp("Part of the name or mail address.", valueName: "text"))
  var search: String = ""
  @OptionGroup var list: ListOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let users = try await client.list(
      Tenancy.ListUsers.self, of: try client.bureau(), limit: list.limit, \.users
    ) { $0.query = search }
    try client.show(users, as: "users", .users(users))
  }
}

extension Table {
  static func users(_ users: [Bureau_V1_User]) -> Table {
    var table = Table([
      .left("ID"), .left("NAME"), .left("KIND"), .left("MAIL"), .left("BLOCKED"),
    ])
    for user in users {
      table.add([
        Show.id(user.name), user.displayName, Show.state(user.kind), user.email,
        user.blocked ? "blocked" : "",
      ])
    }
    return table
  }
}

extension Details {
  static func user(_ user: Bureau_V1_User) -> Details {
    var details = Details()
    details.add("name", user.name)
    details.add("display name", user.displayName)
    details.add("kind", Show.state(user.kind))
    details.add("mail", user.email)
    if user.blocked { details.add("blocked", "yes") }
    details.add("created", Show.time(user.createTime))
    return details
  }
}
