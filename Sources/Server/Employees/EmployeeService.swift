package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct EmployeeService: Bureau_V1_EmployeeService.SimpleServiceProtocol {
  let commands: Commands

  // MARK: The service user on an employee

  package func getEmployee(
    request: Bureau_V1_GetEmployeeRequest, context: ServerContext
  ) async throws -> Bureau_V1_Employee {
    let caller = try context.caller, method = context.method
    let (bureau, user) = try ResourceName.parseUser(
      request.user, callingAs: caller, field: "user")
    return try await commands.read(method, by: caller, at: Place(bureau: bureau)) { tx in
      if caller.user != user, try !Self.isAdministrator(caller, method, tx) {
        throw EmployeeError.notOwn
      }
      guard try TenancyTables.user(user, of: bureau, in: tx) != nil else {
        throw TenancyError.userNotFound
      }
      return Bureau_V1_Employee(
        user, try EmployeeTables.serviceUser(of: user, in: bureau, tx), of: bureau)
    }
  }

  package func updateEmployee(
    request: Bureau_V1_UpdateEmployeeRequest, context: ServerContext
  ) async throws -> Bureau_V1_Employee {
    let caller = try context.caller, method = context.method
    let (bureau, user) = try ResourceName.parseUser(
      request.employee.user, callingAs: caller, field: "employee.user")
    let wanted = request.employee.serviceUser
    let service =
      try wanted.isEmpty
      ? nil
      : ResourceName.parseBureauChild(
        wanted, "users", as: User.self, field: "employee.service_user")
    let call = try Call(
      context, caller, request, requestID: request.requestID, isDryRun: request.validateOnly)
    return try await commands.run(call, at: Place(bureau: bureau), subject: user) { context in
      let tx = context.transaction
      let isAdministrator = try Self.isAdministrator(caller, method, tx)
      guard caller.user == user || isAdministrator else { throw EmployeeError.notOwn }
      guard let employee = try TenancyTables.user(user, of: bureau, in: tx) else {
        throw TenancyError.userNotFound
      }
      let found = try service.flatMap { name in
        try name.bureau == bureau ? TenancyTables.user(name.id, of: bureau, in: tx) : nil
      }
      if service != nil, found == nil { throw TenancyError.userNotFound }
      return try EmployeeRules.linking(
        found, roles: found.map { try TenancyTables.roles(of: $0.id, in: bureau, tx) } ?? [],
        to: employee,
        holder: found.flatMap { try EmployeeTables.holder(of: $0.id, in: bureau, tx) },
        by: caller.user, isAdministrator: isAdministrator)
    } answer: { user, context in
      Bureau_V1_Employee(
        user, try EmployeeTables.serviceUser(of: user, in: bureau, context.transaction), of: bureau)
    }
  }

  private static func isAdministrator(_ caller: Caller, _ method: String, _ tx: any Transaction)
    throws -> Bool
  {
    try Standing.read(
      of: caller.user, calling: method, at: Place(bureau: caller.bureau), in: tx
    ).bureauRoles.contains(.customerAdministrator)
  }

  // MARK: Automatic updates

  package func getAutomationEmployee(
    request: Bureau_V1_GetAutomationEmployeeRequest, context: ServerContext
  ) async throws -> Bureau_V1_AutomationEmployee {
    let place = try ResourceName.parseCompany(request.company, field: "company")
    let moment = try request.moment(now: commands.sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try Self.automation(at: place, in: $0) }
  }

  package func updateAutomationEmployee(
    request: Bureau_V1_UpdateAutomationEmployeeRequest, context: ServerContext
  ) async throws -> Bureau_V1_AutomationEmployee {
    let place = try ResourceName.parseCompany(
      request.automationEmployee.company, field: "automation_employee.company")
    let wanted = request.automationEmployee.chosenUser
    let chosen =
      try wanted.isEmpty
      ? nil
      : ResourceName.parseBureauChild(
        wanted, "users", as: User.self, field: "automation_employee.chosen_user")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: place.company) { context in
      if let chosen, chosen.bureau != place.bureau { throw EmployeeError.notEntitled }
      return try EmployeeRules.setting(
        chosen?.id,
        entitled: EmployeeTables.entitled(
          to: place, besides: chosen?.id, in: context.transaction))
    } answer: { _, context in
      try Self.automation(at: place, in: context.transaction)
    }
  }

  private static func automation(at place: Place, in tx: any Transaction) throws
    -> Bureau_V1_AutomationEmployee
  {
    guard try TenancyTables.company(place, in: tx) != nil else {
      throw TenancyError.companyNotFound
    }
    let chosen = try EmployeeTables.chosen(for: place, in: tx)
    var found: AutomationEmployee?
    do { found = try EmployeeTables.automation(for: place, in: tx) } catch EmployeeError.nobody {}
    func name(_ user: ID<User>?) -> String {
      user.map { ResourceName.child("users", $0, of: place.bureau) } ?? ""
    }
    return .with {
      $0.company = ResourceName.company(place)
      $0.chosenUser = name(chosen)
      $0.user = name(found?.user)
      $0.origin =
        switch found?.origin {
        case .chosen: .chosen
        case .fallback: .fallback
        case nil: .unspecified
        }
    }
  }
}

extension Bureau_V1_Employee {
  init(_ user: ID<User>, _ service: ID<User>?, of bureau: ID<Bureau>) {
    self.init()
    self.user = ResourceName.child("users", user, of: bureau)
    serviceUser = service.map { ResourceName.child("users", $0, of: bureau) } ?? ""
  }
}
