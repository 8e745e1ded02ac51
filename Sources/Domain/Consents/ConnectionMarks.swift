package import Primitives

/// The two marks of a company's users, and what its consents allow. Independent of each other: one
/// is the company's, the other each person's own (C-05, C-06).
package struct ConnectionMarks: Sendable, Equatable {
  /// The agreement's mark, the same for all users of the company (C-06).
  package let integration: Bool
  private let counting: [Consent]

  /// - Parameters:
  ///   - agreements: Of one company.
  ///   - consents: All of the same company.
  package init(agreements: [Agreement], consents: [Consent], at time: Instant) {
    integration = agreements.contains { $0.state == .active }
    counting = consents.filter { $0.state(at: time).counts }
  }

  /// The user's own consents that count; none: the user's consent mark is red (C-05).
  package func consents(of user: ID<User>) -> [Consent] { counting.filter { $0.user == user } }

  /// Whether balances and transactions may be fetched for the company (C-04). The bank's answers to
  /// the company's own transfers are not bank data in this sense: they are read always.
  package var bankData: Bool { !counting.isEmpty }
}
