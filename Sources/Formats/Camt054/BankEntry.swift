package import Primitives

/// An entry of a statement or notification (`Ntry`), as camt.053 and camt.054 share it.
///
/// Only amount, sign, status and code are mandatory in the schema: nothing else may be counted on.
package struct BankEntry: Sendable, Equatable {
  /// The effect on the account.
  package enum Sign: String, Sendable, Hashable {
    case credit = "CRDT"
    case debit = "DBIT"
  }

  package enum Status: Sendable, Hashable {
    case booked, pending, information, future
    case unknown(String)

    package init(_ code: String) {
      self =
        switch code {
        case "BOOK": .booked
        case "PDNG": .pending
        case "INFO": .information
        case "FUTR": .future
        default: .unknown(code)
        }
    }

    package var code: String {
      switch self {
      case .booked: "BOOK"
      case .pending: "PDNG"
      case .information: "INFO"
      case .future: "FUTR"
      case .unknown(let code): code
      }
    }
  }

  /// What kind of movement it is (`BkTxCd`); values vary by bank.
  package struct Code: Sendable, Hashable {
    package var domain: String?
    package var family: String?
    package var subFamily: String?
    package var proprietary: String?
    package var proprietaryIssuer: String?

    package init(
      domain: String? = nil, family: String? = nil, subFamily: String? = nil,
      proprietary: String? = nil, proprietaryIssuer: String? = nil
    ) {
      self.domain = domain
      self.family = family
      self.subFamily = subFamily
      self.proprietary = proprietary
      self.proprietaryIssuer = proprietaryIssuer
    }
  }

  /// A bundle booked as one (`Btch`): how our own file comes back when it was booked as a batch.
  package struct Batch: Sendable, Hashable {
    package var messageID: String?
    package var paymentInformationID: String?
    package var count: Int?
    package var total: WrittenAmount?

    package init(
      messageID: String? = nil, paymentInformationID: String? = nil, count: Int? = nil,
      total: WrittenAmount? = nil
    ) {
      self.messageID = messageID
      self.paymentInformationID = paymentInformationID
      self.count = count
      self.total = total
    }
  }

  /// One payment of the entry (`TxDtls`).
  package struct Transaction: Sendable, Equatable {
    package var endToEndID: String?
    package var instructionID: String?
    package var paymentInformationID: String?
    package var servicerReference: String?
    package var transactionID: String?
    package var uetr: String?
    package var amount: WrittenAmount?
    /// Only in .08; else the entry's.
    package var sign: Sign?
    package var debtorName: String?
    package var debtorAccount: WrittenAccount?
    package var creditorName: String?
    package var creditorAccount: WrittenAccount?
    package var references: [WrittenReference] = []
    package var messages: [String] = []
    /// `RtrInf`: why an earlier payment comes back (`AC04`, or a bank's own code).
    package var returnReason: String?

    package init() {}
  }

  /// `NtryRef`: unique only inside its statement.
  package var reference: String?
  package var amount: WrittenAmount
  package var sign: Sign
  /// True: takes back an earlier entry; `sign` is still the effect. Never matched as a payment.
  package var isReversal = false
  package var status: Status
  package var bookingDate: CalendarDate?
  package var valueDate: CalendarDate?
  /// `AcctSvcrRef`: may be missing, may repeat.
  package var servicerReference: String?
  package var code = Code()
  package var batches: [Batch] = []
  package var transactions: [Transaction] = []
  package var additionalInformation: String?

  package init(amount: WrittenAmount, sign: Sign, status: Status) {
    self.amount = amount
    self.sign = sign
    self.status = status
  }
}
