import Domain
import Formats
import Primitives
import Testing

@Suite struct DuePaymentsTests {
  private let seven = moment("2026-03-31T05:00:00Z")

  private func due(_ payments: [Payment], at time: Instant) -> [[ID<Payment>]] {
    TransferRules.due(payments, of: Agreement.dnb.id, profile: .dnb, at: time).map {
      $0.payments.map(\.id)
    }
  }

  @Test func `D-01 D-05 a signed payment waits for its time and then goes`() throws {
    let payment = try Payment.example().signed()
    #expect(due([payment], at: seven.adding(seconds: -1)) == [])
    #expect(due([payment], at: seven) == [[payment.id]])
    #expect(
      TransferRules.due([payment], of: Agreement.dnb.id, profile: .dnb, at: seven).map(\.date)
        == [day("2026-03-31")])
    // The machine slept over the cut-off: the next banking day.
    let evening = moment("2026-03-31T18:00:00Z")
    #expect(
      TransferRules.due([payment], of: Agreement.dnb.id, profile: .dnb, at: evening).map(\.date)
        == [day("2026-04-01")])
  }

  @Test(arguments: PaymentState.allCases)
  func `D-01 only signed payments go`(state: PaymentState) throws {
    var payment = try Payment.example().signed()
    payment.state = state
    #expect(due([payment], at: seven) == (state == .signed ? [[payment.id]] : []))
  }

  @Test func `what is held, unsigned or another agreement's stays`() throws {
    var held = try Payment.example().signed()
    held.isHeld = true
    var unsigned = try Payment.example(41).signed()
    unsigned.signature = nil
    let other = try Payment.example(42).signed(for: .example(22))
    #expect(due([held, unsigned, other], at: seven) == [])
  }

  @Test func `each execution date and service level has its file, payments in order of id`() throws
  {
    let early = try Payment.example(
      43, .acknowledged, .complete.with { $0.dueDate = day("2026-03-05") }
    )
    .signed()
    let sepa = try Payment.example(
      41, .acknowledged,
      .complete.with {
        $0.creditorAccount = accountNumber(.iban, "DE89370400440532013000")
        $0.amount = .eur(100)
      }
    ).signed()
    let two = try [Payment.example(44), .example(40)].map { try $0.signed() }
    let files = TransferRules.due(
      two + [sepa, early], of: Agreement.dnb.id, profile: .dnb, at: seven)
    #expect(files.map { $0.payments.map(\.id) } == [[key(40), key(43), key(44)], [key(41)]])
    #expect(files.map(\.date) == [day("2026-03-31"), day("2026-03-31")])
  }

  @Test func `D-04 a payment due on a Saturday never goes out on a Saturday`() throws {
    let saturday = PaymentTerms.complete.with { $0.dueDate = day("2026-03-07") }
    let payment = try Payment.example(40, .acknowledged, saturday).signed()
    var time = monday
    while time < moment("2026-03-09T06:00:00Z") {
      #expect(due([payment], at: time) == [])
      time = time.adding(hours: 1)
    }
    #expect(due([payment], at: moment("2026-03-09T06:00:00Z")) == [[payment.id]])
  }
}

@Suite struct EndToEndIDTests {
  @Test func `an EndToEndId names payment and sending and is at most 35 characters`() {
    let payment: ID<Payment> = key(40)
    for number in 1...Instruction.limit {
      let text = Instruction.endToEndID(of: payment, number: number)
      #expect(text.count <= 35)
      let parsed = Instruction.parse(endToEndID: text)
      #expect(parsed?.payment == payment)
      #expect(parsed?.number == number)
    }
  }

  @Test(arguments: [
    "", "NOTPROVIDED", "-1", "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b028",
    "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b028-",
    "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b028-0", "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b028-100",
    "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b028-01", "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b028-+1",
    "B0B0B0B0B0B0B0B0B0B0B0B0B0B0B028-1", "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b028-1-1",
    "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0-1",
  ])
  func `anybody else's is not ours`(text: String) {
    #expect(Instruction.parse(endToEndID: text) == nil)
  }
}
