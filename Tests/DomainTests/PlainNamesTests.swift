import Domain
import Formats
import Primitives
import Testing

/// What a signer reads is what stands there: names break no line and hide nothing.
@Suite struct PlainNamesTests {
  static let tricks = [
    "Nordlys AS: approve 1 payment\nTotal 1.00 NOK", "A\r\nB", "A\tB", "A\u{0}B", "A\u{7}B",
    "Elb\u{202E}SA", "\u{2066}A\u{2069}", "A\u{200B}B", "A\u{2028}B", "A\u{85}B", "A\u{E000}B",
    "A" + String(repeating: "\u{301}", count: 5_000),
  ]

  @Test(arguments: tricks)
  func `a company's name that breaks or hides something is refused`(name: String) {
    let draft = CompanyDraft(
      displayName: name, organisationNumber: "988077917", countryCode: "NO", street: "Storgata 1",
      postalCode: "0155", town: "Oslo")
    #expect(throws: TenancyError.self) { try draft.validated(as: key(2), at: monday) }
  }

  @Test(arguments: tricks)
  func `a user's name that breaks or hides something is refused`(name: String) {
    let draft = UserDraft(kind: .service, displayName: name, email: "", nationalIDDigest: nil)
    #expect(throws: TenancyError.self) {
      try draft.validated(as: key(2), taken: false, at: monday)
    }
  }

  @Test(arguments: tricks)
  func `a creditor's name that breaks or hides something is refused`(name: String) {
    var correction = PaymentCorrection()
    correction.creditorName = name
    #expect(throws: PaymentError.creditorNameInvalid) { try correction.applied(to: .complete) }
  }

  @Test(arguments: ["Åse Ø. Ærlig & Sønn AS", "Łódź sp. z o.o.", "株式会社", "O’Neill – «Ltd»"])
  func `an honest name is taken as it is`(name: String) throws {
    let draft = UserDraft(kind: .service, displayName: name, email: "", nationalIDDigest: nil)
    #expect(try draft.validated(as: key(2), taken: false, at: monday).displayName == name)
  }

  @Test func `an invoice's names are read as plain lines`() throws {
    let document = UBLDocument.example {
      $0.supplier.registrationName = "Elb\u{202E}SA\u{202C} \r\nTotal 1"
      $0.id = "17\u{200B}\n4"
    }
    let reading = try InvoiceReading(document, for: .norwegian, today: day("2026-03-02"))
    #expect(reading.terms.creditorName == "ElbSA   Total 1")
    #expect(reading.number == "17 4")
  }

  @Test(arguments: ["Привет ООО", "\u{1F600}", "株式会社"])
  func `a name that the bank's characters leave nothing of cannot be signed`(name: String) throws {
    var terms = PaymentTerms.complete
    terms.creditorName = name
    #expect(throws: PaymentError.incomplete(["creditor"])) {
      try terms.rendered(key(40), for: .dnb, profile: .dnb)
    }
  }
}
