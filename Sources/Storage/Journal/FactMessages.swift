// The total mapping between the domain's facts and the journal's messages. Writing never fails;
// reading refuses what no program of ours can have written.

import Domain
import Facts
import Primitives
import SwiftProtobuf

typealias Message = Bureau_Facts_V1_Body.OneOf_Fact

/// A stored fact that cannot be read: the database was changed from outside, or is of a newer
/// program.
struct UnreadableFact: Error, Equatable {
  var what: String
}

extension Fact {
  var message: Message {
    switch self {
    case .bureauCreated(let fact): .bureauCreated(fact.message)
    case .companyCreated(let fact): .companyCreated(fact.message)
    case .userCreated(let fact): .userCreated(fact.message)
    case .roleAssigned(let fact): .roleAssigned(fact.message)
    case .roleRemoved(let fact): .roleRemoved(fact.message)
    case .tokenCreated(let fact): .tokenCreated(fact.message)
    case .tokenRevoked(let fact): .tokenRevoked(fact.message)
    case .sessionsEnded(let fact): .sessionsEnded(.with { $0.user = fact.user.data })
    case .companyUpdated(let fact): .companyUpdated(fact.message)
    case .companyActivated(let fact): .companyActivated(.with { $0.company = fact.company.data })
    case .userUpdated(let fact): .userUpdated(fact.message)
    case .userBlocked(let fact): .userBlocked(fact.message)
    case .userUnblocked(let fact): .userUnblocked(.with { $0.user = fact.user.data })
    case .packagesChosen(let fact): .packagesChosen(fact.message)
    case .licenceOrdered(let fact): .licenceOrdered(fact.message)
    case .termsAccepted(let fact): .termsAccepted(fact.message)
    case .serviceUserLinked(let fact): .serviceUserLinked(fact.message)
    case .phoneEntered(let fact): .phoneEntered(fact.message)
    case .phoneConfirmed(let fact): .phoneConfirmed(fact.message)
    case .accessCellSet(let fact): .accessCellSet(fact.message)
    case .companyClosed(let fact): .companyClosed(fact.message)
    case .bankSigningSet(let fact): .bankSigningSet(fact.message)
    case .automationEmployeeSet(let fact): .automationEmployeeSet(fact.message)
    case .agreementDrafted(let fact): .agreementDrafted(fact.message)
    case .agreementSent(let fact): .agreementSent(fact.message)
    case .agreementSigned(let fact): .agreementSigned(fact.message)
    case .agreementChanged(let fact): .agreementChanged(fact.message)
    case .agreementDeclined(let fact): .agreementDeclined(fact.message)
    case .agreementLinkExpired(let fact):
      .agreementLinkExpired(.with { $0.agreement = fact.agreement.data })
    case .agreementHeldForReview(let fact): .agreementHeldForReview(fact.message)
    case .agreementApproved(let fact): .agreementApproved(fact.message)
    case .agreementRejected(let fact): .agreementRejected(fact.message)
    case .connectionChecked(let fact): .connectionChecked(fact.message)
    case .agreementActivated(let fact):
      .agreementActivated(.with { $0.agreement = fact.agreement.data })
    case .agreementNotActivated(let fact): .agreementNotActivated(fact.message)
    case .agreementTerminated(let fact): .agreementTerminated(fact.message)
    case .agreementStepRecorded(let fact): .agreementStepRecorded(fact.message)
    case .agreementConverted(let fact): .agreementConverted(fact.message)
    case .consentGiven(let fact): .consentGiven(fact.message)
    case .consentRevoked(let fact): .consentRevoked(fact.message)
    case .consentInvited(let fact): .consentInvited(fact.message)
    case .consentDeclined(let fact): .consentDeclined(fact.message)
    case .invoiceImported(let fact): .invoiceImported(fact.message)
    case .paymentProposed(let fact): .paymentProposed(fact.message)
    case .paymentChanged(let fact): .paymentChanged(fact.message)
    case .paymentAcknowledged(let fact):
      .paymentAcknowledged(.with { $0.payment = fact.payment.data })
    case .paymentSigned(let fact): .paymentSigned(fact.message)
    case .paymentDeleted(let fact): .paymentDeleted(.with { $0.payment = fact.payment.data })
    case .paymentRestored(let fact): .paymentRestored(fact.message)
    case .transferPrepared(let fact): .transferPrepared(fact.message)
    case .transferDelivered(let fact):
      .transferDelivered(.with { $0.transfer = fact.transfer.data })
    case .transfersHeld(let fact): .transfersHeld(fact.message)
    case .transferRecovered(let fact): .transferRecovered(fact.message)
    case .unknownPaymentFound(let fact): .unknownPaymentFound(fact.message)
    case .transfersReleased(let fact): .transfersReleased(fact.message)
    case .unknownPaymentDismissed(let fact): .unknownPaymentDismissed(fact.message)
    case .returnFileRead(let fact): .returnFileRead(fact.message)
    case .instructionAccepted(let fact): .instructionAccepted(fact.message)
    case .paymentRejected(let fact): .paymentRejected(fact.message)
    case .paymentPaid(let fact): .paymentPaid(fact.message)
    case .paymentBooked(let fact): .paymentBooked(fact.message)
    case .paymentLost(let fact): .paymentLost(fact.message)
    case .bankCheckRecorded(let fact): .bankCheckRecorded(fact.message)
    case .alarmRaised(let fact): .alarmRaised(fact.message)
    case .voucherPosted(let fact): .voucherPosted(fact.message)
    case .signingKeyCreated(let fact): .signingKeyCreated(fact.message)
    case .signingKeyRevoked(let fact): .signingKeyRevoked(fact.message)
    case .batchSubmitted(let fact): .batchSubmitted(fact.message)
    case .sealRefused(let fact): .sealRefused(fact.message)
    case .companyPolicySet(let fact): .companyPolicySet(fact.message)
    case .paymentPartlySigned(let fact): .paymentPartlySigned(fact.message)
    case .paymentsHandled(let fact): .paymentsHandled(fact.message)
    case .bankSignatureGiven(let fact): .bankSignatureGiven(fact.message)
    case .transferTimingSet(let fact): .transferTimingSet(fact.message)
    case .paymentReturned(let fact): .paymentReturned(fact.message)
    case .companyOnboarded(let fact): .companyOnboarded(fact.message)
    case .reminderSettingsSet(let fact): .reminderSettingsSet(fact.message)
    case .supplierAccountFound(let fact): .supplierAccountFound(fact.message)
    case .supplierAccountConfirmed(let fact): .supplierAccountConfirmed(fact.message)
    case .supplierAccountRejected(let fact): .supplierAccountRejected(fact.message)
    case .supplierBlocked(let fact): .supplierBlocked(fact.message)
    case .supplierUnblocked(let fact):
      .supplierUnblocked(.with { $0.supplierKey = fact.supplierKey })
    case .salaryBatchImported(let fact): .salaryBatchImported(fact.message)
    }
  }

