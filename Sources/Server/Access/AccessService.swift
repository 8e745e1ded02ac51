package import BureauAPI
import Domain
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct AccessService: Bureau_V1_AccessService.SimpleServiceProtocol {
  let commands: Commands

  package func listAccessRules(
    request: Bureau_V1_ListAccessRulesRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListAccessRulesResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    guard request.pageSize >= 0 else { throw NameError.pageSizeInvalid }
    let size = request.pageSize == 0 ? 500 : min(500, Int(request.pageSize))
    guard let start = request.pageToken.isEmpty ? 0 : Int(request.pageToken),
      (0...AccessTable.rules.count).contains(start)
    else { throw NameError.pageTokenInvalid }
    let cells = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { try AccessCellTables.all(of: bureau, in: $0) }
    let rest = AccessTable.rules[start...]
    return .with {
      $0.accessRules = rest.prefix(size).map {
        Bureau_V1_AccessRule($0, cells: cells[$0.method] ?? [:])
      }
      if rest.count > size { $0.nextPageToken = String(start + size) }
    }
  }

  package func updateAccessCell(
    request: Bureau_V1_UpdateAccessCellRequest, context: ServerContext
  ) async throws -> Bureau_V1_AccessRule {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let role = Role(request.role)
    return try await commands.run(call, at: Place(bureau: bureau), subject: bureau) { context in
      guard let rule = AccessTable.byMethod[request.method] else {
        throw AccessCellError.methodUnknown(String(request.method.prefix(80)))
      }
      guard let role else { throw AccessCellError.roleMissing }
      let cells = try AccessCellTables.all(of: bureau, in: context.transaction)
      return try AccessBounds(roles: rule.gate.roles ?? [], free: rule.free).setting(
        AccessCellSet(method: rule.method, role: role, isAllowed: request.allowed),
        cells: cells[rule.method] ?? [:])
    } answer: { _, context in
      guard let rule = AccessTable.byMethod[request.method] else { throw AccessError.denied }
      let cells = try AccessCellTables.all(of: bureau, in: context.transaction)
      return Bureau_V1_AccessRule(rule, cells: cells[rule.method] ?? [:])
    }
  }
}

extension Bureau_V1_AccessRule {
  init(_ rule: AccessRule, cells: [Role: Bool]) {
    self.init()
    method = rule.method
    leavesFact = rule.leavesFact
    gate =
      switch rule.gate {
      case .anyone: .anyone
      case .member: .member
      case .bureau: .bureau
      case .company: .company
      }
    let standard = rule.gate.roles ?? []
    defaultRoles = standard.sorted().map(\.message)
    roles = AccessBounds(roles: standard, free: rule.free).effective(cells).sorted()
      .map(\.message)
    freeRoles = rule.free.sorted().map(\.message)
  }
}
