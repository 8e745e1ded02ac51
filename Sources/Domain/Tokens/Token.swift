package import Primitives

/// A service user's secret, known to the server by its SHA-256 only.
package struct Token: Sendable, Equatable {
  package var id: ID<Token>
  package var user: ID<User>
  package var expireTime: Instant
  /// What it is for, in the bureau's own words.
  package var displayName: String
  package var scope: TokenScope
  /// nil in facts of before it was noted.
  package var createTime: Instant?

  package init(
    id: ID<Token>, user: ID<User>, expireTime: Instant, displayName: String = "",
    scope: TokenScope = TokenScope(), createTime: Instant? = nil
  ) {
    self.id = id
    self.user = user
    self.expireTime = expireTime
    self.displayName = displayName
    self.scope = scope
    self.createTime = createTime
  }
}

/// What a token is limited to. It never gives more than its user's roles.
package struct TokenScope: Sendable, Equatable {
  /// Where it acts; empty: wherever its user has a role.
  package var companies: [ID<Company>]
  /// What it may do: groups of methods, or methods; empty: all that its user's roles allow.
  package var verbs: [String]
  /// SHA-256 of the client certificate that must come with it; nil: none is asked for.
  package var certificate: [UInt8]?

  package init(
    companies: [ID<Company>] = [], verbs: [String] = [], certificate: [UInt8]? = nil
  ) {
    self.companies = companies
    self.verbs = verbs
    self.certificate = certificate
  }

  /// Whether it leaves all to the user's roles.
  package var isOpen: Bool { companies.isEmpty && verbs.isEmpty }
  package var isUnlimited: Bool { isOpen && certificate == nil }

  /// Whether it lets a method through, known by its name without the package, and its group.
  package func allows(method: String, group: String) -> Bool {
    verbs.isEmpty || verbs.contains(group) || verbs.contains(method)
  }

  package func reaches(_ company: ID<Company>) -> Bool {
    companies.isEmpty || companies.contains(company)
  }
}

/// How a token stands at a moment.
package enum TokenState: Sendable, Equatable {
  case active, expiring, expired, revoked

  /// A token that ends sooner is shown as expiring: time to make the next one.
  package static let warningDays = 14

  package init(_ token: Token, isRevoked: Bool, at time: Instant) {
    self =
      if isRevoked {
        .revoked
      } else if token.expireTime <= time {
        .expired
      } else if token.expireTime <= time.adding(days: Self.warningDays) {
        .expiring
      } else {
        .active
      }
  }
}

package struct TokenCreated: Sendable, Equatable {
  package var token: Token
  /// SHA-256 of the secret.
  package var secretHash: [UInt8]
  package init(token: Token, secretHash: [UInt8]) {
    self.token = token
    self.secretHash = secretHash
  }
}

package struct TokenRevoked: Sendable, Equatable {
  package var token: Token
  package init(token: Token) { self.token = token }
}
