import Domain
import Formats
import Policies
import Primitives
import Testing

/// Salaries as they come in, go out and come back.
struct SalaryTests {
  static let table = """
    name;account;amount;text;employee
    Kari Nordmann;12345678903;31000,50;;7
    Ola Nordmann;86011117947;28000;Bonus;8
    """
  private let payDay = day("2026-03-25")

  private func file(_ text: String = table, on date: String = "2026-03-25") throws -> SalaryFile {
    try SalaryFile(table: Array(text.utf8), payDate: day(date), of: .norwegian)
  }

  private func importing(
    _ file: SalaryFile, known: ID<SalaryBatch>? = nil, at time: Instant = monday
  ) throws -> [Fact] {
    try SalaryRules.importing(
      file, as: key(70), [key(71), key(72), key(73)], format: .csv, fileDigest: bytes32(1),
      known: known, maker: key(10), of: .norwegian, at: time)
  }

  @Test func `A-05 a table of salaries becomes complete payments of one batch`() throws {
    let file = try file()
    #expect(file.total == .nok(5_900_050) && file.salaries.map(\.employee) == ["7", "8"])
    let facts = try importing(file)
    #expect(facts.count == 3)
    guard case .salaryBatchImported(let batch) = facts[0],
      case .paymentProposed(let first) = facts[1], case .paymentProposed(let second) = facts[2]
    else {
      Issue.record("other facts")
      return
    }
    #expect(batch.paymentCount == 2 && batch.total == file.total && batch.payDate == payDay)
    #expect(first.salary == key(70) && first.state == .proposalComplete)
    #expect(first.terms.reference == .message("Lønn") && first.terms.dueDate == payDay)
    #expect(second.terms.reference == .message("Bonus") && second.terms.missingFields.isEmpty)
  }

  @Test func `the same salaries are the same batch in any order and form`() throws {
    let lines = Self.table.split(separator: "\n")
    let turned = [lines[0], lines[2], lines[1]].joined(separator: "\n")
    #expect(try file(turned).contentDigest == file().contentDigest)
    #expect(try file(on: "2026-03-26").contentDigest != file().contentDigest)
    let more = Self.table.replacing("28000", with: "28001")
    #expect(try file(more).contentDigest != file().contentDigest)
  }

  private static let header = "name;account;amount;currency;text\n"

  @Test(arguments: [
    ("Kari;12345678903;0;;", "SALARY_ROW_INVALID"),
    ("Kari;12345678903;-1;;", "SALARY_ROW_INVALID"),
    ("Kari;12345678903;1.005;;", "SALARY_ROW_INVALID"),
    ("Kari;12345678904;1;;", "SALARY_ROW_INVALID"),
    ("Kari;SE4550000000058398257466;1;;", "SALARY_ROW_INVALID"),
    ("Kari;12345678903;1;SEK;", "SALARY_ROW_INVALID"),
    (";12345678903;1;;", "SALARY_ROW_INVALID"),
    ("Kari;12345678903;1;;\nKari;12345678903;1;;", "SALARY_ROW_TWICE"),
    ("Kari;12345678903", "SALARY_FILE_UNREADABLE"), ("", "SALARY_NOTHING_TO_PAY"),
  ])
  func `A-05 one wrong row refuses the whole file`(rows: String, reason: String) throws {
    let error = #expect(throws: SalaryError.self) { try file(Self.header + rows) }
    #expect(error?.reason == reason)
  }

