// From the bank's messages to answers about our instructions. A message of another company, or
// about a file that this company never sent, gives no answer but an alarm.

package import Formats
package import Primitives

/// What one return file says, before it is applied.
package struct ReturnReading: Sendable, Equatable {
  package var kind: ReturnFile.Kind
  package var messageID: String
  package var answers: [BankAnswer]
  package var alarms: [AlarmRaised]
  /// A message of our form that a status report answers and that is not the company's.
  package var unknownMessageID: String?
  /// What entries tell of each sending: all that is known of one that the company does not have.
  package var told: [TransferItem: UnknownPayment] = [:]
  /// Entries for whole bundles, which `add` takes apart.
  package var lumps: [BankLump] = []

  package init(
    kind: ReturnFile.Kind, messageID: String, answers: [BankAnswer], alarms: [AlarmRaised]
  ) {
    self.kind = kind
    self.messageID = messageID
    self.answers = answers
    self.alarms = alarms
  }
}

extension ReturnReading {
  /// A pain.002 about the transfer that its original message id names, if the company has it.
  package init(_ report: Pain002, transfer: Transfer?, file: ID<ReturnFile>) {
    self.init(kind: .statusReport, messageID: report.messageID, answers: [], alarms: [])
    guard let transfer, transfer.messageID == report.originalMessageID else {
      alarms.append(
        AlarmRaised(
          kind: .unknownMessage, payment: nil, returnFile: file,
          text: "Answers the message \(report.originalMessageID.prefix(35)), which is not ours."))
      unknownMessageID = ID<Transfer>(hex: report.originalMessageID)?.hex
      return
    }
    for item in transfer.items {
      let id = item.endToEndID
      guard
        let outcome = report.outcome(
          ofEndToEnd: id, instruction: id,
          paymentInformation: TransferRules.paymentInformationID(of: transfer.id))
      else { continue }
      switch outcome.status.meaning {
      case .processing:
        answers.append(
          BankAnswer(item: item, outcome: .progress(status: outcome.status.code)))
      case .paid:
        answers.append(
          BankAnswer(
            item: item,
            outcome: .executed(
              date: transfer.executionDate, bankReference: "", amount: nil)))
      case .error:
        answers.append(BankAnswer(item: item, outcome: .rejected(Rejection(outcome))))
      case .unknown:
        answers.append(BankAnswer(item: item, outcome: .unknown(status: outcome.status.code)))
      case .elsewhere, .noOutcome: continue
      }
    }
    let known = Set(transfer.items.map(\.endToEndID))
    let named = report.paymentInformations.flatMap(\.transactions).compactMap(\.originalEndToEndID)
    for id in named where !known.contains(id) {
      alarms.append(
        AlarmRaised(
          kind: .unknownPayment, payment: nil, returnFile: file,
          text: "Names \(id.prefix(35)), which is not in the message it answers."))
    }
  }

  /// A camt.054: booked debits with an EndToEndId of ours, on an account of the company.
  package init(_ message: Camt054, accounts: [AccountNumber], file: ID<ReturnFile>) {
    self.init(kind: .notification, messageID: message.messageID, answers: [], alarms: [])
    let own = Set(accounts.map(\.text))
    for notification in message.notifications {
      guard own.contains(notification.account.text) else {
        alarms.append(
          AlarmRaised(
            kind: .foreignAccount, payment: nil, returnFile: file,
            text: "Tells of an account that is not the company's."))
        continue
      }
      for entry in notification.entries
      where entry.status == .booked && (entry.sign == .debit || entry.isReversal) {
        read(entry, on: notification.account.text, file)
      }
    }
  }

  private mutating func read(
    _ entry: BankEntry, on account: String, _ file: ID<ReturnFile>
  ) {
    if let lump = BankLump(entry, on: account) { lumps.append(lump) }
    let shares = shares(of: entry, file)
    for (transaction, share) in zip(entry.transactions, shares) {
      guard let id = transaction.ourID, let (payment, number) = Instruction.parse(endToEndID: id)
      else { continue }
      if entry.isReversal {
        alarms.append(
          AlarmRaised(
            kind: .reversal, payment: nil, returnFile: file,
            text: "Tells of a reversal that names \(id)."))
        continue
      }
      guard let date = entry.bookingDate ?? entry.valueDate else { continue }
      let item = TransferItem(payment: payment, number: number)
      told[item] = UnknownPayment(
        endToEndID: id, finding: .executed, bank: "", messageID: nil,
        creditorName: String((transaction.creditorName ?? "").prefix(140)),
        creditorAccount: transaction.creditorAccount?.number.map(AccountNumber.normalised),
        amount: transaction.amount?.money ?? share.amount,
        reference: (transaction.references.first?.text ?? transaction.messages.first)
          .map { String($0.prefix(140)) },
        date: date)
      answers.append(
        BankAnswer(
          item: item,
          outcome: .executed(
            date: date,
            bankReference: transaction.servicerReference ?? entry.servicerReference ?? "",
            amount: share.amount), account: account, fee: share.fee))
    }
  }

