package import Foundation
package import Primitives
internal import Formats
internal import Synchronization

/// A bank that runs offline: it takes payment files from folders, checks them as a Nordic bank
/// does, pays on the day into a ledger of its own, and answers with files.
///
/// It has no clock: each `tick` is told the time. All it knows is on disk before it answers, so it
/// can be stopped at any point and started again on the same folder.
package final class SandboxBank: Sendable {
  private struct Live {
    var state = BankState()
    var profiles: [String: BankProfile] = [:]
    var demandingReference: Set<String> = []
  }

  private let folders: BankFolders
  private let profile: BankProfile
  private let accounts: JSONLines<AccountRecord>
  private let records: JSONLines<BankRecord>
  private let ledger: JSONLines<ExecutedTransfer>
  private let live: Mutex<Live>

  /// Opens the bank on a folder, with all it knew when it was last stopped.
  package init(root: URL, profile: BankProfile = BankProfile()) throws {
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    folders = BankFolders(root: root)
    self.profile = profile
    accounts = JSONLines(url: root.appendingPathComponent("accounts.jsonl"))
    records = JSONLines(url: root.appendingPathComponent("accepted.jsonl"))
    ledger = JSONLines(url: root.appendingPathComponent("executed.jsonl"))
    var state = BankState()
    for account in try accounts.load() { state.apply(account, key: try account.key()) }
    for record in try records.load() { state.apply(record) }
    for transfer in try ledger.load() { state.apply(transfer) }
    live = Mutex(Live(state: state))
  }

  /// Opens an account for a customer; opening the same again changes nothing.
  package func openAccount(
    connection: String, number: AccountNumber, currency: Currency, owner: String,
    openingBalance: Money
  ) throws {
    try Self.check(connection)
    guard openingBalance.currency == currency else {
      throw SandboxBankError.currency(openingBalance.currency.code)
    }
    let plain = AccountNumber.normalised(number)
    let account = AccountRecord(
      connection: connection, form: plain.form.rawValue, number: plain.text,
      currency: currency.code, owner: owner, openingMinor: openingBalance.minorUnits)
    try live.withLock { live in
      if let known = live.state.accounts[number.key] {
        guard known == account else { throw SandboxBankError.accountExists(plain.text) }
        return
      }
      for name in [BankFolders.inbox, BankFolders.outbox] {
        try FileManager.default.createDirectory(
          at: folders.folder(connection).appendingPathComponent(name),
          withIntermediateDirectories: true)
      }
      try accounts.append([account])
      live.state.apply(account, key: number.key)
    }
  }

  /// What is left on an account; nil if the bank has no such account.
  package func balance(of number: AccountNumber) -> Money? {
    live.withLock { live in
      guard let account = live.state.accounts[number.key],
        let currency = try? Currency(account.currency)
      else { return nil }
      return Money(minorUnits: live.state.balance(account), currency: currency)
    }
  }

  /// Other habits for one connection, until the bank is stopped.
  package func setProfile(_ profile: BankProfile, for connection: String) {
    live.withLock { $0.profiles[connection] = profile }
  }

  /// From now on payments to this creditor need a KID or OCR (RR09), until the bank is stopped.
  package func demandReference(of creditor: AccountNumber) {
    live.withLock { live in _ = live.demandingReference.insert(creditor.key) }
  }

  /// Replaces the fault script of a connection (`faults.json`).
  package func setFaults(_ faults: [BankFault], for connection: String) throws {
    try Self.check(connection)
    try live.withLock { _ in try writeScript(faults, connection) }
  }

  /// Makes the bank answer a message that it was silent about, at its next tick.
  package func speak(connection: String, messageID: String) throws {
    try live.withLock { live in
      try keep(
        BankRecord(speak: SpeakRecord(connection: connection, messageID: messageID)), &live.state)
    }
  }

  /// All transfers made so far, in order.
  package var executed: [ExecutedTransfer] { live.withLock { $0.state.executed } }

  /// The ledger as a JSON array.
  package func executedJSON() throws -> [UInt8] { [UInt8](try JSONText.encode(executed)) }

  /// Does all that is due at `now`: takes files in, pays, answers.
  package func tick(now: Instant) throws -> [BankEvent] {
    try live.withLock { live in
      var events: [BankEvent] = []
      for connection in try folders.connections() {
        for file in try folders.waiting(connection) {
          try takeIn(file, connection, now, &live, &events)
        }
      }
      try execute(now, &live.state, &events)
      try answer(now, &live, &events)
      return events
    }
  }

  private static func check(_ connection: String) throws {
    let parts = connection.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }),
      !connection.contains("\n")
    else { throw SandboxBankError.connection(connection) }
  }

  /// Puts a record on disk, then takes it into the state.
  private func keep(_ record: BankRecord, _ state: inout BankState) throws {
    try records.append([record])
    state.apply(record)
  }
}

