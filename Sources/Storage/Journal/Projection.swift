package import Domain
package import Engine
package import Primitives

/// Writes the tables from facts, one fact at a time and in order. It reads only rows of the fact's
/// own journal, so that a replay gives the same rows (invariant J).
package struct Projection {
  package let place: Place
  /// Of the fact that is projected.
  package let sequence: Int64
  package let time: Instant
  package let transaction: any Transaction

  package init(place: Place, sequence: Int64, time: Instant, transaction: any Transaction) {
    self.place = place
    self.sequence = sequence
    self.time = time
    self.transaction = transaction
  }

  var bureau: ID<Bureau> { place.bureau }
  var company: ID<Company> { place.company }

  package func apply(_ fact: Fact) throws {
    try project(fact)
    try noteHistory(fact)
  }

  private func project(_ fact: Fact) throws {
    switch fact {
    case .bureauCreated(let fact): try apply(fact)
    case .companyCreated(let fact): try apply(fact)
    case .userCreated(let fact): try apply(fact)
    case .roleAssigned(let fact): try apply(fact)
    case .roleRemoved(let fact): try apply(fact)
    case .tokenCreated(let fact): try apply(fact)
    case .tokenRevoked(let fact): try apply(fact)
    case .sessionsEnded: break  // Sessions are no projection.
    case .companyUpdated(let fact): try apply(fact)
    case .companyActivated(let fact): try apply(fact)
    case .userUpdated(let fact): try apply(fact)
    case .userBlocked(let fact): try apply(fact)
    case .userUnblocked(let fact): try apply(fact)
    case .packagesChosen(let fact): try apply(fact)
    case .licenceOrdered(let fact): try apply(fact)
    case .termsAccepted(let fact): try apply(fact)
    case .serviceUserLinked(let fact): try apply(fact)
    case .phoneEntered(let fact): try apply(fact)
    case .phoneConfirmed(let fact): try apply(fact)
    case .accessCellSet(let fact): try apply(fact)
    case .companyClosed(let fact): try apply(fact)
    case .bankSigningSet(let fact): try apply(fact)
    case .automationEmployeeSet(let fact): try apply(fact)
    case .agreementDrafted(let fact): try apply(fact)
    case .agreementSent(let fact): try apply(fact)
    case .agreementSigned(let fact): try apply(fact)
    case .agreementChanged(let fact): try apply(fact)
    case .agreementDeclined(let fact): try apply(fact)
    case .agreementLinkExpired(let fact): try apply(fact)
    case .agreementHeldForReview(let fact): try apply(fact)
    case .agreementApproved(let fact): try apply(fact)
    case .agreementRejected(let fact): try apply(fact)
    case .connectionChecked(let fact): try apply(fact)
    case .agreementActivated(let fact): try apply(fact)
    case .agreementNotActivated(let fact): try apply(fact)
    case .agreementTerminated(let fact): try apply(fact)
    case .agreementStepRecorded(let fact): try apply(fact)
    case .agreementConverted(let fact): try apply(fact)
    case .consentGiven(let fact): try apply(fact)
    case .consentRevoked(let fact): try apply(fact)
    case .consentInvited(let fact): try apply(fact)
    case .consentDeclined(let fact): try apply(fact)
    case .invoiceImported(let fact): try apply(fact)
    case .paymentProposed(let fact): try apply(fact)
    case .paymentChanged(let fact): try apply(fact)
    case .paymentAcknowledged(let fact):
      try move(fact.payment, by: .acknowledge)
      try forgetReturn(of: fact.payment)
    case .paymentSigned(let fact): try apply(fact)
    case .paymentDeleted(let fact): try apply(fact)
    case .paymentRestored(let fact): try setState(fact.payment, fact.state)
    case .transferPrepared(let fact): try apply(fact)
    case .transferDelivered(let fact): try apply(fact)
    case .transfersHeld(let fact): try apply(fact)
    case .transferRecovered(let fact): try apply(fact)
    case .unknownPaymentFound(let fact): try apply(fact)
    case .transfersReleased(let fact): try apply(fact)
    case .unknownPaymentDismissed(let fact): try apply(fact)
    case .returnFileRead(let fact): try apply(fact)
    case .instructionAccepted(let fact): try apply(fact)
    case .paymentRejected(let fact): try apply(fact)
    case .paymentPaid(let fact): try apply(fact)
    case .paymentBooked(let fact): try apply(fact)
    case .bankSignatureGiven(let fact): try apply(fact)
    case .paymentLost(let fact): try apply(fact)
    case .bankCheckRecorded(let fact): try apply(fact)
    case .alarmRaised(let fact): try apply(fact)
    case .voucherPosted(let fact): try apply(fact)
    case .signingKeyCreated(let fact): try apply(fact)
    case .signingKeyRevoked(let fact): try apply(fact)
    case .batchSubmitted(let fact): try apply(fact)
    case .companyPolicySet(let fact): try apply(fact)
    case .paymentPartlySigned(let fact): try apply(fact)
    case .transferTimingSet(let fact): try apply(fact)
    case .paymentReturned(let fact): try apply(fact)
    // For the audit alone.
    case .sealRefused, .paymentsHandled, .signingCodeFailed: break
    case .companyOnboarded(let fact): try apply(fact)
    case .reminderSettingsSet(let fact): try apply(fact)
    case .supplierAccountFound(let fact): try apply(fact)
    case .supplierAccountConfirmed(let fact): try apply(fact)
    case .supplierAccountRejected(let fact): try apply(fact)
    case .supplierBlocked(let fact): try apply(fact)
    case .supplierUnblocked(let fact): try apply(fact)
    case .salaryBatchImported(let fact): try apply(fact)
    case .duplicatesDismissed(let fact): try apply(fact)
    case .openItemFound(let fact): try apply(fact)
    case .openItemsLinked(let fact): try apply(fact)
    case .openItemsUnlinked(let fact): try apply(fact)
    case .automaticPostingSet(let fact): try apply(fact)
    }
  }
}
