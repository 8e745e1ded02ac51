import Domain
import Formats
import Primitives
import Testing

/// One change of complete terms and the field that it makes wrong.
struct TermsChange: Sendable {
  let field: String
  let change: @Sendable (inout PaymentTerms) -> Void

  init(_ field: String, _ change: @escaping @Sendable (inout PaymentTerms) -> Void) {
    (self.field, self.change) = (field, change)
  }
}

@Suite struct ProposalTests {
  static let missing = [
    TermsChange("creditor") { $0.creditorName = nil },
    TermsChange("creditor_account") { $0.creditorAccount = nil },
    TermsChange("reference") { $0.reference = nil },
    TermsChange("due_date") { $0.dueDate = nil },
    TermsChange("creditor_bic") {
      $0.creditorAccount = accountNumber(.iban, "DE89370400440532013000")
      $0.amount = Money(minorUnits: 100, currency: .usd)
    },
    // A reference that the bank file cannot say to this account.
    TermsChange("reference") {
      $0.creditorAccount = accountNumber(.iban, "FI2112345600000785")
      $0.amount = .eur(100)
      $0.reference = paymentReference(.kid, "1234567897")
    },
    TermsChange("reference") { $0.reference = paymentReference(.finnish, "1232") },
  ]

  @Test(arguments: missing)
  func `P-03 P-07 P-11 a payment that lacks something is red and says what`(row: TermsChange) {
    let terms = PaymentTerms.complete.with(row.change)
    #expect(terms.missingFields == [row.field])
    #expect(terms.proposal(openItems: false) == .proposeIncomplete)
    #expect(terms.proposal(openItems: true) == .proposeIncomplete)
    #expect(throws: PaymentError.incomplete([row.field])) {
      try Payment.example(40, .error, terms).approving(with: [.dnb])
    }
  }

  @Test func `P-03 P-05 complete is blue, with open records of the supplier it has the symbol`() {
    #expect(PaymentTerms.complete.missingFields == [])
    #expect(PaymentTerms.complete.proposal(openItems: false) == .proposeComplete)
    #expect(PaymentTerms.complete.proposal(openItems: true) == .proposeOpenItems)
  }

  @Test(arguments: [(false, PaymentState.proposalComplete), (true, .proposalOpenItems)])
  func `P-01 P-02 P-04 an open invoice becomes a proposal with its values`(
    openItems: Bool, state: PaymentState
  ) throws {
    let reading = try InvoiceReading(.example(), for: .norwegian, today: day("2026-03-02"))
    let facts = try PaymentRules.proposing(
      key(40), from: key(41), reading, sourceDigest: [1], known: false, openItems: openItems)
    #expect(
      facts == [
        .invoiceImported(
          InvoiceImported(
            invoice: key(41), payment: key(40), supplierKey: "org:923609016", number: "17",
            sourceDigest: [1])),
        .paymentProposed(
          PaymentProposed(
            payment: key(40), state: state, invoiceNumber: "17", supplierKey: "org:923609016",
            terms: reading.terms, asWritten: AsWritten(), warnings: [])),
      ])
  }

  @Test func `P-02 the same invoice twice is refused`() throws {
    let reading = try InvoiceReading(.example(), for: .norwegian, today: day("2026-03-02"))
    #expect(throws: InvoiceError.duplicate) {
      try PaymentRules.proposing(
        key(40), from: key(41), reading, sourceDigest: [1], known: true, openItems: false)
    }
  }
}

@Suite struct CorrectionTests {
  private func correction(_ set: (inout PaymentCorrection) -> Void) -> PaymentCorrection {
    var correction = PaymentCorrection()
    set(&correction)
    return correction
  }

