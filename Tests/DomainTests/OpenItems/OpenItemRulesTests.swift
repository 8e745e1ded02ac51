import Domain
import Formats
import Primitives
import Testing

@Suite struct OpenItemRulesTests {
  private func item(
    _ number: UInt8 = 60, _ amount: Money = .nok(25_000),
    change: (inout OpenItem) -> Void = { _ in }
  ) -> OpenItem {
    var item = OpenItem(
      id: key(number), kind: .creditNote, supplierKey: "org:988077917",
      supplierName: "Elbolaget AS", number: "K\(number)", amount: amount, date: nil,
      sourceDigest: [], createTime: monday)
    change(&item)
    return item
  }

  /// A payment with something set off already.
  private func netted(_ items: [OpenItem], _ terms: PaymentTerms = .complete) throws -> Payment {
    var payment = Payment.example(40, .proposalOpenItems, terms)
    for case .paymentChanged(let fact) in try link(items, to: payment) {
      payment.terms = fact.terms
    }
    let linked = items.map { item in
      var item = item
      item.payment = payment.id
      return item
    }
    payment.netting = Netting(
      invoiceNumber: payment.invoiceNumber, gross: terms.amount, reference: terms.reference,
      items: linked)
    return payment
  }

  private func link(_ items: [OpenItem], to payment: Payment = .example()) throws -> [Fact] {
    try OpenItemRules.linking(items, to: payment, openItems: false, maker: User.kim.id)
  }

  private func reason(_ make: () throws -> some Any) -> String? {
    do {
      _ = try make()
      return nil
    } catch { return (error as? any Refusal)?.reason }
  }

  @Test func `P-06 what is set off leaves the rest to pay, and the message names it`() throws {
    let facts = try link([item(), item(61, .nok(50_000)) { $0.kind = .payment }])
    #expect(facts.names == ["openItemsLinked", "paymentChanged"])
    for case .paymentChanged(let fact) in facts {
      #expect(fact.terms.amount == .nok(50_000))
      #expect(fact.terms.reference?.text == "Invoice 17 less credit note K60, paid K61")
      #expect(fact.state == .proposalComplete && fact.maker == User.kim.id)
    }
    // What is set off already counts.
    for case .paymentChanged(let fact) in try link([item()], to: netted([item(61)])) {
      #expect(fact.terms.amount == .nok(75_000))
      #expect(fact.terms.reference?.text == "Invoice 17 less credit note K61, credit note K60")
    }
  }

