import Domain
import Primitives
import Testing

/// Many payments in one command, and one signature over those of many companies.
@Suite struct BulkTests {
  @Test func `each payment is carried out or refused alone, and the first fact tells of each`()
    throws
  {
    let facts = try BulkRules.handling(.acknowledge, [key(40), key(41), key(42)]) { id in
      let state: PaymentState = id == key(41) ? .paid : .proposalComplete
      var payment = Payment.example(40, state)
      payment.id = id
      return try payment.acknowledging()
    }
    #expect(facts.names == ["paymentsHandled", "paymentAcknowledged", "paymentAcknowledged"])
    let refusal = RecordedRefusal(PaymentError.notAllowed(.acknowledge, in: .paid))
    #expect(
      facts.first
        == .paymentsHandled(
          PaymentsHandled(
            action: .acknowledge,
            items: [
              HandledPayment(payment: key(40)),
              HandledPayment(payment: key(41), refusal: refusal),
              HandledPayment(payment: key(42)),
            ])))
  }

  struct Trouble: Error {}

  @Test func `what is no refusal ends all of it`() {
    #expect(throws: Trouble.self) {
      try BulkRules.handling(.delete, [key(40), key(41)]) { id in
        if id == key(41) { throw Trouble() }
        return try Payment.example().deleting()
      }
    }
  }

  // MARK: One signature

  private func part(_ number: UInt8, _ name: String, _ payments: [Payment]) throws
    -> BulkApproval.Part
  {
    BulkApproval.Part(
      company: key(number),
      approval: Approval(
        companyName: name, items: try payments.map { try $0.approving(with: [.dnb, .seb]) }))
  }

  @Test func `L-02 the approver of several companies reads total, companies and payees`() throws {
    let swedish = PaymentTerms.complete.with {
      $0.creditorAccount = accountNumber(.bankgiro, "9912346")
      $0.amount = .sek(99)
      $0.reference = paymentReference(.ocr, "1234567897")
    }
    let approval = BulkApproval(parts: [
      try part(2, "Nordlys Handel AS", [.example(40), .example(41, .acknowledged, swedish)]),
      try part(3, "Fjordby AS", [.example(42, .error)]),
    ])
    #expect(
      try approval.visibleText() == """
        Approve 3 payments of 2 companies
        Total 2500.00 NOK + 0.99 SEK

        Nordlys Handel AS: 2 payments, 1250.00 NOK + 0.99 SEK
        from 1234.56.78903
        - Elbolaget AS, 1234.56.78903: 1250.00 NOK, Message: Invoice 17, due 2026-03-31
        from 991-2346
        - Elbolaget AS, 991-2346: 0.99 SEK, OCR 1234567897, due 2026-03-31

        Fjordby AS: 1 payment, 1250.00 NOK
        from 1234.56.78903
        - Elbolaget AS, 1234.56.78903: 1250.00 NOK, Message: Invoice 17, due 2026-03-31
        """)
  }

  @Test func `each company's payments are signed by lines of their own`() throws {
    let parts = [
      try part(2, "Nordlys Handel AS", [.example(40)]), try part(3, "Fjordby AS", [.example(42)]),
    ]
    let data = BulkApproval(parts: parts).nonVisibleData
    for part in parts {
      let evidence = Evidence(
        digest: [UInt8](repeating: 7, count: 32), signer: person(10), signerName: "Alex Berg",
        visibleText: "", nonVisibleData: data, time: monday)
      for item in part.approval.items {
        var payment = Payment.example()
        payment.id = item.rendered.payment
        let facts = try payment.signing(by: User.alex.id, with: evidence, agreements: [.dnb])
        #expect(facts.names == ["paymentSigned"])
        payment.terms.amount = .nok(1)
        #expect(throws: PaymentError.signedValuesChanged) {
          try payment.signing(by: User.alex.id, with: evidence, agreements: [.dnb])
        }
      }
    }
    #expect(
      data == Approval(companyName: "", items: parts.flatMap(\.approval.items)).nonVisibleData)
  }

  /// Payments of 40 companies, `each` of each, to as many payees.
  private func many(_ each: Int, name: String = "Elbolaget", reference: String) throws
    -> BulkApproval
  {
    let terms = PaymentTerms.complete.with {
      $0.reference = paymentReference(.message, reference)
    }
    let item = try Payment.example(40, .proposalComplete, terms).approving(with: [.dnb])
    return BulkApproval(
      parts: (0..<40).map { company in
        let items = (0..<each).map { number in
          var item = item
          item.rendered.creditorName = "\(name) \(company)-\(number)"
          return item
        }
        return BulkApproval.Part(
          company: key(UInt8(company)),
          approval: Approval(companyName: "Nordlys Handel \(company) AS", items: items))
      })
  }

  @Test func `what does not fit is cut to payees, accounts and sums, and then to short names`()
    throws
  {
    let full = try many(5, reference: "Invoice 17").visibleText()
    #expect(full.contains("due 2026-03-31"))
    let payees = try many(12, reference: String(repeating: "Ø", count: 120)).visibleText()
    #expect(!payees.contains("due"))
    #expect(payees.contains("\n- Elbolaget 39-11, 1234.56.78903: 1250.00 NOK"))
    let short = try many(
      12, name: "Elbolaget i Nordland og Troms med alle sine avdelinger og kontorer AS",
      reference: "Invoice 17"
    ).visibleText()
    #expect(short.contains("\n- Elbolaget i Nordland og , 1234.56.78903: 1250.00 NOK"))
    for text in [full, payees, short] {
      #expect(text.utf8.count <= 30_000)
      #expect(text.hasPrefix("Approve "))
    }
  }

  @Test func `several payments to one payee are one line with their sum`() throws {
    let approval = try many(1, reference: "x")
    let item = try #require(approval.parts.first?.approval.items.first)
    let same = BulkApproval(parts: [
      BulkApproval.Part(
        company: key(2),
        approval: Approval(
          companyName: "Nordlys",
          items: Array(repeating: item, count: BulkApproval.limit)))
    ])
    #expect(
      try same.visibleText() == """
        Approve 500 payments of 1 company
        Total 625000.00 NOK

        Nordlys: 500 payments, 625000.00 NOK
        from 1234.56.78903
        - Elbolaget 0-0, 1234.56.78903: 500 × 625000.00 NOK
        """)
  }

  @Test func `what no cut makes fit is refused`() throws {
    let approval = try many(30, reference: "x")
    #expect(throws: PaymentError.textTooLong) { try approval.visibleText() }
  }
}
