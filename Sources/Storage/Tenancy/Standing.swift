package import Domain
package import Engine
package import Primitives

/// All that decides whether a user may act at one place, as it is in this transaction.
package struct Standing: Sendable, Equatable {
  /// In the whole bureau.
  package var bureauRoles: Set<Role> = []
  /// In the company at the place.
  package var companyRoles: Set<Role> = []
  package var isBlocked = false
  /// nil: there is no such company, or the place is the bureau itself.
  package var company: CompanyState?
  /// What is in use at the place (O-01).
  package var packages = PackagesInUse()
  /// The bureau's own cells of the method's row in the access table.
  package var cells: [Role: Bool] = [:]

  package init() {}

  /// Read by one statement, whatever there is at the place and whatever there is not: how long it
  /// takes tells nobody anything.
  package static func read(
    of user: ID<User>, calling method: String, at place: Place, in tx: any Transaction
  ) throws -> Standing {
    var standing = Standing()
    let bureau = place.bureau, whole = ID<Company>(bureau.uuid)
    try tx.query(
      """
      SELECT 'role', role, '', company FROM role
      WHERE bureau = \(bureau) AND app_user = \(user)
        AND company IN (\(place.company), \(whole))
      UNION ALL
      SELECT 'blocked', kind, '', bureau FROM app_user
      WHERE bureau = \(bureau) AND id = \(user) AND blocked = \(true)
      UNION ALL
      SELECT 'company', state, '', company FROM company
      WHERE bureau = \(bureau) AND company = \(place.company)
      UNION ALL
      SELECT 'closed', reason, '', company FROM company_closure
      WHERE bureau = \(bureau) AND company = \(place.company)
      UNION ALL
      SELECT 'package', package, accesses, company FROM package_grant
      WHERE bureau = \(bureau) AND company IN (\(place.company), \(whole))
      UNION ALL
      SELECT 'cell', role, CASE WHEN allowed THEN 'yes' ELSE 'no' END, bureau FROM access_cell
      WHERE bureau = \(bureau) AND method = \(method)
      """
    ) { row in
      switch try row.text(0) {
      case "role":
        let role: Role = try row.value(1), company: ID<Company> = try row.value(3)
        if company == whole {
          standing.bureauRoles.insert(role)
        } else {
          standing.companyRoles.insert(role)
        }
      case "blocked": standing.isBlocked = true
      case "company" where standing.company == nil: standing.company = try row.value(1)
      case "closed": standing.company = .closed
      case "package":
        let company: ID<Company> = try row.value(3)
        try standing.packages.add(
          row.text(1), row.text(2), onBureau: company == whole)
      case "cell":
        let role: Role = try row.value(1)
        standing.cells[role] = try row.text(2) == "yes"
      default: break
      }
    }
    return standing
  }

  /// Where nobody calls whose roles could be asked for.
  package static func companyState(_ place: Place, in tx: any Transaction) throws -> CompanyState? {
    place.isBureau ? nil : try TenancyTables.company(place, in: tx)?.state
  }
}
