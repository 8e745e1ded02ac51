// Back to the proposal: an approver's no, or a signed payment that shall not leave after all.

package import Primitives

/// A payment went back to the proposal with a reason; every signature over it is void.
package struct PaymentReturned: Sendable, Equatable {
  package var payment: ID<Payment>
  package var state: PaymentState
  package var reason: String
  package init(payment: ID<Payment>, state: PaymentState, reason: String) {
    self.payment = payment
    self.state = state
    self.reason = reason
  }
}

/// Why a payment does not go back, besides its state.
package enum PaymentReturnError: Refusal, Equatable {
  case reasonInvalid

  package var kind: RefusalKind { .invalidArgument }
  package var reason: String { "PAYMENT_RETURN_REASON_INVALID" }
  package var field: String? { "reason" }
  package var message: String {
    "Say why, in one line of at most \(Payment.returnReasonLimit) characters: whoever made the payment reads it."
  }
}

extension Payment {
  package static let returnReasonLimit = 200

  /// Sends it back (D-01: as long as it waits here, it can be taken back).
  package func returning(for reason: String, openItems: Bool) throws -> [Fact] {
    guard state != .deleted else { throw PaymentError.notAllowed(.sendBack, in: state) }
    _ = try state.after(.sendBack)
    let words = reason.trimmed
    guard !words.isEmpty, words.unicodeScalars.count <= Self.returnReasonLimit, words.isPlainLine
    else { throw PaymentReturnError.reasonInvalid }
    let next = try state.after(terms.proposal(openItems: openItems))
    return [.paymentReturned(PaymentReturned(payment: id, state: next, reason: words))]
  }
}
