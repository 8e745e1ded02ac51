package import Primitives

/// A customer administrator has ended a person's sessions.
package struct SessionsEnded: Sendable, Equatable {
  package var user: ID<User>
  package init(user: ID<User>) { self.user = user }
}
