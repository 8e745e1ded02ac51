// Persons of the bureau at work for its companies: the service user each exchanges files with, and
// who stands for what is updated automatically (U-11…U-16).

package import Primitives

/// A service user is stored on an employee, and used by that employee only (U-12).
package struct ServiceUserLinked: Sendable, Equatable {
  package var employee: ID<User>
  /// nil: none any more.
  package var serviceUser: ID<User>?
  package init(employee: ID<User>, serviceUser: ID<User>?) {
    self.employee = employee
    self.serviceUser = serviceUser
  }
}

/// The employee used when bundles of a company are updated automatically (U-15).
package struct AutomationEmployeeSet: Sendable, Equatable {
  /// nil: blank (U-16).
  package var employee: ID<User>?
  package init(employee: ID<User>?) { self.employee = employee }
}

/// Who stands for an automatic update, and how that was found.
package struct AutomationEmployee: Sendable, Equatable {
  package enum Origin: String, Sendable, CaseIterable {
    /// The one that the company has set (U-15).
    case chosen
    /// The setting is blank, or whom it names has no rights any more: the lowest id of those who
    /// have (U-16).
    case fallback
  }

  package var user: ID<User>
  package var origin: Origin

  package init(user: ID<User>, origin: Origin) {
    self.user = user
    self.origin = origin
  }

  /// - Parameter entitled: the employees of the bureau, not blocked, with rights to the company.
  package static func resolving(chosen: ID<User>?, entitled: [ID<User>]) throws(EmployeeError)
    -> AutomationEmployee
  {
    if let chosen, entitled.contains(chosen) {
      return AutomationEmployee(user: chosen, origin: .chosen)
    }
    // Any would do: the lowest, so that it can be foretold.
    let lowest = entitled.min { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    guard let lowest else { throw .nobody }
    return AutomationEmployee(user: lowest, origin: .fallback)
  }
}

package enum EmployeeRules {
  /// - Parameter entitled: as for `AutomationEmployee.resolving`.
  package static func setting(_ employee: ID<User>?, entitled: [ID<User>]) throws(EmployeeError)
    -> [Fact]
  {
    if let employee, !entitled.contains(employee) { throw .notEntitled }
    return [.automationEmployeeSet(AutomationEmployeeSet(employee: employee))]
  }

  /// The employee, or a customer administrator in the employee register, stores a service user's
  /// name on the employee (U-12, U-14).
  /// - Parameters:
  ///   - roles: the service user's.
  ///   - holder: the employee who has this service user already.
  package static func linking(
    _ service: User?, roles: [RoleAssignment], to employee: User, holder: ID<User>?,
    by actor: ID<User>, isAdministrator: Bool
  ) throws(EmployeeError) -> [Fact] {
    guard employee.id == actor || isAdministrator else { throw .notOwn }
    guard employee.kind == .person else { throw .notPerson }
    if let service {
      guard service.kind == .service, !service.isBlocked else { throw .notServiceUser }
      // U-11: access, and a role that may send and fetch files.
      guard roles.contains(where: { $0.role == .serviceUser }) else { throw .noFileRole }
      if let holder, holder != employee.id { throw .taken }
    }
    return [
      .serviceUserLinked(ServiceUserLinked(employee: employee.id, serviceUser: service?.id))
    ]
  }
}

/// Why an employee is not used so, in the order it is checked.
package enum EmployeeError: Refusal, Equatable {
  case notOwn
  case notPerson
  case notServiceUser
  case noFileRole
  case taken
  case notEntitled
  case nobody

  package var kind: RefusalKind { self == .notOwn ? .denied : .failedPrecondition }

  package var reason: String {
    switch self {
    case .notOwn: "EMPLOYEE_NOT_OWN"
    case .notPerson: "EMPLOYEE_NOT_PERSON"
    case .notServiceUser: "EMPLOYEE_NOT_SERVICE_USER"
    case .noFileRole: "SERVICE_USER_WITHOUT_ROLE"
    case .taken: "SERVICE_USER_TAKEN"
    case .notEntitled: "EMPLOYEE_NOT_ENTITLED"
    case .nobody: "EMPLOYEE_NOBODY"
    }
  }

  package var message: String {
    switch self {
    case .notOwn:
      "Everybody stores their own service user; for others a customer administrator does it."
    case .notPerson: "An employee is a person, not a service user."
    case .notServiceUser: "This is no service user of the bureau, or one that is blocked."
    case .noFileRole:
      "The service user has no role that may send and fetch files; give it SERVICE_USER in the "
        + "company."
    case .taken: "Another employee uses this service user; each has their own."
    case .notEntitled:
      "Whoever stands for automatic updates is an accountant or customer administrator of the "
        + "company, or of the bureau, and not blocked."
    case .nobody: "Nobody who could stand for automatic updates has rights to the company."
    }
  }
}
