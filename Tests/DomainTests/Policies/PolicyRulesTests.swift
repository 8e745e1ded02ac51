import Domain
import Policies
import Primitives
import Testing

struct PolicyRulesTests {
  private let today = SignedDay(
    date: day("2026-03-02"), totals: [.nok: PaymentTerms.complete.amount.minorUnits])

  private func item(_ payment: Payment = .example()) throws -> Approval.Item {
    try payment.approving(with: [.dnb])
  }

  private func signature(_ user: User, of item: Approval.Item, at time: Instant = monday)
    -> PaymentSignature
  {
    PaymentSignature(
      user: user.id, rendered: item.rendered, agreement: item.agreement,
      evidenceDigest: [1], signTime: time, transferTime: time)
  }

  @Test
  func `a payment stays where it is until enough different people have signed these values (S)`()
    throws
  {
    var payment = Payment.example()
    let item = try item(payment), evidence = try Evidence.over([item])
    let first = try payment.signing(
      by: User.alex.id, with: evidence, agreements: [.dnb], required: 2)
    guard case .paymentPartlySigned(let fact) = first.first, first.count == 1 else {
      Issue.record("\(first)")
      return
    }
    #expect(fact.required == 2 && fact.signature.user == User.alex.id)
    #expect(fact.signature.rendered == item.rendered)
    payment.approvals = [fact.signature]
    // The same person again is one person.
    guard
      case .paymentPartlySigned = try payment.signing(
        by: User.alex.id, with: evidence, agreements: [.dnb], required: 2
      ).first
    else {
      Issue.record("one person counted twice")
      return
    }
    guard
      case .paymentSigned = try payment.signing(
        by: User.kim.id, with: evidence, agreements: [.dnb], required: 2
      ).first
    else {
      Issue.record("two people are enough")
      return
    }
    // Signatures over other values are void.
    let other = try self.item(
      .example(40, .proposalComplete, .complete.with { $0.amount = .nok(1) }))
    payment.approvals = [signature(.alex, of: other)]
    guard
      case .paymentPartlySigned = try payment.signing(
        by: User.kim.id, with: evidence, agreements: [.dnb], required: 2
      ).first
    else {
      Issue.record("a void signature counted")
      return
    }
  }

  @Test func `the policy's refusals come in their order`() throws {
    var payment = Payment.example()
    payment.makers = [User.kim.id]
    let item = try item(payment)
    payment.approvals = [signature(.kim, of: item)]
    var policy = CompanyPolicy(makerMaySign: false, acknowledgeFirst: true)
    func judged(_ user: User) throws -> Int {
      try payment.required(by: policy, for: item, signedBy: user.id, on: today)
    }
    #expect(throws: PolicyError.notAcknowledged) { try judged(.kim) }
    policy.acknowledgeFirst = false
    #expect(throws: PolicyError.makerSigns) { try judged(.kim) }
    policy.makerMaySign = true
    policy.perPayment = [.init(above: .nok(0), approvers: nil)]
    policy.perDay = policy.perPayment
    #expect(throws: PolicyError.paymentLimit(.nok(0), of: .nok)) { try judged(.kim) }
    policy.perPayment = []
    #expect(throws: PolicyError.dayLimit(.nok(0), of: .nok)) { try judged(.kim) }
    policy.perDay = []
    #expect(throws: PolicyError.signedAlready) { try judged(.kim) }
    #expect(try judged(.alex) == 1)
    policy.acknowledgeFirst = true
    for state in [PaymentState.acknowledged, .error] {
      payment.state = state
      #expect(try judged(.alex) == 1)
    }
  }

  @Test func `a payment counts once in a day's total, those signed together for each other`() {
    var day = SignedDay(date: day("2026-03-02"), totals: [.nok: 1_000])
    let amount = PaymentTerms.complete.amount.minorUnits
    let first = Payment.example(40), second = Payment.example(41)
    #expect(day.total(besides: first) == 1_000)
    day.add(first)
    day.add(first)
    #expect(day.total(besides: second) == 1_000 + amount)
    #expect(day.total(besides: first) == 1_000)
  }

  @Test func `what a payment's own signatures of the day hold is not counted again`() throws {
    var payment = Payment.example()
    let amount = payment.terms.amount.minorUnits
    payment.approvals = [signature(.kim, of: try item(payment))]
    let own = SignedDay(date: day("2026-03-02"), totals: [.nok: 1_000 + amount])
    #expect(own.total(besides: payment) == 1_000)
    // Signed by somebody yesterday, it counts anew today.
    let next = SignedDay(date: day("2026-03-03"), totals: [.nok: 1_000])
    #expect(next.total(besides: payment) == 1_000)
    // Shortly before midnight in Oslo it is still the day before.
    #expect(SignedDay.date(of: moment("2026-03-02T22:59:59Z")) == day("2026-03-02"))
    #expect(SignedDay.date(of: moment("2026-03-02T23:00:00Z")) == day("2026-03-03"))
  }

  @Test func `who may change a payee's account`() throws {
    var policy = CompanyPolicy()
    try policy.checkPayeeAccountChange(by: [.accountant])
    policy.payeeAccountChanges = .administrators
    #expect(throws: PolicyError.payeeAccount(.administrators)) {
      try policy.checkPayeeAccountChange(by: [.accountant, .approver])
    }
    try policy.checkPayeeAccountChange(by: [.accountant, .companyAdministrator])
    policy.payeeAccountChanges = .nobody
    #expect(throws: PolicyError.payeeAccount(.nobody)) {
      try policy.checkPayeeAccountChange(by: Set(Role.allCases))
    }
  }

  @Test func `a policy replaces what was read, and only if its examples hold`() throws {
    var policy = CompanyPolicy(approvers: 2)
    let now = PolicyInForce(policy: .standard, revision: 7, setTime: monday)
    #expect(
      try now.replacing(with: policy, etag: "7")
        == [.companyPolicySet(CompanyPolicySet(policy: policy))])
    #expect(try now.replacing(with: .standard, etag: "").isEmpty)
    #expect(throws: PolicyError.changedMeanwhile) { try now.replacing(with: policy, etag: "6") }
    policy.examples = [
      PolicyExample(
        name: "one", asked: PolicyCase(amount: .nok(1)), expected: .approvers(1))
    ]
    let refused = #expect(throws: PolicyError.self) { try now.replacing(with: policy, etag: "") }
    #expect(refused?.reason == "POLICY_EXAMPLE_FAILS")
    policy = CompanyPolicy(approvers: 0)
    let faulty = #expect(throws: PolicyError.self) { try now.replacing(with: policy, etag: "") }
    #expect(faulty?.field == "policy.approvers")
  }
}
