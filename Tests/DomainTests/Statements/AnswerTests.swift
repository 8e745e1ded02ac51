import Domain
import Formats
import Primitives
import Testing

/// What a bank's answer about one sending does to a payment.
@Suite struct AnswerTests {
  static let file: ID<ReturnFile> = key(90)

  private func answer(_ payment: Payment, _ outcome: BankAnswer.Outcome, number: Int = 1) -> [Fact]
  {
    payment.applying(
      BankAnswer(item: TransferItem(payment: payment.id, number: number), outcome: outcome),
      from: Self.file)
  }

  private let executed = BankAnswer.Outcome.executed(
    date: day("2026-03-31"), bankReference: "B1", amount: .nok(125_000))
  private let rejected = BankAnswer.Outcome.rejected(Rejection(code: "AC03", text: "No account"))
  private let paid = Fact.paymentPaid(
    PaymentPaid(
      payment: key(40), number: 1, bookingDate: day("2026-03-31"), bankReference: "B1",
      bookedAmount: .nok(125_000)))

  @Test func `F-01 accepted it stays in processing, told once`() throws {
    let sent = try Payment.example().sent()
    #expect(
      answer(sent, .progress(status: "ACTC")) == [
        .instructionAccepted(
          InstructionAccepted(payment: key(40), number: 1, status: "ACTC"))
      ])
    for newest in [InstructionState.accepted, .lost, .rejected, .executed] {
      #expect(answer(try Payment.example().sent(newest: newest), .progress(status: "ACSP")) == [])
    }
  }

  @Test(arguments: [PaymentState.processing, .inDoubt])
  func `F-02 B-01 executed it is paid, with what the bank says`(state: PaymentState) throws {
    for newest in [InstructionState.prepared, .accepted, .lost] {
      #expect(answer(try Payment.example().sent(state, newest: newest), executed) == [paid])
    }
  }

  @Test func `F-02 told twice it pays once`() throws {
    for state in [PaymentState.paid, .posted] {
      let payment = try paid(
        state, booking: Booking(amount: .nok(125_000), bankReference: "B1"))
      #expect(answer(payment, executed) == [])
      #expect(answer(payment, .progress(status: "ACTC")) == [])
    }
  }

  @Test(arguments: [PaymentState.processing, .inDoubt])
  func `F-02 E-01 rejected it is in error with the bank's reason, also after acceptance`(
    state: PaymentState
  ) throws {
    for newest in [InstructionState.prepared, .accepted, .lost] {
      #expect(
        answer(try Payment.example().sent(state, newest: newest), rejected) == [
          .paymentRejected(
            PaymentRejected(
              payment: key(40), number: 1, rejection: Rejection(code: "AC03", text: "No account")))
        ])
    }
  }

  @Test func `a rejection after it was paid is an alarm and nothing else`() throws {
    for state in [PaymentState.paid, .posted] {
      let facts = answer(try Payment.example().sent(state, newest: .executed), rejected)
      #expect(facts.alarms == [.rejectedAfterPaid])
      #expect(facts.count == 1)
    }
  }

  @Test(arguments: ["AM05", "DUPL", "DU01", "DU02", "DU03", "DU04", "DU05"])
  func `E-03 refused as a duplicate it is in doubt: the first one may have been paid`(code: String)
    throws
  {
    let outcome = BankAnswer.Outcome.rejected(Rejection(code: code, text: ""))
    let facts = answer(try Payment.example().sent(), outcome)
    #expect(facts.first == .paymentLost(PaymentLost(payment: key(40), number: 1)))
    #expect(facts.alarms == [.duplicateRefused])
    #expect(facts.count == 2)
    let again = answer(try Payment.example().sent(.inDoubt, newest: .lost), outcome)
    #expect(again.alarms == [.duplicateRefused])
    #expect(again.count == 1)
  }

  @Test func `an unknown status is an alarm and nothing else`() throws {
    let facts = answer(try Payment.example().sent(), .unknown(status: "ABCD"))
    #expect(facts.alarms == [.unknownStatus])
    #expect(facts.count == 1)
  }

  @Test func `a sending that never was is an alarm and nothing else`() throws {
    for outcome in [executed, rejected, .progress(status: "ACTC")] {
      let facts = answer(try Payment.example().sent(), outcome, number: 2)
      #expect(facts.alarms == [.unknownPayment])
      #expect(facts.count == 1)
    }
  }

  @Test func `another amount than signed is paid with an alarm`() throws {
    for amount in [Money.nok(124_999), .sek(125_000)] {
      let facts = answer(
        try Payment.example().sent(),
        .executed(date: day("2026-03-31"), bankReference: "B1", amount: amount))
      guard case .paymentPaid(let fact) = facts.first else { throw NotPaid() }
      #expect(fact.bookedAmount == amount)
      #expect(facts.alarms == [.amountDiffers])
    }
    let untold = BankAnswer.Outcome.executed(
      date: day("2026-03-31"), bankReference: "B1", amount: nil)
    let facts = answer(try Payment.example().sent(), untold)
    guard case .paymentPaid(let fact) = facts.first else { throw NotPaid() }
    #expect(fact.bookedAmount == nil && facts.count == 1)
  }

  private struct NotPaid: Error {}

  /// A payment that the bank has told to be paid, and what of its entry is known.
  private func paid(_ state: PaymentState = .paid, booking: Booking?) throws -> Payment {
    var payment = try Payment.example().sent(state, newest: .executed)
    payment.instructions[0].booking = booking
    return payment
  }

  @Test(arguments: [PaymentState.paid, .posted])
  func `an entry about what a status has paid says what was booked`(state: PaymentState) throws {
    let booking = Booking(amount: .nok(125_000), bankReference: "B1")
    let booked = Fact.paymentBooked(
      PaymentBooked(
        payment: key(40), number: 1, bookingDate: day("2026-03-31"), booking: booking))
    #expect(answer(try paid(state, booking: nil), executed) == [booked])
    let other = BankAnswer.Outcome.executed(
      date: day("2026-03-31"), bankReference: "B1", amount: .nok(124_900))
    let facts = answer(try paid(state, booking: nil), other)
    #expect(facts.names == ["paymentBooked", "alarmRaised"])
    #expect(facts.alarms == [.amountDiffers])
  }

  @Test func `a second booking of one sending, by another reference, is an alarm`() throws {
    let known = try paid(booking: Booking(amount: .nok(125_000), bankReference: "B1"))
    func told(_ reference: String, _ amount: Money) -> [Fact] {
      answer(
        known, .executed(date: day("2026-03-31"), bankReference: reference, amount: amount))
    }
    #expect(told("B1", .nok(125_000)) == [])
    #expect(told("", .nok(125_000)) == [])
    #expect(told("B2", .nok(125_000)).alarms == [.bookedTwice])
    #expect(told("B2", .nok(125_000)).count == 1)
    #expect(told("B1", .nok(1)).alarms == [.amountDiffers])
    #expect(told("B1", .nok(1)).count == 1)
  }

  @Test(arguments: [PaymentState.processing, .inDoubt, .paid])
  func `an entry on another account of the company changes nothing`(state: PaymentState) throws {
    let payment = try Payment.example().sent(state)
    let signed = try #require(payment.signature?.rendered.debtorAccount.text)
    func told(_ account: String) -> [Fact] {
      payment.applying(
        BankAnswer(
          item: TransferItem(payment: payment.id, number: 1), outcome: executed, account: account),
        from: Self.file)
    }
    #expect(told("15030000011").alarms == [.foreignAccount])
    #expect(told("15030000011").count == 1)
    #expect(told(signed).alarms != [.foreignAccount])
  }

  @Test(arguments: PaymentState.allCases)
  func `an older sending that was executed after all is a double payment, in whatever state`(
    state: PaymentState
  ) throws {
    let facts = answer(try Payment.example().sent(state, count: 2), executed, number: 1)
    #expect(facts.alarms == [.doublePayment])
    #expect(facts.count == 1)
  }

  @Test(arguments: [PaymentState.error, .signed, .deleted, .proposalComplete, .acknowledged])
  func `executed although it was rejected is a double payment, so that it is not sent again`(
    state: PaymentState
  ) throws {
    let facts = answer(try Payment.example().sent(state, newest: .rejected), executed)
    #expect(facts.alarms == [.doublePayment])
    #expect(facts.count == 1)
  }

  @Test func `an older sending rejected again changes nothing`() throws {
    #expect(answer(try Payment.example().sent(count: 2), rejected, number: 1) == [])
    var lost = try Payment.example().sent(count: 2)
    lost.instructions[0].state = .lost
    let facts = answer(lost, rejected, number: 1)
    #expect(facts.alarms == [.lateAnswer])
    #expect(facts.count == 1)
  }

  @Test
  func `A-21 what the bank is about to settle has its final signature, nothing else shows it`()
    throws
  {
    func facts(_ payment: Payment, _ status: String, number: Int = 1) -> [Fact] {
      payment.applying(
        BankAnswer(
          item: TransferItem(payment: key(40), number: number), outcome: .progress(status: status)),
        from: key(90))
    }
    let waiting = try Payment.example().sent(.awaitingBankSignature)
    for status in ["ACSP", "ACWC", "ACWP"] {
      #expect(
        facts(waiting, status) == [
          .bankSignatureGiven(BankSignatureGiven(payment: key(40), number: 1, status: status))
        ])
    }
    for status in ["RCVD", "ACTC", "ACCP", "ACFC", "PATC", "PDNG"] {
      #expect(
        facts(waiting, status) == [
          .instructionAccepted(InstructionAccepted(payment: key(40), number: 1, status: status))
        ])
    }
    // Told once, also after the file was accepted; and not of an older sending.
    let accepted = try Payment.example().sent(.awaitingBankSignature, newest: .accepted)
    #expect(facts(accepted, "ACTC") == [])
    #expect(facts(accepted, "ACSP").names == ["bankSignatureGiven"])
    #expect(facts(try Payment.example().sent(newest: .accepted), "ACSP") == [])
    #expect(facts(try Payment.example().sent(.awaitingBankSignature, count: 2), "ACSP") == [])
  }

  @Test func `A-21 a refusal and a payment leave the wait for the bank's signature`() throws {
    let waiting = try Payment.example().sent(.awaitingBankSignature)
    func facts(_ outcome: BankAnswer.Outcome) -> [Fact] {
      waiting.applying(
        BankAnswer(item: TransferItem(payment: key(40), number: 1), outcome: outcome),
        from: key(90))
    }
    #expect(
      facts(.rejected(Rejection(code: "AG01", text: "Nobody signed"))).names == ["paymentRejected"])
    #expect(facts(.rejected(Rejection(code: "AM05", text: ""))).names.first == "paymentLost")
    #expect(
      facts(.executed(date: day("2026-03-31"), bankReference: "B", amount: nil)).names
        == ["paymentPaid"])
  }

  @Test func `E-03 without a final answer in the bank's time it is in doubt`() throws {
    let sent = try Payment.example().sent()
    let execution = day("2026-03-31")
    // Three banking days after 31 March: 1 April, then Easter, then 7 and 8 April.
    let deadline = Payment.answerDeadline(executionDate: execution, profile: .dnb)
    #expect(deadline == moment("2026-04-08T22:00:00Z"))
    func lost(_ payment: Payment, _ time: Instant) -> [Fact] {
      payment.losing(at: time, executionDate: execution, profile: .dnb)
    }
    #expect(lost(sent, deadline.adding(seconds: -1)) == [])
    #expect(lost(sent, deadline) == [.paymentLost(PaymentLost(payment: key(40), number: 1))])
    let waiting = try Payment.example().sent(.awaitingBankSignature)
    #expect(lost(waiting, deadline.adding(seconds: -1)) == [])
    #expect(lost(waiting, deadline) == [.paymentLost(PaymentLost(payment: key(40), number: 1))])
    for state in PaymentState.allCases where state != .processing && state != .awaitingBankSignature
    {
      #expect(lost(try Payment.example().sent(state), deadline) == [])
    }
  }

  @Test(
    arguments: [
      ("E-01 wrong account", "AC01", "creditor_account", "account"),
      ("closed", "AC04", "creditor_account", "account"),
      ("blocked", "AC06", "creditor_account", "account"),
      ("amount", "AM02", "amount", "amount"), ("currency", "CURR", "amount", "amount"),
      ("no funds", "AM04", nil, "money"), ("powers", "AG01", nil, "agreement"),
      ("name", "BE22", "creditor", "name"),
      ("E-01 a KID is demanded", "RR09", "reference", "KID or OCR"),
      ("text", "RR10", "reference", "reference"),
      ("past", "DT01", "due_date", "Sign again"), ("too late", "TM01", "due_date", "Sign again"),
      ("clearing", "RC01", "creditor_account", "account"),
      ("E-03 duplicate", "DU04", nil, "Do not send again"),
      ("E-03 duplicate", "AM05", nil, "Do not send again"),
      ("no reason", "MS03", nil, "Ask the bank"),
      ("unheard of", "XY99", nil, "Ask the bank"), ("nothing", "", nil, "Ask the bank"),
    ] as [(String, String, String?, String)])
  func `E-01 E-02 a reason names the field and the way out`(
    what: String, code: String, field: String?, remedy: String
  ) {
    let rejection = Rejection(code: code, text: "")
    #expect(rejection.field == field, "\(what)")
    #expect(rejection.remedy.contains(remedy), "\(what)")
  }
}
