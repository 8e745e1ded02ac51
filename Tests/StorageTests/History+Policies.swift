import Domain
import Policies
import Primitives

extension History {
  private var policy: CompanyPolicy {
    CompanyPolicy(
      approvers: 2, perPayment: [.init(above: .nok(100), approvers: 3)],
      perDay: [.init(above: .nok(200), approvers: 4), .init(above: .nok(900), approvers: nil)],
      makerMaySign: false, acknowledgeFirst: true,
      payeeAccountChanges: .administrators, payeeAccountConfirmation: .changesOnly, seal: .always,
      smsMaySign: false,
      examples: [
        PolicyExample(
          name: "small \(mark)", asked: PolicyCase(amount: .nok(1), signedToday: 5),
          expected: .approvers(2)),
        PolicyExample(
          name: "maker",
          asked: PolicyCase(amount: .nok(1), isAcknowledged: true, isSignerMaker: true),
          expected: .refused("POLICY_MAKER_SIGNS")),
      ])
  }

  /// A policy, a change by somebody, and the first of two signatures.
  var policyFacts: [[Fact]] {
    [
      [.companyPolicySet(CompanyPolicySet(policy: policy))],
      [
        .paymentChanged(
          PaymentChanged(
            payment: Self.second, state: .proposalComplete, terms: terms, maker: person.id))
      ],
      [
        .paymentPartlySigned(
          PaymentPartlySigned(
            payment: Self.second, signature: signature(Self.second, method: .sms), required: 2))
      ],
    ]
  }
}