  @Test func `P-07 what is filled in is kept, the rest stays`() throws {
    let red = PaymentTerms.complete.with {
      $0.creditorAccount = nil
      $0.reference = nil
    }
    let full = correction {
      $0.creditorName = " Ny AS "
      $0.creditorAccount = (.iban, "NO9386011117947")
      $0.creditorBIC = "DNBANOKK"
      $0.amount = (5, "EUR")
      $0.reference = (.message, "17")
      $0.dueDate = "2026-04-01"
    }
    #expect(
      try full.applied(to: red)
        == PaymentTerms(
          creditorName: "Ny AS", creditorCountry: .no,
          creditorAccount: accountNumber(.norwegian, "86011117947"),
          creditorBIC: aBIC("DNBANOKK"), amount: .eur(5),
          reference: paymentReference(.message, "17"), dueDate: day("2026-04-01")))
    let facts = try Payment.example(40, .proposalIncomplete, red).changing(
      correction { $0.reference = (.message, "17") }, openItems: false)
    #expect(facts.count == 1)
    guard case .paymentChanged(let changed) = facts.first else {
      Issue.record("no change")
      return
    }
    #expect(changed.state == .proposalIncomplete)
    #expect(changed.terms.missingFields == ["creditor_account"])
  }

  /// One row of the ladder.
  struct Wrong: Sendable {
    let reason, field: String
    let set: @Sendable (inout PaymentCorrection) -> Void

    init(
      _ reason: String, _ field: String,
      _ set: @escaping @Sendable (inout PaymentCorrection) -> Void
    ) {
      (self.reason, self.field, self.set) = (reason, field, set)
    }
  }

  static let ladder = [
    Wrong("PAYMENT_CREDITOR_INVALID", "creditor.display_name") { $0.creditorName = "  " },
    Wrong("PAYMENT_CREDITOR_INVALID", "creditor.display_name") {
      $0.creditorName = String(repeating: "x", count: 141)
    },
    Wrong("PAYMENT_ACCOUNT_INVALID", "creditor_account") {
      $0.creditorAccount = (.norwegian, "12345678904")
    },
    Wrong("PAYMENT_BIC_INVALID", "creditor_bic") { $0.creditorBIC = "DNB" },
    Wrong("PAYMENT_CURRENCY_UNKNOWN", "amount") { $0.amount = (100, "NKR") },
    Wrong("PAYMENT_AMOUNT_NOT_POSITIVE", "amount") { $0.amount = (0, "NOK") },
    Wrong("PAYMENT_AMOUNT_NOT_POSITIVE", "amount") { $0.amount = (-1, "NOK") },
    Wrong("PAYMENT_AMOUNT_TOO_LARGE", "amount") { $0.amount = (1_000_000_000_000_000, "NOK") },
    Wrong("PAYMENT_AMOUNT_TOO_LARGE", "amount") { $0.amount = (.max, "NOK") },
    Wrong("PAYMENT_REFERENCE_INVALID", "reference") { $0.reference = (.kid, "1234567890") },
    Wrong("PAYMENT_DUE_DATE_INVALID", "due_date") { $0.dueDate = "2026-02-30" },
    Wrong("PAYMENT_DUE_DATE_INVALID", "due_date") { $0.dueDate = "31.03.2026" },
    Wrong("PAYMENT_NOTHING_TO_CHANGE", "update_mask") { _ in },
  ]

  @Test(arguments: ladder)
  func `P-07 E-02 a wrong value is refused and nothing changes`(row: Wrong) {
    for state in [PaymentState.proposalIncomplete, .error] {
      let refusal = #expect(throws: PaymentError.self) {
        try Payment.example(40, state).changing(correction(row.set), openItems: false)
      }
      #expect(refusal?.reason == row.reason)
      #expect(refusal?.field == row.field)
    }
  }

  @Test(arguments: PaymentState.allCases)
  func `P-07 E-02 P-13 values are changed in proposal, list and error, and nowhere else`(
    state: PaymentState
  ) throws {
    let change = correction { $0.amount = (1, "NOK") }
    let payment = Payment.example(40, state)
    switch state {
    case .proposalIncomplete, .proposalComplete, .proposalOpenItems, .acknowledged, .signed, .error:
      let new = PaymentTerms.complete.with { $0.amount = .nok(1) }
      #expect(
        try payment.changing(change, openItems: false) == [
          .paymentChanged(
            PaymentChanged(
              payment: key(40), state: state == .error ? .error : .proposalComplete, terms: new))
        ])
      // The same values again change nothing, and void no signature.
      #expect(
        try payment.changing(correction { $0.amount = (125_000, "NOK") }, openItems: false) == [])
    case .awaitingBankSignature, .processing, .inDoubt, .paid, .posted, .deleted:
      let refusal = #expect(throws: PaymentError.self) {
        try payment.changing(change, openItems: false)
      }
      #expect(refusal?.reason == "PAYMENT_STATE")
    }
  }
}