  init(_ message: Message) throws {
    self =
      switch message {
      case .bureauCreated(let m): .bureauCreated(try BureauCreated(m))
      case .companyCreated(let m): .companyCreated(try CompanyCreated(m))
      case .userCreated(let m): .userCreated(try UserCreated(m))
      case .roleAssigned(let m): .roleAssigned(try RoleAssigned(m))
      case .roleRemoved(let m): .roleRemoved(try RoleRemoved(m))
      case .tokenCreated(let m): .tokenCreated(try TokenCreated(m))
      case .tokenRevoked(let m): .tokenRevoked(try TokenRevoked(m))
      case .sessionsEnded(let m): .sessionsEnded(.init(user: try m.user.id()))
      case .companyUpdated(let m): .companyUpdated(try CompanyUpdated(m))
      case .companyActivated(let m): .companyActivated(.init(company: try m.company.id()))
      case .userUpdated(let m): .userUpdated(try UserUpdated(m))
      case .userBlocked(let m): .userBlocked(try UserBlocked(m))
      case .userUnblocked(let m): .userUnblocked(.init(user: try m.user.id()))
      case .packagesChosen(let m): .packagesChosen(try PackagesChosen(m))
      case .licenceOrdered(let m): .licenceOrdered(try LicenceOrdered(m))
      case .termsAccepted(let m): .termsAccepted(try TermsAccepted(m))
      case .serviceUserLinked(let m): .serviceUserLinked(try ServiceUserLinked(m))
      case .phoneEntered(let m): .phoneEntered(try PhoneEntered(m))
      case .phoneConfirmed(let m): .phoneConfirmed(try PhoneConfirmed(m))
      case .accessCellSet(let m): .accessCellSet(try AccessCellSet(m))
      case .companyClosed(let m): .companyClosed(try CompanyClosed(m))
      case .bankSigningSet(let m): .bankSigningSet(try BankSigningSet(m))
      case .automationEmployeeSet(let m): .automationEmployeeSet(try AutomationEmployeeSet(m))
      case .agreementDrafted(let m): .agreementDrafted(try AgreementDrafted(m))
      case .agreementSent(let m): .agreementSent(try AgreementSent(m))
      case .agreementSigned(let m): .agreementSigned(try AgreementSigned(m))
      case .agreementChanged(let m): .agreementChanged(try AgreementChanged(m))
      case .agreementDeclined(let m): .agreementDeclined(try AgreementDeclined(m))
      case .agreementLinkExpired(let m):
        .agreementLinkExpired(.init(agreement: try m.agreement.id()))
      case .agreementHeldForReview(let m): .agreementHeldForReview(try AgreementHeldForReview(m))
      case .agreementApproved(let m): .agreementApproved(try AgreementApproved(m))
      case .agreementRejected(let m): .agreementRejected(try AgreementRejected(m))
      case .connectionChecked(let m): .connectionChecked(try ConnectionChecked(m))
      case .agreementActivated(let m): .agreementActivated(.init(agreement: try m.agreement.id()))
      case .agreementNotActivated(let m): .agreementNotActivated(try AgreementNotActivated(m))
      case .agreementTerminated(let m): .agreementTerminated(try AgreementTerminated(m))
      case .agreementStepRecorded(let m): .agreementStepRecorded(try .init(m))
      case .agreementConverted(let m): .agreementConverted(try AgreementConverted(m))
      case .consentGiven(let m): .consentGiven(try ConsentGiven(m))
      case .consentRevoked(let m): .consentRevoked(try ConsentRevoked(m))
      case .consentInvited(let m): .consentInvited(try ConsentInvited(m))
      case .consentDeclined(let m): .consentDeclined(try ConsentDeclined(m))
      case .invoiceImported(let m): .invoiceImported(try InvoiceImported(m))
      case .paymentProposed(let m): .paymentProposed(try PaymentProposed(m))
      case .paymentChanged(let m): .paymentChanged(try PaymentChanged(m))
      case .paymentAcknowledged(let m): .paymentAcknowledged(.init(payment: try m.payment.id()))
      case .paymentSigned(let m): .paymentSigned(try PaymentSigned(m))
      case .paymentDeleted(let m): .paymentDeleted(.init(payment: try m.payment.id()))
      case .paymentRestored(let m): .paymentRestored(try PaymentRestored(m))
      case .transferPrepared(let m): .transferPrepared(try TransferPrepared(m))
      case .transferDelivered(let m): .transferDelivered(.init(transfer: try m.transfer.id()))
      case .transfersHeld(let m): .transfersHeld(try TransfersHeld(m))
      case .transferRecovered(let m): .transferRecovered(try TransferRecovered(m))
      case .unknownPaymentFound(let m): .unknownPaymentFound(try UnknownPaymentFound(m))
      case .transfersReleased(let m): .transfersReleased(TransfersReleased(m))
      case .unknownPaymentDismissed(let m): .unknownPaymentDismissed(.init(m))
      case .returnFileRead(let m): .returnFileRead(try ReturnFileRead(m))
      case .instructionAccepted(let m): .instructionAccepted(try InstructionAccepted(m))
      case .paymentRejected(let m): .paymentRejected(try PaymentRejected(m))
      case .paymentPaid(let m): .paymentPaid(try PaymentPaid(m))
      case .paymentBooked(let m): .paymentBooked(try PaymentBooked(m))
      case .paymentLost(let m): .paymentLost(try PaymentLost(m))
      case .bankCheckRecorded(let m): .bankCheckRecorded(try BankCheckRecorded(m))
      case .alarmRaised(let m): .alarmRaised(try AlarmRaised(m))
      case .voucherPosted(let m): .voucherPosted(try VoucherPosted(m))
      case .signingKeyCreated(let m): .signingKeyCreated(try SigningKeyCreated(m))
      case .signingKeyRevoked(let m): .signingKeyRevoked(try SigningKeyRevoked(m))
      case .batchSubmitted(let m): .batchSubmitted(try BatchSubmitted(m))
      case .sealRefused(let m): .sealRefused(SealRefused(m))
      case .companyPolicySet(let m): .companyPolicySet(try CompanyPolicySet(m))
      case .paymentPartlySigned(let m): .paymentPartlySigned(try PaymentPartlySigned(m))
      case .paymentsHandled(let m): .paymentsHandled(try PaymentsHandled(m))
      case .bankSignatureGiven(let m): .bankSignatureGiven(try BankSignatureGiven(m))
      case .transferTimingSet(let m): .transferTimingSet(try TransferTimingSet(m))
      case .paymentReturned(let m): .paymentReturned(try PaymentReturned(m))
      case .companyOnboarded(let m): .companyOnboarded(try CompanyOnboarded(m))
      case .reminderSettingsSet(let m): .reminderSettingsSet(try ReminderSettingsSet(m))
      case .supplierAccountFound(let m): .supplierAccountFound(try SupplierAccountFound(m))
      case .supplierAccountConfirmed(let m):
        .supplierAccountConfirmed(try SupplierAccountConfirmed(m))
      case .supplierAccountRejected(let m):
        .supplierAccountRejected(try SupplierAccountRejected(m))
      case .supplierBlocked(let m): .supplierBlocked(try SupplierBlocked(m))
      case .supplierUnblocked(let m):
        .supplierUnblocked(SupplierUnblocked(supplierKey: m.supplierKey))
      case .salaryBatchImported(let m): .salaryBatchImported(try SalaryBatchImported(m))
      }
  }

  /// The message's name: `PaymentSigned`.
  package var name: String {
    let label = Mirror(reflecting: self).children.first?.label ?? ""
    return label.prefix(1).uppercased() + label.dropFirst()
  }
}
