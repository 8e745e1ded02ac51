/// A debit and credit notification: single movements as they are booked (ISO 20022 camt.054).
package struct Camt054: Sendable, Equatable {
  package var messageID: String
  package var creationTime: WrittenTime
  package var notifications: [Notification]

  package init(messageID: String, creationTime: WrittenTime, notifications: [Notification]) {
    self.messageID = messageID
    self.creationTime = creationTime
    self.notifications = notifications
  }

  /// The movements of one account (`Ntfctn`).
  package struct Notification: Sendable, Equatable {
    package var id: String
    package var creationTime: WrittenTime?
    /// `COPY`, `CODU` or `DUPL`: this was told before; a copy may have a new message id.
    package var copyDuplicate: String?
    package var account: WrittenAccount
    package var accountCurrency: String?
    package var entries: [BankEntry]

    package init(
      id: String, creationTime: WrittenTime? = nil, copyDuplicate: String? = nil,
      account: WrittenAccount, accountCurrency: String? = nil, entries: [BankEntry]
    ) {
      self.id = id
      self.creationTime = creationTime
      self.copyDuplicate = copyDuplicate
      self.account = account
      self.accountCurrency = accountCurrency
      self.entries = entries
    }
  }

  /// Every element that is looked at.
  package static var elementPaths: [String] { Camt054Reader.table.paths }

  /// Reads .02 to .13; tolerant of what stands beside and of wrong check digits.
  package static func read(
    _ bytes: [UInt8], limits: XMLLimits = XMLLimits()
  ) throws(XMLFault) -> Camt054 {
    try XMLReader.read(bytes, by: Camt054Reader.table, into: Camt054Reader(), limits: limits)
      .message()
  }

  /// Reads a file of any size from a source that fills a buffer and answers 0 at the end.
  package static func read(
    limits: XMLLimits = XMLLimits(), from source: (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws -> Camt054 {
    try XMLReader.read(
      by: Camt054Reader.table, into: Camt054Reader(), limits: limits, from: source
    ).message()
  }
}

/// The message while it is read.
private struct Camt054Reader: BankEntryReading, Sendable {
  var entry = BankEntryDraft()
  private var messageID: String?
  private var time: WrittenTime?
  private var notifications: [Camt054.Notification] = []
  private var id = ""
  private var notificationTime: WrittenTime?
  private var copyDuplicate: String?
  private var account = AccountDraft()
  private var accountCurrency: String?
  private var entries: [BankEntry] = []

  func message() throws(XMLFault) -> Camt054 {
    guard let messageID else { throw XMLFault(.value, "GrpHdr/MsgId is missing") }
    guard let time else { throw XMLFault(.value, "GrpHdr/CreDtTm is missing") }
    if notifications.isEmpty { throw XMLFault(.value, "the message has no Ntfctn") }
    return Camt054(messageID: messageID, creationTime: time, notifications: notifications)
  }

  static let table = PathTable<Camt054Reader>(
    namespaces: ["": ["urn:iso:std:iso:20022:tech:xsd:camt.054.001.*"]],
    [
      .element(
        "Document/BkToCstmrDbtCdtNtfctn",
        [
          .text("GrpHdr/MsgId") { $0.messageID = $1.string() },
          .text("GrpHdr/CreDtTm") { (s, v) throws(XMLFault) in s.time = try v.time() },
          .element(
            "Ntfctn", open: { $0.openNotification() },
            close: { (s) throws(XMLFault) in try s.closeNotification() },
            [
              .text("Id") { $0.id = $1.string() },
              .text("CreDtTm") { (s, v) throws(XMLFault) in s.notificationTime = try v.time() },
              .text("CpyDplctInd") { $0.copyDuplicate = $1.string() },
              .element("Acct", AccountDraft.rules(\.account)),
              .text("Acct/Ccy") { $0.accountCurrency = $1.string() },
              .element(
                "Ntry", open: { $0.entry = BankEntryDraft() },
                close: { (s) throws(XMLFault) in s.entries.append(try s.entry.finished()) },
                BankEntryDraft.rules()),
            ]),
        ])
    ])

  private mutating func openNotification() {
    id = ""
    notificationTime = nil
    copyDuplicate = nil
    account = AccountDraft()
    accountCurrency = nil
    entries = []
  }

  private mutating func closeNotification() throws(XMLFault) {
    guard let account = account.account() else { throw XMLFault(.value, "Acct/Id is missing") }
    notifications.append(
      Camt054.Notification(
        id: id, creationTime: notificationTime, copyDuplicate: copyDuplicate, account: account,
        accountCurrency: accountCurrency, entries: entries))
  }
}
