import Domain
import Primitives
import Testing

@Suite struct VoucherTests {
  private let thursday = moment("2026-04-02T08:00:00Z")

  private func draft(_ company: Company = .norwegian) -> VoucherDraft {
    VoucherDraft(
      id: key(80), number: 7, chart: ChartOfAccounts(of: company), time: thursday)
  }

  private func posted(_ payment: Payment, _ company: Company = .norwegian) throws -> Voucher {
    let facts = try payment.posting(draft(company))
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
          ], payments: [key(40)], postTime: thursday))
    payment.terms.amount = .sek(125_000)
    #expect(
      try posted(payment, .swedish).lines.map(\.ledgerAccount.number) == ["2440", "1930"])
    #expect(try posted(.example(40, .paid)).date == day("2026-04-02"))
  }

  @Test func `B-02 what is posted is what the bank has booked, to the øre`() throws {
    var payment = Payment.example(40, .paid)
    func instruction(_ number: Int, _ state: InstructionState, _ booked: Money?) -> Instruction {
      Instruction(
        number: number, state: state, transfer: key(50),
        booking: booked.map { Booking(amount: $0, bankReference: "B1") })
    }
    payment.instructions = [
      instruction(1, .rejected, .nok(1)), instruction(2, .executed, .nok(124_999)),
    ]
    #expect(
      try posted(payment).lines.map(\.amount) == [.nok(125_000), .nok(-1), .nok(-124_999)])
    payment.instructions[1].booking = nil  // by a status, or by a person who has looked
    #expect(try posted(payment).lines.map(\.amount) == [.nok(125_000), .nok(-125_000)])
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
    var payment = Payment.example(40, .paid, .complete.with { $0.amount = amount })
    payment.instructions = [
      Instruction(
        number: 1, state: .executed, transfer: key(50),
        booking: Booking(amount: amount, bankReference: "B1"))
    ]
    let voucher = try posted(payment, company)
    var sums: [Currency: Money] = [:]
    for line in voucher.lines {
      let sum = sums[line.amount.currency] ?? .zero(line.amount.currency)
      sums[line.amount.currency] = try sum.adding(line.amount)
    }
    #expect(sums == [amount.currency: .zero(amount.currency)])
    #expect(voucher.lines.contains { $0.amount == amount })
  }

  private func paid(_ number: UInt8, _ amount: Int64, on date: String = "2026-03-31") -> Payment {
    var payment = Payment.example(number, .paid, .complete.with { $0.amount = .nok(amount) })
    payment.bookingDate = day(date)
    return payment
  }

  private func voucher(_ facts: [Fact]) throws -> Voucher {
    guard case .voucherPosted(let fact) = facts.first, facts.count == 1 else {
      throw PostingError.notFound
    }
    return fact.voucher
  }

  @Test func `B-04 payments of one bundle are posted as a single voucher`() throws {
    let bundle = [paid(40, 125_000), paid(41, 99), Payment.example(42, .error)]
    let made = try voucher(try Payment.posting(bundle: bundle, bookedOn: nil, draft()))
    #expect(made.payments == [key(40), key(41)])
    #expect(made.date == day("2026-03-31"))
    #expect(made.lines.map(\.ledgerAccount.number) == ["2400", "2400", "1920"])
    #expect(made.lines.map(\.amount.minorUnits) == [125_000, 99, -125_099])
    #expect(made.lines.last?.text == "Bundle of 2 payments")
  }

  @Test func `B-04 a bundle that was booked on several days takes a voucher for each`() throws {
    let bundle = [paid(40, 100), paid(41, 200, on: "2026-04-01")]
    #expect(throws: PostingError.datesDiffer([day("2026-03-31"), day("2026-04-01")])) {
      try Payment.posting(bundle: bundle, bookedOn: nil, draft())
    }
    let made = try voucher(
      try Payment.posting(bundle: bundle, bookedOn: day("2026-04-01"), draft()))
    #expect(made.payments == [key(41)] && made.date == day("2026-04-01"))
    #expect(throws: PostingError.nothingPaid) {
      try Payment.posting(bundle: bundle, bookedOn: day("2026-04-02"), draft())
    }
  }

  @Test func `B-01 a bundle of which nothing is paid is not posted, nor one too large`() {
    let waiting = PaymentState.allCases.filter { $0 != .paid }.map { Payment.example(40, $0) }
    #expect(throws: PostingError.nothingPaid) {
      try Payment.posting(bundle: waiting, bookedOn: nil, draft())
    }
    let many = Array(repeating: paid(40, 1), count: Payment.bundleLimit + 1)
    #expect(throws: PostingError.bundleTooLarge) {
      try Payment.posting(bundle: many, bookedOn: nil, draft())
    }
    let rich = Array(
      repeating: paid(40, Int64.max / 3), count: 4)
    #expect(throws: PostingError.bundleTooLarge) {
      try Payment.posting(bundle: rich, bookedOn: nil, draft())
    }
  }
}