  /// What left the account for each transaction of an entry, as far as the bank has told, and what of
  /// the entry goes beyond that: the bank's fee, which the first of them bears. An entry in another
  /// currency than its only payment tells what left, at the bank's rate.
  private mutating func shares(of entry: BankEntry, _ file: ID<ReturnFile>)
    -> [(amount: Money?, fee: Money?)]
  {
    let own = entry.transactions.map { $0.amount?.money }
    guard let whole = entry.amount.money, !own.isEmpty, !entry.isReversal else {
      return own.map { ($0, nil) }
    }
    let stated = own.map { amount in
      (amount: amount?.currency == whole.currency ? amount : nil, fee: Money?.none)
    }
    var sum: Money? = .zero(whole.currency)
    for amount in own { sum = amount.flatMap { try? sum?.adding($0) } }
    guard let sum, let rest = try? whole.subtracting(sum) else {
      return own.count == 1 ? [(whole, nil)] : stated
    }
    if rest.minorUnits == 0 { return stated }
    if rest.isPositive, entry.transactions.allSatisfy(\.isOurs) {
      var shares = stated
      shares[0].fee = rest
      return shares
    }
    // Less has left than its parts say.
    if own.count == 1 { return [(whole, nil)] }
    if entry.transactions.contains(where: \.isOurs) {
      alarms.append(
        AlarmRaised(
          kind: .amountDiffers, payment: nil, returnFile: file,
          text: "Books \(whole) in one entry whose parts make \(sum)."))
    }
    return stated
  }
}

extension BankEntry.Transaction {
  /// Whether it names a sending of ours, by its own id or, where a bank writes NOTPROVIDED as
  /// EndToEndId, by the InstrId, which is the same.
  fileprivate var isOurs: Bool { ourID != nil }

  fileprivate var ourID: String? {
    [endToEndID, instructionID].compactMap(\.self)
      .first { Instruction.parse(endToEndID: $0) != nil }
  }
}

extension Rejection {
  fileprivate init(_ outcome: Pain002.Outcome) {
    let all = outcome.reasons.map { reason in
      Rejection(
        code: String((reason.code ?? reason.proprietary ?? outcome.status.code).prefix(35)),
        text: String(reason.additionalInformation.prefix(1000)))
    }
    // Of several reasons the one that forbids sending again.
    self =
      all.first(where: \.saysDuplicate) ?? all.first
      ?? Rejection(code: String(outcome.status.code.prefix(35)), text: "")
  }
}

/// The facts of one return file: what it changed, and what a person must look at.
package enum StatementRules {
  /// `payments`: those that the reading names, as they stand; a payment that is not among them
  /// is not the company's.
  package static func applying(
    _ reading: ReturnReading, to payments: [ID<Payment>: Payment], file: ID<ReturnFile>,
    fileDigest: [UInt8], bank: String = ""
  ) -> [Fact] {
    var facts: [Fact] = []
    var seen: Set<TransferItem> = []
    var salaries = 0
    for answer in reading.answers {
      guard let payment = payments[answer.item.payment] else {
        facts.append(
          .alarmRaised(
            AlarmRaised(
              kind: .unknownPayment, payment: nil, returnFile: file,
              text: "Names \(answer.item.endToEndID), which is not a payment of the company.")))
        continue
      }
      // Told twice in one file it is judged once: the first answer has changed it. Another sending
      // of the same payment is another matter: it may have been executed too.
      guard seen.insert(answer.item).inserted else { continue }
      let told = payment.applying(answer, from: file)
      if payment.salary != nil { salaries += told.count(where: \.isChange) }
      facts += told
    }
    facts += reading.alarms.map(Fact.alarmRaised)
    let applied = facts.count(where: \.isChange)
    let read = ReturnFileRead(
      returnFile: file, kind: reading.kind, messageID: String(reading.messageID.prefix(35)),
      fileDigest: fileDigest, appliedCount: applied, bank: bank, salaryCount: salaries)
    return [.returnFileRead(read)] + facts
  }

  /// A file that cannot be read: kept, told, and nothing else.
  package static func unreadable(
    _ why: String, file: ID<ReturnFile>, fileDigest: [UInt8], bank: String = ""
  ) -> [Fact] {
    [
      .returnFileRead(
        ReturnFileRead(
          returnFile: file, kind: .unreadable, messageID: "", fileDigest: fileDigest,
          appliedCount: 0, bank: bank)),
      .alarmRaised(
        AlarmRaised(kind: .unreadableFile, payment: nil, returnFile: file, text: why)),
    ]
  }
}

extension Fact {
  /// Whether an answer has changed something by it.
  fileprivate var isChange: Bool {
    if case .alarmRaised = self { false } else { true }
  }
}
