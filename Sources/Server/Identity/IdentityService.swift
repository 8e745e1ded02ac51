package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct IdentityService: Bureau_V1_IdentityService.SimpleServiceProtocol {
  let access: Access
  let commands: Commands
  let orders: Orders

  package func startLogin(
    request: Bureau_V1_StartLoginRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let status = try await orders.start(
      .login, company: nil, user: nil, text: "", data: [], of: bureau,
      from: context.clientAddress, with: Eid(request.eid))
    return Bureau_V1_Order(status, of: bureau, access.sessionLimits)
  }

  package func collectOrder(
    request: Bureau_V1_CollectOrderRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let (bureau, id) = try ResourceName.parseBureauChild(
      request.name, "orders", as: Order.self)
    let status = try await orders.collect(id, of: bureau, from: context.clientAddress)
    return Bureau_V1_Order(status, of: bureau, access.sessionLimits)
  }

  package func cancelOrder(
    request: Bureau_V1_CancelOrderRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let (bureau, id) = try ResourceName.parseBureauChild(
      request.name, "orders", as: Order.self)
    let status = try await orders.cancel(id, of: bureau)
    return Bureau_V1_Order(status, of: bureau, access.sessionLimits)
  }

  package func getSession(
    request: Bureau_V1_GetSessionRequest, context: ServerContext
  ) async throws -> Bureau_V1_Session {
    let caller = try context.caller
    let place = try ownPlace(request.name, caller)
    let user = try await commands.read(context.method, by: caller, at: place) { tx in
      try TenancyTables.user(caller.user, of: caller.bureau, in: tx)
    }
    guard let user else { throw TenancyError.userNotFound }
    return Bureau_V1_Session(caller, user, access.sessionLimits)
  }

  func logOut(
    _ name: String, _ caller: Caller, _ context: ServerContext
  ) async throws -> Bureau_V1_Session {
    let place = try ownPlace(name, caller)
    let user = try await commands.read(context.method, by: caller, at: place) { tx in
      try TenancyTables.user(caller.user, of: caller.bureau, in: tx)
    }
    guard let user else { throw TenancyError.userNotFound }
    try await commands.database.write(as: place.scope) { tx in
      try IdentityTables.end(caller.secretHash, of: caller.bureau, in: tx)
    }
    return Bureau_V1_Session(caller, user, access.sessionLimits)
  }

  /// `bureaus/{bureau}/sessions/-`: the session of the call; another's cannot be named.
  private func ownPlace(_ name: String, _ caller: Caller) throws -> Place {
    let suffix = "/sessions/-"
    guard name.hasSuffix(suffix) else {
      throw NameError.malformed(field: "name", pattern: "bureaus/{bureau}/sessions/-")
    }
    return Place(bureau: try ResourceName.parseBureau(String(name.dropLast(suffix.count))))
  }
}
