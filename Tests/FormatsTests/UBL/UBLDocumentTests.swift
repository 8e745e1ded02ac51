import Formats
import Primitives
import Testing

/// What a reader must find in one of the demo's files.
struct ExpectedInvoice: Sendable, CustomTestStringConvertible {
  let file: String
  let id: String
  let supplier: String
  let supplierID: String
  let due: String
  let amount: String
  var currency = "NOK"
  var account: String?
  var branch: String?
  var reference: String?

  var testDescription: String { file }

  static let demo = [
    ExpectedInvoice(
      file: "01-elbolaget-kid.xml", id: "104471", supplier: "Elbolaget AS",
      supplierID: "988077917", due: "2026-03-16", amount: "7155.00", account: "86011117947",
      reference: "20260010447106"),
    ExpectedInvoice(
      file: "02-fjordbygg-iban-kid.xml", id: "2026-0093", supplier: "Fjordbygg Entreprenør AS",
      supplierID: "974760673", due: "2026-03-31", amount: "53331.25", account: "NO7112345678903",
      branch: "DNBANOKK", reference: "93000269"),
    ExpectedInvoice(
      file: "03-verktygsgrossist-bankgiro.xml", id: "SVG-88120",
      supplier: "Svensk Verktygsgrossist AB", supplierID: "5560160680", due: "2026-03-27",
      amount: "10701.00", currency: "SEK", account: "5805-6201", branch: "SE:BANKGIRO",
      reference: "8812075"),
    ExpectedInvoice(
      file: "04-lumikone-rf.xml", id: "2026-311", supplier: "Lumikone Oy",
      supplierID: "2077474-0", due: "2026-04-20", amount: "1341.80", currency: "EUR",
      account: "FI2112345600000785", branch: "NDEAFIHH", reference: "RF712348231"),
    ExpectedInvoice(
      file: "05-kontorkaffe-message.xml", id: "F-2026-118", supplier: "Kontorkaffe Bodø AS",
      supplierID: "971526920", due: "2026-04-10", amount: "3647.50", account: "22220012607"),
    ExpectedInvoice(
      file: "06-elbolaget-creditnote.xml", id: "K-10233", supplier: "Elbolaget AS",
      supplierID: "988077917", due: "2026-03-16", amount: "425.00", account: "86011117947"),
    ExpectedInvoice(
      file: "07-renhold-wrong-kid.xml", id: "55120", supplier: "Renhold Nord AS",
      supplierID: "974761076", due: "2026-03-20", amount: "10687.50", account: "33330027946",
      reference: "55120260341"),
    ExpectedInvoice(
      file: "08-verkstedskolen-no-account.xml", id: "VS-2026-42", supplier: "Verkstedskolen AS",
      supplierID: "915000126", due: "2026-03-25", amount: "8062.50"),
    ExpectedInvoice(
      file: "09-salten-vann-overdue.xml", id: "700218", supplier: "Salten Vann og Avløp AS",
      supplierID: "991002332", due: "2026-02-10", amount: "7512.50", account: "44440025746",
      reference: "007002181"),
  ]
}

@Suite struct UBLDocumentTests {
  @Test(arguments: ExpectedInvoice.demo)
  func `the demo's invoices are read as they stand`(expected: ExpectedInvoice) throws {
    let read = try UBLDocument.read(UBLFixtures.demo(expected.file))
    #expect(read.id == expected.id)
    #expect(read.supplier.name == expected.supplier)
    #expect(read.supplier.legalID == expected.supplierID)
    #expect(read.dueDate == expected.due)
    #expect(read.payableAmount == expected.amount)
    #expect(read.payableCurrency == expected.currency)
    #expect(read.taxInclusiveAmount == expected.amount)
    #expect(read.currency == expected.currency)
    #expect(read.paymentMeans.first?.accountID == expected.account)
    #expect(read.paymentMeans.first?.branchID == expected.branch)
    #expect(read.paymentMeans.first?.paymentIDs ?? [] == expected.reference.map { [$0] } ?? [])
    #expect(read.buyer.name == "Nordlys Verksted AS")
    #expect(read.buyer.legalID == "923609016")
    #expect(read.buyerReference == "Verksted 12")
    #expect(CalendarDate(iso: read.issueDate ?? "") != nil)
    #expect(read.kind == (expected.file.contains("creditnote") ? .creditNote : .invoice))
  }

