internal import Formats
internal import Primitives

// Turns what was decided into the files a customer gets; pure.

/// Where an accepted or refused payment stands.
enum OrderState {
  case waiting
  case executed(ExecutedTransfer)
  case failed(ReasonRecord)
}

enum BankAnswers {
  /// The first answer to a message.
  static func acceptance(of message: MessageRecord, id: String, now: Instant) -> Pain002 {
    var report = Pain002(
      messageID: id, creationTime: WrittenTime(now), originalMessageID: message.messageID)
    if let rejection = message.rejection {
      report.groupStatus = .rejected
      report.groupReasons = [rejection.reason]
      return report
    }
    report.paymentInformations = message.groups.map(acceptance)
    let statuses = Set(report.paymentInformations.compactMap(\.status))
    report.groupStatus =
      switch statuses {
      case [.rejected]: .rejected
      case [.acceptedWithChange]: .acceptedWithChange
      case [.customerProfileAccepted], [.customerProfileAccepted, .acceptedWithChange]:
        .customerProfileAccepted
      default: .partlyAccepted
      }
    return report
  }

  private static func acceptance(of group: GroupRecord) -> Pain002.PaymentInformationStatus {
    var answer = Pain002.PaymentInformationStatus(originalID: group.id)
    if let rejection = group.rejection {
      answer.status = .rejected
      answer.reasons = [rejection.reason]
      return answer
    }
    let accepted: PaymentStatusCode =
      group.change == nil ? .customerProfileAccepted : .acceptedWithChange
    answer.reasons = group.change.map { [$0.reason] } ?? []
    let refused = group.orders.count { $0.rejection != nil }
    answer.status = refused == 0 ? accepted : .partlyAccepted
    if refused == 0 { return answer }
    if refused == group.orders.count { answer.status = .rejected }
    answer.transactions = group.orders.map { order in
      row(order, order.rejection == nil ? accepted : .rejected, order.rejection)
    }
    return answer
  }

  /// A later answer: how payments of the message ended.
  static func status(
    of message: MessageRecord, ended: [String: OrderState], id: String, now: Instant
  ) -> Pain002 {
    var report = Pain002(
      messageID: id, creationTime: WrittenTime(now), originalMessageID: message.messageID,
      groupStatus: .partlyAccepted)
    for group in message.groups {
      var rows: [Pain002.TransactionStatus] = []
      for order in group.orders where order.rejection == nil {
        switch ended[order.endToEndID] {
        case .executed?: rows.append(row(order, .settledOnDebtorAccount, nil))
        case .failed(let reason)?: rows.append(row(order, .rejected, reason))
        case .waiting?, nil: break
        }
      }
      guard !rows.isEmpty else { continue }
      let statuses = Set(rows.compactMap(\.status))
      let isWhole = rows.count == group.orders.count && statuses.count == 1
      report.paymentInformations.append(
        Pain002.PaymentInformationStatus(
          originalID: group.id, status: isWhole ? statuses.first : .partlyAccepted,
          transactions: rows))
    }
    return report
  }

  private static func row(
    _ order: OrderRecord, _ status: PaymentStatusCode, _ reason: ReasonRecord?
  ) -> Pain002.TransactionStatus {
    Pain002.TransactionStatus(
      originalInstructionID: order.instructionID, originalEndToEndID: order.endToEndID,
      status: status, reasons: reason.map { [$0.reason] } ?? [])
  }

