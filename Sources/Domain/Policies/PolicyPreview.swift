package import Policies
package import Primitives

/// What another policy would mean for the payments that wait for a signature.
package struct PolicyPreview: Sendable {
  /// One side of the comparison.
  package struct Side: Sendable, Equatable {
    /// nil: nobody may sign it, by a limit.
    package var required: Int?
    /// `POLICY_PAYMENT_LIMIT`, `POLICY_DAY_LIMIT`
    package var refused: String?
    package var mustBeAcknowledged: Bool
    /// So many of the required approvers the company does not have.
    package var lacking: Int
  }

  package struct Effect: Sendable, Equatable {
    package var before, after: Side

    /// Whether the new policy takes from the payment what it had: people enough to sign it.
    package var isNewlyLacking: Bool {
      before.lacking == 0 && before.required != nil && (after.lacking > 0 || after.required == nil)
    }
  }

  private let now, wanted: CompanyPolicy
  private let day: SignedDay
  private let agreements: [Agreement]
  private let approvers: Set<ID<User>>
  private let consents: [Consent]

  /// Of one company as it stands: `agreements` that pay now, `approvers` with the role who are let
  /// in, `consents` that count.
  package init(
    from now: CompanyPolicy, to wanted: CompanyPolicy, on day: SignedDay,
    agreements: [Agreement], approvers: Set<ID<User>>, consents: [Consent]
  ) {
    self.now = now
    self.wanted = wanted
    self.day = day
    self.agreements = agreements
    self.approvers = approvers
    self.consents = consents
  }

  /// nil where nothing changes.
  package func effect(on payment: Payment) -> Effect? {
    let item = try? payment.approving(with: agreements)
    let effect = Effect(
      before: side(now, of: payment, item), after: side(wanted, of: payment, item))
    return effect.before == effect.after ? nil : effect
  }

  private func side(_ policy: CompanyPolicy, of payment: Payment, _ item: Approval.Item?) -> Side {
    let asked = payment.policyCase(by: nil, on: day)
    let verdict = policy.judge(
      asked.amount, signedToday: asked.signedToday, isSalary: asked.isSalary)
    let people = signers(policy, of: payment, item)
    return Side(
      required: verdict.required, refused: verdict.reason,
      mustBeAcknowledged: policy.acknowledgeFirst && !asked.isAcknowledged,
      lacking: max(0, (verdict.required ?? 0) - people.count))
  }

  /// Who has signed these values, and who else could.
  private func signers(_ policy: CompanyPolicy, of payment: Payment, _ item: Approval.Item?)
    -> Set<ID<User>>
  {
    guard let item else { return [] }
    var able = Set(consents.filter { $0.bank == item.rendered.bank }.map(\.user))
      .intersection(approvers)
    if !policy.makerMaySign { able.subtract(payment.makers) }
    return able.union(payment.approvals(of: item).map(\.user))
  }
}
