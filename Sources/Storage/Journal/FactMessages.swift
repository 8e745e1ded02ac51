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
    case .agreementDrafted(let fact): .agreementDrafted(fact.message)
    case .agreementSent(let fact): .agreementSent(fact.message)
    case .agreementSigned(let fact): .agreementSigned(fact.message)
    case .consentGiven(let fact): .consentGiven(fact.message)
    case .consentRevoked(let fact): .consentRevoked(fact.message)
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
    case .paymentLost(let fact): .paymentLost(fact.message)
    case .bankCheckRecorded(let fact): .bankCheckRecorded(fact.message)
    case .alarmRaised(let fact): .alarmRaised(fact.message)
    case .voucherPosted(let fact): .voucherPosted(fact.message)
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
      case .agreementDrafted(let m): .agreementDrafted(try AgreementDrafted(m))
      case .agreementSent(let m): .agreementSent(try AgreementSent(m))
      case .agreementSigned(let m): .agreementSigned(try AgreementSigned(m))
      case .consentGiven(let m): .consentGiven(try ConsentGiven(m))
      case .consentRevoked(let m): .consentRevoked(try ConsentRevoked(m))
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
      case .unknownPaymentDismissed(let m):
        .unknownPaymentDismissed(UnknownPaymentDismissed(m))
      case .returnFileRead(let m): .returnFileRead(try ReturnFileRead(m))
      case .instructionAccepted(let m): .instructionAccepted(try InstructionAccepted(m))
      case .paymentRejected(let m): .paymentRejected(try PaymentRejected(m))
      case .paymentPaid(let m): .paymentPaid(try PaymentPaid(m))
      case .paymentLost(let m): .paymentLost(try PaymentLost(m))
      case .bankCheckRecorded(let m): .bankCheckRecorded(try BankCheckRecorded(m))
      case .alarmRaised(let m): .alarmRaised(try AlarmRaised(m))
      case .voucherPosted(let m): .voucherPosted(try VoucherPosted(m))
      }
  }

  /// The message's name: `PaymentSigned`.
  package var name: String {
    let label = Mirror(reflecting: self).children.first?.label ?? ""
    return label.prefix(1).uppercased() + label.dropFirst()
  }
}