  /// Debit entries for transfers that were made, one notification for each account.
  static func entries(
    _ executed: [(group: GroupRecord, transfers: [ExecutedTransfer])], id: String, now: Instant
  ) throws -> Camt054 {
    var notifications: [Camt054.Notification] = []
    for (group, transfers) in executed {
      guard let first = transfers.first, let form = AccountForm(rawValue: group.debtorForm) else {
        continue
      }
      let number = try AccountNumber(form: form, text: group.debtorAccount)
      let account = WrittenAccount(number)
      let entries =
        group.batchBooking
        ? [try batch(group, transfers)] : try transfers.map { try single($0) }
      let shown = WrittenAccount(scheme: account.scheme, id: account.id)
      if let index = notifications.firstIndex(where: { $0.account == shown }) {
        notifications[index].entries += entries
      } else {
        notifications.append(
          Camt054.Notification(
            id: "\(id)-\(notifications.count + 1)", account: shown,
            accountCurrency: first.currency, entries: entries))
      }
    }
    for index in notifications.indices {
      for entry in notifications[index].entries.indices {
        notifications[index].entries[entry].reference = String(entry + 1)
      }
    }
    return Camt054(
      messageID: id, creationTime: WrittenTime(now), notifications: notifications)
  }

  private static func batch(
    _ group: GroupRecord, _ transfers: [ExecutedTransfer]
  ) throws -> BankEntry {
    var total = try transfers[0].taken()
    for transfer in transfers.dropFirst() { total = try total.adding(transfer.taken()) }
    var entry = try debit(transfers[0], total, family: group.salary ? "SALA" : "DMCT")
    entry.servicerReference = "B\(transfers[0].endToEndID)".suffixed
    entry.batches = [
      BankEntry.Batch(
        messageID: transfers[0].messageID, paymentInformationID: group.id, count: transfers.count,
        total: WrittenAmount(total))
    ]
    // Salaries are one lump on the statement: who got what is not for all who read it.
    if !group.salary { entry.transactions = try transfers.map(transaction) }
    return entry
  }

  private static func single(_ transfer: ExecutedTransfer) throws -> BankEntry {
    var entry = try debit(transfer, try transfer.taken(), family: "DMCT")
    entry.servicerReference = transfer.endToEndID.suffixed
    entry.transactions = [try transaction(transfer)]
    return entry
  }

  private static func debit(
    _ transfer: ExecutedTransfer, _ amount: Money, family: String
  ) throws -> BankEntry {
    var entry = BankEntry(amount: WrittenAmount(amount), sign: .debit, status: .booked)
    let date = Instant(rfc3339: transfer.executedAt)?.date(in: .centralEuropean)
    entry.bookingDate = date
    entry.valueDate = date
    entry.code = BankEntry.Code(domain: "PMNT", family: "ICDT", subFamily: family)
    return entry
  }

  private static func transaction(_ transfer: ExecutedTransfer) throws -> BankEntry.Transaction {
    var part = BankEntry.Transaction()
    part.endToEndID = transfer.endToEndID
    part.instructionID = transfer.instructionID
    part.paymentInformationID = transfer.paymentInformationID
    part.amount = WrittenAmount(try transfer.money())
    part.creditorName = transfer.creditorName
    if let account = transfer.creditor() { part.creditorAccount = WrittenAccount(account) }
    switch transfer.referenceType.flatMap(PaymentReferenceType.init(rawValue:)) {
    case .message?: part.messages = transfer.reference.map { [$0] } ?? []
    case .creditor?:
      part.references = transfer.reference.map { [WrittenReference(text: $0, issuer: "ISO")] } ?? []
    case .kid?, .ocr?, .finnish?:
      part.references = transfer.reference.map { [WrittenReference(text: $0)] } ?? []
    case nil: break
    }
    return part
  }
}

extension ReasonRecord {
  fileprivate var reason: Pain002.Reason {
    Pain002.Reason(code: code, additionalInformation: text)
  }
}

extension ExecutedTransfer {
  /// What went to the creditor.
  func money() throws -> Money {
    Money(minorUnits: otherAmountMinor ?? amountMinor, currency: try Currency(currency))
  }

  /// What left the account.
  func taken() throws -> Money {
    Money(minorUnits: takenMinor, currency: try Currency(currency))
  }

  func creditor() -> AccountNumber? {
    AccountForm(rawValue: creditorForm).flatMap {
      try? AccountNumber(form: $0, text: creditorAccount)
    }
  }
}

extension String {
  /// The last 35 characters: what a reference field holds.
  fileprivate var suffixed: String { String(suffix(35)) }
}
