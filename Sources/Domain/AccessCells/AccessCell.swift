// What a bureau may change in the table of who may do what: one cell at a time, inside fixed bounds.

/// Whether a role may call a method in this bureau, otherwise than by default.
package struct AccessCellSet: Sendable, Equatable {
  /// `bureau.v1.PaymentService/AcknowledgePayment`
  package var method: String
  package var role: Role
  package var isAllowed: Bool

  package init(method: String, role: Role, isAllowed: Bool) {
    self.method = method
    self.role = role
    self.isAllowed = isAllowed
  }
}

/// What of one row of the table is free: the rest is as it is, whatever a bureau wishes.
package struct AccessBounds: Sendable, Equatable {
  /// By default.
  package var roles: Set<Role>
  /// May be switched off or on.
  package var free: Set<Role>

  package init(roles: Set<Role>, free: Set<Role>) {
    self.roles = roles
    self.free = free
  }

  /// The roles that may, with a bureau's own cells.
  package func effective(_ cells: [Role: Bool]) -> Set<Role> {
    var roles = roles
    for (role, isAllowed) in cells where free.contains(role) {
      if isAllowed { roles.insert(role) } else { roles.remove(role) }
    }
    return roles
  }

  package func setting(_ cell: AccessCellSet, cells: [Role: Bool]) throws(AccessCellError) -> [Fact]
  {
    guard free.contains(cell.role) else { throw .fixed }
    guard effective(cells).contains(cell.role) != cell.isAllowed else { throw .same }
    // Somebody must be left who can do it.
    guard !effective(cells.merging([cell.role: cell.isAllowed]) { $1 }).isEmpty else {
      throw .nobody
    }
    return [.accessCellSet(cell)]
  }
}

/// Why a cell of the access table is not changed, in the order it is checked.
package enum AccessCellError: Refusal, Equatable {
  case methodUnknown(String)
  case roleMissing
  case fixed
  case same
  case nobody

  package var kind: RefusalKind {
    switch self {
    case .methodUnknown, .roleMissing: .invalidArgument
    case .fixed, .same, .nobody: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .methodUnknown: "ACCESS_METHOD_UNKNOWN"
    case .roleMissing: "ACCESS_ROLE_MISSING"
    case .fixed: "ACCESS_FIXED"
    case .same: "ACCESS_SAME"
    case .nobody: "ACCESS_NOBODY"
    }
  }

  package var field: String? {
    switch self {
    case .methodUnknown: "method"
    case .roleMissing: "role"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .methodUnknown(let method): "There is no method called \(method)."
    case .roleMissing: "The cell names no role."
    case .fixed: "This cell of the access table is fixed; the table says which are free."
    case .same: "The cell of the access table says so already."
    case .nobody: "Nobody would be left who may do this; allow another role first."
    }
  }
}
