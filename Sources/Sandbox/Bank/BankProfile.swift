package import Formats

/// The habits of the sandbox's bank, for one connection.
package struct BankProfile: Sendable, Equatable {
  /// How a customer learns that a payment was made.
  package enum FinalStatus: Sendable {
    /// By the debit entry alone, as many Nordic banks do.
    case bookedEntryOnly
    /// By pain.002 with ACSC, and the debit entry.
    case statusReport
  }

  /// What happens to a payment that asks for a day on which banks are closed.
  package enum ClosedDay: Sendable {
    /// RJCT with DT03.
    case refuse
    /// ACWC with DT06: paid on the next banking day.
    case move
  }

  package var finalStatus: FinalStatus = .bookedEntryOnly
  package var closedDay: ClosedDay = .refuse
  /// Characters that names and messages may have; others are refused with RR10.
  package var characterSet: PaymentText.CharacterSet = .nordic

  package init() {}
}
