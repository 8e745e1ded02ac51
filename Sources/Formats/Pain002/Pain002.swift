/// A customer payment status report: a bank's answer to a pain.001 (ISO 20022 pain.002).
package struct Pain002: Sendable, Equatable {
  package var messageID: String
  package var creationTime: WrittenTime
  /// `MsgId` of the message that is answered.
  package var originalMessageID: String
  /// `pain.001.001.03`.
  package var originalMessageName: String?
  package var groupStatus: PaymentStatusCode?
  package var groupReasons: [Reason]
  package var paymentInformations: [PaymentInformationStatus]

  package init(
    messageID: String, creationTime: WrittenTime, originalMessageID: String,
    originalMessageName: String? = "pain.001.001.03", groupStatus: PaymentStatusCode? = nil,
    groupReasons: [Reason] = [], paymentInformations: [PaymentInformationStatus] = []
  ) {
    self.messageID = messageID
    self.creationTime = creationTime
    self.originalMessageID = originalMessageID
    self.originalMessageName = originalMessageName
    self.groupStatus = groupStatus
    self.groupReasons = groupReasons
    self.paymentInformations = paymentInformations
  }

  /// Why (`StsRsnInf`).
  package struct Reason: Sendable, Hashable {
    /// ISO external code such as `AM04`.
    package var code: String?
    package var proprietary: String?
    /// All lines joined as they are: banks cut them anywhere.
    package var additionalInformation: String

    package init(
      code: String? = nil, proprietary: String? = nil, additionalInformation: String = ""
    ) {
      self.code = code
      self.proprietary = proprietary
      self.additionalInformation = additionalInformation
    }
  }

  package struct PaymentInformationStatus: Sendable, Equatable {
    package var originalID: String
    package var status: PaymentStatusCode?
    package var reasons: [Reason]
    package var transactions: [TransactionStatus]

    package init(
      originalID: String, status: PaymentStatusCode? = nil, reasons: [Reason] = [],
      transactions: [TransactionStatus] = []
    ) {
      self.originalID = originalID
      self.status = status
      self.reasons = reasons
      self.transactions = transactions
    }
  }

  package struct TransactionStatus: Sendable, Equatable {
    package var originalInstructionID: String?
    package var originalEndToEndID: String?
    package var status: PaymentStatusCode?
    package var reasons: [Reason]

    package init(
      originalInstructionID: String?, originalEndToEndID: String?, status: PaymentStatusCode?,
      reasons: [Reason] = []
    ) {
      self.originalInstructionID = originalInstructionID
      self.originalEndToEndID = originalEndToEndID
      self.status = status
      self.reasons = reasons
    }
  }

  /// What the report says of one payment, and at which level.
  package struct Outcome: Sendable, Equatable {
    package enum Level: Sendable { case transaction, paymentInformation, group }

    package let status: PaymentStatusCode
    package let level: Level
    package let reasons: [Reason]

    package init(status: PaymentStatusCode, level: Level, reasons: [Reason]) {
      self.status = status
      self.level = level
      self.reasons = reasons
    }
  }

  /// What the report says of one payment of the message it answers; nil if nothing.
  ///
  /// The most specific level wins: transaction over payment information over group, even where they
  /// contradict each other. A payment that is not listed takes the level above, but never a PART.
  /// A payee verification is no outcome: it gives way to any other status and is handed out only
  /// where there is none. Of a payment listed twice the last row counts.
  package func outcome(
    ofEndToEnd endToEndID: String, instruction instructionID: String?,
    paymentInformation paymentInformationID: String?
  ) -> Outcome? {
    let found = row(endToEndID, instructionID, paymentInformationID)
    let group =
      found?.group ?? paymentInformations.last { $0.originalID == paymentInformationID }
    var levels: [Outcome] = []
    if let row = found?.transaction, let status = row.status {
      levels.append(Outcome(status: status, level: .transaction, reasons: row.reasons))
    }
    if let group, let status = group.status {
      levels.append(Outcome(status: status, level: .paymentInformation, reasons: group.reasons))
    }
    if let groupStatus {
      levels.append(Outcome(status: groupStatus, level: .group, reasons: groupReasons))
    }
    let told = levels.first { $0.status.meaning != .noOutcome }
    // PART is told further down, where this payment was not listed: nothing is known.
    if let told { return told.status.meaning == .elsewhere ? nil : told }
    return levels.first
  }

  private func row(
    _ endToEndID: String, _ instructionID: String?, _ paymentInformationID: String?
  ) -> (group: PaymentInformationStatus, transaction: TransactionStatus)? {
    let groups =
      paymentInformations.contains { $0.originalID == paymentInformationID }
      ? paymentInformations.filter { $0.originalID == paymentInformationID } : paymentInformations
    let rows = groups.flatMap { group in group.transactions.map { (group, $0) } }
    return rows.last { $0.1.originalEndToEndID == endToEndID }
      ?? rows.last {
        $0.1.originalEndToEndID == nil && instructionID != nil
          && $0.1.originalInstructionID == instructionID
      }
  }
}
