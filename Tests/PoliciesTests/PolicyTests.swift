import Policies
import Primitives
import Testing

struct PolicyTests {
  private let policy = CompanyPolicy(
    approvers: 1,
    perPayment: [
      .init(above: .nok(50_000_00), approvers: 2), .init(above: .nok(200_000_00), approvers: 3),
      .init(above: .eur(5_000_00), approvers: 2),
    ],
    perDay: [.init(above: .nok(500_000_00), approvers: 4)])

  @Test(arguments: [
    (Money.nok(1), 0, 1), (.nok(50_000_00), 0, 1), (.nok(50_000_01), 0, 2),
    (.nok(200_000_00), 0, 2), (.nok(200_000_01), 0, 3),
    // The day, this payment included.
    (.nok(1_00), 499_999_00, 1), (.nok(1_01), 499_999_00, 4), (.nok(500_000_01), 0, 4),
    (.nok(1), Int64.max, 4),
  ])
  func `so many must sign, by amount and day`(amount: Money, today: Int64, count: Int) {
    #expect(policy.judge(PolicyCase(amount: amount, signedToday: today)) == .approvers(count))
  }

  @Test func `a currency without a limit of its own counts as above every limit`() {
    // Euro has a limit per payment, and none per day.
    #expect(policy.judge(.eur(1), signedToday: 0) == .approvers(4))
    var onlyPayments = policy
    onlyPayments.perDay = []
    #expect(onlyPayments.judge(.eur(5_000_00), signedToday: 0) == .approvers(1))
    #expect(onlyPayments.judge(.eur(5_000_01), signedToday: 0) == .approvers(2))
    #expect(onlyPayments.judge(.sek(1), signedToday: 0) == .approvers(3))
    #expect(CompanyPolicy.standard.judge(.sek(1), signedToday: 0) == .approvers(1))
  }

