package import Primitives

// From signed to active: what the partner, the owner register and the channel say decides.

/// What was found outside about an agreement that shall become active.
package struct ActivationFindings: Sendable, Equatable {
  package var review: ReviewAnswer
  package var owner: AccountOwner
  package var connection: ConnectionFinding

  package init(review: ReviewAnswer, owner: AccountOwner, connection: ConnectionFinding) {
    self.review = review
    self.owner = owner
    self.connection = connection
  }
}

extension Agreement {
  /// Whether somebody outside must be asked before it goes on.
  package var awaitsOutside: Bool { state == .signed || state == .manualReview }

  /// A signed agreement, or one that the partner has held, after the partner was asked. Only the
  /// partner decides here; nobody of the bureau does.
  package func advancing(by findings: ActivationFindings, for company: Company, at time: Instant)
    throws(AgreementError) -> [Fact]
  {
    guard awaitsOutside else { return [] }
    switch findings.review {
    case .unanswered: return []
    case .pending(let reasons): return holding(reasons, at: time)
    case .rejected(let why): return try rejecting(by: "partner", reason: why)
    case .approved:
      let approved: [Fact] =
        state == .manualReview
        ? [.agreementApproved(AgreementApproved(agreement: id, by: "partner", note: ""))] : []
      return approved + activation(findings, for: company, at: time)
    }
  }

  private func holding(_ reasons: [ReviewReason], at time: Instant) -> [Fact] {
    let reasons = Array(reasons.prefix(AgreementReview.reasonLimit))
    guard state != .manualReview || review?.reasons != reasons else { return [] }
    let calendar = BankProfile.named(bank)?.calendar ?? .norway
    // The time of the first hold counts: another reason does not begin the wait anew.
    let start = state == .manualReview ? review?.startTime ?? time : time
    let today = start.date(in: .centralEuropean)
    let expected = calendar.adding(bankingDays: AgreementReview.workingDays, to: today)
    return [
      .agreementHeldForReview(
        AgreementHeldForReview(
          agreement: id,
          review: AgreementReview(reasons: reasons, startTime: start, expectedDate: expected)))
    ]
  }

  /// The operator lets a held agreement pass.
  package func approving(
    by decider: String, note: String, findings: ActivationFindings, for company: Company,
    at time: Instant
  ) throws(AgreementError) -> [Fact] {
    guard state == .manualReview else { throw .state(.approve, in: state) }
    let note = note.isEmpty ? "" : try Self.reason(note)
    return [.agreementApproved(AgreementApproved(agreement: id, by: decider, note: note))]
      + activation(findings, for: company, at: time)
  }

  /// The partner, the operator or the bank says no.
  package func rejecting(by decider: String, reason: String) throws(AgreementError) -> [Fact] {
    _ = try state.after(.reject)
    let reason = String(reason.plainLine.trimmed.unicodeScalars.prefix(300).map(Character.init))
    return [
      .agreementRejected(
        AgreementRejected(
          agreement: id, by: decider, reason: reason.isEmpty ? "no reason given" : reason))
    ]
  }

  /// A person opens what was saved and not activated, and activates it.
  package func activating(_ findings: ActivationFindings, for company: Company, at time: Instant)
    throws(AgreementError) -> [Fact]
  {
    guard state == .savedNotActivated else { throw .state(.activate, in: state) }
    return activation(findings, for: company, at: time)
  }

  /// A check on demand: says how it is, and changes nothing else.
  package func checking(_ finding: ConnectionFinding, at time: Instant) -> [Fact] {
    [
      .connectionChecked(
        ConnectionChecked(
          agreement: id, check: ConnectionCheck(finding: finding, time: time)))
    ]
  }

  /// The bank's answer about the owner, then the connection check.
  private func activation(_ findings: ActivationFindings, for company: Company, at time: Instant)
    -> [Fact]
  {
    do throws(AgreementError) { try findings.owner.check(owns: company) } catch {
      return [
        .agreementRejected(
          AgreementRejected(agreement: id, by: "bank", reason: error.message))
      ]
    }
    let checked = checking(findings.connection, at: time)
    switch findings.connection {
    case .ok: return checked + [.agreementActivated(AgreementActivated(agreement: id))]
    case .failed(let fault, let text):
      let why = text.isEmpty ? fault.words : "\(fault.words): \(text.plainLine.prefix(200))"
      return checked
        + [.agreementNotActivated(AgreementNotActivated(agreement: id, reason: why))]
    }
  }
}
