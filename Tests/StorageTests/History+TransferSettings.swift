import Domain
import Primitives

extension History {
  /// Another timing than the standard one, and a payment that went back.
  var transferSettingFacts: [[Fact]] {
    [
      [.transferTimingSet(TransferTimingSet(timing: .immediate))],
      [.transferTimingSet(TransferTimingSet(timing: .twoDaysBefore))],
      [
        .paymentReturned(
          PaymentReturned(
            payment: Self.second, state: .proposalComplete, reason: "Not ours \(mark)"))
      ],
    ]
  }
}
