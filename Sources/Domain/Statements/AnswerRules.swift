// What a bank's answer does to a payment. Answers move a payment only forward; whatever doesn't
// fit raises an alarm and changes nothing (iso20022.md §2, §3).

package import Primitives

/// One answer about one instruction, whichever message told it.
package struct BankAnswer: Sendable, Equatable {
  package enum Outcome: Sendable, Equatable {
    /// Received, accepted, pending: on its way.
    case progress(status: String)
    case executed(date: CalendarDate, bankReference: String, amount: Money?)
    case rejected(Rejection)
    case unknown(status: String)
  }

  package var item: TransferItem
  package var outcome: Outcome
  /// Of the statement that tells it, as text; nil: no statement does.
  package var account: String?
  /// What the bank took on top of an executed amount.
  package var fee: Money?

  package init(
    item: TransferItem, outcome: Outcome, account: String? = nil, fee: Money? = nil
  ) {
    self.fee = fee
    self.item = item
    self.outcome = outcome
    self.account = account
  }
}

extension Rejection {
  /// "We have this already": the first one may have been paid, so it must not go again.
  package var saysDuplicate: Bool {
    code == "AM05" || code == "DUPL" || code.hasPrefix("DU0")
  }

  /// The field to correct, by its name in the API; nil where none is at fault.
  package var field: String? {
    switch code {
    case "AC01", "AC03", "AC04", "AC05", "AC06", "AC07", "RC01": "creditor_account"
    case "AM01", "AM02", "AM03", "AM12", "AM14": "amount"
    case "CURR", "AM11": "amount"
    case "BE04", "BE22": "creditor"
    case "RR07", "RR08", "RR09", "RR10": "reference"
    case "CH03", "CH04", "DT01", "DT03", "DT06", "TM01": "due_date"
    default: nil
    }
  }

  /// What a person can do about it.
  package var remedy: String {
    switch field {
    case "creditor_account": "Correct the creditor's account and sign again."
    case "amount": "Correct the amount and sign again."
    case "creditor": "Correct the creditor's name and sign again."
    case "reference":
      "Correct the reference: the payee may demand a KID or OCR number instead of a message."
    case "due_date": "Sign again: the payment gets a new execution date."
    default:
      switch code {
      case "AM04", "AG07": "Put money on the account and sign again."
      case "AG01", "AG03", "AG08": "See that the bank agreement and the powers at the bank hold."
      case _ where saysDuplicate:
        "Do not send again: look in the online bank for the first payment and record what it shows."
      default: "Ask the bank, then correct and sign again."
      }
    }
  }
}

extension Payment {
  /// The facts that follow from `answer`, with what a person must look at.
  package func applying(_ answer: BankAnswer, from file: ID<ReturnFile>) -> [Fact] {
    guard let instruction = instructions.first(where: { $0.number == answer.item.number }) else {
      return [
        alarm(.unknownPayment, "names sending \(answer.item.number), which does not exist", file)
      ]
    }
    let isNewest = instruction.number == instructions.last?.number
    switch answer.outcome {
    case .unknown(let status):
      return [alarm(.unknownStatus, "has the unknown status \(status.prefix(35))", file)]
    case .progress(let status):
      return isNewest ? progressing(instruction, status: status) : []
    case .executed(let date, let reference, let amount):
      // The company's, but not the one that somebody has signed: the bank means another payment.
      if isNewest, let account = answer.account, let signed = signature?.rendered.debtorAccount,
        signed.text != account
      {
        return [alarm(.foreignAccount, "is booked on an account that does not pay it", file)]
      }
      let booking = amount.map { Booking(amount: $0, bankReference: reference, fee: answer.fee) }
      return executing(
        instruction, isNewest: isNewest, date: date, reference: reference, booking, file)
    case .rejected(let rejection):
      return rejecting(instruction, isNewest: isNewest, rejection, file)
    }
  }

