package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

// Roles and tokens: the other half of the tenancy service.

extension TenancyService {
  package func createRoleAssignment(
    request: Bureau_V1_CreateRoleAssignmentRequest, context: ServerContext
  ) async throws -> Bureau_V1_RoleAssignment {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let wanted = request.roleAssignment
    guard let role = Role(wanted.role) else { throw TenancyError.roleInvalid }
    let (userBureau, user) = try ResourceName.parseBureauChild(
      wanted.user, "users", as: User.self, field: "role_assignment.user")
    guard userBureau == bureau else { throw TenancyError.userNotFound }
    let company =
      try wanted.company.isEmpty
      ? nil : ResourceName.parseCompany(wanted.company, field: "role_assignment.company")
    if let company, company.bureau != bureau { throw TenancyError.companyNotFound }
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let id = commands.sources.id(RoleAssignment.self)
    return try await commands.run(call, at: Place(bureau: bureau), subject: id) { context in
      let tx = context.transaction
      guard let found = try TenancyTables.user(user, of: bureau, in: tx) else {
        throw TenancyError.userNotFound
      }
      if let company, try TenancyTables.company(company, in: tx) == nil {
        throw TenancyError.companyNotFound
      }
      let new = RoleAssignment(id: id, user: user, company: company?.company, role: role)
      return try TenancyRules.assigning(
        new, to: found, held: TenancyTables.roles(of: user, in: bureau, tx))
    } answer: { id, context in
      guard let new = try TenancyTables.role(id, of: bureau, in: context.transaction) else {
        throw TenancyError.roleNotFound
      }
      return Bureau_V1_RoleAssignment(new, of: bureau)
    }
  }

  package func deleteRoleAssignment(
    request: Bureau_V1_DeleteRoleAssignmentRequest, context: ServerContext
  ) async throws -> Bureau_V1_RoleAssignment {
    let (bureau, id) = try ResourceName.parseBureauChild(
      request.name, "roleAssignments", as: RoleAssignment.self)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: Place(bureau: bureau), subject: id) { context in
      guard let found = try TenancyTables.role(id, of: bureau, in: context.transaction) else {
        throw TenancyError.roleNotFound
      }
      return try TenancyRules.removing(
        found,
        others: TenancyTables.hasAdministrator(
          besides: found.user, of: bureau, in: context.transaction))
    } answer: { id, _ in
      .with { $0.name = ResourceName.child("roleAssignments", id, of: bureau) }
    }
  }

  package func listRoleAssignments(
    request: Bureau_V1_ListRoleAssignmentsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListRoleAssignmentsResponse {
    let place = try ResourceName.parseBureauOrCompany(request.parent, field: "parent")
    let bureau = place.bureau
    let page = try Page<RoleAssignment>(size: request.pageSize, token: request.pageToken)
    let pattern = try SearchText.pattern(request.query)
    if place.isBureau { try request.requireNow() }
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      if !place.isBureau, try TenancyTables.company(place, in: tx) == nil {
        throw TenancyError.companyNotFound
      }
      // In a company's scope: its own roles and those in the whole bureau.
      return try TenancyTables.roles(
        of: bureau, like: pattern, after: page.after, limit: page.limit, in: tx)
    }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.roleAssignments = items.map { Bureau_V1_RoleAssignment($0, of: bureau) }
      $0.nextPageToken = next
    }
  }
}