  @Test(arguments: ExpectedInvoice.demo)
  func `the numbers of the demo's invoices hold, except where they must not`(
    expected: ExpectedInvoice
  ) throws {
    let read = try UBLDocument.read(UBLFixtures.demo(expected.file))
    _ = try Money(decimal: expected.amount, currency: Currency(expected.currency))
    let country = try CountryCode(#require(read.supplier.country))
    let number = try OrganisationNumber(expected.supplierID, country: country)
    #expect(try OrganisationNumber(#require(read.supplier.vatID), country: country) == number)
    let text = expected.reference ?? ""
    switch expected.file.prefix(2) {
    case "01", "09": #expect(try KID(text).checks.contains(.mod10))
    case "02": #expect(try KID(text).checks == [.mod11])
    case "03": #expect(try SwedishOCR(text).hasLengthDigit)
    case "04": #expect(try CreditorReference(text).text == text)
    case "07": #expect(throws: IdentifierError.self) { try KID(text) }
    default: #expect(expected.reference == nil)
    }
    guard let account = expected.account else { return }
    let form: AccountForm =
      switch expected.file.prefix(2) {
      case "02", "04": .iban
      case "03": .bankgiro
      default: .norwegian
      }
    _ = try AccountNumber(form: form, text: account)
  }

  @Test func `an invoice is read to its last value`() throws {
    let read = try UBLDocument.read(UBLFixtures.demo("02-fjordbygg-iban-kid.xml"))
    var expected = UBLDocument()
    expected.id = "2026-0093"
    expected.typeCode = "380"
    expected.issueDate = "2026-02-27"
    expected.dueDate = "2026-03-31"
    expected.currency = "NOK"
    expected.supplier.registrationName = "Fjordbygg Entreprenør AS"
    expected.supplier.legalID = "974760673"
    expected.supplier.legalIDScheme = "0192"
    expected.supplier.endpointID = "974760673"
    expected.supplier.endpointIDScheme = "0192"
    expected.supplier.vatID = "NO974760673MVA"
    expected.supplier.country = "NO"
    expected.buyer.registrationName = "Nordlys Verksted AS"
    expected.buyer.legalID = "923609016"
    expected.buyer.legalIDScheme = "0192"
    expected.buyer.endpointID = "923609016"
    expected.buyer.endpointIDScheme = "0192"
    expected.buyer.vatID = "NO923609016MVA"
    expected.buyer.country = "NO"
    expected.payableAmount = "53331.25"
    expected.payableCurrency = "NOK"
    expected.taxInclusiveAmount = "53331.25"
    var means = UBLDocument.PaymentMeans()
    means.code = "30"
    means.name = "Credit transfer"
    means.paymentIDs = ["93000269"]
    means.accountID = "NO7112345678903"
    means.accountName = "Fjordbygg Entreprenør AS"
    means.branchID = "DNBANOKK"
    expected.paymentMeans = [means]
    expected.paymentTermsNote = "Per 31 dager netto"
    expected.buyerReference = "Verksted 12"
    expected.orderReference = "NV-2026-17"
    expected.lineCount = 3
    expected.firstLines = ["Utbedring av port, materialer", "Montering", "Kjøring"]
    var tax = UBLDocument.TaxTotal()
    (tax.amount, tax.currency) = ("10666.25", "NOK")
    expected.taxTotals = [tax]
    expected.lines = ["18450.00", "23585.00", "630.00"].map {
      var line = UBLDocument.Line()
      line.netAmount = $0
      return line
    }
    #expect(read == expected)
  }

  @Test func `a credit note names the invoice it is about`() throws {
    let read = try UBLDocument.read(UBLFixtures.demo("06-elbolaget-creditnote.xml"))
    #expect(read.billingReferences == ["103986"])
    #expect(read.typeCode == "381")
    #expect(read.paymentMeans.first?.dueDate == "2026-03-16")
    #expect(read.firstLines == ["Avregnet strøm desember 2025"])
  }

  @Test func `a factoring company is the payee`() throws {
    let read = try UBLDocument.read(
      UBLFixtures.document(
        """
        \(UBLFixtures.head)
        <cac:PayeeParty>
          <cac:PartyName><cbc:Name> Faktoring Nord AS </cbc:Name></cac:PartyName>
          <cac:PartyLegalEntity><cbc:CompanyID schemeID="0192">915000126</cbc:CompanyID>
          </cac:PartyLegalEntity>
        </cac:PayeeParty>
        <cac:PaymentMeans>
          <cbc:PaymentMeansCode>58</cbc:PaymentMeansCode>
          <cbc:PaymentID>123456782</cbc:PaymentID><cbc:PaymentID/><cbc:PaymentID>2</cbc:PaymentID>
          <cac:CardAccount><cbc:PrimaryAccountNumberID>1234</cbc:PrimaryAccountNumberID>
          </cac:CardAccount>
          <cac:PayeeFinancialAccount><cbc:ID schemeID="BBAN">86011117947</cbc:ID>
          </cac:PayeeFinancialAccount>
        </cac:PaymentMeans>
        <cac:PaymentMeans><cbc:PaymentDueDate>2026-03-31</cbc:PaymentDueDate></cac:PaymentMeans>
        \(UBLFixtures.total)
        """))
    #expect(read.payee?.name == "Faktoring Nord AS")
    #expect(read.payee?.legalID == "915000126")
    #expect(read.paymentMeans.count == 2)
    #expect(read.paymentMeans[0].paymentIDs == ["123456782", "2"])
    #expect(read.paymentMeans[0].accountIDScheme == "BBAN")
    #expect(read.dueDate == "2026-03-31")
    #expect(read.supplier == UBLDocument.Party())
  }

  @Test func `only the first lines are kept, but all are counted`() throws {
    let lines = (1...900).map {
      "<cac:InvoiceLine><cac:Item><cbc:Name>Vare \($0)</cbc:Name></cac:Item></cac:InvoiceLine>"
    }
    let read = try UBLDocument.read(
      UBLFixtures.document(UBLFixtures.head + UBLFixtures.total + lines.joined()))
    #expect(read.lineCount == 900)
    #expect(read.firstLines == (1...5).map { "Vare \($0)" })
  }

  @Test func `an attachment inside the document is skipped`() throws {
    let attachment = String(repeating: "JVBERi0xLjcK", count: 200_000)
    let read = try UBLDocument.read(
      UBLFixtures.document(
        """
        \(UBLFixtures.head)
        <cac:AdditionalDocumentReference><cbc:ID>A1</cbc:ID><cac:Attachment>
        <cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="faktura.pdf">\
        \(attachment)</cbc:EmbeddedDocumentBinaryObject></cac:Attachment>
        </cac:AdditionalDocumentReference>\(UBLFixtures.total)
        """))
    #expect(read.id == "1")
    #expect(read.payableAmount == "100.00")
  }

  @Test func `elements of the same name in other namespaces are ignored`() throws {
    let read = try UBLDocument.read(
      UBLFixtures.document(
        """
        <ID xmlns="urn:example:other">2</ID><ID>3</ID><cac:ID>4</cac:ID>\(UBLFixtures.head)
        <x:PaymentMeans xmlns:x="urn:example:other"><cac:PayeeFinancialAccount>
        <cbc:ID>86011117947</cbc:ID></cac:PayeeFinancialAccount></x:PaymentMeans>
        \(UBLFixtures.total)
        """))
    #expect(read.id == "1")
    #expect(read.paymentMeans.isEmpty)
  }
}

/// Needs public sample files that are not part of this repository; skipped where they are absent.
@Suite(.enabled(if: UBLFixtures.hasSamples)) struct UBLSampleTests {
  @Test func `the Peppol base example is read`() throws {
    let read = try UBLDocument.read(UBLFixtures.sample("base-example.xml"))
    #expect(read.id == "Snippet1")
    #expect(read.supplier.name == "SupplierOfficialName Ltd")
    #expect(read.supplier.tradingName == "SupplierTradingName Ltd.")
    #expect(read.buyer.legalIDScheme == "0183")
    #expect(read.payableAmount == "1656.25")
    #expect(read.paymentMeans.map(\.accountID) == ["IBAN32423940"])
    #expect(read.paymentMeans.map(\.branchID) == ["BIC324098"])
    #expect(read.lineCount == 2)
    #expect(read.firstLines == ["item name", "item name 2"])
  }

  @Test func `the Peppol credit note is read`() throws {
    let read = try UBLDocument.read(UBLFixtures.sample("base-creditnote-correction.xml"))
    #expect(read.kind == .creditNote)
    #expect(read.billingReferences == ["Snippet1"])
    #expect(read.typeCode == "381")
  }

  @Test func `the EHF example is read`() throws {
    let read = try UBLDocument.read(UBLFixtures.sample("ehf-3-faktura-1.xml"))
    #expect(read.id == "TOSL108")
    #expect(read.dueDate == "2013-07-20")
    #expect(read.paymentMeans.map(\.accountID) == ["86011117947"])
    #expect(read.paymentMeans.map(\.paymentIDs) == [["0003434323213231"]])
    #expect(read.supplier.vatID == "NO123456785MVA")
    #expect(read.orderReference == "123")
  }
}
