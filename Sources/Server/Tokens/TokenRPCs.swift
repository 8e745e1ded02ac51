import AuditTrail
package import BureauAPI
import Domain
import Engine
import Foundation
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

// Tokens of service users: a part of the tenancy service.

extension TenancyService {
  package func createToken(
    request: Bureau_V1_CreateTokenRequest, context: ServerContext
  ) async throws -> Bureau_V1_Token {
    let (bureau, user) = try ResourceName.parseBureauChild(
      request.parent, "users", as: User.self, field: "parent")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let sources = commands.sources
    let secret = sources.secret(), id = sources.id(Token.self)
    let draft = try TokenDraft(request.token, of: bureau)
    return try await commands.run(call, at: Place(bureau: bureau), subject: id) { context in
      let tx = context.transaction
      guard let found = try TenancyTables.user(user, of: bureau, in: tx) else {
        throw TenancyError.userNotFound
      }
      if found.isBlocked { throw UserError.blocked }
      return try TokenRules.issuing(
        draft, as: id, secretHash: Access.hash(secret), to: found, known: AccessTable.verbs,
        held: TenancyTables.roles(of: user, in: bureau, tx),
        live: TokenTables.liveCount(of: user, of: bureau, at: context.time, in: tx),
        at: context.time)
    } answer: { made, context in
      guard let token = try TokenTables.load(made, of: bureau, in: context.transaction) else {
        throw TenancyError.tokenNotFound
      }
      // A repeat of the request finds the token, but its secret is gone.
      return Bureau_V1_Token(
        token, secret: made == id ? secret : "", of: bureau, at: context.time)
    }
  }

  package func deleteToken(
    request: Bureau_V1_DeleteTokenRequest, context: ServerContext
  ) async throws -> Bureau_V1_Token {
    let (bureau, user, id) = try ResourceName.parseToken(request.name)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: Place(bureau: bureau), subject: id) { context in
      guard let found = try TokenTables.load(id, of: bureau, in: context.transaction),
        found.token.user == user, !found.isRevoked
      else { throw TenancyError.tokenNotFound }
      let token = Token(id: id, user: user, expireTime: found.token.expireTime)
      return [.tokenRevoked(TokenRevoked(token: token))]
    } answer: { _, _ in
      .with {
        $0.name = request.name
        $0.state = .revoked
      }
    }
  }

  package func listTokens(
    request: Bureau_V1_ListTokensRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListTokensResponse {
    let (bureau, user) = try ResourceName.parseUserOrAll(request.parent, field: "parent")
    let page = try Page<Token>(size: request.pageSize, token: request.pageToken)
    let now = commands.sources.now()
    let found = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { tx in
      if let user, try TenancyTables.user(user, of: bureau, in: tx) == nil {
        throw TenancyError.userNotFound
      }
      return try TokenTables.list(
        of: bureau, user: user, liveAt: request.showEnded ? nil : now, after: page.after,
        limit: page.limit, in: tx)
    }
    let (items, next) = page.cut(found, id: \.token.id)
    return .with {
      $0.tokens = items.map { Bureau_V1_Token($0, secret: "", of: bureau, at: now) }
      $0.nextPageToken = next
    }
  }
}

extension TokenDraft {
  init(_ message: Bureau_V1_Token, of bureau: ID<Bureau>) throws {
    self.init(
      expireTime: Instant(message.expireTime), displayName: message.displayName,
      companies: try message.companies.map {
        let place = try ResourceName.parseCompany($0, field: "token.companies")
        // Another bureau's company: as one in which the user has no role.
        guard place.bureau == bureau else { throw TokenError.companyWithoutRole }
        return place.company
      }, verbs: message.verbs, certificate: message.certificateFingerprint)
  }
}

extension Bureau_V1_Token {
  init(_ stored: StoredToken, secret: String, of bureau: ID<Bureau>, at time: Instant) {
    self.init()
    let token = stored.token
    name = "\(ResourceName.child("users", token.user, of: bureau))/tokens/\(token.id.hex)"
    expireTime = token.expireTime.timestamp
    self.secret = secret
    displayName = token.displayName
    companies = token.scope.companies.map {
      ResourceName.company(Place(bureau: bureau, company: $0))
    }
    verbs = token.scope.verbs
    certificateFingerprint = (token.scope.certificate ?? []).hexadecimal
    state =
      switch TokenState(token, isRevoked: stored.isRevoked, at: time) {
      case .active: .active
      case .expiring: .expiring
      case .expired: .expired
      case .revoked: .revoked
      }
    if let time = token.createTime { createTime = time.timestamp }
    if let time = stored.lastUseTime { lastUseTime = time.timestamp }
  }
}
