package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: BureauCreated) throws {
    let new = fact.bureau
    try transaction.execute(
      """
      INSERT INTO main.bureau (bureau, display_name, country_code, organisation_number,
        create_time)
      VALUES (\(bureau), \(new.displayName), \(new.organisationNumber.country.code),
        \(new.organisationNumber.digits), \(new.createTime.microseconds))
      """)
  }

  func apply(_ fact: CompanyCreated) throws {
    let new = fact.company
    try transaction.execute(
      """
      INSERT INTO main.company (bureau, company, display_name, country_code,
        organisation_number, street, postal_code, town, create_time, state, search_text)
      VALUES (\(bureau), \(new.id), \(new.displayName), \(new.organisationNumber.country.code),
        \(new.organisationNumber.digits), \(new.street), \(new.postalCode), \(new.town),
        \(new.createTime.microseconds), \(new.state.rawValue), \(new.searchText))
      """)
  }

  func apply(_ fact: UserCreated) throws {
    let new = fact.user
    try transaction.execute(
      """
      INSERT INTO main.app_user (bureau, id, kind, display_name, email, national_id_digest,
        create_time, search_text)
      VALUES (\(bureau), \(new.id), \(new.kind.rawValue), \(new.displayName), \(new.email),
        \(new.nationalIDDigest?.bytes), \(new.createTime.microseconds),
        \(User.searchText(new.displayName, new.email)))
      """)
  }

  func apply(_ fact: RoleAssigned) throws {
    let new = fact.assignment
    try transaction.execute(
      """
      INSERT INTO main.role (bureau, company, id, app_user, role)
      VALUES (\(bureau), \(new.company ?? place.company), \(new.id), \(new.user),
        \(new.role.rawValue))
      """)
  }

  func apply(_ fact: RoleRemoved) throws {
    try transaction.execute(
      "DELETE FROM main.role WHERE bureau = \(bureau) AND id = \(fact.assignment.id)")
  }
}