  @Test func `the refusals stand in their order`() {
    var strict = policy
    #expect(
      strict.judge(PolicyCase(amount: .nok(1), isAcknowledged: false, isSignerMaker: true))
        == .approvers(1))
    strict.acknowledgeFirst = true
    strict.makerMaySign = false
    let asked = PolicyCase(amount: .nok(1), isAcknowledged: false, isSignerMaker: true)
    #expect(strict.judge(asked) == .notAcknowledged)
    #expect(
      strict.judge(PolicyCase(amount: .nok(1), isSignerMaker: true)) == .makerSigns)
    #expect(strict.judge(PolicyCase(amount: .nok(1))) == .approvers(1))
  }

  @Test func `above a limit nobody may sign, of the payment first and then of the day`() {
    var closed = policy
    closed.perPayment.append(.init(above: .nok(300_000_00), approvers: nil))
    closed.perDay.append(.init(above: .nok(600_000_00), approvers: nil))
    func judged(_ amount: Money, _ today: Int64 = 0) -> PolicyVerdict {
      closed.judge(PolicyCase(amount: amount, signedToday: today))
    }
    #expect(judged(.nok(300_000_00)) == .approvers(3))
    #expect(judged(.nok(300_000_01)) == .overPaymentLimit(.nok(300_000_00)))
    #expect(judged(.nok(1), 600_000_00) == .overDayLimit(.nok(600_000_00)))
    #expect(judged(.nok(1), 599_999_99) == .approvers(4))
    #expect(judged(.nok(300_000_01), 600_000_00) == .overPaymentLimit(.nok(300_000_00)))
    // A currency without limits of its own is above this one too.
    #expect(judged(.sek(1)) == .overPaymentLimit(.nok(300_000_00)))
    #expect(judged(.eur(1)) == .overDayLimit(.nok(600_000_00)))
    // Who made it is told that first.
    closed.makerMaySign = false
    #expect(
      closed.judge(PolicyCase(amount: .nok(300_000_01), isSignerMaker: true)) == .makerSigns)
    #expect(PolicyVerdict.overPaymentLimit(.nok(1)).reason == "POLICY_PAYMENT_LIMIT")
    #expect(PolicyVerdict.overDayLimit(.nok(1)).reason == "POLICY_DAY_LIMIT")
  }

  @Test func `a higher limit that demands no more than what is below contradicts it`() {
    func fields(_ approvers: Int, _ list: [CompanyPolicy.Threshold]) -> [String] {
      CompanyPolicy(approvers: approvers, perPayment: list).faults.map(\.field)
    }
    let two = CompanyPolicy.Threshold(above: .nok(10), approvers: 2)
    #expect(fields(1, [two]).isEmpty)
    #expect(fields(2, [two]) == ["per_payment[0].approvers"])
    #expect(
      fields(1, [.init(above: .nok(20), approvers: 2), two]) == ["per_payment[0].approvers"])
    #expect(fields(1, [two, .init(above: .nok(20), approvers: nil)]).isEmpty)
    #expect(
      fields(1, [two, .init(above: .nok(5), approvers: nil)]) == ["per_payment[0].approvers"])
    // Currencies are never compared.
    #expect(fields(1, [two, .init(above: .sek(20), approvers: 2)]).isEmpty)
    #expect(
      fields(3, [two, .init(above: .sek(20), approvers: 3)])
        == ["per_payment[0].approvers", "per_payment[1].approvers"])
  }

  private static let faulty: [(String, CompanyPolicy)] = [
    ("approvers", CompanyPolicy(approvers: 0)), ("approvers", CompanyPolicy(approvers: 6)),
    (
      "per_payment[1].approvers",
      CompanyPolicy(perPayment: [
        .init(above: .nok(1), approvers: 2), .init(above: .nok(2), approvers: 6),
      ])
    ),
    ("per_day[0].above", CompanyPolicy(perDay: [.init(above: .nok(-1), approvers: 2)])),
    (
      "per_day[1].above",
      CompanyPolicy(perDay: [
        .init(above: .nok(1), approvers: 2), .init(above: .nok(1), approvers: 3),
      ])
    ),
    (
      "per_payment",
      CompanyPolicy(perPayment: (0...20).map { .init(above: .nok(Int64($0)), approvers: 2) })
    ),
    (
      "examples",
      CompanyPolicy(
        examples: (0...100).map {
          PolicyExample(
            name: "\($0)", asked: PolicyCase(amount: .nok(1)), expected: .approvers(1))
        })
    ),
  ]

  @Test(arguments: 0..<7)
  func `a policy out of its bounds is faulty`(number: Int) {
    #expect(Self.faulty.count == 7)
    let (field, policy) = Self.faulty[number]
    #expect(policy.faults.map(\.field) == [field])
  }

  @Test func `each example that fails is told`() {
    func example(_ count: Int) -> PolicyExample {
      PolicyExample(
        name: "e\(count)", asked: PolicyCase(amount: .nok(60_000_00)), expected: .approvers(count))
    }
    var tested = policy
    tested.examples = [
      example(2), example(3),
      PolicyExample(
        name: "maker", asked: PolicyCase(amount: .nok(1), isSignerMaker: true),
        expected: .refused("POLICY_MAKER_SIGNS")),
    ]
    #expect(
      tested.faults == [
        .exampleFails(number: 1, name: "e3", expected: "3 approvers", got: "2 approvers"),
        .exampleFails(
          number: 2, name: "maker", expected: "POLICY_MAKER_SIGNS", got: "1 approver"),
      ])
    tested.makerMaySign = false
    tested.examples.remove(at: 1)
    #expect(tested.faults.isEmpty)
  }
}

extension Money {
  fileprivate static func eur(_ minorUnits: Int64) -> Money {
    guard let euro = try? Currency("EUR") else { preconditionFailure("EUR") }
    return Money(minorUnits: minorUnits, currency: euro)
  }
}
