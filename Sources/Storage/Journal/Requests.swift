package import Domain
package import Engine
import Primitives

/// Why a request id is refused.
package enum RequestError: Refusal, Equatable {
  case missing
  case malformed
  case reused

  package var kind: RefusalKind { self == .reused ? .conflict : .invalidArgument }

  package var reason: String {
    switch self {
    case .missing: "REQUEST_ID_MISSING"
    case .malformed: "REQUEST_ID_MALFORMED"
    case .reused: "REQUEST_ID_REUSED"
    }
  }

  package var field: String? { "request_id" }

  package var message: String {
    switch self {
    case .missing: "A write needs a request_id: any text that is new for each new request."
    case .malformed: "The request_id must have 1 to 120 printable ASCII characters."
    case .reused:
      "This request_id was used for another request; use a new one. Nothing was done."
    }
  }
}

/// Idempotency: the ids of all requests that changed something, kept for good (invariant O).
package enum Requests {
  /// What an earlier request with this id led to; nil for a new one.
  package static func earlier(_ origin: Origin, in tx: any Transaction) throws -> Earlier? {
    let row = try tx.first(
      """
      SELECT digest, seq, subject FROM request
      WHERE bureau = \(origin.place.bureau) AND company = \(origin.place.company)
        AND request_id = \(origin.requestID)
      """, as: ([UInt8], Int64, [UInt8]).self)
    guard let row else { return nil }
    guard row.0 == origin.requestDigest else { throw RequestError.reused }
    return Earlier(sequence: row.1, subject: row.2)
  }

  package struct Earlier: Sendable, Equatable {
    /// Of the request's first fact.
    package var sequence: Int64
    /// Id of what the request made or changed, 16 bytes.
    package var subject: [UInt8]
  }

  /// The first fact of the request with this id; nil where there is none.
  package static func firstFact(_ requestID: String, of place: Place, in tx: any Transaction)
    throws -> Fact?
  {
    let sequence = try tx.first(
      """
      SELECT seq FROM request WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND request_id = \(requestID)
      """, as: Int64.self)
    guard let sequence else { return nil }
    return try Journal.entries(of: place, after: sequence - 1, limit: 1, in: tx).first?.fact
  }

  static func record(
    _ origin: Origin, sequence: Int64, subject: [UInt8], in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      INSERT INTO main.request (bureau, company, request_id, digest, seq, subject)
      VALUES (\(origin.place.bureau), \(origin.place.company), \(origin.requestID),
        \(origin.requestDigest), \(sequence), \(subject))
      """)
  }
}

extension Fact {
  /// The id of what the fact is about: the resource that its request answers with.
  var subject: [UInt8] {
    switch self {
    case .bureauCreated(let fact): fact.bureau.id.bytes
    case .companyCreated(let fact): fact.company.id.bytes
    case .userCreated(let fact): fact.user.id.bytes
    case .roleAssigned(let fact): fact.assignment.id.bytes
    case .roleRemoved(let fact): fact.assignment.id.bytes
    case .tokenCreated(let fact): fact.token.id.bytes
    case .tokenRevoked(let fact): fact.token.id.bytes
    case .sessionsEnded(let fact): fact.user.bytes
    case .companyUpdated(let fact): fact.company.bytes
    case .companyActivated(let fact): fact.company.bytes
    case .userUpdated(let fact): fact.user.bytes
    case .userBlocked(let fact): fact.user.bytes
    case .userUnblocked(let fact): fact.user.bytes
    case .packagesChosen(let fact): fact.company?.bytes ?? []
    // Of the whole bureau, not of one thing of it.
    case .licenceOrdered, .termsAccepted, .accessCellSet: []
    case .serviceUserLinked(let fact): fact.employee.bytes
    case .phoneEntered(let fact): fact.user.bytes
    case .phoneConfirmed(let fact): fact.user.bytes
    case .companyClosed(let fact): fact.company.bytes
    case .bankSigningSet(let fact): fact.user.bytes
    case .automationEmployeeSet: []
    case .agreementDrafted(let fact): fact.agreement.id.bytes
    case .agreementSent(let fact): fact.agreement.bytes
    case .agreementSigned(let fact): fact.agreement.bytes
    case .agreementChanged(let fact): fact.agreement.bytes
    case .agreementDeclined(let fact): fact.agreement.bytes
    case .agreementLinkExpired(let fact): fact.agreement.bytes
    case .agreementHeldForReview(let fact): fact.agreement.bytes
    case .agreementApproved(let fact): fact.agreement.bytes
    case .agreementRejected(let fact): fact.agreement.bytes
    case .connectionChecked(let fact): fact.agreement.bytes
    case .agreementActivated(let fact): fact.agreement.bytes
    case .agreementNotActivated(let fact): fact.agreement.bytes
    case .agreementTerminated(let fact): fact.agreement.bytes
    case .agreementStepRecorded(let fact): fact.agreement.bytes
    case .agreementConverted(let fact): fact.agreement.bytes
    case .consentGiven(let fact): fact.consent.id.bytes
    case .consentRevoked(let fact): fact.consent.bytes
    case .consentInvited(let fact): fact.invitation.id.bytes
    case .consentDeclined(let fact): fact.invitation.bytes
    case .invoiceImported(let fact): fact.payment.bytes
    case .paymentProposed(let fact): fact.payment.bytes
    case .paymentChanged(let fact): fact.payment.bytes
    case .paymentAcknowledged(let fact): fact.payment.bytes
    case .paymentSigned(let fact): fact.payment.bytes
    case .paymentDeleted(let fact): fact.payment.bytes
    case .paymentRestored(let fact): fact.payment.bytes
    case .transferPrepared(let fact): fact.transfer.bytes
    case .transferDelivered(let fact): fact.transfer.bytes
    case .transferRecovered(let fact): fact.transfer.bytes
    // About a whole company, not one thing of it.
    case .transfersHeld, .unknownPaymentFound, .transfersReleased, .unknownPaymentDismissed: []
    case .returnFileRead(let fact): fact.returnFile.bytes
    case .instructionAccepted(let fact): fact.payment.bytes
    case .paymentRejected(let fact): fact.payment.bytes
    case .paymentPaid(let fact): fact.payment.bytes
    case .paymentBooked(let fact): fact.payment.bytes
    case .paymentLost(let fact): fact.payment.bytes
    case .bankCheckRecorded(let fact): fact.payment.bytes
    case .alarmRaised(let fact): fact.payment?.bytes ?? fact.returnFile?.bytes ?? []
    case .voucherPosted(let fact): fact.voucher.id.bytes
    case .signingKeyCreated(let fact): fact.key.id.bytes
    case .signingKeyRevoked(let fact): fact.key.bytes
    case .batchSubmitted(let fact): fact.batch.bytes
    case .sealRefused, .companyPolicySet, .reminderSettingsSet, .transferTimingSet: []
    case .paymentReturned(let fact): fact.payment.bytes
    case .paymentPartlySigned(let fact): fact.payment.bytes
    case .bankSignatureGiven(let fact): fact.payment.bytes
    case .paymentsHandled(let fact): fact.items.first?.payment.bytes ?? []
    case .companyOnboarded(let fact): fact.company.bytes
    case .signingCodeFailed(let fact): fact.user.bytes
    case .supplierAccountFound(let fact): fact.payment.bytes
    case .duplicatesDismissed(let fact): fact.payment.bytes
    case .openItemFound(let fact): fact.item.bytes
    case .openItemsLinked(let fact): fact.payment.bytes
    case .openItemsUnlinked(let fact): fact.payment.bytes
    // Of a supplier: its key is text, and a repeat names it anew.
    case .supplierAccountConfirmed, .supplierAccountRejected, .supplierBlocked,
      .supplierUnblocked:
      []
    case .salaryBatchImported(let fact): fact.batch.bytes
    case .automaticPostingSet(let fact): fact.agreement.bytes
    }
  }
}
