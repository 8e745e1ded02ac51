// Invariant O after a restore: what lies outside of the database (the witness's checkpoints, the
// files that were left for the bank, the bank's answers) may know more than it does. Then nothing is
// sent until it has been reconciled and a person has confirmed.

import Crypto
package import Primitives

/// One thing outside of the database that is ahead of it.
package struct HoldEvidence: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// A checkpoint vouches for facts that the journal does not have.
    case journal
    /// The newest checkpoint is not one that this server's audit key has signed.
    case checkpoint
    /// A file was left for the bank that no fact names.
    case file
    /// The bank answers something that was never sent, as far as the journal knows.
    case answer
  }

  package var kind: Kind
  /// What tells it from other evidence: what was released once holds nothing again.
  package var key: String
  package var text: String

  package init(_ kind: Kind, key: String, text: String) {
    self.kind = kind
    self.key = String(key.prefix(200))
    self.text = String(text.prefix(300))
  }
}

/// A payment that the bank was asked to make, or has made, and that the database does not know:
/// entered anew it would be paid twice.
package struct UnknownPayment: Hashable, Sendable {
  package enum Finding: String, Sendable, CaseIterable {
    /// A file with it was left for the bank.
    case sent
    /// The bank has booked it.
    case executed
  }

  package var endToEndID: String
  package var finding: Finding
  /// `BankProfile.id`.
  package var bank: String
  /// pain.001 MsgId; nil where only an entry tells of it.
  package var messageID: String?
  package var creditorName: String
  /// Normalised; nil where it is not told.
  package var creditorAccount: AccountNumber?
  package var amount: Money?
  /// KID, OCR, RF or text, as it is told; nil where it is not.
  package var reference: String?
  /// Booked, or to be executed.
  package var date: CalendarDate?

  package init(
    endToEndID: String, finding: Finding, bank: String, messageID: String?, creditorName: String,
    creditorAccount: AccountNumber?, amount: Money?, reference: String?, date: CalendarDate?
  ) {
    self.endToEndID = endToEndID
    self.finding = finding
    self.bank = bank
    self.messageID = messageID
    self.creditorName = creditorName
    self.creditorAccount = creditorAccount
    self.amount = amount
    self.reference = reference
    self.date = date
  }

  /// Whether `rendered` may be this very payment entered anew: the same payment's id, or the same
  /// amount to the same account with the same reference. What is not told counts as equal, as long
  /// as the amount and one of the others are.
  package func mayBe(_ rendered: RenderedPayment) -> Bool {
    if Instruction.parse(endToEndID: endToEndID)?.payment == rendered.payment { return true }
    guard let amount, amount == rendered.amount, creditorAccount != nil || reference != nil else {
      return false
    }
    if let creditorAccount, creditorAccount != .normalised(rendered.creditorAccount) {
      return false
    }
    guard let reference else { return true }
    return Self.comparable(reference) == Self.comparable(rendered.reference.text)
  }

  private static func comparable(_ reference: String) -> String {
    String(reference.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  /// All of it in a fixed order.
  var canonicalText: String {
    [
      endToEndID, finding.rawValue, bank, messageID ?? "", creditorName,
      creditorAccount?.description ?? "",
      amount.map { "\($0.minorUnits) \($0.currency.code)" } ?? "", reference ?? "",
      date?.iso ?? "",
    ].joined(separator: "\u{1F}")
  }
}

/// Transfers of one company, or of a whole bureau, that do not leave; and what must be looked at.
package struct TransferHold: Sendable, Equatable {
  /// nil: nothing is held (any more); what is unknown stays listed until it is dismissed.
  package var holdTime: Instant?
  package var evidence: [HoldEvidence]
  package var unknown: [UnknownPayment]

  package init(holdTime: Instant?, evidence: [HoldEvidence], unknown: [UnknownPayment]) {
    self.holdTime = holdTime
    self.evidence = evidence
    self.unknown = unknown
  }

  /// SHA-256 over all that it lists: who releases it has seen this very list.
  package var digest: [UInt8] {
    let lines =
      evidence.map { "evidence\u{1F}\($0.kind.rawValue)\u{1F}\($0.key)" }.sorted()
      + unknown.map { "unknown\u{1F}\($0.canonicalText)" }.sorted()
    let text = (["bureau/hold/v1"] + lines).joined(separator: "\n")
    return Array(SHA256.hash(data: Array(text.utf8)))
  }
}

package struct TransfersHeld: Sendable, Equatable {
  package var evidence: [HoldEvidence]
  package init(evidence: [HoldEvidence]) { self.evidence = evidence }
}

/// A file that was found with the bank: its payments were sent, whatever the journal knew of it.
package struct TransferRecovered: Sendable, Equatable {
  package var transfer: ID<Transfer>
  package var agreement: ID<Agreement>
  package var fileDigest: [UInt8]
  package var executionDate: CalendarDate
  /// Those of its payments that the company has.
  package var items: [TransferItem]
  /// It holds salaries.
  package var isSalary: Bool
  package init(
    transfer: ID<Transfer>, agreement: ID<Agreement>, fileDigest: [UInt8],
    executionDate: CalendarDate, items: [TransferItem], isSalary: Bool = false
  ) {
    self.transfer = transfer
    self.agreement = agreement
    self.fileDigest = fileDigest
    self.executionDate = executionDate
    self.items = items
    self.isSalary = isSalary
  }
}

package struct UnknownPaymentFound: Sendable, Equatable {
  package var payment: UnknownPayment
  package init(payment: UnknownPayment) { self.payment = payment }
}

package struct TransfersReleased: Sendable, Equatable {
  package var digest: [UInt8]
  package var reason: String
  package init(digest: [UInt8], reason: String) {
    self.digest = digest
    self.reason = reason
  }
}

package struct UnknownPaymentDismissed: Sendable, Equatable {
  package var endToEndID: String
  package var reason: String
  package init(endToEndID: String, reason: String) {
    self.endToEndID = endToEndID
    self.reason = reason
  }
}
