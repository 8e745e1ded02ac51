internal import Formats
internal import Primitives

// What a Nordic bank checks before it takes a payment, in order, without any I/O. Reason codes are
// those of ISO 20022's external code set.

/// What the bank knows when it judges a message.
struct BankView {
  let connection: String
  let now: Instant
  let profile: BankProfile
  /// The account of this key, if the bank has it.
  let account: (String) -> AccountRecord?
  let messageSeen: (String) -> Bool
  let endToEndSeen: (String) -> Bool
  /// Creditors who take payments only with a KID or OCR.
  let demandsReference: (String) -> Bool
}

struct BankRules {
  let view: BankView
  /// The faults that are still to come.
  var script: [BankFault]
  private var endToEnds: Set<String> = []

  init(view: BankView, script: [BankFault]) {
    self.view = view
    self.script = script
  }

  /// Decides on a whole message.
  mutating func decide(_ reading: Pain001.Reading, file: String) -> MessageRecord {
    let message = reading.message
    var record = MessageRecord(
      connection: view.connection, messageID: message.messageID, file: file,
      receivedAt: view.now.rfc3339, rejection: groupRejection(reading), groups: [])
    applyFaults(to: &record)
    if record.rejection != nil { return record }
    var ids: Set<String> = []
    for group in message.paymentInformations {
      let isFirst = ids.insert(group.id).inserted
      record.groups.append(decide(group, isFirst: isFirst))
    }
    return record
  }

  /// The answer to a file that could not be read.
  func unreadable(_ fault: XMLFault, messageID: String, file: String) -> MessageRecord {
    MessageRecord(
      connection: view.connection, messageID: messageID, file: file,
      receivedAt: view.now.rfc3339, rejection: ReasonRecord("FF01", "\(fault)"), groups: [])
  }

  private mutating func applyFaults(to record: inout MessageRecord) {
    if BankFault.take(from: &script, where: { $0.action == .silent }) != nil {
      record.answersAfterMinutes = nil
    } else if BankFault.take(from: &script, where: { $0.action == .silentNotExecuted }) != nil {
      record.answersAfterMinutes = nil
      record.executes = false
    }
    if let late = BankFault.take(from: &script, where: { $0.action == .late }) {
      record.answersAfterMinutes = record.answersAfterMinutes.map { _ in late.minutes ?? 60 }
    }
    if BankFault.take(from: &script, where: { $0.action == .twice }) != nil {
      record.answersTwice = true
    }
  }

  private func groupRejection(_ reading: Pain001.Reading) -> ReasonRecord? {
    let id = reading.message.messageID
    guard PaymentText.isIdentifier(id) else { return ReasonRecord("FF01", "MsgId is not allowed") }
    if view.messageSeen(id) { return ReasonRecord("DU01", "MsgId \(id) was used before") }
    guard let wrong = reading.contradictions.first else { return nil }
    let codes = [
      "GrpHdr/NbOfTxs": "AM19", "GrpHdr/CtrlSum": "AM16", "PmtInf/NbOfTxs": "AM20",
      "PmtInf/CtrlSum": "AM17",
    ]
    return ReasonRecord(
      codes[wrong.field] ?? "FF01", "\(wrong.field) is \(wrong.claimed), counted \(wrong.actual)")
  }

  private mutating func decide(
    _ group: Pain001.PaymentInformation, isFirst: Bool
  ) -> GroupRecord {
    var (date, change) = (group.requestedExecutionDate, nil as ReasonRecord?)
    var rejection = groupRejection(group, isFirst: isFirst)
    let calendar = Self.calendar(of: group.debtorAccount.number)
    if rejection == nil, !calendar.isBankingDay(date) {
      switch view.profile.closedDay {
      case .refuse: rejection = ReasonRecord("DT03", "\(date) is no banking day")
      case .move:
        let moved = calendar.bankingDay(onOrAfter: date)
        change = ReasonRecord("DT06", "execution moved from \(date) to \(moved)")
        date = moved
      }
    }
    let salary = group.categoryPurpose == "SALA"
    let orders = group.transactions.map { transfer in
      decide(transfer, in: group, groupIsRejected: rejection != nil)
    }
    return GroupRecord(
      id: group.id,
      debtorForm: group.debtorAccount.number.map(AccountNumber.normalised)?.form.rawValue ?? "",
      debtorAccount: group.debtorAccount.text, debtorName: group.debtor.name,
      batchBooking: group.batchBooking ?? true, salary: salary, executionDate: date.iso,
      change: change, rejection: rejection, orders: orders)
  }

  private func groupRejection(
    _ group: Pain001.PaymentInformation, isFirst: Bool
  ) -> ReasonRecord? {
    guard PaymentText.isIdentifier(group.id) else {
      return ReasonRecord("FF01", "PmtInfId is not allowed")
    }
    guard isFirst else { return ReasonRecord("DU02", "PmtInfId \(group.id) is used twice") }
    guard let account = group.debtorAccount.number.flatMap({ view.account($0.key) }) else {
      return ReasonRecord("AC02", "the debtor account is not with this bank")
    }
    guard account.connection == view.connection else {
      return ReasonRecord("AG01", "no agreement for the debtor account")
    }
    if let currency = group.debtorAccountCurrency, currency.code != account.currency {
      return ReasonRecord("CURR", "the account is in \(account.currency)")
    }
    if group.categoryPurpose == "SALA", group.transactions.contains(where: \.hasReference) {
      return ReasonRecord("NARR", "salary with a structured reference")
    }
    let today = view.now.date(in: .centralEuropean)
    if group.requestedExecutionDate < today {
      return ReasonRecord("DT01", "the execution date \(group.requestedExecutionDate) has passed")
    }
    if group.requestedExecutionDate > today.adding(days: 366) {
      return ReasonRecord("CH03", "the execution date is more than a year ahead")
    }
    return nil
  }