// MARK: - Files in

extension SandboxBank {
  private func takeIn(
    _ file: String, _ connection: String, _ now: Instant, _ live: inout Live,
    _ events: inout [BankEvent]
  ) throws {
    // Decided on before a crash, but not yet put aside.
    if live.state.taken(connection, file: file), !folders.isDone(connection, file) {
      return try folders.moveToDone(connection, file)
    }
    let script = readScript(connection)
    let (message, left) = try decide(file, connection, now, live, script)
    // The record first: a fault that is used up without effect would be worse than one used twice.
    try keep(BankRecord(message: message), &live.state)
    if left != script { try writeScript(left, connection) }
    try folders.moveToDone(connection, file)
    report(message, &events)
  }

  private func decide(
    _ file: String, _ connection: String, _ now: Instant, _ live: borrowing Live,
    _ script: [BankFault]
  ) throws -> (message: MessageRecord, left: [BankFault]) {
    let state = live.state
    let demanding = live.demandingReference
    var rules = BankRules(
      view: BankView(
        connection: connection, now: now, profile: live.profiles[connection] ?? profile,
        account: { state.accounts[$0] }, messageSeen: { state.messageSeen(connection, $0) },
        endToEndSeen: { state.endToEndSeen(connection, $0) },
        demandsReference: { demanding.contains($0) }), script: script)
    return (try decide(file, connection, &rules), rules.script)
  }

  private func decide(
    _ file: String, _ connection: String, _ rules: inout BankRules
  ) throws -> MessageRecord {
    guard let bytes = try folders.read(connection, file) else {
      let fault = XMLFault(.limit, "the file is larger than \(BankFolders.maximumFileBytes) bytes")
      return rules.unreadable(fault, messageID: "NOTPROVIDED", file: file)
    }
    do {
      return rules.decide(try Pain001.reading(bytes), file: file)
    } catch {
      let found = FoundMessageID()
      _ = try? XMLReader.read(bytes, by: FoundMessageID.table, into: found)
      let known = found.id.withLock { $0 }.flatMap { PaymentText.isIdentifier($0) ? $0 : nil }
      return rules.unreadable(error, messageID: known ?? "NOTPROVIDED", file: file)
    }
  }

  private func report(_ message: MessageRecord, _ events: inout [BankEvent]) {
    let connection = message.connection
    if let rejection = message.rejection {
      events.append(
        .refused(connection: connection, messageID: message.messageID, code: rejection.code))
      return
    }
    let accepted = message.groups.filter { $0.rejection == nil }
      .flatMap(\.orders).count { $0.rejection == nil }
    events.append(
      .received(connection: connection, messageID: message.messageID, accepted: accepted))
    for group in message.groups {
      for order in group.orders {
        guard let rejection = group.rejection ?? order.rejection else { continue }
        events.append(
          .rejected(connection: connection, endToEndID: order.endToEndID, code: rejection.code))
      }
    }
  }

  private func scriptURL(_ connection: String) -> URL {
    folders.folder(connection).appendingPathComponent("faults.json")
  }

  /// The fault script; none if there is no file, or one that can't be understood.
  private func readScript(_ connection: String) -> [BankFault] {
    guard let data = try? Data(contentsOf: scriptURL(connection)) else { return [] }
    return (try? JSONDecoder().decode(BankFaultScript.self, from: data))?.faults ?? []
  }

  private func writeScript(_ faults: [BankFault], _ connection: String) throws {
    try FileManager.default.createDirectory(
      at: folders.folder(connection), withIntermediateDirectories: true)
    try folders.write(
      try JSONText.encode(BankFaultScript(faults: faults)), to: scriptURL(connection))
  }
}

// MARK: - Paying

extension SandboxBank {
  /// The time of day at which payments are made.
  private static let executionHour = 6

  fileprivate struct Due {
    let at: Instant
    let message: MessageRecord
    let group: GroupRecord
    let order: OrderRecord
  }

