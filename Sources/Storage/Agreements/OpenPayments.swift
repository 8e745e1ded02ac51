package import Domain
package import Engine
package import Primitives

extension PaymentTables {
  /// Payments that are signed for an agreement, on their way or in doubt; counted to a thousand of
  /// each.
  package static func openCount(
    of agreement: ID<Agreement>, at place: Place, in tx: any Transaction
  ) throws -> Int {
    try PaymentState.holdingCompanyOpen.reduce(0) { count, state in
      count
        + (try list(of: place, state: state, for: .shown, after: nil, limit: 1_000, in: tx).count {
          $0.signature?.agreement == agreement
        })
    }
  }
}