  @Test func `P-06 what cannot be set off is refused`() throws {
    #expect(reason { try link([]) } == "OPEN_ITEMS_MISSING")
    for state in PaymentState.allCases where !state.isProposal {
      #expect(reason { try link([item()], to: .example(40, state)) } == "OPEN_ITEM_NOT_PROPOSAL")
    }
    #expect(
      reason { try link((0..<21).map { item(UInt8(60 + $0), .nok(1)) }) } == "OPEN_ITEMS_TOO_MANY")
    var full = Payment.example()
    full.netting = Netting(
      invoiceNumber: "17", gross: .nok(125_000), reference: PaymentTerms.complete.reference,
      items: (0..<20).map { item(UInt8(60 + $0), .nok(1)) })
    #expect(reason { try link([item(90, .nok(1))], to: full) } == "OPEN_ITEMS_TOO_MANY")
    #expect(reason { try link([item { $0.payment = key(41) }]) } == "OPEN_ITEM_LINKED")
    #expect(
      reason { try link([item { $0.supplierKey = "org:1" }]) } == "OPEN_ITEM_OTHER_SUPPLIER")
    var nobodys = Payment.example()
    nobodys.supplierKey = "unknown"
    #expect(
      reason { try link([item { $0.supplierKey = "unknown" }], to: nobodys) }
        == "OPEN_ITEM_OTHER_SUPPLIER")
    #expect(reason { try link([item(60, .sek(1))]) } == "OPEN_ITEM_OTHER_CURRENCY")
    #expect(
      reason { try link([item { $0.number = String(repeating: "9", count: 120) }]) }
        == "OPEN_ITEMS_TEXT_TOO_LONG")
  }

  @Test func `what is left to pay is more than nothing, and no sum overflows`() throws {
    #expect(reason { try link([item(60, .nok(125_000))]) } == "OPEN_ITEMS_EXCEED")
    #expect(reason { try link([item(60, .nok(124_999))]) } == nil)
    #expect(
      reason { try link([item(60, .nok(100_000))], to: netted([item(61)])) } == "OPEN_ITEMS_EXCEED")
    #expect(
      reason { try link([item(60, .nok(.max)), item(61, .nok(.max))]) } == "OPEN_ITEMS_EXCEED")
  }

  @Test(arguments: [
    (PaymentReferenceType.kid, "1234567897"), (.ocr, "1234567897"), (.creditor, "RF18539007547034"),
  ])
  func `a payment with a structured reference carries no credit notes`(
    type: PaymentReferenceType, text: String
  ) throws {
    let terms = PaymentTerms.complete.with { $0.reference = paymentReference(type, text) }
    #expect(
      reason { try link([item()], to: .example(40, .proposalComplete, terms)) }
        == "OPEN_ITEM_WITH_REFERENCE")
  }

  @Test func `P-06 what is taken away again gives back amount and message`() throws {
    let payment = try netted([item()])
    func unlink(_ items: [OpenItem]) throws -> [Fact] {
      try OpenItemRules.unlinking(items, from: payment, openItems: true, maker: User.kim.id)
    }
    for case .paymentChanged(let fact) in try unlink(payment.netting?.items ?? []) {
      #expect(fact.terms == .complete && fact.state == .proposalOpenItems)
    }
    #expect(throws: OpenItemError.notLinked) { try unlink([item(61)]) }
  }

  @Test func `amount and text follow from what is set off; account and date may be corrected`()
    throws
  {
    let payment = try netted([item()])
    func changing(_ change: (inout PaymentCorrection) -> Void) throws -> [Fact] {
      var correction = PaymentCorrection()
      change(&correction)
      return try payment.changing(correction, openItems: true)
    }
    #expect(throws: PaymentError.setOff) { try changing { $0.amount = (125_000, "NOK") } }
    #expect(throws: PaymentError.setOff) { try changing { $0.amount = (100_000, "SEK") } }
    #expect(throws: PaymentError.setOff) { try changing { $0.reference = (.message, "Other") } }
    #expect(try changing { $0.dueDate = "2026-04-01" }.names == ["paymentChanged"])
  }

  @Test func `P-12 a deleted payment lets go of what was set off, and keeps what it asked for`()
    throws
  {
    for state: PaymentState in [.proposalOpenItems, .acknowledged, .error] {
      var payment = try netted([item()])
      payment.state = state
      let facts = try payment.deleting()
      #expect(facts.names == ["openItemsUnlinked", "paymentChanged", "paymentDeleted"])
      for case .openItemsUnlinked(let fact) in facts { #expect(fact.items == [item().id]) }
      for case .paymentChanged(let fact) in facts {
        #expect(fact.terms == .complete && fact.state == state)
      }
    }
    #expect(try Payment.example().deleting().names == ["paymentDeleted"])
  }

  // MARK: What is signed and sent

  @Test func `invoice and credit notes are signed, shown and listed in a Norwegian file (S)`()
    throws
  {
    let payment = try netted([item(), item(61, .nok(50_000)) { $0.kind = .payment }])
    let approved = try payment.approving(with: [.dnb])
    #expect(
      approved.rendered.documents == [
        ReferredDocument(kind: .invoice, number: "17", amount: .nok(75_000)),
        ReferredDocument(kind: .creditNote, number: "K60", amount: .nok(25_000)),
      ])
    #expect(
      approved.notes == ["Invoice 17 1250.00 less credit note K60 250.00, paid K61 500.00"])
    let text = approved.rendered.canonicalText
    #expect(text.hasPrefix("bureau/payment/v3\npayment="))
    #expect(
      text.contains(
        "\namount=50000 NOK\ndocument=CINV 75000 NOK 17\ndocument=CREN 25000 NOK K60\ndue_date="))
    #expect(!text.contains("reference="))
    // Another amount of one document is another digest.
    var other = approved.rendered
    other.documents[1].amount = .nok(24_999)
    #expect(other.digest != approved.rendered.digest)
    let approval = Approval(companyName: "Nordlys Handel AS", items: [approved])
    #expect(
      try approval.visibleText().contains(
        "\nMessage: Invoice 17 less credit note K60, paid K61\nInvoice 17 1250.00 less"))
    let signed = try payment.signed()
    let file = try prepared(signed)
    let read = try Pain001.read(file)
    #expect(
      read.paymentInformations.first?.transactions.first?.remittance
        == .documents(approved.rendered.documents))
    // A file that lists anything else is refused.
    var tampered = read
    tampered.paymentInformations[0].transactions[0].remittance = .documents([
      ReferredDocument(kind: .invoice, number: "17", amount: .nok(75_000)),
      ReferredDocument(kind: .creditNote, number: "K61", amount: .nok(25_000)),
    ])
    let content = try tampered.write(BankProfile.dnb.rendering)
    let refusal = #expect(throws: TransferError.self) {
      try TransferRules.check(
        content, carries: [signed], profile: .dnb, at: signed.signature?.transferTime ?? monday)
    }
    #expect(refusal?.reason == "TRANSFER_UNSIGNED")
  }

  private func prepared(_ payment: Payment) throws -> [UInt8] {
    let time = payment.signature?.transferTime ?? monday
    let date = ExecutionPlan(
      dueDate: payment.signature?.rendered.dueDate ?? day("2026-03-31"), timing: .onDueDate,
      profile: .dnb
    ).executionDate(transferredAt: time)
    return try TransferRules.preparing(
      key(50), [payment], on: date, agreement: .dnb, profile: .dnb, company: .norwegian, at: time
    ).content
  }

  @Test func `where a bank takes no documents, the text names them whole or not at all (S)`() throws
  {
    let swedish = PaymentTerms.complete.with {
      $0.creditorAccount = accountNumber(.bankgiro, "9912346")
      $0.amount = .sek(125_000)
    }
    let payment = try netted([item(60, .sek(25_000))], swedish)
    let approved = try payment.approving(with: [.seb])
    #expect(approved.rendered.documents.isEmpty)
    #expect(approved.rendered.canonicalText.hasPrefix("bureau/payment/v1\n"))
    #expect(approved.rendered.reference.text == "Invoice 17 less credit note K60")
    let netting = try #require(payment.netting)
    let short = Pain001.Rendering(characterSet: .swedish, messageLength: 25)
    #expect(!short.carriesWhole("Invoice 17 less credit note K60"))
    #expect(netting.gross == .sek(125_000))
  }

  @Test func `a number that a bank file cannot hold stops the signature`() throws {
    let payment = try netted([item { $0.number = String(repeating: "7", count: 36) }])
    #expect(reason { try payment.approving(with: [.dnb]) } == "PAYMENT_NOT_SENDABLE")
  }
}

