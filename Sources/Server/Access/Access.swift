import AuditTrail
import Crypto
package import Domain
package import Engine
package import GRPCCore
package import Primitives
package import Storage

/// The same words whether what was named exists or not.
package enum AccessError: Refusal, Equatable {
  case denied
  case outsideToken

  package var kind: RefusalKind { .denied }
  package var reason: String {
    switch self {
    case .denied: "ACCESS_DENIED"
    case .outsideToken: "TOKEN_SCOPE"
    }
  }
  package var message: String {
    switch self {
    case .denied: "You have no role that allows this there; ask your customer administrator."
    case .outsideToken:
      "The token is not for this; your customer administrator can make one with this verb."
    }
  }
}

/// Who calls: a person's session or a service user's token.
package struct Caller: Sendable, Equatable {
  package var bureau: ID<Bureau>
  package var user: ID<User>
  /// nil for service users.
  package var session: Session?
  /// SHA-256 of the secret that came with the call.
  package var secretHash: [UInt8]
  /// What the token is limited to; nothing for sessions.
  package var scope: TokenScope

  package init(
    bureau: ID<Bureau>, user: ID<User>, session: Session?, secretHash: [UInt8],
    scope: TokenScope = TokenScope()
  ) {
    self.bureau = bureau
    self.user = user
    self.session = session
    self.secretHash = secretHash
    self.scope = scope
  }
}

/// Finds out who calls, and lets them in by the access table.
package struct Access: Sendable {
  private let database: any Database
  private let credentials: Credentials
  private let now: @Sendable () -> Instant
  package let rates: RateLimits
  package let sessionLimits: Session.Limits
  /// A session's last use is written at most this often.
  private let touchSeconds = 30
  /// A token's.
  private let tokenTouchSeconds = 60

  package init(
    database: any Database, sessionLimits: Session.Limits, rates: RateLimits? = nil,
    now: @escaping @Sendable () -> Instant
  ) {
    self.database = database
    credentials = Credentials(database)
    self.sessionLimits = sessionLimits
    self.rates = rates ?? RateLimits(RateSettings(), now: now)
    self.now = now
  }

  /// The caller by the call's `authorization: Bearer …`.
  package func caller(_ metadata: Metadata) async throws -> Caller {
    try await caller(Self.secret(in: metadata).map(Self.hash))
  }

  /// The caller of a call that goes on, as things stand now.
  package func caller(of call: CallContext, isUse: Bool = true) async throws -> Caller {
    try await caller(call.secretHash, certificate: call.certificate, isUse: isUse)
  }

  /// The caller by the hash of the secret, as things stand now.
  /// - Parameters:
  ///   - certificate: What the client has shown in its handshake.
  ///   - isUse: whether it prolongs the session, and counts as a use of the token.
  package func caller(
    _ secretHash: [UInt8]?, certificate: ClientCertificate? = nil, isUse: Bool = true
  ) async throws -> Caller {
    guard let hash = secretHash, let found = try await credentials.find(hash) else {
      throw IdentityError.unauthenticated
    }
    let time = now()
    if let expireTime = found.expireTime, expireTime <= time {
      throw IdentityError.unauthenticated
    }
    if let session = found.session {
      guard session.isLive(at: time, limits: sessionLimits) else {
        throw IdentityError.sessionExpired
      }
      if isUse, session.lastUseTime.adding(seconds: touchSeconds) <= time {
        try await database.write(as: .bureau(TenantKey(found.bureau))) { tx in
          try IdentityTables.touch(hash, at: time, of: found.bureau, in: tx)
        }
      }
    }
    if let wanted = found.scope.certificate, wanted.hexadecimal != certificate?.fingerprint {
      throw IdentityError.certificateMissing
    }
    if isUse, let token = found.token { try await note(token, of: found, hash, at: time) }
    return Caller(
      bureau: found.bureau, user: found.user, session: found.session, secretHash: hash,
      scope: found.scope)
  }

  private func note(
    _ token: ID<Token>, of found: IdentityTables.Credential, _ hash: [UInt8], at time: Instant
  ) async throws {
    if let last = found.tokenUseTime, last.adding(seconds: tokenTouchSeconds) > time { return }
    try await database.write(as: .bureau(TenantKey(found.bureau))) { tx in
      try TokenTables.touch(hash, token, at: time, of: found.bureau, in: tx)
    }
  }

  package static func secret(in metadata: Metadata) -> String? {
    for value in metadata[stringValues: "authorization"] {
      let parts = value.split(separator: " ", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 200 {
        return String(parts[1])
      }
    }
    return nil
  }

  package static func hash(_ secret: String) -> [UInt8] {
    Array(SHA256.hash(data: Array(secret.utf8)))
  }

  /// Lets `caller` through to `place` or refuses; in the transaction that the call acts in, so
  /// that a right taken away acts on the next call. Returns what of salaries is there for the caller.
  @discardableResult
  package static func check(
    _ method: String, by caller: Caller, at place: Place, in tx: any Transaction
  ) throws -> SalarySight {
    guard let rule = AccessTable.byMethod[method], caller.bureau == place.bureau else {
      throw AccessError.denied
    }
    if case .anyone = rule.gate { return .hidden }
    try rule.admits(caller.scope, at: place)
    let standing = try Standing.read(of: caller.user, calling: method, at: place, in: tx)
    guard !standing.isBlocked, rule.lets(standing, at: place) else { throw AccessError.denied }
    if rule.needsActiveCompany, let state = standing.company { try Company.requireActive(state) }
    // What concerns a whole bureau, and what does not exist, is no module's.
    if standing.company != nil { try standing.packages.require(rule.needs) }
    return SalarySight(standing.bureauRoles.union(standing.companyRoles))
  }

  /// The same where a secret of its own stands for the caller: the company must be active.
  static func checkCompany(at place: Place, in tx: any Transaction) throws {
    if let state = try Standing.companyState(place, in: tx) { try Company.requireActive(state) }
  }
}

extension AccessRule {
  func lets(_ standing: Standing, at place: Place) -> Bool {
    guard let standard = gate.roles else { return true }
    let wanted =
      standing.cells.isEmpty
      ? standard : AccessBounds(roles: standard, free: free).effective(standing.cells)
    switch gate {
    case .anyone, .member: return true
    case .bureau: return !standing.bureauRoles.isDisjoint(with: wanted)
    case .company:
      // The bureau's own journal tells of all its people: for customer administrators only.
      return place.isBureau
        ? wanted.contains(.customerAdministrator)
          && standing.bureauRoles.contains(.customerAdministrator)
        : !standing.bureauRoles.isDisjoint(with: wanted)
          || !standing.companyRoles.isDisjoint(with: wanted)
    }
  }
}

extension AccessRule.Gate {
  /// nil: no role is asked for.
  package var roles: Set<Role>? {
    switch self {
    case .anyone, .member: nil
    case .bureau(let roles), .company(let roles): roles
    }
  }
}
