// What happens to users after they were made: their data change, they are blocked and let in again.

package import Primitives

package struct UserChange: Sendable, Equatable {
  package var displayName, email: String?
  package init(displayName: String? = nil, email: String? = nil) {
    self.displayName = displayName
    self.email = email
  }
}

package struct UserUpdated: Sendable, Equatable {
  package var user: ID<User>
  package var displayName, email: String
  package init(user: ID<User>, displayName: String, email: String) {
    self.user = user
    self.displayName = displayName
    self.email = email
  }
}

/// Tokens end with it; sessions are ended in the same transaction.
package struct UserBlocked: Sendable, Equatable {
  package var user: ID<User>
  package var reason: String
  package init(user: ID<User>, reason: String) {
    self.user = user
    self.reason = reason
  }
}

package struct UserUnblocked: Sendable, Equatable {
  package var user: ID<User>
  package init(user: ID<User>) { self.user = user }
}

extension User {
  package func changing(_ change: UserChange) throws(TenancyError) -> [Fact] {
    var name = displayName, mail = email
    if let new = change.displayName {
      name = try Field.required(new, "display_name", limit: 140)
    }
    if let new = change.email {
      if !new.isEmpty {
        do { _ = try EmailAddress(new) } catch { throw .emailInvalid(error.message) }
      }
      mail = new
    }
    return [.userUpdated(UserUpdated(user: id, displayName: name, email: mail))]
  }

  /// - Parameter others: whether somebody else administers the bureau.
  package func blocking(_ reason: String, isAdministrator: Bool, others: Bool)
    throws -> [Fact]
  {
    var why = reason.trimmed
    if !why.isEmpty {
      why = try Field.required(why, "reason", limit: 200)
    }
    if isBlocked { throw UserError.blocked }
    if isAdministrator, !others { throw UserError.lastAdministrator }
    return [.userBlocked(UserBlocked(user: id, reason: why))]
  }

  package func unblocking() throws(UserError) -> [Fact] {
    guard isBlocked else { throw .notBlocked }
    return [.userUnblocked(UserUnblocked(user: id))]
  }
}

extension TenancyRules {
  /// A role taken away. A bureau keeps somebody who administers it (U-01).
  /// - Parameter others: whether somebody else, not blocked, administers the bureau.
  package static func removing(_ assignment: RoleAssignment, others: Bool) throws(UserError)
    -> [Fact]
  {
    if assignment.role == .customerAdministrator, assignment.company == nil, !others {
      throw .lastAdministrator
    }
    return [.roleRemoved(RoleRemoved(assignment: assignment))]
  }
}

/// Why something is not done with a user, in the order it is checked.
package enum UserError: Refusal, Equatable {
  case fieldFixed(String)
  case nothingToChange
  case changedMeanwhile
  case blocked
  case notBlocked
  case lastAdministrator

  package var kind: RefusalKind {
    switch self {
    case .fieldFixed, .nothingToChange: .invalidArgument
    case .changedMeanwhile: .conflict
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .fieldFixed: "USER_FIELD_FIXED"
    case .nothingToChange: "USER_NOTHING_TO_CHANGE"
    case .changedMeanwhile: "USER_CHANGED_MEANWHILE"
    case .blocked: "USER_BLOCKED"
    case .notBlocked: "USER_NOT_BLOCKED"
    case .lastAdministrator: "LAST_ADMINISTRATOR"
    }
  }

  package var field: String? {
    switch self {
    case .fieldFixed, .nothingToChange: "update_mask"
    case .changedMeanwhile: "etag"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .fieldFixed(let field): "The field \(field) cannot be changed on a user."
    case .nothingToChange: "The update of the user names no field; give an update mask."
    case .changedMeanwhile: "The user was changed meanwhile; read it again and repeat."
    case .blocked: "The user is blocked; a customer administrator can let them in again."
    case .notBlocked: "The user is not blocked."
    case .lastAdministrator:
      "This is the bureau's last customer administrator; make another one first."
    }
  }
}
