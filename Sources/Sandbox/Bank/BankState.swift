internal import Primitives

/// All the bank knows, rebuilt from its files by applying their lines in order.
struct BankState {
  private(set) var accounts: [String: AccountRecord] = [:]
  private(set) var messages: [MessageRecord] = []
  private(set) var executed: [ExecutedTransfer] = []
  /// Messages that may still need something, by their place.
  private(set) var open: Set<Int> = []
  private(set) var answers = 0
  private var files: Set<String> = []
  private var messageIDs: Set<String> = []
  private var endToEndIDs: Set<String> = []
  private var executedAt: [String: Int] = [:]
  private var failures: [String: FailureRecord] = [:]
  private var acceptanceTold: Set<Int> = []
  private var statusTold: Set<String> = []
  private var entryTold: Set<String> = []
  private var answersOf: [String: Int] = [:]
  private var spent: [String: Int64] = [:]

  /// One connection's name for a message or payment; a name never has a line break.
  private static func key(_ connection: String, _ id: String) -> String { "\(connection)\n\(id)" }

  mutating func apply(_ account: AccountRecord, key: String) { accounts[key] = account }

  mutating func apply(_ transfer: ExecutedTransfer) {
    executedAt[Self.key(transfer.connection, transfer.endToEndID)] = executed.count
    executed.append(transfer)
    spent["\(transfer.debtorForm) \(transfer.debtorAccount)", default: 0] &+= transfer.takenMinor
  }

  mutating func apply(_ record: BankRecord) {
    if let message = record.message { apply(message) }
    if let failure = record.failure {
      failures[Self.key(failure.connection, failure.endToEndID)] = failure
    }
    if let answer = record.answer { apply(answer) }
    if let speak = record.speak {
      for (index, message) in messages.enumerated()
      where message.connection == speak.connection && message.messageID == speak.messageID {
        messages[index].answersAfterMinutes = 0
        open.insert(index)
      }
    }
  }

  private mutating func apply(_ message: MessageRecord) {
    open.insert(messages.count)
    messages.append(message)
    files.insert(Self.key(message.connection, message.file))
    messageIDs.insert(Self.key(message.connection, message.messageID))
    for group in message.groups where group.rejection == nil {
      for order in group.orders {
        endToEndIDs.insert(Self.key(message.connection, order.endToEndID))
      }
    }
  }

  private mutating func apply(_ answer: AnswerRecord) {
    answers += 1
    if let message = answer.message, messages.indices.contains(message) {
      answersOf[Self.key(answer.connection, messages[message].messageID), default: 0] += 1
    }
    for id in answer.endToEndIDs {
      if answer.kind == .entry {
        entryTold.insert(Self.key(answer.connection, id))
      } else {
        statusTold.insert(Self.key(answer.connection, id))
      }
    }
    if answer.kind == .acceptance, let message = answer.message { acceptanceTold.insert(message) }
  }

  /// Takes a message off the list of those that need something.
  mutating func close(_ message: Int) { open.remove(message) }

  func messageSeen(_ connection: String, _ id: String) -> Bool {
    messageIDs.contains(Self.key(connection, id))
  }

  func endToEndSeen(_ connection: String, _ id: String) -> Bool {
    endToEndIDs.contains(Self.key(connection, id))
  }

  /// Whether a file of this name was decided on.
  func taken(_ connection: String, file: String) -> Bool {
    files.contains(Self.key(connection, file))
  }

  func state(_ order: OrderRecord, _ connection: String) -> OrderState {
    let key = Self.key(connection, order.endToEndID)
    if let index = executedAt[key] { return .executed(executed[index]) }
    return failures[key].map { .failed($0.reason) } ?? .waiting
  }

  /// When the payment was made or failed.
  func endedAt(_ order: OrderRecord, _ connection: String) -> Instant? {
    let key = Self.key(connection, order.endToEndID)
    if let index = executedAt[key] { return Instant(rfc3339: executed[index].executedAt) }
    return failures[key].flatMap { Instant(rfc3339: $0.at) }
  }

  func isAcceptanceTold(_ message: Int) -> Bool { acceptanceTold.contains(message) }

  func isTold(_ kind: AnswerRecord.Kind, _ order: OrderRecord, _ connection: String) -> Bool {
    let key = Self.key(connection, order.endToEndID)
    return kind == .entry ? entryTold.contains(key) : statusTold.contains(key)
  }

  /// How many answers a message has got.
  func answers(to message: MessageRecord) -> Int {
    answersOf[Self.key(message.connection, message.messageID)] ?? 0
  }

  /// Minor units left on an account.
  func balance(_ account: AccountRecord) -> Int64 {
    account.openingMinor &- (spent["\(account.form) \(account.number)"] ?? 0)
  }
}
