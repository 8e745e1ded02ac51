package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

// Sessions by their owner and by customer administrators: a part of the identity service.

extension IdentityService {
  package func listSessions(
    request: Bureau_V1_ListSessionsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListSessionsResponse {
    let (bureau, named) = try ResourceName.parseUserOrAll(request.parent, field: "parent")
    let page = try Page<Session>(size: request.pageSize, token: request.pageToken)
    let caller = try context.caller, now = commands.sources.now(), limits = access.sessionLimits
    let user = named ?? caller.user
    let place = Place(bureau: bureau)
    let found = try await commands.read(context.method, by: caller, at: place) { tx in
      if user != caller.user {
        // Who may end them may see them.
        try Access.check(Self.ending, by: caller, at: place, in: tx)
      }
      guard let owner = try TenancyTables.user(user, of: bureau, in: tx) else {
        throw TenancyError.userNotFound
      }
      let sessions = try SessionTables.list(
        of: user, of: bureau, liveAt: now, limits, after: page.after, limit: page.limit, in: tx)
      return (owner, sessions)
    }
    let (items, next) = page.cut(found.1, id: \.id)
    return .with {
      $0.sessions = items.map { session in
        var message = Bureau_V1_Session(session, found.0, of: bureau, limits)
        message.current = session.id == caller.session?.id
        return message
      }
      $0.nextPageToken = next
    }
  }

  private static let ending = "bureau.v1.IdentityService/EndSessions"

  package func deleteSession(
    request: Bureau_V1_DeleteSessionRequest, context: ServerContext
  ) async throws -> Bureau_V1_Session {
    let caller = try context.caller
    guard !request.name.hasSuffix("/-") else {
      return try await logOut(request.name, caller, context)
    }
    let (bureau, id) = try ResourceName.parseBureauChild(
      request.name, "sessions", as: Session.self)
    let place = Place(bureau: bureau)
    try await commands.read(context.method, by: caller, at: place) { _ in }
    let isEnded = try await commands.database.write(as: place.scope) { tx in
      try SessionTables.end(id, of: caller.user, of: bureau, in: tx)
    }
    guard isEnded else { throw IdentityError.sessionNotFound }
    return .with { $0.name = request.name }
  }

  package func endSessions(
    request: Bureau_V1_EndSessionsRequest, context: ServerContext
  ) async throws -> Bureau_V1_EndSessionsResponse {
    let (bureau, user) = try ResourceName.parseBureauChild(request.name, "users", as: User.self)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: Place(bureau: bureau), subject: user) { context in
      guard try TenancyTables.user(user, of: bureau, in: context.transaction) != nil else {
        throw TenancyError.userNotFound
      }
      return [.sessionsEnded(SessionsEnded(user: user))]
    } apply: { context in
      try SessionTables.endAll(of: user, of: bureau, in: context.transaction)
    } answer: { _, _ in
      .with { $0.name = request.name }
    }
  }
}
