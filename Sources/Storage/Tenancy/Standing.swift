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

  /// As it follows from the bureau's journal up to the head that this transaction sees: what was
  /// read at that head before is not read again.
  ///
  /// Whatever there is at the place and whatever there is not, the same statements are run: how
  /// long it takes tells nobody anything.
  package static func read(
    of user: ID<User>, calling method: String, at place: Place, in tx: any Transaction
  ) throws -> Standing {
    let head = try tx.first(
      """
      SELECT stream.hash, company_closure.reason FROM stream
      LEFT JOIN company_closure ON company_closure.bureau = stream.bureau
        AND company_closure.company = \(place.company)
      WHERE stream.bureau = \(place.bureau) AND stream.company = \(place.wholeBureau)
      """, as: ([UInt8], String?).self)
    var standing: Standing
    if let head, seesAll(of: place, tx.scope),
      let known = Standings.shared.find(user, calling: method, at: place, head: head.0)
    {
      standing = known
    } else {
      standing = try readAnew(of: user, calling: method, at: place, in: tx)
    }
    // The closure is told by the company's own journal.
    if head?.1 != nil { standing.company = .closed }
    return standing
  }

  /// Another company's scope would show less than there is.
  private static func seesAll(of place: Place, _ scope: Scope) -> Bool {
    scope.company.map { $0 == TenantKey(place.company) } ?? true
  }

  /// Read by one statement with the head that it follows from.
  private static func readAnew(
    of user: ID<User>, calling method: String, at place: Place, in tx: any Transaction
  ) throws -> Standing {
    var standing = Standing()
    var head: [UInt8]?
    let bureau = place.bureau, whole = place.wholeBureau
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
      SELECT 'package', package, accesses, company FROM package_grant
      WHERE bureau = \(bureau) AND company IN (\(place.company), \(whole))
      UNION ALL
      SELECT 'cell', role, CASE WHEN allowed THEN 'yes' ELSE 'no' END, bureau FROM access_cell
      WHERE bureau = \(bureau) AND method = \(method)
      UNION ALL
      SELECT 'head', '', '', hash FROM stream
      WHERE bureau = \(bureau) AND company = \(whole)
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
      case "company": standing.company = try row.value(1)
      case "package":
        let company: ID<Company> = try row.value(3)
        try standing.packages.add(row.text(1), row.text(2), onBureau: company == whole)
      case "cell":
        let role: Role = try row.value(1)
        standing.cells[role] = try row.text(2) == "yes"
      case "head": head = try row.value(3)
      default: break
      }
    }
    if let head, seesAll(of: place, tx.scope) {
      Standings.shared.keep(standing, of: user, calling: method, at: place, head: head)
    }
    return standing
  }

  /// Where nobody calls whose roles could be asked for.
  package static func companyState(_ place: Place, in tx: any Transaction) throws -> CompanyState? {
    place.isBureau ? nil : try TenancyTables.company(place, in: tx)?.state
  }
}
