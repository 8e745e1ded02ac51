import Domain
import Primitives
import Testing

@Suite struct AgreementStateTests {
  @Test(arguments: AgreementState.allCases, AgreementEvent.allCases)
  func `follows the table and refuses the rest`(state: AgreementState, event: AgreementEvent)
    throws
  {
    if let next = AgreementState.table[state]?[event] {
      #expect(try state.after(event) == next)
    } else {
      #expect(throws: AgreementError.state(event, in: state)) { try state.after(event) }
    }
  }

  @Test func `the life of an agreement is this`() throws {
    try expectGolden(
      lifeCycle(
        AgreementState.table, states: AgreementState.allCases, events: AgreementEvent.allCases),
      "agreement-states.txt")
  }
}

@Suite struct AgreementRulesTests {
  private let draft = AgreementDraft(
    kind: .remittance, bank: "dnb", accountForm: .iban, accountText: "NO93 8601 1117 947",
    currency: "NOK", signerName: "Alex Berg", signerMobile: "+4790000001",
    signerEmail: "alex@example.com", signerDigest: person(10))

  private func drafted(
    _ draft: AgreementDraft, taken: Bool = false, owner: AccountOwner = .untold
  ) throws -> [Fact] {
    try draft.drafting(
      as: key(20), of: .norwegian, owner: owner, taken: { _, _ in taken }, at: monday)
  }

  @Test func `A-08 A-09 a registered agreement is a draft with its named signer`() throws {
    let expected = Agreement.example(
      account: accountNumber(.norwegian, "86011117947"), state: .draft)
    #expect(
      try drafted(draft) == [.agreementDrafted(AgreementDrafted(agreement: expected))])
  }

  /// One row of the ladder.
  struct Wrong: Sendable {
    let rule, reason, field: String
    let change: @Sendable (inout AgreementDraft) -> Void

    init(
      _ rule: String, _ reason: String, _ field: String,
      _ change: @escaping @Sendable (inout AgreementDraft) -> Void
    ) {
      (self.rule, self.reason, self.field, self.change) = (rule, reason, field, change)
    }
  }

  static let ladder = [
    Wrong("A-20", "BANK_NOT_SUPPORTED", "bank") { $0.bank = "sparebank9" },
    Wrong("A-28", "AGREEMENT_KIND_INVALID", "kind") { $0.kind = nil },
    Wrong("A-18", "ACCOUNT_INVALID", "account") { $0.accountForm = nil },
    Wrong("A-18", "ACCOUNT_INVALID", "account") { $0.accountText = "NO9386011117948" },
    Wrong("A-18", "ACCOUNT_NOT_AT_BANK", "account") {
      ($0.accountForm, $0.accountText) = (.bankgiro, "9912346")
    },
    Wrong("A-18", "ACCOUNT_NOT_AT_BANK", "account") {
      ($0.accountForm, $0.accountText) = (.iban, "FI2112345600000785")
    },
    Wrong("A-18", "AGREEMENT_CURRENCY_UNKNOWN", "currency_code") { $0.currency = "NKR" },
    Wrong("A-09", "SIGNER_INCOMPLETE", "signer.display_name") { $0.signerName = " " },
    Wrong("A-09", "SIGNER_INCOMPLETE", "signer.mobile") { $0.signerMobile = "" },
    Wrong("A-09", "SIGNER_INCOMPLETE", "signer.email") { $0.signerEmail = "" },
    Wrong("A-10", "SIGNER_INCOMPLETE", "signer.national_id") { $0.signerDigest = nil },
    Wrong("A-09", "SIGNER_INVALID", "signer.mobile") { $0.signerMobile = "90000001" },
    Wrong("A-09", "SIGNER_INVALID", "signer.email") { $0.signerEmail = "alex" },
  ]

  @Test(arguments: ladder)
  func `A-09 A-18 A-20 A-28 a wrong registration is refused by name`(row: Wrong) {
    var wrong = draft
    row.change(&wrong)
    let refusal = #expect(throws: AgreementError.self) { try drafted(wrong) }
    #expect(refusal?.reason == row.reason, "\(row.rule)")
    #expect(refusal?.field == row.field, "\(row.rule)")
  }

  @Test func `A-18 an account has one agreement, however its number is written`() throws {
    #expect(throws: AgreementError.exists) { try drafted(draft, taken: true) }
    var asked: [AccountNumber] = []
    var kinds: [Agreement.Kind] = []
    for (form, text) in [(AccountForm.iban, "NO9386011117947"), (.norwegian, "8601.11.17947")] {
      var draft = draft
      (draft.accountForm, draft.accountText) = (form, text)
      _ = try draft.drafting(
        as: key(20), of: .norwegian,
        taken: {
          asked.append($0)
          kinds.append($1)
          return false
        }, at: monday)
    }
    #expect(Set(asked) == [accountNumber(.norwegian, "86011117947")])
    #expect(Set(kinds) == [.remittance])
  }

  @Test func `A-20 the first banks are there, by country`() {
    let banks = BankProfile.all.map(\.id)
    #expect(banks == ["dnb", "nordea-no", "sparebank1", "handelsbanken", "nordea", "seb"])
    #expect(Set(banks).count == banks.count)
  }

  @Test func `A-03 A-04 an account of somebody else, or a private one, is refused`() throws {
    let own = Company.norwegian.organisationNumber.digits
    #expect(try drafted(draft, owner: .organisation(own)).count == 1)
    #expect(throws: AgreementError.accountOfAnother) {
      try drafted(draft, owner: .organisation("923609016"))
    }
    #expect(throws: AgreementError.accountPrivate) { try drafted(draft, owner: .privatePerson) }
  }

  @Test func `A-10 the signer reads company, bank, account and bureau`() {
    let text = Agreement.dnb.text(company: .norwegian, bureau: .example)
    for part in [
      "Nordlys Handel AS (988077917)", "DNB", "1234.56.78903 NOK", "Kontoret AS (923609016)",
      "Alex Berg", "owned by the company", "business account",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func `A-21 the text says where the bank wants a last signature of its own`() {
    let seb = Agreement.seb.text(company: .swedish, bureau: .example)
    #expect(seb.contains("final signature in its own online bank"))
    #expect(!Agreement.dnb.text(company: .norwegian, bureau: .example).contains("final signature"))
    #expect(BankProfile.all.filter(\.finalSignatureInBank).map(\.id) == ["seb"])
  }
}

@Suite struct PaymentRouteTests {
  @Test(
    arguments: [
      (AccountForm.norwegian, "12345678903", Currency.nok, PaymentRoute.domestic(.no)),
      (.norwegian, "12345678903", .eur, .crossBorder),
      (.bankgiro, "9912346", .sek, .domestic(.se)), (.bankgiro, "9912346", .nok, nil),
      (.plusgiro, "2865434", .sek, .domestic(.se)), (.plusgiro, "2865434", .eur, nil),
      (.swedish, "5440-1122003", .sek, .domestic(.se)),
      (.iban, "SE4550000000058398257466", .sek, .domestic(.se)),
      (.iban, "SE4550000000058398257466", .eur, .sepa),
      (.iban, "FI2112345600000785", .eur, .sepa), (.iban, "FI2112345600000785", .usd, .crossBorder),
    ] as [(AccountForm, String, Currency, PaymentRoute?)])
  func `the account and the currency decide how money travels`(
    form: AccountForm, text: String, currency: Currency, route: PaymentRoute?
  ) {
    #expect(PaymentRoute(to: accountNumber(form, text), in: currency) == route)
  }
}