@Suite struct PaymentStepTests {
  @Test func `P-08 P-10 L-01 acknowledged it stands in the list`() throws {
    for state in [PaymentState.proposalComplete, .proposalOpenItems] {
      #expect(
        try Payment.example(40, state).acknowledging()
          == [.paymentAcknowledged(PaymentAcknowledged(payment: key(40)))])
    }
    let red = PaymentTerms.complete.with { $0.reference = nil }
    #expect(throws: PaymentError.incomplete(["reference"])) {
      try Payment.example(40, .proposalIncomplete, red).acknowledging()
    }
    #expect(throws: PaymentError.notAllowed(.acknowledge, in: .acknowledged)) {
      try Payment.example(40, .acknowledged).acknowledging()
    }
  }

  @Test(arguments: PaymentState.allCases)
  func `P-09 P-11 L-02 E-02 signing is open in proposal, list and error`(state: PaymentState) {
    let signable: [PaymentState] = [.proposalComplete, .proposalOpenItems, .acknowledged, .error]
    let item = try? Payment.example(40, state).approving(with: [.dnb])
    #expect((item != nil) == signable.contains(state))
  }

  @Test func `P-11 without the recipient's account, reference or date nobody signs`() {
    for field in ["creditor_account", "reference", "due_date"] {
      let terms = PaymentTerms.complete.with {
        switch field {
        case "creditor_account": $0.creditorAccount = nil
        case "reference": $0.reference = nil
        default: $0.dueDate = nil
        }
      }
      for state in [PaymentState.proposalIncomplete, .error] {
        #expect(throws: PaymentError.incomplete([field])) {
          try Payment.example(40, state, terms).approving(with: [.dnb])
        }
      }
    }
  }

  @Test func `A-28 to pay, an active remittance agreement that fits is needed`() {
    let other: [[Agreement]] = [
      [], [.seb], [.example(state: .draft)], [.example(state: .sentForSigning)],
      [.example(state: .terminated)], [.example(currency: .eur)], [.example(bank: "nobank")],
    ]
    for agreements in other {
      #expect(throws: PaymentError.noAgreement) {
        try Payment.example().approving(with: agreements)
      }
    }
    let bankgiroInEuro = PaymentTerms.complete.with {
      $0.creditorAccount = accountNumber(.bankgiro, "9912346")
      $0.amount = .eur(100)
    }
    #expect(throws: PaymentError.noAgreement) {
      try Payment.example(40, .proposalComplete, bankgiroInEuro).approving(with: [.dnb, .seb])
    }
  }

  @Test func `A-28 among several the currency decides, then age, then id`() throws {
    let euro = Agreement.example(25, currency: .eur, createTime: monday.adding(days: 9))
    let late = Agreement.example(22, createTime: monday.adding(days: 1))
    let toGermany = PaymentTerms.complete.with {
      $0.creditorAccount = accountNumber(.iban, "DE89370400440532013000")
      $0.amount = .eur(100)
    }
    func chosen(_ terms: PaymentTerms, _ agreements: [Agreement]) throws -> ID<Agreement> {
      try PaymentRules.agreement(for: terms, among: agreements).0.id
    }
    #expect(try chosen(toGermany, [.dnb, late, euro]) == key(25))
    #expect(try chosen(toGermany, [late, .dnb]) == key(20))
    #expect(try chosen(.complete, [late, euro, .dnb]) == key(20))
    #expect(try chosen(.complete, [.example(24), .example(23)]) == key(23))
  }

  @Test func `a held payment or one sent too often is not signed`() throws {
    var held = Payment.example(40, .error)
    held.isHeld = true
    #expect(throws: PaymentError.held) { try held.approving(with: [.dnb]) }
    let tired = try Payment.example().sent(.error, count: Instruction.limit, newest: .rejected)
    #expect(throws: PaymentError.tooManyInstructions) { try tired.approving(with: [.dnb]) }
  }

  @Test func `P-12 L-03 deleted, P-13 restored to the proposal and never further`() throws {
    for state in [PaymentState.proposalIncomplete, .proposalComplete, .acknowledged, .error] {
      #expect(
        try Payment.example(40, state).deleting()
          == [.paymentDeleted(PaymentDeleted(payment: key(40)))])
    }
    for state in [
      PaymentState.signed, .awaitingBankSignature, .processing, .inDoubt, .paid, .posted, .deleted,
    ] {
      #expect(throws: PaymentError.notAllowed(.delete, in: state)) {
        try Payment.example(40, state).deleting()
      }
    }
    let red = PaymentTerms.complete.with { $0.reference = nil }
    for (terms, openItems, state) in [
      (PaymentTerms.complete, false, PaymentState.proposalComplete),
      (.complete, true, .proposalOpenItems), (red, false, .proposalIncomplete),
    ] {
      #expect(
        try Payment.example(40, .deleted, terms).restoring(openItems: openItems)
          == [.paymentRestored(PaymentRestored(payment: key(40), state: state))])
    }
    for state in PaymentState.allCases where state != .deleted {
      #expect(throws: PaymentError.notAllowed(.proposeComplete, in: state)) {
        try Payment.example(40, state).restoring(openItems: false)
      }
    }
  }

  @Test func `E-03 what the online bank shows decides a payment in doubt`() throws {
    let lost = try Payment.example().sent(.inDoubt, count: 2, newest: .lost)
    for executed in [true, false] {
      #expect(
        try lost.recordingCheck(executed: executed, at: day("2026-04-02")) == [
          .bankCheckRecorded(
            BankCheckRecorded(
              payment: key(40), number: 2, executed: executed, date: day("2026-04-02")))
        ])
      for state in PaymentState.allCases where state != .inDoubt {
        let refusal = #expect(throws: PaymentError.self) {
          try Payment.example(40, state).recordingCheck(executed: executed, at: day("2026-04-02"))
        }
        #expect(refusal?.reason == "PAYMENT_STATE")
      }
    }
  }
}
