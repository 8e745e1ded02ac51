import Domain
import Primitives
import Testing

/// A payment's facts in words.
@Suite struct PaymentStoryTests {
  private static let id: ID<Payment> = key(40)
  private static let item = TransferItem(payment: id, number: 1)

  private static func signature() throws -> PaymentSignature {
    let signed = try Payment.example().signed()
    return try #require(signed.signature)
  }

  private static func life() throws -> [(Fact, String)] {
    let rendered = try signature().rendered
    return [
      (
        .invoiceImported(
          InvoiceImported(
            invoice: key(1), payment: id, supplierKey: "org:988077917", number: "17",
            sourceDigest: [UInt8](repeating: 5, count: 32))),
        "Invoice 17 came in; its document is kept as 0505050505050505."
      ),
      (
        .paymentProposed(
          PaymentProposed(
            payment: id, state: .proposalIncomplete, invoiceNumber: "17",
            supplierKey: "org:988077917",
            terms: .complete.with { $0.creditorAccount = nil }, asWritten: AsWritten(),
            warnings: [])),
        "The payment was proposed as an incomplete proposal: amount 1250.00 NOK, creditor "
          + "Elbolaget AS, reference Message: Invoice 17, due date 2026-03-31; missing: "
          + "creditor_account."
      ),
      (
        .paymentChanged(
          PaymentChanged(
            payment: id, state: .proposalComplete,
            terms: .complete.with { $0.amount = .nok(100) })),
        "It was changed: amount from 1250.00 NOK to 1.00 NOK; account from nothing to "
          + "1234.56.78903. It is now a complete proposal; an earlier signature is void."
      ),
      (
        .paymentsHandled(
          PaymentsHandled(
            action: .sign,
            items: [
              HandledPayment(
                payment: id,
                refusal: RecordedRefusal(
                  kind: .failedPrecondition, reason: "CONSENT_MISSING", field: nil,
                  message: "Give it."))
            ])),
        "It should be signed, with others, and was refused as CONSENT_MISSING: Give it."
      ),
      (
        .paymentAcknowledged(PaymentAcknowledged(payment: id)),
        "It was acknowledged: it is right and may be signed."
      ),
      (
        .paymentSigned(PaymentSigned(payment: id, signature: try signature())),
        "It was signed with BankID: 1250.00 NOK to Elbolaget AS, 1234.56.78903, Message: Invoice 17,"
          + " due 2026-03-31, from 1234.56.78903; digest \(rendered.digest.prefix(8).hexText), "
          + "evidence 0707070707070707. It goes to the bank at "
          + "\(try signature().transferTime.rfc3339)."
      ),
    ]
  }

  private static let atTheBank: [(Fact, String)] = [
    (
      .transferPrepared(
        TransferPrepared(
          transfer: key(50), agreement: key(20), fileDigest: [UInt8](repeating: 9, count: 32),
          executionDate: day("2026-03-31"), items: [item])),
      "It was put into bank file \(key(50, as: Transfer.self).hex) as instruction 1 "
        + "(\(id.hex)-1), to be executed on 2026-03-31; the file's digest is 0909090909090909."
    ),
    (
      .transferDelivered(TransferDelivered(transfer: key(50))),
      "Bank file \(key(50, as: Transfer.self).hex) was delivered to the bank."
    ),
    (
      .instructionAccepted(InstructionAccepted(payment: id, number: 1, status: "ACTC")),
      "The bank accepted instruction 1 (ACTC)."
    ),
    (
      .transferPrepared(
        TransferPrepared(
          transfer: key(52), agreement: key(20), fileDigest: [UInt8](repeating: 9, count: 32),
          executionDate: day("2026-03-31"), items: [item], awaitsBankSignature: true)),
      "It was put into bank file \(key(52, as: Transfer.self).hex) as instruction 1 "
        + "(\(id.hex)-1), to be executed on 2026-03-31; the file's digest is 0909090909090909."
        + " The bank wants a final signature in its own online bank."
    ),
    (
      .bankSignatureGiven(BankSignatureGiven(payment: id, number: 1, status: "ACSP")),
      "The final signature in the online bank was given: the bank settles instruction 1 (ACSP)."
    ),
    (
      .paymentLost(PaymentLost(payment: id, number: 1)),
      "No final answer came for instruction 1 in time: it is in doubt."
    ),
    (
      .bankCheckRecorded(
        BankCheckRecorded(payment: id, number: 1, executed: false, date: day("2026-04-09"))),
      "The online bank was looked into: instruction 1 was not executed as of 2026-04-09."
    ),
    (
      .paymentRejected(
        PaymentRejected(
          payment: id, number: 2, rejection: Rejection(code: "AC03", text: "No account"))),
      "The bank rejected instruction 2: AC03, No account."
    ),
    (
      .alarmRaised(
        AlarmRaised(kind: .doublePayment, payment: id, returnFile: nil, text: "Look at it.")),
      "Alarm: Look at it."
    ),
    (
      .transferRecovered(
        TransferRecovered(
          transfer: key(51), agreement: key(20), fileDigest: [], executionDate: day("2026-04-13"),
          items: [item])),
      "After an older copy of the database was put back, the bank had bank file "
        + "\(key(51, as: Transfer.self).hex) with it as instruction 1 (\(id.hex)-1)."
    ),
    (
      .paymentPaid(
        PaymentPaid(payment: id, number: 1, bookingDate: day("2026-03-31"), bankReference: "B1")),
      "The bank paid it by instruction 1: booked on 2026-03-31, the bank's reference B1."
    ),
    (
      .voucherPosted(
        VoucherPosted(
          voucher: Voucher(
            id: key(80), number: 7, date: day("2026-03-31"), lines: [], payments: [id]))),
      "It was posted with voucher 7 of 2026-03-31."
    ),
    (.paymentDeleted(PaymentDeleted(payment: id)), "It was deleted."),
    (
      .paymentReturned(
        PaymentReturned(payment: id, state: .proposalComplete, reason: "Not ours.")),
      "It went back as a complete proposal; its signatures are void: Not ours."
    ),
    (
      .paymentRestored(PaymentRestored(payment: id, state: .proposalOpenItems)),
      "It was brought back as a proposal with open items."
    ),
  ]

  @Test func `every fact of a payment's life is a sentence, changes against what was before`()
    throws
  {
    var story = PaymentStory(of: Self.id)
    for (fact, sentence) in try Self.life() + Self.atTheBank {
      #expect(story.sentence(fact) == sentence)
    }
  }

  @Test func `what is another payment's is not told`() throws {
    var story = PaymentStory(of: key(99))
    for (fact, _) in try Self.life() + Self.atTheBank {
      // Which payments a delivered file carries, the journal's index knows.
      if case .transferDelivered = fact { continue }
      #expect(story.sentence(fact) == nil)
    }
  }
}

private func key<Of>(_ number: UInt8, as _: Of.Type) -> ID<Of> { key(number) }