  private func execute(
    _ now: Instant, _ state: inout BankState, _ events: inout [BankEvent]
  ) throws {
    var made: [ExecutedTransfer] = []
    var left: [String: Int64] = [:]
    for due in due(now, state) {
      let key = "\(due.group.debtorForm) \(due.group.debtorAccount)"
      guard let account = state.accounts[key] else { continue }
      let balance = left[key] ?? state.balance(account)
      let order = due.order
      let short = ReasonRecord("AM04", "insufficient funds")
      let transfer = due.transfer
      if let reason = order.failure ?? (balance < transfer.takenMinor ? short : nil) {
        let failure = FailureRecord(
          connection: due.message.connection, endToEndID: order.endToEndID, reason: reason,
          at: due.at.rfc3339)
        try keep(BankRecord(failure: failure), &state)
        events.append(
          .rejected(
            connection: due.message.connection, endToEndID: order.endToEndID, code: reason.code))
        continue
      }
      left[key] = balance - transfer.takenMinor
      made.append(transfer)
      events.append(
        .executed(connection: due.message.connection, endToEndID: order.endToEndID))
    }
    try ledger.append(made)
    for transfer in made { state.apply(transfer) }
  }

  /// Payments whose day has come, in order of their days, then as they came in.
  private func due(_ now: Instant, _ state: BankState) -> [Due] {
    var found: [Due] = []
    for index in state.open.sorted() {
      let message = state.messages[index]
      guard message.executes, let received = Instant(rfc3339: message.receivedAt) else { continue }
      for group in message.groups where group.rejection == nil {
        guard let date = CalendarDate(iso: group.executionDate) else { continue }
        let opening = Instant.at(date, hour: Self.executionHour, minute: 0, in: .centralEuropean)
        guard opening <= now else { continue }
        for order in group.orders where order.rejection == nil {
          guard case .waiting = state.state(order, message.connection) else { continue }
          found.append(
            Due(at: max(opening, received), message: message, group: group, order: order))
        }
      }
    }
    let order = found.enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }
    return order.map(\.element)
  }
}

extension SandboxBank.Due {
  fileprivate var transfer: ExecutedTransfer {
    ExecutedTransfer(
      connection: message.connection, endToEndID: order.endToEndID,
      instructionID: order.instructionID, messageID: message.messageID,
      paymentInformationID: group.id, debtorForm: group.debtorForm,
      debtorAccount: group.debtorAccount,
      creditorForm: order.creditorForm, creditorAccount: order.creditorAccount,
      creditorName: order.creditorName, amountMinor: order.amountMinor, currency: order.currency,
      reference: order.reference, referenceType: order.referenceType, executedAt: at.rfc3339,
      feeMinor: order.feeMinor, otherAmountMinor: order.otherAmountMinor)
  }
}

// MARK: - Answers out

extension SandboxBank {
  private func answer(
    _ now: Instant, _ live: inout Live, _ events: inout [BankEvent]
  ) throws {
    var booked: [String: [(group: GroupRecord, transfers: [ExecutedTransfer])]] = [:]
    var twice: Set<String> = []
    for index in live.state.open.sorted() {
      let message = live.state.messages[index]
      if let minutes = message.answersAfterMinutes {
        try answer(message, at: index, minutes, now, &live, &events)
        let entries = untold(message, minutes, now, live.state)
        if !entries.isEmpty {
          booked[message.connection, default: []] += entries
          if message.answersTwice { twice.insert(message.connection) }
        }
      }
    }
    for (connection, groups) in booked.sorted(by: { $0.key < $1.key }) {
      let number = live.state.answers + 1
      let report = try BankAnswers.entries(groups, id: "CAMT-\(number)", now: now)
      try send(
        AnswerRecord(
          kind: .entry, connection: connection, file: "camt054-\(number).xml", message: nil,
          endToEndIDs: groups.flatMap(\.transfers).map(\.endToEndID)),
        try report.write(), twice: twice.contains(connection), &live.state, &events)
    }
    for index in live.state.open where isFinished(index, live) { live.state.close(index) }
  }

