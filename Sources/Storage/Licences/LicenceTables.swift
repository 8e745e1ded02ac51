package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: LicenceOrdered) throws {
    let new = fact.licence
    try transaction.execute(
      """
      INSERT INTO main.licence (bureau, customer_number, administrator, administrator_name,
        administrator_email, packages, order_time)
      VALUES (\(bureau), \(new.customerNumber), \(new.administrator), \(new.administratorName),
        \(new.administratorEmail), \(new.packages.sorted().map(\.rawValue).joined(separator: " ")),
        \(new.orderTime.microseconds))
      ON CONFLICT (bureau) DO UPDATE SET
        customer_number = excluded.customer_number, administrator = excluded.administrator,
        administrator_name = excluded.administrator_name,
        administrator_email = excluded.administrator_email, packages = excluded.packages,
        order_time = excluded.order_time, accepted_terms = NULL, accept_time = NULL
      """)
  }

  func apply(_ fact: TermsAccepted) throws {
    try transaction.execute(
      """
      UPDATE main.licence SET accepted_terms = \(fact.version), accept_time = \(time.microseconds)
      WHERE bureau = \(bureau)
      """)
  }

  /// One row for each package, and one without a name that says that there was a choice.
  func apply(_ fact: PackagesChosen) throws {
    let company = fact.company ?? place.company
    try transaction.execute(
      "DELETE FROM main.package_grant WHERE bureau = \(bureau) AND company = \(company)")
    let rows =
      [("", "")]
      + fact.grants.map { grant in
        (
          grant.package.rawValue,
          grant.accesses.sorted().map(\.rawValue).joined(separator: " ")
        )
      }
    for (package, accesses) in rows {
      try transaction.execute(
        """
        INSERT INTO main.package_grant (bureau, company, package, accesses)
        VALUES (\(bureau), \(company), \(package), \(accesses))
        """)
    }
  }
}

package enum LicenceTables {
  package static func load(of bureau: ID<Bureau>, in tx: any Transaction) throws -> Licence? {
    try tx.first(
      """
      SELECT customer_number, administrator, administrator_name, administrator_email, packages,
        order_time, accepted_terms, accept_time
      FROM licence WHERE bureau = \(bureau)
      """, as: (String, ID<User>, String, String, String, Int64, String?, Int64?).self
    ).map {
      Licence(
        customerNumber: $0, administrator: $1, administratorName: $2, administratorEmail: $3,
        packages: Set(try $4.split(separator: " ").map { try String($0).named() }),
        orderTime: $5.instant, acceptedTerms: $6, acceptTime: $7?.instant)
    }
  }

  /// What is in use on the bureau and, where the place is a company, for it.
  package static func packages(at place: Place, in tx: any Transaction) throws -> PackagesInUse {
    var packages = PackagesInUse()
    let whole = place.wholeBureau
    let rows = try tx.rows(
      """
      SELECT company, package, accesses FROM package_grant
      WHERE bureau = \(place.bureau) AND company IN (\(place.company), \(whole))
      ORDER BY company, package
      """, as: (ID<Company>, String, String).self)
    for (company, package, accesses) in rows {
      try packages.add(package, accesses, onBureau: company == whole)
    }
    return packages
  }
}

extension PackagesInUse {
  /// A row of the table; the one without a name says that there was a choice.
  mutating func add(_ package: String, _ accesses: String, onBureau: Bool) throws {
    if !onBureau, company == nil { company = [] }
    guard !package.isEmpty else { return }
    let grant = PackageGrant(
      package: try package.named(),
      accesses: Set(try accesses.split(separator: " ").map { try String($0).named() }))
    if onBureau { bureau.append(grant) } else { company?.append(grant) }
  }
}

extension TenancyTables {
  /// The bureau's customer administrators who can log in.
  package static func administrators(of bureau: ID<Bureau>, in tx: any Transaction) throws
    -> [User]
  {
    try tx.rows(
      """
      SELECT app_user FROM role
      WHERE bureau = \(bureau) AND company = \(ID<Company>(bureau.uuid))
        AND role = \(Role.customerAdministrator.rawValue)
      ORDER BY app_user LIMIT 1000
      """, as: ID<User>.self
    ).compactMap { try user($0, of: bureau, in: tx) }.filter { !$0.isBlocked }
  }
}
