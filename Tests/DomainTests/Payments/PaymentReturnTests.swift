import Domain
import Primitives
import Testing

@Suite struct PaymentReturnTests {
  @Test(arguments: PaymentState.allCases)
  func `D-01 back from list and Due List, with a reason, and from nowhere else`(
    state: PaymentState
  ) throws {
    let payment = Payment.example(40, state)
    let allowed: Set<PaymentState> = [
      .proposalComplete, .proposalOpenItems, .acknowledged, .signed,
    ]
    guard allowed.contains(state) else {
      #expect(throws: PaymentError.notAllowed(.sendBack, in: state)) {
        try payment.returning(for: "No", openItems: false)
      }
      return
    }
    for (openItems, next) in [
      (false, PaymentState.proposalComplete), (true, .proposalOpenItems),
    ] {
      #expect(
        try payment.returning(for: "  No ", openItems: openItems)
          == [.paymentReturned(PaymentReturned(payment: key(40), state: next, reason: "No"))])
    }
    for reason in ["", " ", "a\u{200B}b", "a\nb", String(repeating: "x", count: 201)] {
      #expect(throws: PaymentReturnError.reasonInvalid) {
        try payment.returning(for: reason, openItems: false)
      }
    }
  }
}
