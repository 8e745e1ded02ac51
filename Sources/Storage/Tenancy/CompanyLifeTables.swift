// What happens to companies and users after they were made, and how they are found.

package import Domain
package import Engine
package import Primitives

extension Company {
  /// What a search looks in.
  var searchText: String { Self.searchText(displayName, organisationNumber.digits) }

  static func searchText(_ name: String, _ number: String) -> String {
    SearchText.folded(name) + " " + number
  }
}

extension User {
  /// What a search looks in.
  static func searchText(_ name: String, _ email: String) -> String {
    SearchText.folded("\(name) \(email)")
  }
}

extension Projection {
  func apply(_ fact: CompanyUpdated) throws {
    let digits = try transaction.first(
      """
      SELECT organisation_number FROM company
      WHERE bureau = \(bureau) AND company = \(fact.company)
      """, as: String.self)
    try transaction.execute(
      """
      UPDATE main.company SET display_name = \(fact.displayName), street = \(fact.street),
        postal_code = \(fact.postalCode), town = \(fact.town), revision = \(sequence),
        search_text = \(Company.searchText(fact.displayName, digits ?? ""))
      WHERE bureau = \(bureau) AND company = \(fact.company)
      """)
  }

  func apply(_ fact: CompanyActivated) throws {
    try transaction.execute(
      """
      UPDATE main.company SET state = \(CompanyState.active.rawValue), revision = \(sequence)
      WHERE bureau = \(bureau) AND company = \(fact.company)
      """)
  }

  func apply(_ fact: CompanyClosed) throws {
    try transaction.execute(
      """
      INSERT INTO main.company_closure (bureau, company, close_time, reason)
      VALUES (\(bureau), \(company), \(time.microseconds), \(fact.reason))
      """)
  }

  func apply(_ fact: UserUpdated) throws {
    try transaction.execute(
      """
      UPDATE main.app_user SET display_name = \(fact.displayName), email = \(fact.email),
        revision = \(sequence), search_text = \(User.searchText(fact.displayName, fact.email))
      WHERE bureau = \(bureau) AND id = \(fact.user)
      """)
  }

  func apply(_ fact: UserBlocked) throws {
    try setBlocked(fact.user, true)
    try transaction.execute(
      """
      UPDATE main.token SET revoked = \(true)
      WHERE bureau = \(bureau) AND app_user = \(fact.user)
      """)
    try transaction.execute(
      "DELETE FROM main.credential WHERE bureau = \(bureau) AND app_user = \(fact.user)")
  }

  func apply(_ fact: UserUnblocked) throws { try setBlocked(fact.user, false) }

  private func setBlocked(_ user: ID<User>, _ blocked: Bool) throws {
    try transaction.execute(
      """
      UPDATE main.app_user SET blocked = \(blocked), revision = \(sequence)
      WHERE bureau = \(bureau) AND id = \(user)
      """)
  }
}

extension TenancyTables {
  /// What stands in the way of closing a company: counted, and the first twenty payments.
  package static func remains(of place: Place, in tx: any Transaction) throws -> CompanyRemains {
    var remains = CompanyRemains(isHeld: try HoldTables.isHeld(place, in: tx))
    for state in PaymentState.holdingCompanyOpen {
      remains.openCount +=
        try tx.first(
          """
          SELECT CAST(count(*) AS BIGINT) FROM payment
          WHERE bureau = \(place.bureau) AND company = \(place.company)
            AND state = \(state.rawValue)
          """, as: Int.self) ?? 0
      guard remains.open.count < 20 else { continue }
      remains.open += try tx.rows(
        """
        SELECT id FROM payment
        WHERE bureau = \(place.bureau) AND company = \(place.company)
          AND state = \(state.rawValue) AND salary_batch IS NULL
        ORDER BY id LIMIT \(20 - remains.open.count)
        """, as: ID<Payment>.self)
    }
    return remains
  }

  /// The state of the company with this organisation number (U-03, U-05); nil: there is none.
  package static func companyState(
    numbered number: OrganisationNumber, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> CompanyState? {
    let id = try tx.first(
      """
      SELECT company FROM company WHERE bureau = \(bureau)
        AND country_code = \(number.country.code) AND organisation_number = \(number.digits)
      """, as: ID<Company>.self)
    return try id.flatMap { try company(Place(bureau: bureau, company: $0), in: tx)?.state }
  }

  /// Customer administrators of the bureau who can log in, besides the roles of `user`.
  package static func hasAdministrator(
    besides user: ID<User>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> Bool {
    try tx.first(
      """
      SELECT role.app_user FROM role
      JOIN app_user ON app_user.bureau = role.bureau AND app_user.id = role.app_user
      WHERE role.bureau = \(bureau) AND role.company = \(ID<Company>(bureau.uuid))
        AND role.role = \(Role.customerAdministrator.rawValue) AND role.app_user <> \(user)
        AND app_user.blocked = \(false) LIMIT 1
      """, as: ID<User>.self) != nil
  }
}