  private mutating func decide(
    _ transfer: Pain001.CreditTransfer, in group: Pain001.PaymentInformation,
    groupIsRejected: Bool
  ) -> OrderRecord {
    let number = transfer.creditorAccount.number.map(AccountNumber.normalised)
    let (reference, type): (String?, String?) =
      switch transfer.remittance {
      case .none: (nil, nil)
      case .structured(let reference): (reference.text, reference.type.rawValue)
      case .unstructured(let text): (text, PaymentReferenceType.message.rawValue)
      case .documents(let documents):
        (documents.map { "\($0.kind.rawValue) \($0.number)" }.joined(separator: ", "), nil)
      case .unverified(let text): (text, nil)
      }
    var order = OrderRecord(
      endToEndID: transfer.endToEndID, instructionID: transfer.instructionID,
      creditorForm: number?.form.rawValue ?? "", creditorAccount: transfer.creditorAccount.text,
      creditorName: transfer.creditor.name, amountMinor: transfer.amount.minorUnits,
      currency: transfer.amount.currency.code, reference: reference, referenceType: type)
    if groupIsRejected { return order }
    order.rejection = rejection(of: transfer, in: group)
    func meant(_ fault: BankFault) -> Bool {
      fault.endToEndID == nil || fault.endToEndID == transfer.endToEndID
    }
    if order.rejection == nil,
      let fault = BankFault.take(
        from: &script, where: { $0.action == .rejectAtAcceptance && meant($0) })
    {
      order.rejection = ReasonRecord(fault.code ?? "MS03", fault.text ?? "refused by script")
    }
    if order.rejection == nil,
      let fault = BankFault.take(
        from: &script, where: { $0.action == .rejectAtExecution && meant($0) })
    {
      order.failure = ReasonRecord(fault.code ?? "AM04", fault.text ?? "refused by script")
    }
    if order.rejection == nil,
      let fault = BankFault.take(from: &script, where: { $0.action == .fee && meant($0) })
    {
      order.feeMinor = fault.amountMinor
    }
    if order.rejection == nil,
      let fault = BankFault.take(from: &script, where: { $0.action == .otherAmount && meant($0) })
    {
      order.otherAmountMinor = fault.amountMinor.map { max(order.amountMinor + $0, 1) }
    }
    return order
  }

  private mutating func rejection(
    of transfer: Pain001.CreditTransfer, in group: Pain001.PaymentInformation
  ) -> ReasonRecord? {
    let id = transfer.endToEndID
    guard PaymentText.isIdentifier(id), id != "NOTPROVIDED" else {
      return ReasonRecord("FF08", "EndToEndId is missing or not allowed")
    }
    if !endToEnds.insert(id).inserted || view.endToEndSeen(id) {
      return ReasonRecord("DU04", "EndToEndId \(id) was used before")
    }
    if transfer.amount.minorUnits <= 0 { return ReasonRecord("AM01", "nothing to pay") }
    let account = group.debtorAccount.number.flatMap { view.account($0.key) }
    if transfer.amount.currency.code != account?.currency {
      return ReasonRecord("AM03", "the account does not pay in \(transfer.amount.currency)")
    }
    guard let creditor = transfer.creditorAccount.number else {
      return ReasonRecord("AC03", "the creditor account number is wrong")
    }
    if transfer.creditor.name.isEmpty { return ReasonRecord("BE22", "the creditor has no name") }
    if !isPlain(transfer.creditor.name) {
      return ReasonRecord("RR10", "characters in the creditor's name")
    }
    switch transfer.remittance {
    case .unverified(let text): return ReasonRecord("RR09", "the reference \(text) is wrong")
    case .structured: return nil
    case .unstructured(let text) where !isPlain(text):
      return ReasonRecord("RR10", "characters in the message")
    case .documents(let documents) where documents.contains(where: { !isPlain($0.number) }):
      return ReasonRecord("RR10", "characters in a document's number")
    case .documents(let documents) where ReferredDocument.net(of: documents) != transfer.amount:
      return ReasonRecord("RR07", "invoices less credit notes are not the amount")
    case .none, .unstructured, .documents:
      return view.demandsReference(creditor.key)
        ? ReasonRecord("RR09", "the creditor demands a reference") : nil
    }
  }

  private func isPlain(_ text: String) -> Bool {
    PaymentText.render(text, set: view.profile.characterSet, max: 140) == text
  }

  static func calendar(of account: AccountNumber?) -> BankingCalendar {
    switch account {
    case .norwegian: .norway
    case .bankgiro, .plusgiro, .swedish: .sweden
    case .iban(let iban) where iban.countryCode == .no: .norway
    case .iban(let iban) where iban.countryCode == .se: .sweden
    case .iban, nil: .target
    }
  }
}

extension Pain001.CreditTransfer {
  fileprivate var hasReference: Bool {
    switch remittance {
    case .structured, .unverified: true
    case .none, .unstructured, .documents: false
    }
  }
}
