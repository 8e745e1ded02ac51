import Crypto
package import Domain
package import Engine
package import GRPCCore
package import Primitives
package import Storage

/// The same words whether what was named exists or not.
package enum AccessError: Refusal, Equatable {
  case denied

  package var kind: RefusalKind { .denied }
  package var reason: String { "ACCESS_DENIED" }
  package var message: String {
    "You have no role that allows this there; ask your customer administrator."
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
}

/// Finds out who calls, and lets them in by the access table.
package struct Access: Sendable {
  private let database: any Database
  private let credentials: Credentials
  private let now: @Sendable () -> Instant
  package let sessionLimits: Session.Limits
  /// A session's last use is written at most this often.
  private let touchSeconds = 30

  package init(
    database: any Database, sessionLimits: Session.Limits, now: @escaping @Sendable () -> Instant
  ) {
    self.database = database
    credentials = Credentials(database)
    self.sessionLimits = sessionLimits
    self.now = now
  }

  /// The caller by the call's `authorization: Bearer …`.
  package func caller(_ metadata: Metadata) async throws -> Caller {
    try await caller(Self.secret(in: metadata).map(Self.hash))
  }

  /// The caller by the hash of the secret, as things stand now.
  /// - Parameter isUse: whether it prolongs the session.
  package func caller(_ secretHash: [UInt8]?, isUse: Bool = true) async throws -> Caller {
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
    return Caller(
      bureau: found.bureau, user: found.user, session: found.session, secretHash: hash)
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
  /// that a right taken away acts on the next call.
  package static func check(
    _ method: String, by caller: Caller, at place: Place, in tx: any Transaction
  ) throws {
    guard let rule = AccessTable.byMethod[method], caller.bureau == place.bureau else {
      throw AccessError.denied
    }
    if case .anyone = rule.gate { return }
    let standing = try Standing.read(of: caller.user, at: place, in: tx)
    guard !standing.isBlocked, rule.gate.lets(standing, at: place) else {
      throw AccessError.denied
    }
    if rule.needsActiveCompany, let state = standing.company { try Company.requireActive(state) }
  }

  /// The same where a secret of its own stands for the caller: the company must be active.
  static func checkCompany(at place: Place, in tx: any Transaction) throws {
    if let state = try Standing.companyState(place, in: tx) { try Company.requireActive(state) }
  }
}

extension AccessRule.Gate {
  func lets(_ standing: Standing, at place: Place) -> Bool {
    switch self {
    case .anyone, .member: true
    case .bureau(let wanted): !standing.bureauRoles.isDisjoint(with: wanted)
    case .company(let wanted):
      // The bureau's own journal tells of all its people: for customer administrators only.
      place.isBureau
        ? wanted.contains(.customerAdministrator)
          && standing.bureauRoles.contains(.customerAdministrator)
        : !standing.bureauRoles.isDisjoint(with: wanted)
          || !standing.companyRoles.isDisjoint(with: wanted)
    }
  }
}