  /// The status reports that a message has coming.
  private func answer(
    _ message: MessageRecord, at index: Int, _ minutes: Int, _ now: Instant, _ live: inout Live,
    _ events: inout [BankEvent]
  ) throws {
    if !live.state.isAcceptanceTold(index), isTime(message.receivedAt, minutes, now) {
      let report = BankAnswers.acceptance(of: message, id: reportID(live.state), now: now)
      try send(
        AnswerRecord(
          kind: .acceptance, connection: message.connection,
          file: fileName(message, live.state), message: index, endToEndIDs: []),
        try report.write(), twice: message.answersTwice, &live.state, &events)
    }
    let tellsPaid = (live.profiles[message.connection] ?? profile).finalStatus == .statusReport
    var ended: [String: OrderState] = [:]
    for order in message.acceptedOrders {
      guard !live.state.isTold(.status, order, message.connection),
        let at = live.state.endedAt(order, message.connection), isTime(at.rfc3339, minutes, now)
      else { continue }
      let state = live.state.state(order, message.connection)
      if case .executed = state, !tellsPaid { continue }
      ended[order.endToEndID] = state
    }
    guard !ended.isEmpty else { return }
    let report = BankAnswers.status(
      of: message, ended: ended, id: reportID(live.state), now: now)
    try send(
      AnswerRecord(
        kind: .status, connection: message.connection, file: fileName(message, live.state),
        message: index, endToEndIDs: ended.keys.sorted()),
      try report.write(), twice: message.answersTwice, &live.state, &events)
  }

  /// Transfers of a message whose entries have not been sent.
  private func untold(
    _ message: MessageRecord, _ minutes: Int, _ now: Instant, _ state: BankState
  ) -> [(group: GroupRecord, transfers: [ExecutedTransfer])] {
    message.groups.filter { $0.rejection == nil }.compactMap { group in
      let transfers = group.orders.compactMap { order -> ExecutedTransfer? in
        guard order.rejection == nil, !state.isTold(.entry, order, message.connection),
          case .executed(let transfer) = state.state(order, message.connection),
          isTime(transfer.executedAt, minutes, now)
        else { return nil }
        return transfer
      }
      return transfers.isEmpty ? nil : (group, transfers)
    }
  }

  private func isFinished(_ index: Int, _ live: Live) -> Bool {
    let message = live.state.messages[index]
    let tellsPaid = (live.profiles[message.connection] ?? profile).finalStatus == .statusReport
    let isSilent = message.answersAfterMinutes == nil
    guard isSilent || live.state.isAcceptanceTold(index) else { return false }
    return message.acceptedOrders.allSatisfy { order in
      func told(_ kind: AnswerRecord.Kind) -> Bool {
        live.state.isTold(kind, order, message.connection)
      }
      return switch live.state.state(order, message.connection) {
      case .waiting: !message.executes
      case .executed: isSilent || (told(.entry) && (!tellsPaid || told(.status)))
      case .failed: isSilent || told(.status)
      }
    }
  }

  private func isTime(_ start: String, _ minutes: Int, _ now: Instant) -> Bool {
    guard let start = Instant(rfc3339: start) else { return true }
    return start.adding(minutes: minutes) <= now
  }

  private func reportID(_ state: BankState) -> String { "PSR-\(state.answers + 1)" }

  /// `pain002-<MsgId>-<n>.xml`, with what can't stand in a file name replaced.
  private func fileName(_ message: MessageRecord, _ state: BankState) -> String {
    let safe = message.messageID.map { character in
      character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
        ? character : "_"
    }
    return "pain002-\(String(safe))-\(state.answers(to: message) + 1).xml"
  }

  /// The file first, then the record: after a crash between the two the same file is written again.
  private func send(
    _ answer: AnswerRecord, _ bytes: [UInt8], twice: Bool, _ state: inout BankState,
    _ events: inout [BankEvent]
  ) throws {
    let again = answer.file.dropLast(4) + "-again.xml"
    for file in twice ? [answer.file, String(again)] : [answer.file] {
      try folders.answer(answer.connection, file, bytes)
      events.append(.answered(connection: answer.connection, file: file))
    }
    try keep(BankRecord(answer: answer), &state)
  }
}

extension MessageRecord {
  /// Payments that were taken on.
  fileprivate var acceptedOrders: [OrderRecord] {
    groups.filter { $0.rejection == nil }.flatMap(\.orders).filter { $0.rejection == nil }
  }
}

extension AccountRecord {
  fileprivate func key() throws -> String {
    guard let form = AccountForm(rawValue: form) else {
      throw SandboxBankError.accountExists(number)
    }
    return try AccountNumber(form: form, text: number).key
  }
}

/// The id of a message that is otherwise wrong. A box, since a reader hands nothing over of a
/// document that is cut off.
private final class FoundMessageID: Sendable {
  let id = Mutex<String?>(nil)

  static let table = PathTable<FoundMessageID>(
    namespaces: ["": ["urn:iso:std:iso:20022:tech:xsd:pain.001.001.*"]],
    [
      .text("Document/CstmrCdtTrfInitn/GrpHdr/MsgId") { found, text in
        let id = text.string()
        found.id.withLock { $0 = id }
      }
    ])
}
