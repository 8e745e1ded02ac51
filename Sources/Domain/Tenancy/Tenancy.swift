package import Primitives

/// The accounting office: the tenant. Its own company carries the same id, and that company's
/// journal holds what concerns the whole bureau, as the trade does with "client 000".
package struct Bureau: Sendable, Equatable {
  package var id: ID<Bureau>
  package var displayName: String
  package var organisationNumber: OrganisationNumber
  package var createTime: Instant

  package init(
    id: ID<Bureau>, displayName: String, organisationNumber: OrganisationNumber,
    createTime: Instant
  ) {
    self.id = id
    self.displayName = displayName
    self.organisationNumber = organisationNumber
    self.createTime = createTime
  }

  /// The company whose journal holds the bureau's own facts.
  package var ownCompany: ID<Company> { ID(id.uuid) }
}

/// A business that the bureau serves.
package struct Company: Sendable, Equatable {
  package var id: ID<Company>
  package var displayName: String
  package var organisationNumber: OrganisationNumber
  package var street: String
  package var postalCode: String
  package var town: String
  package var createTime: Instant
  package var state: CompanyState
  package var closeTime: Instant?
  /// The fact that changed its data last; 0: none since it was made.
  package var revision: Int64

  package init(
    id: ID<Company>, displayName: String, organisationNumber: OrganisationNumber, street: String,
    postalCode: String, town: String, createTime: Instant, state: CompanyState = .active,
    closeTime: Instant? = nil, revision: Int64 = 0
  ) {
    self.id = id
    self.displayName = displayName
    self.organisationNumber = organisationNumber
    self.street = street
    self.postalCode = postalCode
    self.town = town
    self.createTime = createTime
    self.state = state
    self.closeTime = closeTime
    self.revision = revision
  }
}

/// Somebody who acts: a person with BankID, or a program with a token.
package struct User: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case person, service
  }

  package var id: ID<User>
  package var kind: Kind
  package var displayName: String
  package var email: String
  /// Keyed digest of the national id; nil for service users. The id itself is never kept.
  package var nationalIDDigest: NationalIDDigest?
  package var createTime: Instant
  /// Kept out: no login, no token, no call.
  package var isBlocked: Bool
  /// The fact that changed it last; 0: none since it was made.
  package var revision: Int64

  package init(
    id: ID<User>, kind: Kind, displayName: String, email: String,
    nationalIDDigest: NationalIDDigest?, createTime: Instant, isBlocked: Bool = false,
    revision: Int64 = 0
  ) {
    self.id = id
    self.kind = kind
    self.displayName = displayName
    self.email = email
    self.nationalIDDigest = nationalIDDigest
    self.createTime = createTime
    self.isBlocked = isBlocked
    self.revision = revision
  }
}

/// HMAC-SHA256 of a national id under the server's identity key, 32 bytes.
package struct NationalIDDigest: Hashable, Sendable {
  package let bytes: [UInt8]
  package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// What a user may do in one company or in the whole bureau (roles-and-flows §2.11).
package enum Role: String, Sendable, CaseIterable, Comparable {
  case customerAdministrator, companyAdministrator, accountant, approver, reader, serviceUser
  /// Salaries are there for who has it: to see them, and to handle them as far as the other
  /// roles allow. Alone it lets in to nothing else.
  case payroll

  package static func < (a: Role, b: Role) -> Bool { a.rawValue < b.rawValue }
}

/// One role of one user; `company` nil means the whole bureau.
package struct RoleAssignment: Sendable, Equatable {
  package var id: ID<RoleAssignment>
  package var user: ID<User>
  package var company: ID<Company>?
  package var role: Role

  package init(id: ID<RoleAssignment>, user: ID<User>, company: ID<Company>?, role: Role) {
    self.id = id
    self.user = user
    self.company = company
    self.role = role
  }
}
