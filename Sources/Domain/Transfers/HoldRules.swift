package import Formats
package import Primitives

/// Why a hold is not changed, in the order it is checked.
package enum HoldError: Refusal, Equatable {
  case notHeld
  case unknownPaymentNotFound
  case reasonInvalid
  case changed
  case unread(String)

  package var kind: RefusalKind {
    switch self {
    case .notHeld, .unread: .failedPrecondition
    case .unknownPaymentNotFound: .notFound
    case .reasonInvalid: .invalidArgument
    case .changed: .conflict
    }
  }

  package var reason: String {
    switch self {
    case .notHeld: "TRANSFERS_NOT_HELD"
    case .unknownPaymentNotFound: "UNKNOWN_PAYMENT_NOT_FOUND"
    case .reasonInvalid: "TRANSFER_HOLD_REASON_INVALID"
    case .changed: "TRANSFER_HOLD_CHANGED"
    case .unread: "TRANSFER_HOLD_UNREAD"
    }
  }

  package var field: String? {
    switch self {
    case .unknownPaymentNotFound: "end_to_end_id"
    case .reasonInvalid: "reason"
    case .changed: "digest"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notHeld: "No transfers are held here."
    case .unknownPaymentNotFound: "The hold lists no payment with this end-to-end id."
    case .reasonInvalid:
      "Say in one line of 1 to 500 characters what was found out and why it is safe to go on."
    case .changed: "The list has changed since it was read; read it again and look at what is new."
    case .unread(let file):
      "The bank's file \(file) has not been read yet; wait a minute, or take it out of the folder."
    }
  }
}

/// A file that was left for a bank, as it lies there.
package struct SentFile: Sendable, Equatable {
  package var messageID: String
  package var bank: String
  /// SHA-256.
  package var digest: [UInt8]
  /// nil: it cannot be read.
  package var message: Pain001?

  package init(messageID: String, bank: String, digest: [UInt8], content: [UInt8]) {
    self.messageID = messageID
    self.bank = bank
    self.digest = digest
    message = try? Pain001.read(content)
  }

  package var evidence: HoldEvidence {
    let what =
      message.map {
        "with \($0.paymentInformations.reduce(0) { $0 + $1.transactions.count }) payments"
      }
      ?? "which cannot be read"
    return HoldEvidence(
      .file, key: "file \(messageID)",
      text:
        "The file \(messageID), \(what), was left for \(bank), and the journal does not know it.")
  }

  /// All its payments, as unknown ones.
  package var payments: [UnknownPayment] {
    (message?.paymentInformations ?? []).flatMap { group in
      group.transactions.map { transfer in
        let reference: String? =
          switch transfer.remittance {
          case .structured(let reference): reference.text
          case .unstructured(let text), .unverified(let text): text
          case .none, .documents: nil
          }
        return UnknownPayment(
          endToEndID: String(transfer.endToEndID.prefix(35)), finding: .sent, bank: bank,
          messageID: messageID, creditorName: String(transfer.creditor.name.prefix(140)),
          creditorAccount: transfer.creditorAccount.number.map(AccountNumber.normalised),
          amount: transfer.amount, reference: reference.map { String($0.prefix(140)) },
          date: group.requestedExecutionDate)
      }
    }
  }
}

