package import Primitives

/// A payment that will lack a valid approver when it must be signed, and since when.
package struct ConsentGap: Sendable, Equatable {
  package enum Cause: String, Sendable, CaseIterable {
    /// No agreement pays it.
    case noAgreement
    /// The agreement that would pay it is not active.
    case agreementNotActive
    /// Nobody may approve payments in the company.
    case noApprover
    /// Nobody who may approve has consented at the bank.
    case noConsent
    /// Those who may approve have consents that end before.
    case consentEnds
  }

  package var payment: ID<Payment>
  package var cause: Cause
  /// `BankProfile.id`; empty where no agreement pays.
  package var bank: String
  package var dueDate: CalendarDate
  /// From when on nobody valid is there; now where nobody is.
  package var gapTime: Instant
  /// Whose consents end before, last first; those who should renew.
  package var users: [ID<User>]
}

/// Looks ahead: which payments will find nobody who may sign them, and when.
package struct ConsentRadar: Sendable {
  private let agreements: [Agreement]
  private let approvers: Set<ID<User>>
  private let consents: [Consent]
  private let time: Instant

  /// Of one company, as things stand at `time`.
  package init(
    agreements: [Agreement], approvers: Set<ID<User>>, consents: [Consent], at time: Instant
  ) {
    self.agreements = agreements
    self.approvers = approvers
    self.consents = consents.filter { $0.state(at: time).counts }
    self.time = time
  }

  /// States in which a payment still needs a signature.
  package static let unsigned: [PaymentState] = [
    .proposalComplete, .proposalOpenItems, .acknowledged, .error,
  ]

  /// The gap of a payment that still needs a signature; nil: somebody can sign it to the end.
  package func gap(for payment: Payment) -> ConsentGap? {
    guard Self.unsigned.contains(payment.state), let dueDate = payment.terms.dueDate else {
      return nil
    }
    func gap(
      _ cause: ConsentGap.Cause, _ bank: String, from start: Instant, users: [ID<User>] = []
    ) -> ConsentGap {
      ConsentGap(
        payment: payment.id, cause: cause, bank: bank, dueDate: dueDate, gapTime: start,
        users: users)
    }
    guard let (agreement, profile) = paying(payment, dueDate) else {
      if let bank = waiting(payment)?.bank { return gap(.agreementNotActive, bank, from: time) }
      return gap(.noAgreement, "", from: time)
    }
    if approvers.isEmpty { return gap(.noApprover, agreement.bank, from: time) }
    let own = consents.filter { $0.bank == agreement.bank && approvers.contains($0.user) }
      .sorted { ($1.expireTime, $1.id) < ($0.expireTime, $0.id) }
    guard let last = own.first else { return gap(.noConsent, agreement.bank, from: time) }
    // The last moment to sign: the bank's hour on the due date.
    let deadline = max(
      time, Instant.at(dueDate, hour: profile.cutOffHour, minute: 0, in: profile.zone))
    guard last.expireTime <= deadline else { return nil }
    return gap(.consentEnds, agreement.bank, from: last.expireTime, users: own.map(\.user))
  }

  private func paying(_ payment: Payment, _ dueDate: CalendarDate) -> (Agreement, BankProfile)? {
    try? PaymentRules.agreement(
      for: payment.terms, among: agreements.filter { $0.remits(on: dueDate) })
  }

  /// The agreement that would pay it, were it active.
  private func waiting(_ payment: Payment) -> Agreement? {
    let hoped = agreements.filter { !$0.state.isOver }.map { agreement in
      var hoped = agreement
      hoped.state = .active
      return hoped
    }
    return try? PaymentRules.agreement(for: payment.terms, among: hoped).0
  }
}
