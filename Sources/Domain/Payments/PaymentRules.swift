package import Primitives

package enum PaymentRules {
  /// A payment proposed from an invoice (P-01…P-05).
  /// `known`: whether the company has this invoice; `openItems`: whether the supplier has other
  /// open records.
  package static func proposing(
    _ payment: ID<Payment>, from invoice: ID<Invoice>, _ reading: InvoiceReading,
    sourceDigest: [UInt8], known: Bool, openItems: Bool, maker: ID<User>? = nil
  ) throws(InvoiceError) -> [Fact] {
    if known { throw .duplicate }
    let event = reading.terms.proposal(openItems: openItems)
    return [
      .invoiceImported(
        InvoiceImported(
          invoice: invoice, payment: payment, supplierKey: reading.supplierKey,
          number: reading.numberKey, sourceDigest: sourceDigest)),
      .paymentProposed(
        PaymentProposed(
          payment: payment, state: event.proposalState, invoiceNumber: reading.number,
          supplierKey: reading.supplierKey, terms: reading.terms, asWritten: reading.asWritten,
          warnings: reading.warnings, maker: maker)),
    ]
  }

  /// The active agreement that pays to `terms`: the account's own country first, then the
  /// account in the same currency, then the oldest. Deterministic, so that it can be tested.
  package static func agreement(for terms: PaymentTerms, among agreements: [Agreement])
    throws(PaymentError) -> (Agreement, BankProfile)
  {
    guard let account = terms.creditorAccount else { throw .incomplete(terms.missingFields) }
    guard let route = PaymentRoute(to: account, in: terms.amount.currency) else {
      throw .noAgreement
    }
    let usable = agreements.compactMap { agreement -> (Agreement, BankProfile)? in
      guard agreement.state == .active, agreement.kind == .remittance,
        let profile = BankProfile.named(agreement.bank)
      else {
        return nil
      }
      if case .domestic(let country) = route, profile.country != country { return nil }
      // A bankgiro is paid from an account in kronor.
      if case .domestic = route, agreement.currency != terms.amount.currency { return nil }
      return (agreement, profile)
    }
    let best = usable.min { a, b in
      let sameA = a.0.currency == terms.amount.currency,
        sameB = b.0.currency == terms.amount.currency
      if sameA != sameB { return sameA }
      if a.0.createTime != b.0.createTime { return a.0.createTime < b.0.createTime }
      return a.0.id < b.0.id
    }
    guard let best else { throw .noAgreement }
    return best
  }
}

extension PaymentEvent {
  /// Where the three proposal events lead.
  var proposalState: PaymentState {
    switch self {
    case .proposeComplete: .proposalComplete
    case .proposeOpenItems: .proposalOpenItems
    default: .proposalIncomplete
    }
  }
}

extension Payment {
  /// Values filled in or corrected (P-07, E-02). From a later state of the list the payment
  /// returns to the proposal: an acknowledgement or signature covers only what it was given for.
  package func changing(
    _ correction: PaymentCorrection, openItems: Bool, maker: ID<User>? = nil
  ) throws(PaymentError) -> [Fact] {
    // What is deleted returns by restoring only (P-13).
    if state == .deleted { throw .notAllowed(.correct, in: state) }
    if state != .error { _ = try state.after(.proposeComplete) }
    if correction == PaymentCorrection() { throw .nothingToChange }
    let new = try correction.applied(to: terms)
    if salary != nil, !new.isFitForSalary { throw .salaryUnfit }
    // They follow from what is set off.
    if netting != nil, new.amount != terms.amount || new.reference != terms.reference {
      throw .setOff
    }
    let event: PaymentEvent = state == .error ? .correct : new.proposal(openItems: openItems)
    let next = try state.after(event)
    if new == terms { return [] }
    return [.paymentChanged(PaymentChanged(payment: id, state: next, terms: new, maker: maker))]
  }

  /// The optional extra step before signing (P-08, P-10).
  package func acknowledging() throws(PaymentError) -> [Fact] {
    if state == .proposalIncomplete { throw .incomplete(terms.missingFields) }
    _ = try state.after(.acknowledge)
    return [.paymentAcknowledged(PaymentAcknowledged(payment: id))]
  }

