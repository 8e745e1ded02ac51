/// The company has chosen when its signed payments leave (D-02). What is signed keeps the moment that
/// it was signed for.
package struct TransferTimingSet: Sendable, Equatable {
  package var timing: TransferTiming
  package init(timing: TransferTiming) { self.timing = timing }
}

/// Why a company's transfer settings are refused.
package enum TransferSettingsError: Refusal, Equatable {
  case timingMissing

  package var kind: RefusalKind { .invalidArgument }
  package var reason: String { "TRANSFER_TIMING_MISSING" }
  package var field: String? { "transfer_settings.timing" }
  package var message: String {
    "Say when signed payments leave: IMMEDIATE, THREE_DAYS_BEFORE, TWO_DAYS_BEFORE, ONE_DAY_BEFORE"
      + " or ON_DUE_DATE."
  }
}

extension TransferTiming {
  /// Of a company that has chosen nothing.
  package static let standard = TransferTiming.onDueDate
}
