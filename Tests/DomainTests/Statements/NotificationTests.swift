import Domain
import Formats
import Primitives
import Testing

/// camt.054, from bytes to facts.
@Suite struct NotificationTests {
  static let file: ID<ReturnFile> = key(90)

  /// A booked debit of the first payment, as the bank would tell it.
  private func entry(
    _ endToEndID: String?, amount: Money = .nok(125_000),
    _ change: (inout BankEntry) -> Void = { _ in }
  ) -> BankEntry {
    var entry = BankEntry(amount: WrittenAmount(amount), sign: .debit, status: .booked)
    entry.bookingDate = day("2026-03-31")
    entry.servicerReference = "E1"
    entry.code = BankEntry.Code(domain: "PMNT", family: "ICDT", subFamily: "DMCT")
    var transaction = BankEntry.Transaction()
    transaction.endToEndID = endToEndID
    transaction.servicerReference = "T1"
    transaction.amount = WrittenAmount(amount)
    entry.transactions = [transaction]
    change(&entry)
    return entry
  }

  private func reading(_ entries: [BankEntry], account: AccountNumber = Agreement.dnb.account)
    throws
    -> ReturnReading
  {
    let message = Camt054(
      messageID: "BANK-2", creationTime: WrittenTime(monday),
      notifications: [
        Camt054.Notification(id: "N1", account: WrittenAccount(account), entries: entries)
      ])
    return ReturnReading(
      try Camt054.read(try message.write()), accounts: [Agreement.dnb.account], file: Self.file)
  }

  private func facts(_ reading: ReturnReading, _ payments: [Payment]) -> [Fact] {
    StatementRules.applying(
      reading, to: Dictionary(uniqueKeysWithValues: payments.map { ($0.id, $0) }),
      file: Self.file, fileDigest: [9])
  }

  private let first = Instruction.endToEndID(of: key(40), number: 1)

  @Test func `F-02 B-01 a booked debit with our EndToEndId pays`() throws {
    let facts = facts(try reading([entry(first)]), [try Payment.example().sent()])
    #expect(
      facts == [
        .returnFileRead(
          ReturnFileRead(
            returnFile: Self.file, kind: .notification, messageID: "BANK-2", fileDigest: [9],
            appliedCount: 1)),
        .paymentPaid(
          PaymentPaid(
            payment: key(40), number: 1, bookingDate: day("2026-03-31"), bankReference: "T1",
            bookedAmount: .nok(125_000))),
      ])
  }

  @Test func `the InstrId counts where the bank gives no EndToEndId`() throws {
    for given in ["NOTPROVIDED", nil] {
      let entry = entry(given) { $0.transactions[0].instructionID = first }
      let facts = facts(try reading([entry]), [try Payment.example().sent()])
      #expect(facts.names == ["returnFileRead", "paymentPaid"])
    }
  }

  @Test func `without a booking date the value date counts, without both nothing is paid`() throws {
    let valued = entry(first) {
      $0.bookingDate = nil
      $0.valueDate = day("2026-04-01")
    }
    let facts = facts(try reading([valued]), [try Payment.example().sent()])
    guard case .paymentPaid(let paid) = facts.last else {
      Issue.record("not paid")
      return
    }
    #expect(paid.bookingDate == day("2026-04-01"))
    #expect(try reading([entry(first) { $0.bookingDate = nil }]).answers == [])
  }

  /// An entry that pays nothing.
  struct Ignored: Sendable {
    let what: String
    let change: @Sendable (inout BankEntry) -> Void
  }

  static let ignored = [
    Ignored(what: "a credit") { $0.sign = .credit },
    Ignored(what: "pending") { $0.status = .pending },
    Ignored(what: "information") { $0.status = .information },
    Ignored(what: "in future") { $0.status = .future },
    Ignored(what: "an unknown status") { $0.status = .unknown("WHAT") },
    Ignored(what: "without details") { $0.transactions = [] },
    Ignored(what: "another's EndToEndId") { $0.transactions[0].endToEndID = "NOTPROVIDED" },
  ]

  @Test(arguments: ignored)
  func `F-02 what is no booked debit of ours pays nothing`(row: Ignored) throws {
    let reading = try reading([entry(first, row.change)])
    #expect(reading.answers == [], "\(row.what)")
    #expect(reading.alarms == [], "\(row.what)")
  }

  @Test(arguments: [BankEntry.Sign.debit, .credit])
  func `a reversal is an alarm and pays nothing`(sign: BankEntry.Sign) throws {
    let reversal = entry(first) {
      $0.isReversal = true
      $0.sign = sign
    }
    let facts = facts(try reading([reversal]), [try Payment.example().sent()])
    #expect(facts.names == ["returnFileRead", "alarmRaised"])
    #expect(facts.alarms == [.reversal])
  }

  @Test func `another company's account or payment is an alarm and changes nothing`() throws {
    let foreign = try reading(
      [entry(first)], account: accountNumber(.norwegian, "86011117947"))
    #expect(foreign.answers == [])
    #expect(foreign.alarms.map(\.kind) == [.foreignAccount])
    // The right account, but the payment is not among the company's.
    let other = facts(
      try reading([entry(Instruction.endToEndID(of: key(99), number: 1))]),
      [try Payment.example().sent()])
    #expect(other.names == ["returnFileRead", "alarmRaised"])
    #expect(other.alarms == [.unknownPayment])
  }

  @Test func `F-02 told twice, in one file or two, it pays once`() throws {
    let twice = facts(
      try reading([entry(first), entry(first)]), [try Payment.example().sent()])
    #expect(twice.names == ["returnFileRead", "paymentPaid"])
    let later = facts(
      try reading([entry(first)]), [try Payment.example().sent(.paid, newest: .executed)])
    #expect(later.names == ["returnFileRead", "paymentBooked"])
  }

  @Test func `two sendings executed in one file are a double payment`() throws {
    let second = Instruction.endToEndID(of: key(40), number: 2)
    for order in [[first, second], [second, first]] {
      let facts = facts(
        try reading(order.map { entry($0) }), [try Payment.example().sent(count: 2)])
      #expect(Set(facts.names) == ["returnFileRead", "paymentPaid", "alarmRaised"])
      #expect(facts.alarms == [.doublePayment])
    }
  }

  @Test func `another amount is paid with an alarm`() throws {
    let facts = facts(
      try reading([entry(first, amount: .nok(1))]), [try Payment.example().sent()])
    #expect(facts.names == ["returnFileRead", "paymentPaid", "alarmRaised"])
    #expect(facts.alarms == [.amountDiffers])
  }

  @Test func `E-03 a payment in doubt is paid by its entry`() throws {
    let facts = facts(
      try reading([entry(first)]), [try Payment.example().sent(.inDoubt, newest: .lost)])
    #expect(facts.names == ["returnFileRead", "paymentPaid"])
  }
}
