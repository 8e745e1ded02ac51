import Domain
import Formats
import Primitives
import Testing

/// Invoices in the books before they are paid, and what their payments settle.
struct InvoicePostingTests {
  private func draft(_ company: Company = .norwegian) -> VoucherDraft {
    VoucherDraft(id: key(80), number: 7, chart: ChartOfAccounts(of: company), time: monday)
  }

  private func document(
    payable: String = "1250.00", tax: String? = "250.00", currency: String = "NOK",
    lines: [(net: String, account: String?)] = [("600.00", "6340"), ("400.00", nil)]
  ) -> UBLDocument {
    var document = UBLDocument()
    document.id = "17"
    document.currency = currency
    document.issueDate = "2026-02-16"
    document.payableAmount = payable
    if let tax {
      var total = UBLDocument.TaxTotal()
      total.amount = tax
      total.currency = currency
      document.taxTotals = [total]
    }
    document.lines = lines.map { net, account in
      var line = UBLDocument.Line()
      line.netAmount = net
      line.accountingCost = account
      return line
    }
    return document
  }

  private func lines(
    _ document: UBLDocument, _ choice: InvoiceChoice = InvoiceChoice(),
    posted: PostedInvoice? = nil, of company: Company = .norwegian
  ) throws -> [String: Int64] {
    var payment = Payment.example(40, .proposalComplete)
    payment.postedInvoice = posted
    let facts = try InvoicePosting.posting(document, of: payment, choice: choice, draft(company))
    guard case .voucherPosted(let fact) = facts.first, facts.count == 1 else { return [:] }
    #expect(fact.voucher.isInvoice && fact.voucher.payments == [key(40)])
    #expect(fact.voucher.date == day("2026-02-16"))
    // The debt stands first: by it the voucher finds its supplier.
    #expect(fact.voucher.lines[0].ledgerAccount == draft(company).chart.supplierLedger)
    #expect(fact.voucher.lines.map(\.amount.minorUnits).reduce(0, +) == 0)
    return Dictionary(
      uniqueKeysWithValues: fact.voucher.lines.map {
        ($0.ledgerAccount.number, $0.amount.minorUnits)
      })
  }

