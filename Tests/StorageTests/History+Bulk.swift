import Domain
import Primitives

extension History {
  /// One request over two payments, of which one was refused.
  var bulkFacts: [[Fact]] {
    [
      [
        .paymentsHandled(
          PaymentsHandled(
            action: .acknowledge,
            items: [
              HandledPayment(payment: key(44)),
              HandledPayment(
                payment: Self.first,
                refusal: RecordedRefusal(
                  kind: .failedPrecondition, reason: "PAYMENT_STATE", field: "state",
                  message: "It is posted \(mark).")),
            ]))
      ]
    ]
  }

  /// The final signature in an online bank, for a payment that is not here.
  var bankSignatureFacts: [[Fact]] {
    [[.bankSignatureGiven(BankSignatureGiven(payment: key(44), number: 1, status: "ACSP"))]]
  }
}
