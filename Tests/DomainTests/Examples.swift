import Domain
import Formats
import Primitives

// Builders that state only what matters to a test.

/// A typed id that is easy to tell from others in a failure.
func key<Of>(_ number: UInt8) -> ID<Of> {
  guard let id = ID<Of>(bytes: [UInt8](repeating: 0xB0, count: 15) + [number]) else {
    preconditionFailure("sixteen bytes are an id")
  }
  return id
}

func moment(_ text: String) -> Instant {
  guard let time = Instant(rfc3339: text) else { preconditionFailure("\(text) is no time") }
  return time
}

func day(_ text: String) -> CalendarDate {
  guard let date = CalendarDate(iso: text) else { preconditionFailure("\(text) is no date") }
  return date
}

/// A value that the test knows to be valid.
func valid<T, E: Error>(_ make: () throws(E) -> T) -> T {
  do { return try make() } catch { preconditionFailure("\(error)") }
}

func accountNumber(_ form: AccountForm, _ text: String) -> AccountNumber {
  valid { () throws(IdentifierError) in try AccountNumber(form: form, text: text) }
}

func paymentReference(_ type: PaymentReferenceType, _ text: String) -> PaymentReference {
  valid { () throws(IdentifierError) in try PaymentReference(type: type, text: text) }
}

func aBIC(_ text: String) -> BIC { valid { () throws(IdentifierError) in try BIC(text) } }

/// A Monday in March, nine o'clock in Oslo and Stockholm.
let monday = moment("2026-03-02T08:00:00Z")

func person(_ number: UInt8) -> NationalIDDigest {
  NationalIDDigest(bytes: [UInt8](repeating: number, count: 32))
}

func orgNumber(_ text: String, _ country: CountryCode = .no) -> OrganisationNumber {
  valid { () throws(IdentifierError) in try OrganisationNumber(text, country: country) }
}

extension Bureau {
  static let example = Bureau(
    id: key(1), displayName: "Kontoret AS", organisationNumber: orgNumber("923609016"),
    createTime: monday)
}

extension Company {
  static let norwegian = Company(
    id: key(2), displayName: "Nordlys Handel AS",
    organisationNumber: orgNumber("988077917"), street: "Storgata 1",
    postalCode: "0155", town: "Oslo", createTime: monday)

  static let swedish = Company(
    id: key(3), displayName: "Norrsken Handel AB",
    organisationNumber: orgNumber("5560160680", .se), street: "Storgatan 1",
    postalCode: "11122", town: "Stockholm", createTime: monday)
}

extension User {
  /// The managing director, with the right to approve.
  static let alex = User(
    id: key(10), kind: .person, displayName: "Alex Berg", email: "alex@example.com",
    nationalIDDigest: person(10), createTime: monday)
  /// The accountant, without rights at the bank.
  static let kim = User(
    id: key(11), kind: .person, displayName: "Kim Lie", email: "kim@example.com",
    nationalIDDigest: person(11), createTime: monday)
  static let robot = User(
    id: key(12), kind: .service, displayName: "ERP", email: "", nationalIDDigest: nil,
    createTime: monday)
}

extension Agreement {
  static func example(
    _ number: UInt8 = 20, bank: String = "dnb",
    account: AccountNumber = accountNumber(.norwegian, "12345678903"), currency: Currency = .nok,
    state: AgreementState = .active, linkHash: [UInt8]? = nil, createTime: Instant = monday
  ) -> Agreement {
    Agreement(
      id: key(number), kind: .remittance, state: state, bank: bank, account: account,
      currency: currency,
      signer: Signer(
        displayName: "Alex Berg", mobile: "+4790000001", email: "alex@example.com",
        nationalIDDigest: person(10)),
      createTime: createTime, signTime: nil, linkHash: linkHash)
  }

  static let dnb = Agreement.example()
  static let seb = Agreement.example(
    21, bank: "seb", account: accountNumber(.bankgiro, "9912346"), currency: .sek)
}

extension BankProfile {
  static func example(_ id: String) -> BankProfile {
    guard let profile = BankProfile.named(id) else { preconditionFailure("no bank \(id)") }
    return profile
  }

  static let dnb = BankProfile.example("dnb")
  static let seb = BankProfile.example("seb")
}

extension Consent {
  static func example(
    of user: User = .alex, bank: String = "dnb", from start: Instant = monday,
    revoked: Instant? = nil
  ) -> Consent {
    Consent(
      id: key(30), user: user.id, bank: bank, createTime: start,
      expireTime: start.adding(days: Consent.termDays), revokeTime: revoked)
  }
}

extension PaymentTerms {
  /// Complete, Norwegian, due on a Tuesday.
  static let complete = PaymentTerms(
    creditorName: "Elbolaget AS", creditorCountry: .no,
    creditorAccount: accountNumber(.norwegian, "12345678903"), creditorBIC: nil,
    amount: .nok(125_000),
    reference: paymentReference(.message, "Invoice 17"), dueDate: day("2026-03-31"))

  func with(_ change: (inout PaymentTerms) -> Void) -> PaymentTerms {
    var terms = self
    change(&terms)
    return terms
  }
}

extension Payment {
  static func example(
    _ number: UInt8 = 40, _ state: PaymentState = .proposalComplete,
    _ terms: PaymentTerms = .complete
  ) -> Payment {
    Payment(
      id: key(number), state: state, invoiceNumber: "17", supplierKey: "org:988077917",
      terms: terms, asWritten: AsWritten(), warnings: [], createTime: monday)
  }

  /// With BankID evidence over exactly its own values.
  func signed(for agreement: Agreement = .dnb, at time: Instant = monday) throws -> Payment {
    let item = try approving(with: [agreement])
    let facts = try signing(
      by: User.alex.id, with: .over([item], at: time), agreements: [agreement])
    var payment = self
    for case .paymentSigned(let fact) in facts { payment.signature = fact.signature }
    payment.state = .signed
    return payment
  }

  /// Sent `count` times, the sendings before the newest rejected.
  func sent(
    _ state: PaymentState = .processing, count: Int = 1, newest: InstructionState = .prepared
  )
    throws -> Payment
  {
    var payment = try signed()
    payment.state = state
    payment.instructions = (1...count).map {
      Instruction(number: $0, state: $0 == count ? newest : .rejected, transfer: key(50))
    }
    return payment
  }
}

extension Evidence {
  static func over(
    _ items: [Approval.Item], by signer: NationalIDDigest = person(10), at time: Instant = monday
  ) throws -> Evidence {
    let approval = Approval(companyName: Company.norwegian.displayName, items: items)
    return Evidence(
      digest: [UInt8](repeating: 7, count: 32), signer: signer, signerName: "Alex Berg",
      visibleText: try approval.visibleText(), nonVisibleData: approval.nonVisibleData, time: time)
  }

  static func by(_ signer: NationalIDDigest, at time: Instant = monday) -> Evidence {
    Evidence(
      digest: [UInt8](repeating: 7, count: 32), signer: signer, signerName: "Alex Berg",
      visibleText: "text", nonVisibleData: [1], time: time)
  }
}

extension Sequence<Fact> {
  /// The names of the cases, for short comparisons.
  var names: [String] {
    map { fact in
      Mirror(reflecting: fact).children.first?.label ?? ""
    }
  }

  var alarms: [AlarmRaised.Kind] {
    compactMap { if case .alarmRaised(let fact) = $0 { fact.kind } else { nil } }
  }
}
