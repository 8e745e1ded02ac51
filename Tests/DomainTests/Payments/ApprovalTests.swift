import Domain
import Formats
import Primitives
import Testing

@Suite struct ApprovalTests {
  private func items() throws -> [Approval.Item] {
    let swedish = PaymentTerms.complete.with {
      $0.creditorName = "Åkeri <b>&</b> Söner"
      $0.creditorAccount = accountNumber(.bankgiro, "9912346")
      $0.amount = .sek(99)
      $0.reference = paymentReference(.ocr, "1234567897")
    }
    return try [
      Payment.example(40), .example(41, .acknowledged, swedish),
      .example(42, .error, .complete.with { $0.amount = .nok(1) }),
    ].map { try $0.approving(with: [.dnb, .seb]) }
  }

  @Test func `L-02 the approver reads the total first and then every payee`() throws {
    let approval = Approval(companyName: "Nordlys Handel AS", items: try items())
    #expect(try approval.totals == [.nok(125_001), .sek(99)])
    #expect(
      try approval.visibleText() == """
        Nordlys Handel AS: approve 3 payments
        Total 1250.01 NOK + 0.99 SEK

        1. Elbolaget AS
        1250.00 NOK
        to 1234.56.78903
        Message: Invoice 17
        due 2026-03-31, from 1234.56.78903

        2. Åkeri (b)+(/b) Söner
        0.99 SEK
        to 991-2346
        OCR 1234567897
        due 2026-03-31, from 991-2346

        3. Elbolaget AS
        0.01 NOK
        to 1234.56.78903
        Message: Invoice 17
        due 2026-03-31, from 1234.56.78903
        """)
  }

  @Test func `what is signed unseen holds each payment's id and digest in order`() throws {
    let items = try items()
    let approval = Approval(companyName: "Nordlys Handel AS", items: items)
    let lines = String(decoding: approval.nonVisibleData, as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "bureau/approval/v1")
    #expect(
      lines.dropFirst().map(String.init)
        == items.map { "\($0.rendered.payment.hex) \($0.rendered.digest.hexText)" })
    #expect(items.allSatisfy { $0.rendered.digest.count == 32 })
  }

  @Test func `the most payments that are signed at once can be shown`() throws {
    let long = PaymentTerms.complete.with {
      $0.creditorName = String(repeating: "Å", count: 140)
      $0.reference = paymentReference(.message, String(repeating: "Ö", count: 140))
    }
    let item = try Payment.example(40, .proposalComplete, long).approving(with: [.dnb])
    let plain = try Payment.example().approving(with: [.dnb])
    _ = try Approval(
      companyName: "Nordlys Handel AS", items: Array(repeating: plain, count: Approval.limit)
    ).visibleText()
    #expect(throws: PaymentError.textTooLong) {
      try Approval(
        companyName: "Nordlys Handel AS", items: Array(repeating: item, count: Approval.limit)
      ).visibleText()
    }
  }

  static let changes = [
    TermsChange("creditor") { $0.creditorName = "Elbolaget ASA" },
    TermsChange("creditor_account") {
      $0.creditorAccount = accountNumber(.norwegian, "86011117947")
    },
    TermsChange("creditor_bic") { $0.creditorBIC = aBIC("DNBANOKK") },
    TermsChange("amount") { $0.amount = .nok(125_001) },
    TermsChange("reference") { $0.reference = paymentReference(.message, "Invoice 18") },
    TermsChange("reference") { $0.reference = paymentReference(.kid, "1234567897") },
    TermsChange("due_date") { $0.dueDate = day("2026-04-01") },
  ]

  @Test(arguments: changes)
  func `a signature over other values is refused`(row: TermsChange) throws {
    let evidence = try Evidence.over([try Payment.example().approving(with: [.dnb])])
    let changed = Payment.example(40, .proposalComplete, .complete.with(row.change))
    #expect(throws: PaymentError.signedValuesChanged) {
      try changed.signing(by: User.alex.id, with: evidence, agreements: [.dnb])
    }
  }

  @Test func `a signature over another payment or another account is refused`() throws {
    let evidence = try Evidence.over([try Payment.example().approving(with: [.dnb])])
    #expect(throws: PaymentError.signedValuesChanged) {
      try Payment.example(41).signing(by: User.alex.id, with: evidence, agreements: [.dnb])
    }
    let moved = Agreement.example(account: accountNumber(.norwegian, "86011117947"))
    #expect(throws: PaymentError.signedValuesChanged) {
      try Payment.example().signing(by: User.alex.id, with: evidence, agreements: [moved])
    }
  }

  @Test func `D-01 signed it carries who, what, when and its transfer time`() throws {
    let payment = try Payment.example().signed()
    let signature = try #require(payment.signature)
    #expect(signature.user == User.alex.id)
    #expect(signature.agreement == Agreement.dnb.id)
    #expect(signature.signTime == monday)
    #expect(signature.rendered.creditorName == "Elbolaget AS")
    #expect(signature.rendered.amount == .nok(125_000))
    #expect(signature.rendered.debtorAccount == Agreement.dnb.account)
    #expect(signature.transferTime == moment("2026-03-31T05:00:00Z"))
  }

  @Test(arguments: changes)
  func `any change of a signed payment voids the signature`(row: TermsChange) throws {
    var correction = PaymentCorrection()
    let new = PaymentTerms.complete.with(row.change)
    correction.creditorName = new.creditorName
    correction.creditorAccount = new.creditorAccount.map { ($0.form, $0.text) }
    correction.creditorBIC = new.creditorBIC?.text
    correction.amount = (new.amount.minorUnits, new.amount.currency.code)
    correction.reference = new.reference.map { ($0.type, $0.text) }
    correction.dueDate = new.dueDate?.iso
    let facts = try Payment.example().signed().changing(correction, openItems: false)
    // Back in the proposal, which only a new signature leaves for the bank.
    #expect(
      facts == [
        .paymentChanged(PaymentChanged(payment: key(40), state: .proposalComplete, terms: new))
      ])
  }

  @Test func `names and messages are signed as the bank gets them`() throws {
    let terms = PaymentTerms.complete.with {
      $0.creditorName = "  Søn\u{0}\n & Łódź\u{200B}  AS  " + String(repeating: "x", count: 90)
      $0.reference = paymentReference(.message, "Faktura \u{201E}17\u{201C} – 100 €")
    }
    let rendered = try Payment.example(40, .proposalComplete, terms).approving(with: [.dnb])
      .rendered
    #expect(rendered.creditorName.hasPrefix("Søn & Lódz AS xxx"))
    #expect(rendered.creditorName.count == 70)
    #expect(rendered.reference.text == "Faktura '17' - 100 EUR")
    #expect(rendered.canonicalText.split(separator: "\n").count == 10)
  }

  @Test func `what would not come back from the bank file as it was signed is not signed`() {
    // A plusgiro number in the guise of an account at clearing 9960.
    let terms = PaymentTerms.complete.with {
      $0.creditorAccount = accountNumber(.swedish, "9960-2865434")
      $0.amount = .sek(100)
    }
    let refusal = #expect(throws: PaymentError.self) {
      try Payment.example(40, .proposalComplete, terms).approving(with: [.seb])
    }
    #expect(refusal?.reason == "PAYMENT_NOT_SENDABLE")
  }

  @Test func `a name of which nothing is left is missing`() {
    let terms = PaymentTerms.complete.with { $0.creditorName = "\u{301}" }
    #expect(throws: PaymentError.incomplete(["creditor"])) {
      try Payment.example(40, .proposalComplete, terms).approving(with: [.dnb])
    }
  }
}
