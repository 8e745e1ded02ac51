// A bureau's licence: ordered for a named person, who accepts the terms of service (O-03…O-06).

package import Primitives

package struct Licence: Sendable, Equatable {
  /// The bureau's number with the provider.
  package var customerNumber: String
  /// Who was named to become customer administrator and accepts the terms (O-05).
  package var administrator: ID<User>
  package var administratorName: String
  package var administratorEmail: String
  package var packages: Set<ServicePackage>
  package var orderTime: Instant
  /// The version that was accepted; nil: ordered, and not in force yet.
  package var acceptedTerms: String?
  package var acceptTime: Instant?

  package init(
    customerNumber: String, administrator: ID<User>, administratorName: String,
    administratorEmail: String, packages: Set<ServicePackage>, orderTime: Instant,
    acceptedTerms: String? = nil, acceptTime: Instant? = nil
  ) {
    self.customerNumber = customerNumber
    self.administrator = administrator
    self.administratorName = administratorName
    self.administratorEmail = administratorEmail
    self.packages = packages
    self.orderTime = orderTime
    self.acceptedTerms = acceptedTerms
    self.acceptTime = acceptTime
  }

  package var isActive: Bool { acceptedTerms != nil }
}

/// The terms of service, by version. Another text is another version, accepted anew by the next
/// order.
package enum TermsOfService {
  package static let version = "2026-01"
  package static let text = """
    Terms of service, version 2026-01

    1. The bureau uses the service for itself and for the companies that have asked it to.
    2. Its customer administrator decides who has access and answers for it.
    3. Payments are sent to a bank only when somebody with rights at that bank has signed them.
    4. Everything that is done is recorded; the record can be exported and checked by anybody.
    5. Either side may end the agreement; the record of each company is handed over then.
    """
}

/// An order as somebody asks for it, unchecked (O-05).
package struct LicenceDraft: Sendable {
  package var customerNumber, administratorName, administratorEmail: String
  package var packages: [ServicePackage]

  package init(
    customerNumber: String, administratorName: String, administratorEmail: String,
    packages: [ServicePackage]
  ) {
    self.customerNumber = customerNumber
    self.administratorName = administratorName
    self.administratorEmail = administratorEmail
    self.packages = packages
  }

  /// - Parameters:
  ///   - known: the licence so far.
  ///   - administrators: the bureau's customer administrators, of whom one is named.
  package func ordering(known: Licence?, administrators: [User], at time: Instant) throws -> [Fact]
  {
    let number = try Field.required(customerNumber, "customer_number", limit: 40)
    let name = try Field.required(administratorName, "administrator_name", limit: 140)
    let email = try Field.required(administratorEmail, "administrator_email", limit: 254)
    do { _ = try EmailAddress(email) } catch { throw TenancyError.emailInvalid(error.message) }
    guard !packages.isEmpty else { throw LicenceError.packagesMissing }
    let wanted = Set(packages)
    guard
      let administrator = administrators.first(where: {
        SearchText.folded($0.email) == SearchText.folded(email) && $0.displayName == name
      })
    else { throw LicenceError.administratorUnknown }
    let all = wanted.union(known?.isActive == true ? known?.packages ?? [] : [])
    if let known, known.isActive, known.packages == all { throw LicenceError.exists }
    let ordered = LicenceOrdered(
      licence: Licence(
        customerNumber: number, administrator: administrator.id, administratorName: name,
        administratorEmail: email, packages: all, orderTime: time))
    // O-04: the terms of today are signed already: it is registered by itself.
    guard known?.acceptedTerms == TermsOfService.version else { return [.licenceOrdered(ordered)] }
    return [.licenceOrdered(ordered)]
      + Self.registering(administrator: administrator.id, packages: all)
  }

  fileprivate static func registering(
    administrator: ID<User>, packages: Set<ServicePackage>
  ) -> [Fact] {
    [
      .termsAccepted(TermsAccepted(version: TermsOfService.version, user: administrator)),
      // O-08: activated on the bureau itself too.
      .packagesChosen(
        PackagesChosen(company: nil, grants: packages.sorted().map { PackageGrant($0) })),
    ]
  }
}

extension Licence {
  /// The named person accepts the terms: the licence is in force, and on the bureau (O-06, O-08).
  package static func accepting(_ version: String, of known: Licence?, by user: ID<User>)
    throws(LicenceError) -> [Fact]
  {
    guard let known else { throw .missing }
    if known.isActive { throw .accepted }
    guard known.administrator == user else { throw .otherPerson }
    guard version == TermsOfService.version else { throw .termsUnknown(TermsOfService.version) }
    return LicenceDraft.registering(administrator: user, packages: known.packages)
  }

  /// Chooses packages and the accesses inside them, for the bureau or for one company of it.
  /// - Parameter bureau: what is in use on the bureau, where a company chooses.
  package static func choosing(
    _ grants: [PackageGrant], for company: Company?, licence: Licence?, bureau: [PackageGrant]
  ) throws -> [Fact] {
    guard let licence, licence.isActive else { throw LicenceError.missing }
    if let company { try Company.requireActive(company.state) }
    return [
      .packagesChosen(
        PackagesChosen(
          company: company?.id,
          grants: try checked(grants, licence: licence, bureau: company == nil ? nil : bureau)))
    ]
  }

  static func checked(
    _ grants: [PackageGrant], licence: Licence, bureau: [PackageGrant]?
  ) throws(LicenceError) -> [PackageGrant] {
    var seen: Set<ServicePackage> = []
    for grant in grants {
      guard seen.insert(grant.package).inserted else { throw .packageTwice(grant.package) }
      for access in grant.accesses.sorted() where access.package != grant.package {
        throw .accessElsewhere(access, grant.package)
      }
      guard licence.packages.contains(grant.package) else { throw .notLicensed(grant.package) }
      if let bureau, !bureau.contains(where: { $0.package == grant.package }) {
        throw .packageMissing(grant.package, onBureau: true)
      }
    }
    return grants.sorted { $0.package < $1.package }
  }
}

package struct LicenceOrdered: Sendable, Equatable {
  package var licence: Licence
  package init(licence: Licence) { self.licence = licence }
}

package struct TermsAccepted: Sendable, Equatable {
  package var version: String
  package var user: ID<User>
  package init(version: String, user: ID<User>) {
    self.version = version
    self.user = user
  }
}
