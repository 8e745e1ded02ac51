// What is still to come of a payment: when it leaves and is paid, who must sign, how it will be posted.

package import Policies
package import Primitives

/// What one company has, by which the outlook of its payments is told.
package struct OutlookBasis: Sendable {
  package var policy: CompanyPolicy
  package var timing: TransferTiming
  package var day: SignedDay
  package var agreements: [Agreement]
  /// With the role, and let in.
  package var approvers: Set<ID<User>>
  /// Those that count.
  package var consents: [Consent]
  package var time: Instant

  package init(
    policy: CompanyPolicy, timing: TransferTiming, day: SignedDay, agreements: [Agreement],
    approvers: Set<ID<User>>, consents: [Consent], time: Instant
  ) {
    self.policy = policy
    self.timing = timing
    self.day = day
    self.agreements = agreements
    self.approvers = approvers
    self.consents = consents
    self.time = time
  }
}

package struct PaymentOutlook: Sendable, Equatable {
  /// nil: no agreement pays it as it is, or it has left the list.
  package var agreement: Agreement?
  /// When it leaves for the bank; signed now, where it is not signed.
  package var transferTime: Instant?
  /// The banking day on which the bank shall pay.
  package var executionDate: CalendarDate?
  /// nil: nobody may sign it, by a limit.
  package var requiredSignatures: Int?
  /// `POLICY_…`, where nobody may sign it now.
  package var refused: String?
  /// Who has signed these very values.
  package var signers: [ID<User>]
  /// Who else could now.
  package var ableSigners: [ID<User>]
}

extension Payment {
  package func outlook(_ basis: OutlookBasis) -> PaymentOutlook {
    var outlook = PaymentOutlook(
      agreement: nil, transferTime: nil, executionDate: nil, requiredSignatures: nil, refused: nil,
      signers: [], ableSigners: [])
    if let signature {
      outlook.signers = approvals.map(\.user)
      outlook.requiredSignatures = max(requiredSignatures, 1)
      outlook.agreement = basis.agreements.first { $0.id == signature.agreement }
      outlook.transferTime = signature.transferTime
      if let profile = BankProfile.named(signature.rendered.bank) {
        let plan = ExecutionPlan(
          dueDate: signature.rendered.dueDate, timing: basis.timing, profile: profile)
        outlook.executionDate = plan.executionDate(
          transferredAt: max(signature.transferTime, basis.time))
      }
      return outlook
    }
    guard let item = try? approving(with: basis.agreements),
      let profile = BankProfile.named(item.rendered.bank)
    else { return outlook }
    let plan = ExecutionPlan(
      dueDate: item.rendered.dueDate, timing: basis.timing, profile: profile)
    let transferTime = plan.transferTime(signedAt: basis.time)
    outlook.agreement = basis.agreements.first { $0.id == item.agreement }
    outlook.transferTime = transferTime
    outlook.executionDate = plan.executionDate(transferredAt: transferTime)
    let asked = policyCase(by: nil, on: basis.day)
    let verdict = basis.policy.judge(asked.amount, signedToday: asked.signedToday)
    outlook.requiredSignatures = verdict.required
    outlook.refused =
      basis.policy.acknowledgeFirst && !asked.isAcknowledged
      ? PolicyError.notAcknowledged.reason : verdict.reason
    outlook.signers = approvals(of: item).map(\.user)
    var able = Set(basis.consents.filter { $0.bank == item.rendered.bank }.map(\.user))
      .intersection(basis.approvers).subtracting(outlook.signers)
    if !basis.policy.makerMaySign { able.subtract(makers) }
    outlook.ableSigners = able.sorted()
    return outlook
  }

  /// How it will be posted if the bank pays it as asked: by the rules that post it then.
  package func expectedPosting(_ draft: VoucherDraft, executedOn date: CalendarDate?) -> Voucher? {
    var paid = self
    paid.state = .paid
    paid.bookingDate = bookingDate ?? date
    guard case .voucherPosted(let fact)? = try? paid.posting(draft).first else { return nil }
    return fact.voucher
  }
}

/// What leaves one account on one day.
package struct AccountDay: Hashable, Sendable {
  package var agreement: ID<Agreement>
  package var date: CalendarDate
  package var currency: Currency
  package init(agreement: ID<Agreement>, date: CalendarDate, currency: Currency) {
    self.agreement = agreement
    self.date = date
    self.currency = currency
  }
}