  @Test func `a batch is refused for its day and where it is known, in this order`() throws {
    func refusal(_ date: String, known: ID<SalaryBatch>? = nil) -> SalaryError? {
      #expect(throws: SalaryError.self) { try importing(file(on: date), known: known) }
    }
    #expect(refusal("2026-02-27", known: key(1))?.reason == "SALARY_PAY_DATE_PASSED")
    #expect(
      refusal("2026-03-28", known: key(1))
        == .payDateClosed(day("2026-03-28"), before: day("2026-03-27")))
    #expect(refusal("2026-03-25", known: key(1)) == .duplicate(key(1)))
    let undated = #expect(throws: SalaryError.self) {
      try SalaryFile(table: Array(Self.table.utf8), payDate: nil, of: .norwegian)
    }
    #expect(undated == .payDateMissing)
  }

  // MARK: From a pain.001 file

  private func message(
    purpose: String? = "SALA", organisation: String = "988077917", reference: Pain001.Remittance
  ) throws -> [UInt8] {
    let debtor = Pain001.Party(name: "Firma", country: .no, organisationID: organisation)
    let account = try AccountNumber(form: .norwegian, text: "12345678903")
    let transfer = Pain001.CreditTransfer(
      instructionID: "1", endToEndID: "1", amount: .nok(2_800_000), creditorAgentBIC: nil,
      creditor: Pain001.Party(name: "Ola Nordmann", country: .no),
      creditorAccount: try AccountNumber(form: .norwegian, text: "86011117947"),
      remittance: reference)
    let group = Pain001.PaymentInformation(
      id: "G", categoryPurpose: purpose, requestedExecutionDate: payDay, debtor: debtor,
      debtorAccount: account, transactions: [transfer])
    return try Pain001(
      messageID: "M", creationTime: WrittenTime(monday), initiatingParty: debtor,
      paymentInformations: [group]
    ).write(BankProfile.named("dnb")?.rendering ?? .init())
  }

  @Test func `A-05 a pain.001 file of salaries pays what a table of the same pays`() throws {
    let company = Company.norwegian
    let number = company.organisationNumber.digits
    let read = try SalaryFile(
      message: message(organisation: number, reference: .unstructured("Bonus")), of: company)
    let row = "name;account;amount;text\nOla Nordmann;86011117947;28000.00;Bonus"
    #expect(try read.contentDigest == file(row).contentDigest)
    for (bytes, reason) in [
      (
        try message(purpose: "SUPP", organisation: number, reference: .unstructured("x")),
        "SALARY_FILE_UNREADABLE"
      ),
      (
        try message(organisation: "999999999", reference: .unstructured("x")),
        "SALARY_OTHER_COMPANY"
      ), (Array("<Document/>".utf8), "SALARY_FILE_UNREADABLE"),
    ] {
      let error = #expect(throws: SalaryError.self) { try SalaryFile(message: bytes, of: company) }
      #expect(error?.reason == reason)
    }
  }

  // MARK: What becomes of them

  private func payment(salary: ID<SalaryBatch>? = key(70)) throws -> Payment {
    let salaries = try file().salaries
    return Payment(
      id: key(71), state: .proposalComplete, invoiceNumber: "7", supplierKey: "salary",
      terms: salaries[0].terms, asWritten: AsWritten(), warnings: [], createTime: monday,
      salary: salary)
  }

  @Test func `A-05 what is signed says that it is a salary`() throws {
    let salary = try payment().terms, dnb = try #require(BankProfile.named("dnb"))
    let agreement = Agreement.example()
    let hidden = try salary.rendered(key(71), for: agreement, profile: dnb, isSalary: true)
    let open = try salary.rendered(key(71), for: agreement, profile: dnb)
    #expect(hidden.canonicalText.hasSuffix("category_purpose=SALA\n"))
    #expect(!open.canonicalText.contains("category_purpose") && open.digest != hidden.digest)
  }

  @Test func `a salary takes no KID and no foreign account, and no voucher of its own`() throws {
    var change = PaymentCorrection()
    change.reference = (type: .kid, text: "1234567897")
    let change1 = change
    #expect(throws: PaymentError.salaryUnfit) {
      try payment().changing(change1, openItems: false)
    }
    change = PaymentCorrection()
    change.creditorAccount = (form: .iban, text: "SE4550000000058398257466")
    let change2 = change
    #expect(throws: PaymentError.salaryUnfit) {
      try payment().changing(change2, openItems: false)
    }
    #expect(try payment(salary: nil).changing(change1, openItems: false).count == 1)
    var paid = try payment()
    paid.state = .paid
    let draft = VoucherDraft(id: key(80), number: 1, chart: .norwegian, time: monday)
    #expect(throws: PaymentError.salaryByBundle) { try paid.posting(draft) }
    let facts = try Payment.posting(bundle: [paid], bookedOn: nil, draft)
    guard case .voucherPosted(let fact) = facts.first else {
      Issue.record("no voucher")
      return
    }
    #expect(fact.voucher.lines.map(\.ledgerAccount.number) == ["2930", "1920"])
    #expect(fact.voucher.lines.map(\.text) == ["Salaries", "Salaries"])
    #expect(fact.voucher.lines[0].amount == paid.terms.amount)
  }

  @Test(arguments: [0, 1, -1]) func `F-02 one lump tells of all, if it is their sum`(off: Int64)
    throws
  {
    var one = try payment(), two = try payment()
    (one.state, two.state, two.id) = (.processing, .processing, key(72))
    let instruction = Instruction(number: 1, state: .accepted, transfer: key(50))
    (one.instructions, two.instructions) = ([instruction], [instruction])
    let items = [one, two].map { TransferItem(payment: $0.id, number: 1) }
    let transfer = Transfer(
      id: key(50), state: .delivered, agreement: key(20), fileDigest: bytes32(1),
      executionDate: payDay, prepareTime: monday, deliverTime: monday, items: items, isSalary: true)
    var entry = BankEntry(
      amount: WrittenAmount(.nok(6_200_100 + off)), sign: .debit, status: .booked)
    entry.bookingDate = payDay
    entry.servicerReference = "B1"
    entry.batches = [.init(messageID: transfer.messageID, count: 2)]
    let account = try AccountNumber(form: .norwegian, text: "12345678903")
    let message = Camt054(
      messageID: "C", creationTime: WrittenTime(monday),
      notifications: [.init(id: "1", account: WrittenAccount(account), entries: [entry])])
    var reading = ReturnReading(message, accounts: [account], file: key(90))
    let lump = try #require(reading.lumps.first)
    let payments = [one.id: one, two.id: two]
    reading.add(lump, of: transfer, payments, file: key(90))
    let facts = StatementRules.applying(
      reading, to: payments, file: key(90), fileDigest: bytes32(2))
    let paid = facts.compactMap { fact -> PaymentPaid? in
      if case .paymentPaid(let paid) = fact { paid } else { nil }
    }
    #expect(paid.map(\.bookedAmount) == (off == 0 ? [one.terms.amount, two.terms.amount] : []))
    #expect(paid.allSatisfy { $0.bankReference == "B1" && $0.bookingDate == payDay })
    guard case .returnFileRead(let read) = facts.first else {
      Issue.record("no file")
      return
    }
    #expect(read.salaryCount == paid.count && read.appliedCount == paid.count)
    #expect(reading.alarms.map(\.kind) == (off == 0 ? [] : [.amountDiffers]))
  }

  // MARK: Policy

  @Test func `A-05 salaries have approvers and limits of their own, and examples that test them`() {
    var policy = CompanyPolicy(
      approvers: 1, perPayment: [.init(above: .nok(1_000), approvers: 3)],
      salary: .init(approvers: 2, perDay: [.init(above: .nok(500), approvers: nil)]))
    func judge(_ amount: Money, _ today: Int64, _ isSalary: Bool) -> PolicyVerdict {
      policy.judge(PolicyCase(amount: amount, signedToday: today, isSalary: isSalary))
    }
    #expect(judge(.nok(400), 0, true) == .approvers(2))
    #expect(judge(.nok(400), 101, true) == .overDayLimit(.nok(500)))
    #expect(judge(.nok(2_000), 0, false) == .approvers(3))
    policy.examples = [
      PolicyExample(
        name: "two for salaries", asked: PolicyCase(amount: .nok(1), isSalary: true),
        expected: .approvers(1))
    ]
    #expect(policy.faults.map(\.field) == ["examples[0]"])
    policy.salary?.approvers = 9
    #expect(policy.faults.map(\.field) == ["salary.approvers"])
    policy.salary = nil
    #expect(judge(.nok(2_000), 0, true) == .approvers(3))
  }
}

private func bytes32(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }
