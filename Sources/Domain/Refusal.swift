/// The few ways in which something asked for can be refused; each is one status on the wire.
package enum RefusalKind: String, Sendable, CaseIterable {
  /// A field is wrong whatever the state of the world: INVALID_ARGUMENT.
  case invalidArgument
  /// The caller has a role, but there is no such thing: NOT_FOUND.
  case notFound
  /// The state of things forbids it now: FAILED_PRECONDITION.
  case failedPrecondition
  /// Somebody else was first, or a request id came back with other content: ABORTED.
  case conflict
  /// No right to it, the same words whether it exists or not: PERMISSION_DENIED.
  case denied
  /// Who is asking is not known: UNAUTHENTICATED.
  case unauthenticated
  /// A bound was reached, ask again later: RESOURCE_EXHAUSTED.
  case exhausted
  /// Cannot be done for the moment, ask again soon: UNAVAILABLE.
  case unavailable
}

/// A named reason why something was not done, told to the caller as it is.
///
/// One enum per feature conforms, one case per refusal. Everything here is public: no internals,
/// no other tenant's data. Each `reason` is listed in ERRORS.md.
package protocol Refusal: Error, Sendable {
  /// Which status it becomes.
  var kind: RefusalKind { get }
  /// Stable and machine-readable, in SCREAMING_SNAKE: `PAYMENT_DUE_BEFORE_TODAY`.
  var reason: String { get }
  /// The request field at fault, as the proto spells it: `payments[3].due_date`.
  var field: String? { get }
  /// What is wrong and how to mend it, in words for people.
  var message: String { get }
  /// The values that the message speaks of, for programs; `mend` holds a command that helps.
  var metadata: [String: String] { get }
  /// When to ask again, where that is known.
  var retryAfter: Duration? { get }
}

extension Refusal {
  package var field: String? { nil }
  package var metadata: [String: String] { [:] }
  package var retryAfter: Duration? { nil }
}
