/// A status in pain.002 (ISO external codes; .10 allows any four characters).
package enum PaymentStatusCode: Hashable, Sendable {
  /// RCVD
  case received
  /// ACTC
  case technicallyAccepted
  /// ACCP
  case customerProfileAccepted
  /// ACFC
  case fundsChecked
  /// PATC
  case partlyAuthorised
  /// ACWC: accepted, but for instance the date was moved.
  case acceptedWithChange
  /// ACSP
  case settlementInProcess
  /// PDNG
  case pending
  /// ACSC: settled on the debtor's account.
  case settledOnDebtorAccount
  /// ACCC: settled on the creditor's account.
  case settledOnCreditorAccount
  /// ACWP
  case acceptedWithoutPosting
  /// PART: look one level down.
  case partlyAccepted
  /// RJCT
  case rejected
  /// CANC
  case cancelled
  /// RCVC, RVNM and relatives: what the payee's bank said of the payee's name.
  case payeeVerification(String)
  case unknown(String)

  /// What a status means for a payment.
  package enum Meaning: Sendable, Hashable {
    case processing, paid, error
    /// Told one level down, not here.
    case elsewhere
    /// A warning at most.
    case noOutcome
    case unknown
  }

  private static let table: [(code: String, status: PaymentStatusCode, meaning: Meaning)] = [
    ("RCVD", .received, .processing), ("ACTC", .technicallyAccepted, .processing),
    ("ACCP", .customerProfileAccepted, .processing), ("ACFC", .fundsChecked, .processing),
    ("PATC", .partlyAuthorised, .processing), ("ACWC", .acceptedWithChange, .processing),
    ("ACSP", .settlementInProcess, .processing), ("PDNG", .pending, .processing),
    ("ACWP", .acceptedWithoutPosting, .processing), ("ACSC", .settledOnDebtorAccount, .paid),
    ("ACCC", .settledOnCreditorAccount, .paid), ("PART", .partlyAccepted, .elsewhere),
    ("RJCT", .rejected, .error), ("CANC", .cancelled, .error),
  ]
  private static let verifications: Set<String> = [
    "RCVC", "RVNM", "RVMC", "RVCM", "RCVM", "RVNA", "RVNC",
  ]

  /// The statuses by name, in the order of their table.
  package static let known: [PaymentStatusCode] = table.map(\.status)

  package init(_ code: String) {
    if let row = Self.table.first(where: { $0.code == code }) {
      self = row.status
    } else {
      self = Self.verifications.contains(code) ? .payeeVerification(code) : .unknown(code)
    }
  }

  /// The code as it stands in files.
  package var code: String {
    switch self {
    case .payeeVerification(let code), .unknown(let code): code
    default: Self.table.first { $0.status == self }?.code ?? ""
    }
  }

  package var meaning: Meaning {
    switch self {
    case .payeeVerification: .noOutcome
    case .unknown: .unknown
    default: Self.table.first { $0.status == self }?.meaning ?? .unknown
    }
  }
}
