package import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

package struct RoleCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "role", abstract: "Who may do what, and where.",
    subcommands: [RoleAssign.self, RoleRemove.self, RoleList.self])
  package init() {}
}

enum RoleName: String, CaseIterable, ExpressibleByArgument {
  case customerAdministrator = "customer-administrator"
  case companyAdministrator = "company-administrator"
  case accountant, approver, reader, payroll
  case serviceUser = "service-user"

  var role: Bureau_V1_Role {
    switch self {
    case .customerAdministrator: .customerAdministrator
    case .companyAdministrator: .companyAdministrator
    case .accountant: .accountant
    case .approver: .approver
    case .reader: .reader
    case .serviceUser: .serviceUser
    case .payroll: .payroll
    }
  }
}

struct RoleAssign: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "assign", abstract: "Give a user a role in a company, or in the whole bureau.",
    discussion: "The company is --company, else the context's.")

  @Option(help: "Name, mail address or id.") var user: String
  @Option(help: "The role.") var role: RoleName
  @Flag(help: "In the whole bureau, not in one company.") var wholeBureau = false
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard !wholeBureau || globals.company == nil else {
      throw ValidationError("Give --company or --whole-bureau, not both.")
    }
  }

  func run(with client: Client) async throws {
    let bureau = try client.bureau()
    let userName = try await client.user(user)
    let company = wholeBureau ? "" : try await client.company()
    let assignment = try await client.write(Tenancy.CreateRoleAssignment.self, options) {
      $0.parent = bureau
      $0.roleAssignment = .with {
        $0.user = userName
        $0.company = company
        $0.role = role.role
      }
    }
    try client.show(assignment, .roleAssignment(assignment))
  }
}

struct RoleRemove: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take a role away; acts on the next call.")

  @Argument(help: "The assignment's id: `bureau role list` shows it.") var assignment: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try client.bureauChild(assignment, of: "roleAssignments")
    let removed = try await client.write(Tenancy.DeleteRoleAssignment.self, options) {
      $0.name = name
    }
    try client.show(removed, .roleAssignment(removed))
  }
}

struct RoleList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show who has which role in the bureau, or in one company.",
    discussion: """
      With --company: the roles in that company and those in the whole bureau. --as-of needs \
      --company: the past can be seen within one company.
      """)

  @Option(
    help: ArgumentHelp(
      "Only of companies and users found by this: name, organisation number, mail address.",
      valueName: "text"))
  var search: String = ""
  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let parent = globals.company == nil ? try client.bureau() : try await client.company()
    let assignments = try await client.list(
      Tenancy.ListRoleAssignments.self, of: parent, limit: list.limit, \.roleAssignments
    ) {
      $0.query = search
      past.fill(&$0)
    }
    try client.show(assignments, as: "roleAssignments", .roleAssignments(assignments))
  }
}

extension Table {
  static func roleAssignments(_ assignments: [Bureau_V1_RoleAssignment]) -> Table {
    var table = Table([.left("ID"), .left("ROLE"), .left("USER"), .left("COMPANY")])
    for item in assignments {
      table.add([
        Show.id(item.name), Show.state(item.role), Show.id(item.user),
        item.company.isEmpty ? "(whole bureau)" : Show.id(item.company),
      ])
    }
    return table
  }
}

extension Details {
  static func roleAssignment(_ assignment: Bureau_V1_RoleAssignment) -> Details {
    var details = Details()
    details.add("name", assignment.name)
    details.add("role", Show.state(assignment.role))
    details.add("user", assignment.user)
    details.add("company", assignment.company.isEmpty ? "(whole bureau)" : assignment.company)
    return details
  }
}
