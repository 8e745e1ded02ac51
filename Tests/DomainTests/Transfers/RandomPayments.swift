import Domain
import Formats
import Primitives

/// Signed payments of one agreement that go into one file: all forms of accounts and references.
struct SignedBatch {
  var agreement: Agreement
  var profile: BankProfile
  var company: Company
  var payments: [Payment]
  /// When the file is made.
  var time: Instant
  var executionDate: CalendarDate

  init(seed: UInt64, count: Int? = nil) throws {
    var random = Seeded(seed)
    let isSwedish = random.int(0...1) == 1
    profile = random.pick(BankProfile.all.filter { $0.country == (isSwedish ? .se : .no) })
    company = isSwedish ? .swedish : .norwegian
    let inEuro = random.int(0...3) == 0
    let own = random.accountNumber(isSwedish ? random.pick([.bankgiro, .swedish]) : .norwegian)
    agreement = Agreement.example(
      bank: profile.id, account: own, currency: inEuro ? .eur : profile.domesticCurrency)
    let due = day("2026-03-03").adding(days: random.int(0...60))
    let plan = ExecutionPlan(dueDate: due, timing: .onDueDate, profile: profile)
    time = plan.transferTime(signedAt: monday)
    executionDate = plan.executionDate(transferredAt: time)
    payments = []
    let isSEPA = inEuro || random.int(0...3) == 0
    for number in 0..<(count ?? random.int(1...6)) {
      var terms = random.terms(domestic: isSwedish, isSEPA: isSEPA)
      terms.dueDate = due
      var payment = Payment.example(UInt8(100 + number), .acknowledged, terms)
      for sending in 0..<random.int(0...2) {
        payment.state = .error
        payment.instructions.append(
          Instruction(number: sending + 1, state: .rejected, transfer: key(49)))
      }
      payments.append(try payment.signed(for: agreement))
    }
  }

  func prepared() throws(TransferError) -> PreparedTransfer {
    try TransferRules.preparing(
      key(50), payments, on: executionDate, agreement: agreement, profile: profile,
      company: company, at: time)
  }

  func check(_ content: [UInt8]) throws(TransferError) {
    try TransferRules.check(content, carries: payments, profile: profile, at: time)
  }
}

extension Seeded {
  mutating func accountNumber(_ form: AccountForm) -> AccountNumber {
    until { random in
      let text: String
      switch form {
      case .norwegian: text = random.digits(11)
      case .bankgiro: text = random.digits(random.int(7...8))
      case .plusgiro: text = String(random.int(1...9)) + random.digits(random.int(1...7))
      case .swedish:
        text =
          String(random.pick([1200, 3300, 5440, 6789, 8123, 9180])) + "-"
          + random.digits(random.int(7...10))
      case .iban:
        let (country, length) = random.pick([("DE", 18), ("FI", 14), ("DK", 14), ("SE", 20)])
        let rest = random.digits(length)
        let check = 98 - CheckDigit.mod97(Array((rest + country + "00").utf8))
        text = country + (check < 10 ? "0" : "") + String(check) + rest
      }
      return try? AccountNumber(form: form, text: text)
    }
  }

  mutating func name() -> String {
    let words = ["Åkeri", "Søn & Co", "\"Łódź\"", "AS", "<Nord>", "Öl och Mat", "İstanbul", "17"]
    return (0..<int(1...8)).map { _ in pick(words) }.joined(separator: pick([" ", "  ", "\t"]))
  }

  /// Complete, and payable from a domestic account or, as SEPA, from any.
  mutating func terms(domestic isSwedish: Bool, isSEPA: Bool) -> PaymentTerms {
    let form: AccountForm =
      isSEPA ? .iban : isSwedish ? pick([.bankgiro, .plusgiro, .swedish]) : .norwegian
    let account = accountNumber(form)
    let currency: Currency = isSEPA ? .eur : isSwedish ? .sek : .nok
    return PaymentTerms(
      creditorName: name(), creditorCountry: pick([.no, .se, nil]), creditorAccount: account,
      creditorBIC: isSEPA && int(0...1) == 1 ? aBIC("COBADEFFXXX") : nil,
      amount: Money(
        minorUnits: Int64(int(1...pick([99, 10_000_000, 999_999_999_999_999]))),
        currency: currency),
      reference: reference(for: account), dueDate: nil)
  }

  private mutating func reference(for account: AccountNumber) -> PaymentReference {
    let country: CountryCode? =
      switch account {
      case .norwegian: .no
      case .iban(let iban): iban.countryCode
      default: .se
      }
    var types = [PaymentReferenceType.message, .creditor]
    if country == .no { types.append(.kid) }
    if country == .se { types.append(.ocr) }
    if country == .fi { types.append(.finnish) }
    let type = pick(types)
    return until { random in
      let text: String
      switch type {
      case .message: text = random.name()
      case .creditor:
        let rest = random.digits(random.int(1...21))
        let check = 98 - CheckDigit.mod97(Array((rest + "RF00").utf8))
        text = "RF" + (check < 10 ? "0" : "") + String(check) + rest
      case .finnish: text = random.digits(random.int(4...20))
      default: text = random.digits(random.int(2...25))
      }
      return try? PaymentReference(type: type, text: text)
    }
  }
}