  /// The values that a signature now would cover (P-09, P-11, L-02, E-02).
  ///
  /// `unknown`: what the bank was asked to pay and the database has lost; none of it is paid anew.
  package func approving(
    with agreements: [Agreement], besides unknown: [UnknownPayment] = [],
    payee: PayeeStanding = .unregistered
  ) throws(PaymentError) -> Approval.Item {
    if state == .proposalIncomplete { throw .incomplete(terms.missingFields) }
    _ = try state.after(.sign)
    if isHeld { throw .held }
    if instructions.count >= Instruction.limit { throw .tooManyInstructions }
    let (agreement, profile) = try PaymentRules.agreement(for: terms, among: agreements)
    let values = try terms.rendered(
      id, for: agreement, profile: profile, isSalary: salary != nil, netting: netting)
    // Of several signers each signs what the first was shown.
    let earlier = approvals.last { $0.rendered.marked(nil) == values }?.rendered
    let rendered = earlier ?? values.marked(payee.mark)
    if let lost = unknown.first(where: { $0.mayBe(rendered) }) {
      throw .sentBefore(endToEndID: lost.endToEndID)
    }
    try TransferRules.rehearse(rendered, profile: profile)
    return Approval.Item(
      rendered: rendered, agreement: agreement.id, lastAccount: payee.lastAccount,
      notes: netting.map { [$0.note] } ?? [])
  }

  /// Signed by `user` with evidence over exactly these values (D-01).
  package func signing(
    by user: ID<User>, with evidence: Evidence, agreements: [Agreement], required: Int = 1,
    payee: PayeeStanding = .unregistered, timing: TransferTiming = .standard
  ) throws(PaymentError) -> [Fact] {
    try signing(
      try approving(with: agreements, payee: payee), by: user, with: SignedLines(evidence),
      required: required, timing: timing)
  }

  /// The same of what was found to be approved just now. `required`: how many different people the
  /// company's policy demands; until they are enough the payment stays where it is. `timing`: the
  /// company's, as it is now (D-02).
  package func signing(
    _ item: Approval.Item, by user: ID<User>, with lines: SignedLines, required: Int,
    timing: TransferTiming
  ) throws(PaymentError) -> [Fact] {
    var item = item
    guard let signed = item.rendered.shown(in: lines),
      let profile = BankProfile.named(item.rendered.bank)
    else { throw .signedValuesChanged }
    item.rendered = signed
    let evidence = lines.evidence
    let plan = ExecutionPlan(
      dueDate: item.rendered.dueDate, timing: timing, profile: profile)
    let signature = PaymentSignature(
      user: user, rendered: item.rendered, agreement: item.agreement,
      evidenceDigest: evidence.digest, signTime: evidence.time,
      transferTime: plan.transferTime(signedAt: evidence.time), method: evidence.method)
    let signers = Set(approvals(of: item).map(\.user) + [user])
    if signers.count < required {
      return [
        .paymentPartlySigned(
          PaymentPartlySigned(payment: id, signature: signature, required: required))
      ]
    }
    return [.paymentSigned(PaymentSigned(payment: id, signature: signature))]
  }

  /// Out of the proposal and of the whole module (P-12, L-03). What was set off against it is open
  /// again, and it comes back as it was without.
  package func deleting() throws(PaymentError) -> [Fact] {
    _ = try state.after(.delete)
    return (netting?.freeing(from: self) ?? []) + [.paymentDeleted(PaymentDeleted(payment: id))]
  }

  /// "Add to Bank": back to the proposal, never further (P-13, L-03).
  package func restoring(openItems: Bool) throws(PaymentError) -> [Fact] {
    guard state == .deleted else { throw .notAllowed(.proposeComplete, in: state) }
    // What was sent once may have been paid: it keeps its instructions and is held if needed.
    let next = try state.after(terms.proposal(openItems: openItems))
    return [.paymentRestored(PaymentRestored(payment: id, state: next))]
  }

  /// What the online bank shows for a payment in doubt (E-03).
  package func recordingCheck(executed: Bool, at date: CalendarDate) throws(PaymentError)
    -> [Fact]
  {
    _ = try state.after(executed ? .findExecuted : .findNotExecuted)
    return [
      .bankCheckRecorded(
        BankCheckRecorded(
          payment: id, number: instructions.last?.number ?? 0, executed: executed, date: date))
    ]
  }
}

/// A person looked in the online bank.
package struct BankCheckRecorded: Sendable, Equatable {
  package var payment: ID<Payment>
  /// Of the instruction that was in doubt.
  package var number: Int
  package var executed: Bool
  package var date: CalendarDate
  package init(payment: ID<Payment>, number: Int, executed: Bool, date: CalendarDate) {
    self.payment = payment
    self.number = number
    self.executed = executed
    self.date = date
  }
}

extension RenderedPayment {
  /// These values as the evidence covers them; nil where it does not. A signer who was told that an
  /// account is new, when it is so no more, has seen all there is to see; the other way round not.
  fileprivate func shown(in lines: SignedLines) -> RenderedPayment? {
    let marks: [PayeeMark?] = payeeMark == nil ? [nil, .new, .changed] : [payeeMark]
    return marks.map { marked($0) }.first { lines.cover($0) }
  }
}