  @Test func `A-14 an invoice is posted by its lines: costs, input tax and the debt`() throws {
    #expect(
      try lines(document())
        == ["2400": -125_000, "2710": 25_000, "6340": 60_000, "7790": 40_000])
    #expect(
      try lines(document(), InvoiceChoice(cost: LedgerAccount(number: "4300")))
        == ["2400": -125_000, "2710": 25_000, "6340": 60_000, "4300": 40_000])
    #expect(
      try lines(document(currency: "SEK"), of: .swedish)
        == ["2440": -125_000, "2641": 25_000, "6340": 60_000, "6990": 40_000])
    #expect(try lines(document(tax: nil, lines: [])) == ["2400": -125_000, "7790": 125_000])
  }

  @Test(arguments: [
    ("1250.40", "7740", Int64(40)), ("1249.00", "7740", -100), ("1251.01", "7790", 101),
    ("1150.00", "7790", -10_000),
  ])
  func `what lines and tax leave is rounding up to a krone, and cost beyond it`(
    payable: String, account: String, rest: Int64
  ) throws {
    let all = [("1000.00", "6340" as String?)]
    let found = try lines(document(payable: payable, lines: all.map { (net: $0.0, account: $0.1) }))
    #expect(found[account] == rest && found["6340"] == 100_000 && found["2710"] == 25_000)
  }

  @Test func `an invoice in another currency is posted with the value that somebody gives`() throws
  {
    let euros = document(payable: "100.00", tax: nil, currency: "EUR")
    #expect(
      try lines(euros, InvoiceChoice(value: .nok(115_000)))
        == ["2400": -115_000, "7790": 115_000])
    for (choice, expected) in [
      (InvoiceChoice(), PostingError.valueMissing(.nok)),
      (InvoiceChoice(value: .eur(10_000)), .valueInvalid(.nok)),
      (InvoiceChoice(value: .nok(0)), .valueInvalid(.nok)),
      (InvoiceChoice(value: .nok(Payment.amountLimit)), .valueInvalid(.nok)),
    ] { #expect(throws: expected) { try lines(euros, choice) } }
    #expect(throws: PostingError.valueNeedless) {
      try lines(document(), InvoiceChoice(value: .nok(1)))
    }
    let posted = PostedInvoice(voucher: key(81), amount: .nok(1))
    #expect(throws: PostingError.invoicePosted) { try lines(document(), posted: posted) }
    // Once the payment is in the books, what it cost is what was owed.
    var settled = payment(.eur(10_000), booked: .nok(116_000), owed: nil)
    settled.state = .posted
    #expect(throws: PostingError.valueSettled(.nok(116_000))) {
      try InvoicePosting.posting(
        euros, of: settled, choice: InvoiceChoice(value: .nok(115_000)), draft())
    }
    #expect(
      try InvoicePosting.posting(
        euros, of: settled, choice: InvoiceChoice(value: .nok(116_000)), draft()
      ).count == 1)
  }

  @Test func `an invoice whose sums do not hold is not posted, and none on the bank's accounts`()
    throws
  {
    for unfit in [
      document(payable: "0.00"), document(payable: "-1.00"), document(payable: "many"),
      document(tax: "x"), document(lines: [("1e3", nil)]), document(payable: "99999999999999.00"),
    ] {
      #expect {
        try lines(unfit)
      } throws: {
        ($0 as? PostingError)?.reason == "INVOICE_UNFIT"
      }
    }
    var partly = document()
    partly.prepaidAmount = "500.00"
    #expect(throws: PostingError.invoiceUnfit("a part of it was paid before")) {
      try lines(partly)
    }
    // An account that the invoice names is taken where costs may stand.
    for account in ["1920", "1930", "2400", "2710", "2930", "634", "0634", "63A0"] {
      #expect(
        try lines(document(lines: [("1000.00", account)]))
          == ["2400": -125_000, "2710": 25_000, "7790": 100_000])
    }
    for account in ["43", "1920", "2400", "2710", "43000"] {
      #expect(throws: PostingError.costAccountInvalid(account)) {
        try InvoiceChoice.account(account, in: .norwegian)
      }
    }
    #expect(try InvoiceChoice.account("4300", in: .norwegian)?.number == "4300")
    #expect(try InvoiceChoice.account("", in: .norwegian) == nil)
  }

  // MARK: Settled by the payment

  private func payment(
    _ terms: Money, booked: Money?, fee: Int64 = 0, owed: Money?, number: UInt8 = 40
  ) -> Payment {
    var payment = Payment.example(number, .paid, .complete.with { $0.amount = terms })
    payment.instructions = [
      Instruction(
        number: 1, state: .executed, transfer: key(50),
        booking: booked.map {
          Booking(
            amount: $0, bankReference: "B1",
            fee: fee == 0 ? nil : Money(minorUnits: fee, currency: $0.currency))
        })
    ]
    payment.postedInvoice = owed.map { PostedInvoice(voucher: key(81), amount: $0) }
    return payment
  }

  private func posted(_ payment: Payment, difference: String = "") throws -> [String: Int64] {
    var draft = draft()
    draft.difference = try LedgerAccount.difference(difference)
    guard case .voucherPosted(let fact)? = try payment.posting(draft).first else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: fact.voucher.lines.map {
        ($0.ledgerAccount.number, $0.amount.minorUnits)
      })
  }

  @Test func `A-14 the payment's voucher settles the debt of its invoice`() throws {
    #expect(
      try posted(payment(.nok(1_000), booked: .nok(1_000), owed: .nok(1_000)))
        == ["2400": 1_000, "1920": -1_000])
    // Up to a krone is rounding, of what was posted or else of what was asked for.
    #expect(
      try posted(payment(.nok(1_050), booked: .nok(1_050), owed: .nok(1_000)))
        == ["2400": 1_000, "7740": 50, "1920": -1_050])
    #expect(
      try posted(payment(.nok(900), booked: .nok(900), owed: .nok(1_000)))
        == ["2400": 1_000, "7740": -100, "1920": -900])
    #expect(
      try posted(payment(.nok(1_000), booked: .nok(999), owed: nil))
        == ["2400": 1_000, "7740": -1, "1920": -999])
  }

  @Test func `P-06 what was set off against a posted invoice stays open for its credit note`()
    throws
  {
    var netted = payment(.nok(60_000), booked: .nok(60_000), owed: .nok(100_000))
    netted.netting = Netting(
      invoiceNumber: "1", gross: .nok(100_000), reference: nil, items: [])
    #expect(try posted(netted) == ["2400": 60_000, "1920": -60_000])
    #expect(!netted.awaitsDecision(draft()))
    // More than was left to pay is a difference as ever.
    var more = payment(.nok(60_000), booked: .nok(61_000), owed: .nok(100_000))
    more.netting = netted.netting
    #expect(
      throws: PaymentError.differs(paid: .nok(61_000), owed: .nok(60_000), .norwegian)
    ) { try posted(more) }
    // What euros of a credit note are worth in kroner nobody has said.
    var abroad = payment(.eur(6_000), booked: .nok(69_000), owed: .nok(115_000))
    abroad.netting = Netting(invoiceNumber: "1", gross: .eur(10_000), reference: nil, items: [])
    #expect(abroad.awaitsDecision(draft()))
  }

  @Test func `B-02 what was booked with another amount than is owed waits for a person's word`()
    throws
  {
    for (wrong, paid, owed) in [
      (payment(.nok(899), booked: .nok(899), owed: .nok(1_000)), Int64(899), Int64(1_000)),
      (payment(.nok(1_000), booked: .nok(1_101), owed: nil), 1_101, 1_000),
    ] {
      #expect(
        throws: PaymentError.differs(paid: .nok(paid), owed: .nok(owed), .norwegian)
      ) { try posted(wrong) }
      #expect(wrong.awaitsDecision(draft()))
      // Open on the supplier ledger, or where the person says; the bank's line is the bank's.
      #expect(try posted(wrong, difference: "2400") == ["2400": paid, "1920": -paid])
      #expect(
        try posted(wrong, difference: "8170")
          == ["2400": owed, "8170": paid - owed, "1920": -paid])
    }
    for account in ["1920", "1999", "817", "81700", "abcd"] {
      #expect(throws: PostingError.differenceAccountInvalid(account)) {
        try LedgerAccount.difference(account)
      }
    }
    // A bundle says how many it is about, and takes one word for all of them.
    let bundle = [
      payment(.nok(1_000), booked: .nok(1_000), owed: nil),
      payment(.nok(1_000), booked: .nok(1_200), owed: nil, number: 41),
    ]
    #expect(throws: PostingError.amountsDiffer(1, .norwegian)) {
      try Payment.posting(bundle: bundle, bookedOn: nil, draft())
    }
    var decided = draft()
    decided.difference = LedgerAccount(number: "8170")
    guard
      case .voucherPosted(let fact)? = try Payment.posting(
        bundle: bundle, bookedOn: nil, decided
      ).first
    else {
      Issue.record("no voucher")
      return
    }
    #expect(fact.voucher.lines.map(\.amount.minorUnits) == [1_000, 1_000, 200, -2_200])
  }

  @Test func `what the bank takes on top is its fee, to the øre of its entry`() throws {
    #expect(
      try posted(payment(.nok(1_000), booked: .nok(1_000), fee: 25, owed: .nok(1_000)))
        == ["2400": 1_000, "7770": 25, "1920": -1_025])
    #expect(
      try posted(payment(.nok(1_000), booked: .nok(1_000), fee: 25, owed: nil))
        == ["2400": 1_000, "7770": 25, "1920": -1_025])
  }

  @Test func `a payment in another currency settles the posted value, gain or loss beside it`()
    throws
  {
    #expect(
      try posted(payment(.eur(10_000), booked: .nok(116_000), owed: .nok(115_000)))
        == ["2400": 115_000, "8160": 1_000, "1920": -116_000])
    #expect(
      try posted(payment(.eur(10_000), booked: .nok(114_000), fee: 500, owed: .nok(115_000)))
        == ["2400": 115_000, "8060": -1_000, "7770": 500, "1920": -114_500])
    #expect(
      try posted(payment(.eur(10_000), booked: .nok(116_000), owed: nil))
        == ["2400": 116_000, "1920": -116_000])
    // What left is not known before the bank has told, unless somebody will have it so.
    let unknown = payment(.eur(10_000), booked: nil, owed: nil)
    #expect(throws: PaymentError.notBooked(.eur, .norwegian)) { try posted(unknown) }
    #expect(try posted(unknown, difference: "2400") == ["2400": 10_000, "1920": -10_000])
    // From an account in euros the debt in kroner stays open, and a person says so.
    let abroad = payment(.eur(10_000), booked: .eur(10_000), owed: .nok(115_000))
    #expect(
      throws: PaymentError.differs(paid: .eur(10_000), owed: .nok(115_000), .norwegian)
    ) { try posted(abroad) }
    #expect(try posted(abroad, difference: "2400") == ["2400": 10_000, "1920": -10_000])
  }

  private func answers(_ whole: Money, _ parts: [Money?], ids: [String]? = nil) throws
    -> ReturnReading
  {
    let account = accountNumber(.norwegian, "12345678903")
    var entry = BankEntry(amount: WrittenAmount(whole), sign: .debit, status: .booked)
    entry.bookingDate = day("2026-03-16")
    entry.transactions = parts.enumerated().map { index, amount in
      var part = BankEntry.Transaction()
      part.endToEndID =
        ids?[index] ?? Instruction.endToEndID(of: key(40 + UInt8(index)), number: 1)
      part.amount = amount.map { WrittenAmount($0) }
      return part
    }
    let message = Camt054(
      messageID: "C", creationTime: WrittenTime(monday),
      notifications: [.init(id: "1", account: WrittenAccount(account), entries: [entry])])
    return ReturnReading(message, accounts: [account], file: key(90))
  }

  private func booked(_ answer: BankAnswer) -> Money? {
    if case .executed(_, _, let amount) = answer.outcome { amount } else { nil }
  }

  @Test func `an entry beyond its payment is fee, one in another currency is what left`() throws {
    for (whole, own, amount, fee) in [
      (Money.nok(1_025), Money?.some(.nok(1_000)), Money.nok(1_000), Money?.some(.nok(25))),
      (.nok(1_000), .nok(1_000), .nok(1_000), nil),
      // Less has left than the bank was asked for.
      (.nok(990), .nok(1_000), .nok(990), nil),
      (.nok(116_000), .eur(10_000), .nok(116_000), nil), (.nok(1_000), nil, .nok(1_000), nil),
    ] {
      let answer = try #require(try answers(whole, [own]).answers.first)
      #expect(booked(answer) == amount && answer.fee == fee)
    }
    // What is told of a payment that the database has lost is what was asked for.
    let lost = try answers(.nok(116_000), [.eur(10_000)]).told.values.first
    #expect(lost?.amount == .eur(10_000))
  }

  @Test func `the fee of an entry for several payments is the first one's, to the øre`() throws {
    let parts: [Money?] = [.nok(1_000), .nok(500)]
    let fee = try answers(.nok(1_530), parts)
    #expect(fee.answers.map { booked($0) } == parts && fee.alarms.isEmpty)
    #expect(fee.answers.map(\.fee) == [.nok(30), nil])
    let plain = try answers(.nok(1_500), parts)
    #expect(plain.answers.allSatisfy { $0.fee == nil } && plain.alarms.isEmpty)
    let less = try answers(.nok(1_400), parts)
    #expect(less.answers.allSatisfy { $0.fee == nil })
    #expect(less.alarms.map(\.kind) == [.amountDiffers])
    // Beside somebody else's nobody knows whose fee it is.
    let mixed = try answers(
      .nok(1_530), parts, ids: [Instruction.endToEndID(of: key(40), number: 1), "OTHER"])
    #expect(mixed.answers.map(\.fee) == [nil])
    // In another currency the bank has not told what left for each.
    let abroad = try answers(.nok(10_000), [.nok(1_000), .eur(700)])
    #expect(abroad.answers.map { booked($0) } == [.nok(1_000), nil])
  }

  @Test(arguments: [UInt64](1...300))
  func `B-02 debits equal credits, and the bank's line is the bank's entry`(seed: UInt64) throws {
    var random = Seeded(seed)
    func amount(_ limit: Int) -> Int64 { Int64(random.int(1...limit)) }
    let isAbroad = random.int(0...1) == 1
    let booked = amount(1_000_000), fee = Int64(random.int(0...300))
    let owed = random.int(0...3) == 0 ? nil : Money.nok(amount(1_000_000))
    let asked = random.int(0...1) == 0 ? booked : amount(1_000_000)
    let paid = payment(
      isAbroad ? .eur(amount(100_000)) : .nok(asked), booked: .nok(booked), fee: fee, owed: owed)
    let word = random.pick(["", "2400", "8170"])
    if word.isEmpty, paid.awaitsDecision(draft()) {
      #expect(throws: PaymentError.self) { try posted(paid, difference: word) }
      return
    }
    let found = try posted(paid, difference: word)
    #expect(found.values.reduce(0, +) == 0)
    #expect(found["1920"] == -(booked + fee))
    // What is owed is gone, or a person has left it open.
    if let owed, word != "2400" { #expect(found["2400"] == owed.minorUnits) }
  }

  // MARK: By itself

  @Test func `U-15 B-03 B-04 what is booked is posted one by one, or a bundle and day at once`()
    throws
  {
    var one = payment(.nok(100), booked: .nok(100), owed: nil), two = one, three = one
    (two.id, three.id) = (key(41), key(42))
    (one.bookingDate, two.bookingDate) = (day("2026-03-16"), day("2026-03-16"))
    three.bookingDate = day("2026-03-17")
    // Booked with another amount: it waits for a person.
    var wrong = payment(.nok(100), booked: .nok(300), owed: nil, number: 43)
    wrong.bookingDate = day("2026-03-16")
    let drafts = (0..<3).map {
      VoucherDraft(
        id: key(80 + UInt8($0)), number: 7 + Int64($0), chart: .norwegian, time: monday,
        isAutomatic: true)
    }
    func payments(_ mode: AutomaticPosting, _ all: [Payment]) throws -> [[ID<Payment>]] {
      try mode.posting(all, drafts).compactMap {
        guard case .voucherPosted(let fact) = $0 else { return nil }
        #expect(fact.isAutomatic)
        return fact.voucher.payments
      }
    }
    let all = [one, two, three, wrong]
    #expect(try payments(.payments, all) == [[one.id], [two.id], [three.id]])
    #expect(try payments(.bundles, all) == [[one.id, two.id], [three.id]])
    #expect(try payments(.off, all).isEmpty && payments(.bundles, [wrong]).isEmpty)
    // Salaries name nobody, whatever the setting.
    (one.salary, two.salary, three.salary) = (key(70), key(70), key(70))
    #expect(try payments(.payments, [one, two, three]) == [[one.id, two.id], [three.id]])
  }

  @Test func `only what a remittance agreement pays is posted by itself`() throws {
    var incoming = Agreement.example()
    incoming.kind = .incoming
    #expect(throws: PostingError.agreementUnfit) {
      try AutomaticPosting.off.becoming(.payments, of: incoming)
    }
    #expect(try AutomaticPosting.bundles.becoming(.bundles, of: .example()).isEmpty)
    #expect(try AutomaticPosting.off.becoming(.bundles, of: .example()).count == 1)
  }
}