package enum HoldRules {
  /// What `evidence` adds to what is known already. Released evidence is known too.
  package static func holding(_ evidence: [HoldEvidence], known: Set<String>) -> [Fact] {
    var seen = known
    let new = evidence.filter { seen.insert($0.key).inserted }
    return new.isEmpty ? [] : [.transfersHeld(TransfersHeld(evidence: new))]
  }

  /// Accounts for a file that the journal does not know. Those of its payments that the company has
  /// are taken for sent, whatever state they are in, so that they can't be sent again and the bank's
  /// answers find them. The others become unknown payments.
  ///
  /// - Parameters:
  ///   - payments: those of the file's payments that the company has.
  ///   - known: the end-to-end ids of the unknown payments of before.
  package static func recovering(
    _ file: SentFile, payments: [ID<Payment>: Payment], agreements: [Agreement],
    known: Set<String>
  ) -> [Fact] {
    let agreement = file.message?.paymentInformations.first.flatMap { group in
      let account = group.debtorAccount.number.map(AccountNumber.normalised)
      return agreements.first { $0.bank == file.bank && .normalised($0.account) == account }
    }
    var items: [TransferItem] = []
    var facts: [Fact] = []
    for payment in file.payments {
      if agreement != nil, let item = sending(payment.endToEndID, of: payments) {
        items.append(item)
      } else if !known.contains(payment.endToEndID) {
        facts.append(.unknownPaymentFound(UnknownPaymentFound(payment: payment)))
      }
    }
    if let agreement, let id = ID<Transfer>(hex: file.messageID),
      let date = file.message?.paymentInformations.first?.requestedExecutionDate
    {
      facts.insert(
        .transferRecovered(
          TransferRecovered(
            transfer: id, agreement: agreement.id, fileDigest: file.digest, executionDate: date,
            items: items,
            isSalary: file.message?.paymentInformations.contains {
              $0.categoryPurpose == SalaryBatch.categoryPurpose
            } ?? false)), at: 0)
    }
    return facts
  }

  /// The sending that `endToEndID` names, if a payment lacks it and can have been sent by it.
  private static func sending(_ endToEndID: String, of payments: [ID<Payment>: Payment])
    -> TransferItem?
  {
    guard let (id, number) = Instruction.parse(endToEndID: endToEndID), let payment = payments[id],
      payment.state != .paid, payment.state != .posted,
      !payment.instructions.contains(where: { $0.number >= number })
    else { return nil }
    return TransferItem(payment: id, number: number)
  }

  /// What a return file tells of sendings that the company does not know: they were lost with an
  /// older copy of the database, which is known of from here on.
  ///
  /// - Parameters:
  ///   - payments: those that the reading names, as far as the company has them.
  ///   - known: the unknown payments of before, by end-to-end id.
  ///   - evidence: the keys of all evidence of before.
  ///   - isBureauHeld: then the whole bureau's release is the company's too.
  package static func suspecting(
    _ reading: ReturnReading, from bank: String, payments: [ID<Payment>: Payment],
    known: [String: UnknownPayment.Finding], evidence: Set<String>, isBureauHeld: Bool
  ) -> [Fact] {
    var found: [Fact] = []
    var new: [HoldEvidence] = []
    if let message = reading.unknownMessageID {
      new.append(
        HoldEvidence(
          .answer, key: "file \(message)",
          text: "\(bank) answers the message \(message), which the journal does not know."))
    }
    for answer in reading.answers {
      guard let told = reading.told[answer.item], known[told.endToEndID] != .executed,
        payments[answer.item.payment]?.instructions
          .contains(where: { $0.number == answer.item.number }) != true
      else { continue }
      var payment = told
      payment.bank = bank
      found.append(.unknownPaymentFound(UnknownPaymentFound(payment: payment)))
      if known[told.endToEndID] == nil {
        new.append(
          HoldEvidence(
            .answer, key: "answer \(told.endToEndID)",
            text: "\(bank) has booked \(told.endToEndID), which the journal does not know."))
      }
    }
    return found + (isBureauHeld ? [] : holding(new, known: evidence))
  }

  /// A signed payment whose twin the bank has had before is not sent; a person must know why it
  /// stays in the Due List. Told once, when the twin becomes known.
  ///
  /// - Parameters:
  ///   - facts: those that tell of unknown payments are looked at.
  ///   - known: the unknown payments of before.
  package static func warning(
    after facts: [Fact], signed: [Payment], known: [String: UnknownPayment.Finding],
    file: ID<ReturnFile>? = nil
  ) -> [Fact] {
    facts.flatMap { fact -> [Fact] in
      guard case .unknownPaymentFound(let found) = fact,
        known[found.payment.endToEndID] == nil
      else { return [] }
      let twin = found.payment
      return signed.compactMap { payment in
        guard let signature = payment.signature, twin.mayBe(signature.rendered) else { return nil }
        let done = twin.finding == .executed ? "has paid" : "was sent"
        return .alarmRaised(
          AlarmRaised(
            kind: .sentBefore, payment: payment.id, returnFile: file,
            text: "Payment \(payment.id.hex) is signed and not sent: \(twin.bank) \(done)"
              + " \(twin.endToEndID), which may be the same."))
      }
    }
  }

  /// Ends the hold. `unread`: a file of the bank's that has not been read.
  package static func releasing(
    _ hold: TransferHold, digest: [UInt8], reason: String, unread: String?
  ) throws(HoldError) -> [Fact] {
    guard hold.holdTime != nil else { throw .notHeld }
    try check(reason: reason)
    guard digest == hold.digest else { throw .changed }
    if let unread { throw .unread(unread) }
    return [.transfersReleased(TransfersReleased(digest: digest, reason: reason))]
  }

  package static func dismissing(
    _ endToEndID: String, of unknown: [UnknownPayment], reason: String
  ) throws(HoldError) -> [Fact] {
    guard unknown.contains(where: { $0.endToEndID == endToEndID }) else {
      throw .unknownPaymentNotFound
    }
    try check(reason: reason)
    return [
      .unknownPaymentDismissed(UnknownPaymentDismissed(endToEndID: endToEndID, reason: reason))
    ]
  }

  private static func check(reason: String) throws(HoldError) {
    guard reason.isPlainLine, reason.contains(where: { $0.isLetter || $0.isNumber }),
      reason.unicodeScalars.count <= 500
    else { throw .reasonInvalid }
  }
}
