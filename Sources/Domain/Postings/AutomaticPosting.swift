package import Primitives

/// Whether what an agreement's account has paid is posted without anybody asking (U-15).
package enum AutomaticPosting: String, Sendable, CaseIterable {
  case off
  /// A voucher for each payment (B-03).
  case payments
  /// One for what the bank has booked of a bundle on one day (B-04).
  case bundles
}

package struct AutomaticPostingSet: Sendable, Equatable {
  package var agreement: ID<Agreement>
  package var mode: AutomaticPosting
  package init(agreement: ID<Agreement>, mode: AutomaticPosting) {
    self.agreement = agreement
    self.mode = mode
  }
}

extension AutomaticPosting {
  /// The setting of an agreement is changed.
  package func becoming(_ mode: AutomaticPosting, of agreement: Agreement) throws(PostingError)
    -> [Fact]
  {
    guard agreement.kind == .remittance else { throw .agreementUnfit }
    return mode == self
      ? [] : [.automaticPostingSet(AutomaticPostingSet(agreement: agreement.id, mode: mode))]
  }

  /// Vouchers of one step.
  package static let stepLimit = 200

  /// What is posted now of what the bank has booked of one bundle; what wants a person's word stays as
  /// it is. Salaries always go by bundle, so that the books name nobody.
  /// - Parameter drafts: Their numbers follow each other; as many vouchers at most.
  package func posting(_ booked: [Payment], _ drafts: [VoucherDraft]) throws -> [Fact] {
    guard let first = drafts.first else { return [] }
    let decided = booked.filter { $0.state == .paid && !$0.awaitsDecision(first) }
    switch self {
    case .off: return []
    case .payments where !decided.contains { $0.salary != nil }:
      return try zip(decided, drafts).flatMap { try $0.posting($1) }
    case .payments, .bundles:
      struct Group: Hashable { let date: CalendarDate?, currency: Currency }
      let groups = Dictionary(grouping: decided) {
        Group(date: $0.bookingDate, currency: $0.postedAmount.currency)
      }
      let days = groups.sorted {
        ($0.key.date?.iso ?? "", $0.key.currency.code)
          < ($1.key.date?.iso ?? "", $1.key.currency.code)
      }
      return try zip(days, drafts).flatMap { day, draft in
        try Payment.posting(
          bundle: Array(day.value.prefix(Payment.bundleLimit)), bookedOn: day.key.date, draft)
      }
    }
  }
}