/// Reads bureaus, companies, users and roles.
package enum TenancyTables {
  package static func bureau(_ id: ID<Bureau>, in tx: any Transaction) throws -> Bureau? {
    let row = try tx.first(
      """
      SELECT display_name, country_code, organisation_number, create_time FROM bureau
      WHERE bureau = \(id)
      """, as: (String, String, String, Int64).self)
    return try row.map { name, country, number, time in
      Bureau(
        id: id, displayName: name,
        organisationNumber: try OrganisationNumber(number, country: CountryCode(country)),
        createTime: Instant(microseconds: time))
    }
  }

  private static let companyColumns: SQL =
    """
    company, display_name, country_code, organisation_number, street, postal_code, town,
    create_time, state, revision, (
      SELECT close_time FROM company_closure
      WHERE company_closure.bureau = company.bureau AND company_closure.company = company.company)
    """
  private typealias CompanyRow = (
    ID<Company>, String, String, String, String, String, String, Int64, CompanyState, Int64, Int64?
  )

  private static func company(_ row: CompanyRow) throws -> Company {
    Company(
      id: row.0, displayName: row.1,
      organisationNumber: try OrganisationNumber(row.3, country: CountryCode(row.2)),
      street: row.4, postalCode: row.5, town: row.6, createTime: Instant(microseconds: row.7),
      state: row.10 == nil ? row.8 : .closed, closeTime: row.10?.instant, revision: row.9)
  }

  package static func company(_ place: Place, in tx: any Transaction) throws -> Company? {
    try tx.first(
      """
      SELECT \(companyColumns) FROM company
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: CompanyRow.self
    ).map { try company($0) }
  }

  /// The companies in which `user` has a role, in order of id. A role in the whole bureau counts.
  /// - Parameters:
  ///   - among: only these; empty: all of them.
  ///   - pattern: Of `SearchText`; nil: all of them.
  package static func companies(
    of bureau: ID<Bureau>, visibleTo user: ID<User>, among: [ID<Company>] = [],
    like pattern: String? = nil, after: ID<Company>?, limit: Int, in tx: any Transaction
  ) throws -> [Company] {
    let found: SQL = pattern.map { " AND search_text LIKE \($0) ESCAPE '!'" } ?? ""
    let among: SQL = among.isEmpty ? "" : " AND company IN (\(SQL.list(among)))"
    return try tx.rows(
      """
      SELECT \(companyColumns) FROM company
      WHERE bureau = \(bureau) AND company > \(after?.bytes ?? [])\(found)\(among)
        AND EXISTS (
          SELECT 1 FROM role WHERE role.bureau = \(bureau) AND role.app_user = \(user)
            AND (role.company = company.company OR role.company = \(ID<Company>(bureau.uuid))))
      ORDER BY company LIMIT \(limit)
      """, as: CompanyRow.self
    ).map { try company($0) }
  }

  /// The company, if `user` has a role in it.
  package static func visible(
    _ company: ID<Company>, of bureau: ID<Bureau>, to user: ID<User>, in tx: any Transaction
  ) throws -> Company? {
    try tx.first(
      """
      SELECT \(companyColumns) FROM company
      WHERE bureau = \(bureau) AND company = \(company)
        AND EXISTS (
          SELECT 1 FROM role WHERE role.bureau = \(bureau) AND role.app_user = \(user)
            AND (role.company = company.company OR role.company = \(ID<Company>(bureau.uuid))))
      """, as: CompanyRow.self
    ).map { try Self.company($0) }
  }

  /// All companies of the bureau, in order of id.
  package static func companies(
    of bureau: ID<Bureau>, after: ID<Company>?, limit: Int, in tx: any Transaction
  ) throws -> [Company] {
    try tx.rows(
      """
      SELECT \(companyColumns) FROM company
      WHERE bureau = \(bureau) AND company > \(after?.bytes ?? []) ORDER BY company LIMIT \(limit)
      """, as: CompanyRow.self
    ).map { try company($0) }
  }

  private typealias UserRow = (
    ID<User>, String, String, String, [UInt8]?, Int64, Bool, Int64
  )
  private static let userColumns: SQL =
    "id, kind, display_name, email, national_id_digest, create_time, blocked, revision"

  private static func user(_ row: UserRow) throws -> User {
    User(
      id: row.0, kind: try row.1.named(), displayName: row.2, email: row.3,
      nationalIDDigest: row.4.map { NationalIDDigest(bytes: $0) },
      createTime: Instant(microseconds: row.5), isBlocked: row.6, revision: row.7)
  }

  package static func user(_ id: ID<User>, of bureau: ID<Bureau>, in tx: any Transaction) throws
    -> User?
  {
    try tx.first(
      "SELECT \(userColumns) FROM app_user WHERE bureau = \(bureau) AND id = \(id)",
      as: UserRow.self
    ).map { try user($0) }
  }

  package static func user(
    with digest: NationalIDDigest, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> User? {
    try tx.first(
      """
      SELECT \(userColumns) FROM app_user
      WHERE bureau = \(bureau) AND national_id_digest = \(digest.bytes)
      """, as: UserRow.self
    ).map { try user($0) }
  }

  /// - Parameter pattern: Of `SearchText`; nil: all of them.
  package static func users(
    of bureau: ID<Bureau>, like pattern: String? = nil, after: ID<User>?, limit: Int,
    in tx: any Transaction
  ) throws -> [User] {
    let found: SQL = pattern.map { "AND search_text LIKE \($0) ESCAPE '!'" } ?? ""
    return try tx.rows(
      """
      SELECT \(userColumns) FROM app_user
      WHERE bureau = \(bureau) AND id > \(after?.bytes ?? []) \(found)
      ORDER BY id LIMIT \(limit)
      """, as: UserRow.self
    ).map { try user($0) }
  }

  private typealias RoleRow = (ID<RoleAssignment>, ID<User>, ID<Company>, Role)

  private static func assignment(_ row: RoleRow, _ bureau: ID<Bureau>) -> RoleAssignment {
    RoleAssignment(
      id: row.0, user: row.1, company: row.2.uuid == bureau.uuid ? nil : row.2, role: row.3)
  }

  /// The roles of `user` that the scope shows: in a company's scope, those in it and in the
  /// whole bureau.
  package static func roles(
    of user: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction
  ) throws -> [RoleAssignment] {
    try tx.rows(
      """
      SELECT id, app_user, company, role FROM role
      WHERE bureau = \(bureau) AND app_user = \(user) ORDER BY company, role LIMIT 1000
      """, as: RoleRow.self
    ).map { assignment($0, bureau) }
  }

  package static func role(
    _ id: ID<RoleAssignment>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> RoleAssignment? {
    try tx.first(
      "SELECT id, app_user, company, role FROM role WHERE bureau = \(bureau) AND id = \(id)",
      as: RoleRow.self
    ).map { assignment($0, bureau) }
  }

  /// - Parameter pattern: Of `SearchText`, found in the company or the user (U-10); nil: all.
  package static func roles(
    of bureau: ID<Bureau>, like pattern: String? = nil, after: ID<RoleAssignment>?, limit: Int,
    in tx: any Transaction
  ) throws -> [RoleAssignment] {
    let found: SQL =
      pattern.map {
        """
        AND (
          EXISTS (SELECT 1 FROM company WHERE company.bureau = \(bureau)
            AND company.company = role.company AND company.search_text LIKE \($0) ESCAPE '!')
          OR EXISTS (SELECT 1 FROM app_user WHERE app_user.bureau = \(bureau)
            AND app_user.id = role.app_user AND app_user.search_text LIKE \($0) ESCAPE '!'))
        """
      } ?? ""
    return try tx.rows(
      """
      SELECT id, app_user, company, role FROM role
      WHERE bureau = \(bureau) AND id > \(after?.bytes ?? []) \(found)
      ORDER BY id LIMIT \(limit)
      """, as: RoleRow.self
    ).map { assignment($0, bureau) }
  }
}

extension Role: SQLBindable, SQLDecodable {}
extension CompanyState: SQLBindable, SQLDecodable {}
