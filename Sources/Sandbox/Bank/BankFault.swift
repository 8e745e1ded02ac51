/// Something the sandbox's bank does wrong, or late, or not at all, when the next message comes.
///
/// Kept in `faults.json` of the connection's folder as `{"faults": [{"action": "silent"}]}`.
package struct BankFault: Codable, Sendable, Equatable {
  package enum Action: String, Codable, Sendable {
    /// One payment is refused when its file is read.
    case rejectAtAcceptance = "reject_at_acceptance"
    /// One payment is accepted, and refused on the day it should be made.
    case rejectAtExecution = "reject_at_execution"
    /// The bank takes `amountMinor` on top of one payment.
    case fee
    /// One payment is executed with `amountMinor` more than it was asked for; less, if negative.
    case otherAmount = "other_amount"
    /// The next message is executed, but nothing is ever answered.
    case silent
    /// The next message is neither executed nor answered.
    case silentNotExecuted = "silent_not_executed"
    /// Each answer to the next message comes twice, under two names.
    case twice
    /// Each answer to the next message comes `minutes` late.
    case late
  }

  package var action: Action
  /// ISO reason code of a rejection.
  package var code: String?
  package var text: String?
  /// The payment meant; without it the next one.
  package var endToEndID: String?
  package var minutes: Int?
  /// In the smallest unit of the payment's currency.
  package var amountMinor: Int64?
  /// How many times; without it once.
  package var times: Int?

  package init(
    _ action: Action, code: String? = nil, text: String? = nil, endToEndID: String? = nil,
    minutes: Int? = nil, amountMinor: Int64? = nil, times: Int? = nil
  ) {
    self.action = action
    self.code = code
    self.text = text
    self.endToEndID = endToEndID
    self.minutes = minutes
    self.amountMinor = amountMinor
    self.times = times
  }

  private enum CodingKeys: String, CodingKey {
    case action, code, text, minutes, times
    case endToEndID = "end_to_end_id"
    case amountMinor = "amount_minor"
  }

  /// Takes the first fault that `fits` out of the script, once.
  static func take(
    from script: inout [BankFault], where fits: (BankFault) -> Bool
  ) -> BankFault? {
    guard let index = script.firstIndex(where: fits) else { return nil }
    let fault = script[index]
    let left = (fault.times ?? 1) - 1
    if left > 0 { script[index].times = left } else { script.remove(at: index) }
    return fault
  }
}

/// The content of `faults.json`.
struct BankFaultScript: Codable {
  var faults: [BankFault]
}
