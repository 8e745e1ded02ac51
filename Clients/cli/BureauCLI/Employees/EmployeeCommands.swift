internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

struct ServiceUserCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "service-user", abstract: "The service user that an employee sends files with.",
    discussion: "Stored on the employee once, and used by that employee only.",
    subcommands: [ServiceUserGet.self, ServiceUserSet.self])
}

struct ServiceUserGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show an employee's service user.")

  @Argument(help: "Name, mail address or id. Default: yourself.") var user: String?
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = if let user { try await client.user(user) } else { try client.myself() }
    let employee = try await client.read(Employees.GetEmployee.self) { $0.user = name }
    try client.show(employee, .employee(employee))
  }
}

struct ServiceUserSet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Store a service user on yourself, or on another employee.",
    discussion: "For others a customer administrator does it, in the employee register.")

  @Argument(help: "The service user: name or id; empty for none.") var serviceUser: String
  @Option(help: "The employee: name, mail address or id. Default: yourself.") var user: String?
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = if let user { try await client.user(user) } else { try client.myself() }
    let service = serviceUser.isEmpty ? "" : try await client.user(serviceUser)
    let employee = try await client.write(Employees.UpdateEmployee.self, options) {
      $0.employee.user = name
      $0.employee.serviceUser = service
    }
    try client.show(employee, .employee(employee))
  }
}

struct AutomationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "automation", abstract: "Who stands for what is updated automatically.",
    subcommands: [AutomationGet.self, AutomationSet.self])
}

struct AutomationGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show the employee used for automatic updates.")

  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let found = try await client.read(Employees.GetAutomationEmployee.self) {
      $0.company = company
      past.fill(&$0)
    }
    try client.show(found, .automation(found))
  }
}

struct AutomationSet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Choose the employee used for automatic updates.",
    discussion: """
      An accountant or customer administrator there. With --blank: whoever has the lowest id.
      """)

  @Option(help: "The employee: name, mail address or id.") var user: String?
  @Flag(help: "Nobody in particular.") var blank = false
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard (user == nil) == blank else { throw ValidationError("Give --user, or --blank.") }
  }

  func run(with client: Client) async throws {
    let company = try await client.company()
    let chosen = if let user { try await client.user(user) } else { "" }
    let found = try await client.write(Employees.UpdateAutomationEmployee.self, options) {
      $0.automationEmployee.company = company
      $0.automationEmployee.chosenUser = chosen
    }
    try client.show(found, .automation(found))
  }
}

extension Details {
  static func employee(_ employee: Bureau_V1_Employee) -> Details {
    var details = Details()
    details.add("employee", employee.user)
    details.add("service user", employee.serviceUser.isEmpty ? "none" : employee.serviceUser)
    return details
  }

  static func automation(_ found: Bureau_V1_AutomationEmployee) -> Details {
    var details = Details()
    details.add("chosen", found.chosenUser.isEmpty ? "blank" : found.chosenUser)
    details.add("used", found.user.isEmpty ? "nobody" : found.user)
    details.add("origin", Show.state(found.origin))
    return details
  }
}
