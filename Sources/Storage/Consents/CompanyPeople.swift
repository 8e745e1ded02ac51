package import Domain
package import Engine
package import Primitives

extension TenancyTables {
  /// The persons with a role in the company or in the whole bureau, by name; at most 1,000.
  package static func people(
    with company: ID<Company>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> [User] {
    let ids = try tx.rows(
      """
      SELECT DISTINCT app_user FROM role
      WHERE bureau = \(bureau) AND (company = \(company) OR company = \(ID<Company>(bureau.uuid)))
      ORDER BY app_user LIMIT 1000
      """, as: ID<User>.self)
    return try ids.compactMap { try user($0, of: bureau, in: tx) }
      .filter { $0.kind == .person }
      .sorted { ($0.displayName, $0.id.hex) < ($1.displayName, $1.id.hex) }
  }

  /// Who may approve payments in the company and is let in; at most 1,000.
  package static func approvers(
    in company: ID<Company>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> Set<ID<User>> {
    Set(
      try tx.rows(
        """
        SELECT DISTINCT role.app_user FROM role
        JOIN app_user ON app_user.bureau = role.bureau AND app_user.id = role.app_user
        WHERE role.bureau = \(bureau) AND role.role = \(Role.approver.rawValue)
          AND (role.company = \(company) OR role.company = \(ID<Company>(bureau.uuid)))
          AND app_user.blocked = \(false) LIMIT 1000
        """, as: ID<User>.self))
  }
}
