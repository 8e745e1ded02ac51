import Domain
import Primitives
import Testing

@Suite struct VoucherTests {
  private func posted(_ payment: Payment, _ company: Company = .norwegian) throws -> Voucher {
    let facts = try payment.posting(
      as: key(80), number: 7, chart: ChartOfAccounts(of: company), today: day("2026-04-02"))
    guard case .voucherPosted(let fact) = facts.first, facts.count == 1 else {
      Issue.record("a voucher and nothing else")
      throw PaymentError.notFound
    }
    return fact.voucher
  }

  @Test func `B-01 B-02 B-03 a paid payment becomes a voucher of its own`() throws {
    var payment = Payment.example(40, .paid)
    payment.bookingDate = day("2026-03-31")
    #expect(
      try posted(payment)
        == Voucher(
          id: key(80), number: 7, date: day("2026-03-31"),
          lines: [
            VoucherLine(
              ledgerAccount: LedgerAccount(number: "2400"), amount: .nok(125_000),
              text: "Elbolaget AS 17"),
            VoucherLine(
              ledgerAccount: LedgerAccount(number: "1920"), amount: .nok(-125_000),
              text: "Elbolaget AS 17"),
          ], payments: [key(40)]))
    #expect(
      try posted(payment, .swedish).lines.map(\.ledgerAccount.number) == ["2440", "1930"])
    #expect(try posted(.example(40, .paid)).date == day("2026-04-02"))
  }

  @Test(arguments: PaymentState.allCases.filter { $0 != .paid })
  func `B-01 only what is paid is posted`(state: PaymentState) {
    #expect(throws: PaymentError.notAllowed(.post, in: state)) {
      try posted(.example(40, state))
    }
  }

  @Test(arguments: [UInt64](1...200))
  func `B-02 debits equal credits in every currency`(seed: UInt64) throws {
    var random = Seeded(seed)
    let amount = Money(
      minorUnits: Int64(random.int(1...Int(Payment.amountLimit) - 1)),
      currency: random.pick(Currency.all))
    let company = random.pick([Company.norwegian, .swedish])
    let voucher = try posted(.example(40, .paid, .complete.with { $0.amount = amount }), company)
    var sums: [Currency: Money] = [:]
    for line in voucher.lines {
      let sum = sums[line.amount.currency] ?? .zero(line.amount.currency)
      sums[line.amount.currency] = try sum.adding(line.amount)
    }
    #expect(sums == [amount.currency: .zero(amount.currency)])
    #expect(voucher.lines.contains { $0.amount == amount })
  }
}
