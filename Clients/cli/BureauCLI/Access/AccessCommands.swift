package import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

package struct AccessCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "access", abstract: "Who may call what, as this bureau has it.",
    subcommands: [AccessShow.self, AccessAllow.self, AccessDeny.self])
  package init() {}
}

struct AccessShow: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the table in force.",
    discussion: "* is a cell that can be switched; ! one that the bureau has switched.")

  @Option(help: ArgumentHelp("Only methods with this in their name.", valueName: "text"))
  var search: String = ""
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let rules = try await client.list(
      AccessTable.ListAccessRules.self, of: bureau, limit: 10_000, \.accessRules
    ).filter { search.isEmpty || $0.method.lowercased().contains(search.lowercased()) }
    try client.show(rules, as: "accessRules", .access(rules))
  }
}

struct AccessAllow: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "allow", abstract: "Let a role do something, in the whole bureau.")

  @Argument(help: "The method, as `bureau access show` has it.") var method: String
  @Option(help: "The role.") var role: RoleName
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    try await client.setAccess(method, role, true, options)
  }
}

struct AccessDeny: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "deny", abstract: "Keep a role from doing something, in the whole bureau.")

  @Argument(help: "The method, as `bureau access show` has it.") var method: String
  @Option(help: "The role.") var role: RoleName
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    try await client.setAccess(method, role, false, options)
  }
}

extension Client {
  fileprivate func setAccess(
    _ method: String, _ role: RoleName, _ allowed: Bool, _ options: WriteOptions
  ) async throws {
    let bureau = try bureau()
    let rule = try await write(AccessTable.UpdateAccessCell.self, options) {
      $0.parent = bureau
      $0.method = method.hasPrefix("bureau.v1.") ? method : "bureau.v1.\(method)"
      $0.role = role.role
      $0.allowed = allowed
    }
    try show([rule], as: "accessRules", .access([rule]))
  }
}

extension Table {
  static func access(_ rules: [Bureau_V1_AccessRule]) -> Table {
    var table = Table([.left("METHOD"), .left("WHERE"), .left("ROLES")])
    for rule in rules {
      let all = Set(rule.roles).union(rule.freeRoles).sorted { $0.rawValue < $1.rawValue }
      let roles = all.map { role in
        let isAllowed = rule.roles.contains(role)
        let mark =
          isAllowed != rule.defaultRoles.contains(role)
          ? "!" : rule.freeRoles.contains(role) ? "*" : ""
        return (isAllowed ? "" : "no ") + Show.state(role).lowercased() + mark
      }
      table.add([
        String(rule.method.dropFirst("bureau.v1.".count)), Show.state(rule.gate).lowercased(),
        roles.joined(separator: ", "),
      ])
    }
    return table
  }
}
