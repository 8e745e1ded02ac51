package import Domain
package import Engine
package import Primitives

extension Projection {
  func apply(_ fact: ServiceUserLinked) throws {
    guard let service = fact.serviceUser else {
      return try transaction.execute(
        "DELETE FROM main.employee WHERE bureau = \(bureau) AND app_user = \(fact.employee)")
    }
    try transaction.execute(
      """
      INSERT INTO main.employee (bureau, app_user, service_user)
      VALUES (\(bureau), \(fact.employee), \(service))
      ON CONFLICT (bureau, app_user) DO UPDATE SET service_user = excluded.service_user
      """)
  }

  func apply(_ fact: AutomationEmployeeSet) throws {
    guard let employee = fact.employee else {
      return try transaction.execute(
        "DELETE FROM main.automation_employee WHERE bureau = \(bureau) AND company = \(company)")
    }
    try transaction.execute(
      """
      INSERT INTO main.automation_employee (bureau, company, app_user)
      VALUES (\(bureau), \(company), \(employee))
      ON CONFLICT (bureau, company) DO UPDATE SET app_user = excluded.app_user
      """)
  }
}

package enum EmployeeTables {
  /// The service user that is stored on an employee (U-12).
  package static func serviceUser(
    of employee: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction
  )
    throws -> ID<User>?
  {
    try tx.first(
      "SELECT service_user FROM employee WHERE bureau = \(bureau) AND app_user = \(employee)",
      as: ID<User>.self)
  }

  /// The employee on whom a service user is stored.
  package static func holder(of service: ID<User>, in bureau: ID<Bureau>, _ tx: any Transaction)
    throws -> ID<User>?
  {
    try tx.first(
      "SELECT app_user FROM employee WHERE bureau = \(bureau) AND service_user = \(service)",
      as: ID<User>.self)
  }

  /// As the company has set it (U-15); nil: blank.
  package static func chosen(for place: Place, in tx: any Transaction) throws -> ID<User>? {
    try tx.first(
      """
      SELECT app_user FROM automation_employee
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: ID<User>.self)
  }

  /// The employee with rights to the company who has the lowest id, and the one who is chosen: all
  /// that the rule of U-16 needs. Who approves, reads or administers a company is one of its own
  /// people; the bureau's employees are accountants and customer administrators.
  package static func entitled(
    to place: Place, besides chosen: ID<User>? = nil, in tx: any Transaction
  ) throws -> [ID<User>] {
    let lowest = try entitled(to: place, "1 = 1", tx)
    guard let chosen, !lowest.contains(chosen) else { return lowest }
    return lowest + (try entitled(to: place, "app_user.id = \(chosen)", tx))
  }

  private static func entitled(to place: Place, _ which: SQL, _ tx: any Transaction) throws
    -> [ID<User>]
  {
    try tx.rows(
      """
      SELECT app_user.id FROM app_user
      WHERE app_user.bureau = \(place.bureau) AND app_user.kind = \(User.Kind.person.rawValue)
        AND app_user.blocked = \(false) AND \(which)
        AND EXISTS (SELECT 1 FROM role WHERE role.bureau = \(place.bureau)
          AND role.app_user = app_user.id AND role.role IN
            (\(Role.customerAdministrator.rawValue), \(Role.accountant.rawValue))
          AND role.company IN (\(place.company), \(ID<Company>(place.bureau.uuid))))
      ORDER BY app_user.id LIMIT 1
      """, as: ID<User>.self)
  }

  /// Who stands for what is updated automatically in a company (U-15, U-16): what an automatic
  /// update asks, and records with what it does.
  package static func automation(for place: Place, in tx: any Transaction) throws
    -> AutomationEmployee
  {
    let chosen = try chosen(for: place, in: tx)
    return try AutomationEmployee.resolving(
      chosen: chosen, entitled: entitled(to: place, besides: chosen, in: tx))
  }
}
