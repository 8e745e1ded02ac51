// Everything that can happen, in the past tense. A fact is decided by a feature's rules, appended
// to one company's journal and projected into tables; nothing changes in any other way
// (ARCHITECTURE.md, invariants J and L).

/// One thing that happened.
package enum Fact: Sendable, Equatable {
  // The bureau's own journal.
  case bureauCreated(BureauCreated)
  case companyCreated(CompanyCreated)
  case userCreated(UserCreated)
  case roleAssigned(RoleAssigned)
  case roleRemoved(RoleRemoved)
  case tokenCreated(TokenCreated)
  case tokenRevoked(TokenRevoked)
  // A company's journal.
  case agreementDrafted(AgreementDrafted)
  case agreementSent(AgreementSent)
  case agreementSigned(AgreementSigned)
  case consentGiven(ConsentGiven)
  case consentRevoked(ConsentRevoked)
  case invoiceImported(InvoiceImported)
  case paymentProposed(PaymentProposed)
  case paymentChanged(PaymentChanged)
  case paymentAcknowledged(PaymentAcknowledged)
  case paymentSigned(PaymentSigned)
  case paymentDeleted(PaymentDeleted)
  case paymentRestored(PaymentRestored)
  case transferPrepared(TransferPrepared)
  case transferDelivered(TransferDelivered)
  case transfersHeld(TransfersHeld)
  case transferRecovered(TransferRecovered)
  case unknownPaymentFound(UnknownPaymentFound)
  case transfersReleased(TransfersReleased)
  case unknownPaymentDismissed(UnknownPaymentDismissed)
  case returnFileRead(ReturnFileRead)
  case instructionAccepted(InstructionAccepted)
  case paymentRejected(PaymentRejected)
  case paymentPaid(PaymentPaid)
  case paymentLost(PaymentLost)
  case bankCheckRecorded(BankCheckRecorded)
  case alarmRaised(AlarmRaised)
  case voucherPosted(VoucherPosted)
}
