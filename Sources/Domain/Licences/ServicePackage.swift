// What a bureau has ordered and a company uses: packages, and the accesses inside each (O-01, O-02).

package import Primitives

/// A module of the service.
package enum ServicePackage: String, Sendable, CaseIterable, Comparable {
  /// Agreements, consents, payments, the bank's answers, postings (O-01).
  case bank
  /// Signing and transferring: to remit, and to receive electronic payments (O-07).
  case remittance
  /// Messages to people: links to sign, codes (U-04).
  case messages

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  package var accesses: Set<ModuleAccess> {
    Set(ModuleAccess.allCases.filter { $0.package == self })
  }
}

/// One access inside a package.
package enum ModuleAccess: String, Sendable, CaseIterable, Comparable {
  case agreements, consents, payments, statements, postings
  case signing, transfers
  case links

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  package var package: ServicePackage {
    switch self {
    case .agreements, .consents, .payments, .statements, .postings: .bank
    case .signing, .transfers: .remittance
    case .links: .messages
    }
  }
}

/// A package in use, with the accesses chosen inside it.
package struct PackageGrant: Sendable, Hashable {
  package var package: ServicePackage
  package var accesses: Set<ModuleAccess>

  package init(package: ServicePackage, accesses: Set<ModuleAccess>) {
    self.package = package
    self.accesses = accesses
  }

  /// With everything that is inside.
  package init(_ package: ServicePackage) {
    self.init(package: package, accesses: package.accesses)
  }

  package static let all = ServicePackage.allCases.map { PackageGrant($0) }
}

/// What is in use at one place: of the bureau, and of the company where it has chosen.
package struct PackagesInUse: Sendable, Equatable {
  package var bureau: [PackageGrant] = []
  /// nil: the company uses what the bureau has.
  package var company: [PackageGrant]?

  package init(bureau: [PackageGrant] = [], company: [PackageGrant]? = nil) {
    self.bureau = bureau
    self.company = company
  }

  /// Lets a call through that needs these accesses: the bureau and the company must both have them
  /// (O-01, O-02, O-08).
  package func require(_ needed: [ModuleAccess]) throws(LicenceError) {
    for access in needed {
      try Self.require(access, of: bureau, onBureau: true)
      if let company { try Self.require(access, of: company, onBureau: false) }
    }
  }

  private static func require(
    _ access: ModuleAccess, of grants: [PackageGrant], onBureau: Bool
  ) throws(LicenceError) {
    guard let grant = grants.first(where: { $0.package == access.package }) else {
      throw .packageMissing(access.package, onBureau: onBureau)
    }
    guard grant.accesses.contains(access) else {
      throw .accessMissing(access, onBureau: onBureau)
    }
  }
}

package struct PackagesChosen: Sendable, Equatable {
  /// nil: of the bureau itself, "client 000" (O-08).
  package var company: ID<Company>?
  package var grants: [PackageGrant]

  package init(company: ID<Company>?, grants: [PackageGrant]) {
    self.company = company
    self.grants = grants
  }

  /// A company that is made automatically begins with all that the bureau uses, the message service
  /// among it (U-04).
  package static func beginning(_ company: ID<Company>, bureau: [PackageGrant]) -> [Fact] {
    bureau.isEmpty ? [] : [.packagesChosen(PackagesChosen(company: company, grants: bureau))]
  }
}
