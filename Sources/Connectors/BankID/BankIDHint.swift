/// What BankID says about an order that is pending or has failed, for the user to read.
package struct BankIDHint: Hashable, Sendable {
  /// BankID's hint code, possibly one that did not exist when this was written.
  package let code: String
  package let isFailed: Bool

  package init(code: String, isFailed: Bool) {
    self.code = code
    self.isFailed = isFailed
  }

  /// The order may be made anew without a word to the user: no app opened it in 30 seconds.
  package var isRenewable: Bool { isFailed && code == "startFailed" }

  package var userMessage: String {
    let table = isFailed ? Self.failed : Self.pending
    return table[code] ?? (isFailed ? Self.unknownFailed : Self.unknownPending)
  }

  /// The hint whose message this is: for whoever has other words for it.
  package init?(userMessage: String) {
    guard let found = Self.known.first(where: { $0.userMessage == userMessage }) else { return nil }
    self = found
  }

  /// Every hint that has words of its own.
  package static let known: [BankIDHint] =
    pending.keys.sorted().map { BankIDHint(code: $0, isFailed: false) }
    + failed.keys.sorted().map { BankIDHint(code: $0, isFailed: true) }

  private static let unknownPending =
    "Identification or signing is in progress in the BankID app."
  private static let unknownFailed = "BankID could not complete this. Please try again."

  private static let pending = [
    "outstandingTransaction": "Open the BankID app and scan the code.",
    "noClient": "Start your BankID app.",
    "started":
      "Looking for your BankID. If it is not found, check that this device has a valid one.",
    "userMrtd": "Follow the BankID app: it asks for your passport or national ID card.",
    "userCallConfirm": "Confirm in the BankID app that you are in a call with us.",
    "userSign": "Read the text in the BankID app and enter your security code.",
  ]

  private static let failed = [
    "expiredTransaction": "The BankID app took too long to answer. Please try again.",
    "certificateErr":
      "The BankID is blocked, revoked or too old. Use another one, or order a new from your bank.",
    "userCancel": "You cancelled in the BankID app.",
    "cancelled": "A new order for the same person replaced this one. Please try again.",
    "startFailed": "No BankID app opened the order in time. Please try again.",
    "userDeclinedCall": "You answered that you are not in a call with us.",
    "notSupportedByUserApp": "Your BankID app is too old. Update it and try again.",
    "transactionRiskBlocked": "BankID stopped this because of a high risk.",
  ]
}
