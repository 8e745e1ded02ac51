internal import Primitives

// What the bank remembers, one JSON object on each line of its append-only files. All other state
// is rebuilt from these.

/// One transfer that was made: a line of `executed.jsonl`, the bank's own ledger.
package struct ExecutedTransfer: Codable, Sendable, Equatable {
  package let connection: String
  package let endToEndID: String
  package let instructionID: String?
  package let messageID: String
  package let paymentInformationID: String
  /// The raw value of `AccountForm`.
  package let debtorForm: String
  /// The number in its plain form (`AccountNumber.text`).
  package let debtorAccount: String
  package let creditorForm: String
  package let creditorAccount: String
  package let creditorName: String
  package let amountMinor: Int64
  package let currency: String
  /// KID, OCR, RF or message; nil if none.
  package let reference: String?
  /// The raw value of `PaymentReferenceType`.
  package let referenceType: String?
  package let executedAt: String
  /// What the bank took on top; nil: nothing.
  package var feeMinor: Int64?
  /// What it was executed with, if not with `amountMinor`.
  package var otherAmountMinor: Int64?

  private enum CodingKeys: String, CodingKey {
    case connection, currency, reference
    case endToEndID = "end_to_end_id"
    case instructionID = "instruction_id"
    case messageID = "message_id"
    case paymentInformationID = "payment_information_id"
    case debtorForm = "debtor_form"
    case debtorAccount = "debtor_account"
    case creditorAccount = "creditor_account"
    case creditorForm = "creditor_form"
    case creditorName = "creditor_name"
    case amountMinor = "amount_minor"
    case referenceType = "reference_type"
    case executedAt = "executed_at"
    case feeMinor = "fee_minor"
    case otherAmountMinor = "other_amount_minor"
  }
}

extension ExecutedTransfer {
  /// What the account has less by it.
  package var takenMinor: Int64 { (otherAmountMinor ?? amountMinor) + (feeMinor ?? 0) }
}

/// An account at the bank: a line of `accounts.jsonl`.
struct AccountRecord: Codable, Equatable {
  let connection: String
  let form: String
  let number: String
  let currency: String
  let owner: String
  let openingMinor: Int64
}

/// Why something was refused, as pain.002 says it.
struct ReasonRecord: Codable, Equatable, Sendable {
  let code: String
  let text: String

  init(_ code: String, _ text: String) {
    self.code = code
    self.text = String(text.prefix(500))
  }
}

/// A payment as it was taken in.
struct OrderRecord: Codable, Equatable, Sendable {
  let endToEndID: String
  let instructionID: String?
  let creditorForm: String
  let creditorAccount: String
  let creditorName: String
  let amountMinor: Int64
  let currency: String
  let reference: String?
  let referenceType: String?
  /// Refused when the file was read.
  var rejection: ReasonRecord?
  /// A fault script's refusal on the day.
  var failure: ReasonRecord?
  var feeMinor: Int64?
  var otherAmountMinor: Int64?
}

struct GroupRecord: Codable, Equatable, Sendable {
  let id: String
  let debtorForm: String
  let debtorAccount: String
  let debtorName: String
  let batchBooking: Bool
  let salary: Bool
  /// The banking day on which it will be paid.
  let executionDate: String
  /// Why that day is not the one asked for.
  let change: ReasonRecord?
  let rejection: ReasonRecord?
  var orders: [OrderRecord]
}

/// A file as it was taken in, with what was decided on it.
struct MessageRecord: Codable, Equatable, Sendable {
  let connection: String
  let messageID: String
  let file: String
  let receivedAt: String
  let rejection: ReasonRecord?
  var groups: [GroupRecord]
  /// Nil: never answered.
  var answersAfterMinutes: Int? = 0
  var executes = true
  var answersTwice = false
}

/// A payment that could not be made on its day.
struct FailureRecord: Codable, Equatable, Sendable {
  let connection: String
  let endToEndID: String
  let reason: ReasonRecord
  let at: String
}

/// An answer that was written.
struct AnswerRecord: Codable, Equatable, Sendable {
  enum Kind: String, Codable { case acceptance, status, entry }

  let kind: Kind
  let connection: String
  let file: String
  /// The message's place among all messages; nil for entries.
  let message: Int?
  let endToEndIDs: [String]
}

/// A silent message that shall be answered after all.
struct SpeakRecord: Codable, Equatable, Sendable {
  let connection: String
  let messageID: String
}

/// A line of `accepted.jsonl`: exactly one of these.
struct BankRecord: Codable, Equatable, Sendable {
  var message: MessageRecord?
  var failure: FailureRecord?
  var answer: AnswerRecord?
  var speak: SpeakRecord?
}

extension AccountNumber {
  /// One text for one account, whichever way it is written.
  var key: String { AccountNumber.normalised(self).description }
}