  private func executing(
    _ instruction: Instruction, isNewest: Bool, date: CalendarDate, reference: String,
    _ booking: Booking?, _ file: ID<ReturnFile>
  ) -> [Fact] {
    if instruction.state == .executed {
      return booking.map { booked(instruction, $0, date, file) } ?? []
    }
    guard isNewest, (try? state.after(.pay)) != nil else {
      return [
        alarm(
          .doublePayment,
          "was executed by sending \(instruction.number) although it is \(state.rawValue)", file)
      ]
    }
    var facts: [Fact] = [
      .paymentPaid(
        PaymentPaid(
          payment: id, number: instruction.number, bookingDate: date, bankReference: reference,
          bookedAmount: booking?.amount, fee: booking?.fee))
    ]
    if let booking { facts += differing(booking, file) }
    return facts
  }

  /// An entry about what is known to be paid: the first one says what has left the account; another
  /// one of another reference says that it has left twice.
  private func booked(
    _ instruction: Instruction, _ booking: Booking, _ date: CalendarDate, _ file: ID<ReturnFile>
  ) -> [Fact] {
    guard let first = instruction.booking else {
      let fact = PaymentBooked(
        payment: id, number: instruction.number, bookingDate: date, booking: booking)
      return [.paymentBooked(fact)] + differing(booking, file)
    }
    let references = [first.bankReference, booking.bankReference]
    if references[0] != references[1], !references.contains("") {
      return [
        alarm(
          .bookedTwice, "was booked as \(references[0]) and once more as \(references[1])", file)
      ]
    }
    if first.total == booking.total { return [] }  // told twice
    return [
      alarm(.amountDiffers, "was booked with \(first.total), and now \(booking.total)", file)
    ]
  }

  private func differing(_ booking: Booking, _ file: ID<ReturnFile>) -> [Fact] {
    // Posted before the bank told of its entry, the books say what was asked for.
    let isPosted = state == .posted
    let booked = isPosted ? booking.total : booking.amount
    let isRate = !isPosted && isExchanged(into: booked.currency)
    if booked == terms.amount || isRate { return [] }
    return [
      alarm(
        .amountDiffers,
        "was booked with \(booked) instead of \(terms.amount)\(isPosted ? ", and is posted" : "")",
        file)
    ]
  }

  private func rejecting(
    _ instruction: Instruction, isNewest: Bool, _ rejection: Rejection, _ file: ID<ReturnFile>
  ) -> [Fact] {
    if instruction.state == .rejected { return [] }
    if instruction.state == .executed {
      return [
        alarm(
          .rejectedAfterPaid, "is reported rejected (\(rejection.code)) after it was paid", file)
      ]
    }
    guard isNewest, isAtBank || state == .inDoubt else {
      return [alarm(.lateAnswer, "is reported rejected (\(rejection.code)) late", file)]
    }
    if rejection.saysDuplicate {
      let alarm = alarm(
        .duplicateRefused, "was refused as a duplicate (\(rejection.code)): look for the first",
        file)
      if state == .inDoubt { return [alarm] }
      return [.paymentLost(PaymentLost(payment: id, number: instruction.number)), alarm]
    }
    return [
      .paymentRejected(
        PaymentRejected(payment: id, number: instruction.number, rejection: rejection))
    ]
  }

  private func alarm(_ kind: AlarmRaised.Kind, _ text: String, _ file: ID<ReturnFile>) -> Fact {
    .alarmRaised(
      AlarmRaised(kind: kind, payment: id, returnFile: file, text: "Payment \(id.hex) \(text)."))
  }

  /// Whether the bank has had its time and gave no final answer (E-03).
  package func losing(at time: Instant, executionDate: CalendarDate, profile: BankProfile)
    -> [Fact]
  {
    guard isAtBank, let newest = instructions.last,
      time >= Self.answerDeadline(executionDate: executionDate, profile: profile)
    else { return [] }
    return [.paymentLost(PaymentLost(payment: id, number: newest.number))]
  }

  /// The end of the last banking day on which the bank may still answer.
  package static func answerDeadline(executionDate: CalendarDate, profile: BankProfile) -> Instant {
    let last = profile.calendar.adding(bankingDays: profile.answerDays, to: executionDate)
    return .at(last.adding(days: 1), hour: 0, minute: 0, in: profile.zone)
  }
}