@Suite struct OpenItemFileTests {
  private let today = day("2026-03-02")

  private func read(_ lines: String...) -> (items: [ReadItem], findings: [FileFinding]) {
    OpenItemFile.read(CSVTable(Array(lines.joined(separator: "\n").utf8)), today: today)
  }

  private let head = "kind;supplier;organisation_number;country;number;amount;currency;account"

  @Test func `P-01 a file's invoices, credit notes and payments are read`() throws {
    let (items, findings) = read(
      head, "invoice;Elbolaget AS;988077917;NO;104471;1.250,50;NOK;86011117947",
      "credit_note;Elbolaget AS;988 077 917;NO;K55;-250,00;NOK;",
      "PAYMENT;Elbolaget AS;988077917;NO;P1;1.000;NOK;")
    #expect(findings.isEmpty)
    try #require(items.count == 3)
    guard case .invoice(let invoice) = items[0].content else {
      Issue.record("no invoice")
      return
    }
    #expect(invoice.supplierKey == "org:988077917" && invoice.terms.amount == .nok(125_050))
    #expect(invoice.terms.creditorAccount == accountNumber(.norwegian, "86011117947"))
    #expect(items.map(\.place.line) == [2, 3, 4])
    #expect(
      items[1].content
        == .other(
          .creditNote, supplierKey: "org:988077917", supplierName: "Elbolaget AS", number: "K55",
          amount: .nok(25_000), date: nil))
    // The file's other amounts settle that the point stands between thousands.
    #expect(
      items[2].content
        == .other(
          .payment, supplierKey: "org:988077917", supplierName: "Elbolaget AS", number: "P1",
          amount: .nok(100_000), date: nil))
  }

  @Test func `P-07 an invoice that lacks something is taken, and told what`() throws {
    let (items, findings) = read(head, "invoice;Elbolaget AS;988077917;NO;104471;1250,50;NOK;")
    #expect(findings.isEmpty)
    guard case .invoice(let invoice)? = items.first?.content else {
      Issue.record("no invoice")
      return
    }
    #expect(invoice.terms.missingFields == ["creditor_account", "due_date"])
  }

  @Test(arguments: ["99999999999999999999", "10000000000000.00", "0", "-0.00"])
  func `an amount that outgrows a payment, or is none, is a fault`(amount: String) {
    let (items, findings) = read(head, "payment;Elbolaget AS;988077917;NO;1;\(amount);NOK;")
    #expect(items.isEmpty && findings.map(\.name) == ["amount"])
  }

  @Test func `a stream's items are read by the same rules, by their numbers`() {
    let good: [OpenItemFile.Column: String] = [
      .kind: "credit_note", .supplier: "Elbolaget AS", .number: "K55", .amount: "250.00",
      .currency: "NOK",
    ]
    var bad = good
    bad[.amount] = "x"
    bad[.supplier] = "---"
    let read = OpenItemFile.read([good, bad], today: today)
    #expect(read.items.isEmpty)
    #expect(read.findings.map(\.place.line) == [2, 2])
    #expect(Set(read.findings.map(\.name)) == ["amount", "supplier"])
    #expect(OpenItemFile.read([good], today: today).items.count == 1)
  }

  @Test func `all that is wrong with a file is told at once, and nothing of it is taken`() {
    let (items, findings) = read(
      head, "invoice;Elbolaget AS;988077917;NO;1;1.250;NOK;86011117947",
      "debt;X;;NO;2;1,00;NOK;", "credit_note;;;NOR;;abc;XXX;", "invoice;X;;NO;3;-1,00;NOK;123")
    #expect(items.isEmpty)
    func at(_ line: Int) -> [String] {
      findings.filter { $0.place.line == line }.map(\.name).sorted()
    }
    #expect(at(2) == [])
    #expect(at(3) == ["kind"])
    #expect(at(4) == ["country", "currency", "number", "supplier"])
    #expect(at(5) == ["account_form", "amount"])
    #expect(findings.first { $0.name == "kind" }?.place.column == 1)
    // Without another amount to tell it, one mark before three digits is not guessed.
    let alone = read(head, "invoice;X;;NO;1;1.250;NOK;86011117947")
    #expect(alone.findings.map(\.name) == ["amount"])
    let strange = read("kind;amount;colour", "invoice;1;red")
    #expect(Set(strange.findings.map(\.name)) == ["colour", "supplier", "number", "currency"])
  }
}
