import Formats
import Testing

@Suite struct UBLErrorTests {
  private func refusal(_ bytes: [UInt8], limits: XMLLimits = UBLDocument.limits) -> UBLError? {
    do throws(UBLError) {
      _ = try UBLDocument.read(bytes, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a file cut off on its way is malformed, with its line`() throws {
    guard case .malformed(let line, _)? = refusal(try UBLFixtures.demo("10-dekk-cut-off.xml"))
    else {
      Issue.record("not refused as malformed")
      return
    }
    #expect(line > 90)
  }

  @Test(arguments: [
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-1",
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2.1",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2", "urn:example", "",
  ])
  func `another root namespace is not UBL`(namespace: String) {
    let text = "<Invoice xmlns=\"\(namespace)\"/>"
    #expect(refusal(Array(text.utf8)) == .notUBL(namespace: namespace))
  }

  @Test func `another root element is not UBL`() {
    #expect(
      refusal(UBLFixtures.document("", root: "Order"))
        == .notUBL(namespace: "urn:oasis:names:specification:ubl:schema:xsd:Order-2"))
  }

  @Test func `what every invoice has is missed`() {
    let noID = "<cbc:DocumentCurrencyCode>NOK</cbc:DocumentCurrencyCode>" + UBLFixtures.total
    #expect(refusal(UBLFixtures.document(noID)) == .missing("cbc:ID"))
    let noCurrency = "<cbc:ID>1</cbc:ID>" + UBLFixtures.total
    #expect(refusal(UBLFixtures.document(noCurrency)) == .missing("cbc:DocumentCurrencyCode"))
    #expect(
      refusal(UBLFixtures.document(UBLFixtures.head)) == .missing("cac:LegalMonetaryTotal"))
    #expect(refusal(UBLFixtures.document(UBLFixtures.head + UBLFixtures.total)) == nil)
  }

  @Test(arguments: [
    "<cbc:ID>2</cbc:ID>", "<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>",
    "<cac:LegalMonetaryTotal/>",
    "<cbc:DueDate>2026-01-01</cbc:DueDate><cbc:DueDate>2</cbc:DueDate>",
    """
    <cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>1</cbc:ID></cac:PayeeFinancialAccount>
    <cac:PayeeFinancialAccount><cbc:ID>2</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
    """,
    """
    <cac:AccountingSupplierParty><cac:Party/></cac:AccountingSupplierParty>
    <cac:AccountingSupplierParty><cac:Party/></cac:AccountingSupplierParty>
    """,
    "<cac:PayeeParty/><cac:PayeeParty/>",
  ])
  func `what decides the payment may not stand twice`(body: String) {
    let text = UBLFixtures.document(UBLFixtures.head + UBLFixtures.total + body)
    guard case .malformed(_, let message)? = refusal(text) else {
      Issue.record("not refused as malformed")
      return
    }
    #expect(message.contains("stands twice"))
  }

  @Test func `a DOCTYPE with an entity bomb is refused before it goes off`() {
    var bomb = "<!DOCTYPE Invoice [<!ENTITY a \"aaaaaaaaaa\">"
    for (name, inner) in zip("bcdefghij", "abcdefghi") {
      bomb += "<!ENTITY \(name) \"" + String(repeating: "&\(inner);", count: 10) + "\">"
    }
    let text = bomb + "]><Invoice>&j;</Invoice>"
    guard case .malformed(_, let message)? = refusal(Array(text.utf8)) else {
      Issue.record("not refused as malformed")
      return
    }
    #expect(message.contains("DOCTYPE"))
  }

  @Test func `an external entity is never fetched`() {
    let text = """
      <!DOCTYPE Invoice SYSTEM "http://127.0.0.1/never.dtd"><Invoice/>
      """
    guard case .malformed? = refusal(Array(text.utf8)) else {
      Issue.record("not refused as malformed")
      return
    }
  }

  @Test func `a document over the limit is refused unread`() {
    #expect(refusal([UInt8](repeating: 0x20, count: (4 << 20) + 1)) == .tooLarge)
    var small = UBLDocument.limits
    small.documentBytes = 100
    #expect(
      refusal(UBLFixtures.document(UBLFixtures.head + UBLFixtures.total), limits: small)
        == .tooLarge)
  }

  @Test(arguments: ["attribute", "text", "comment", "name", "depth", "means", "references", "ids"])
  func `whatever grows without end meets a limit`(what: String) {
    var limits = UBLDocument.limits
    limits.documentBytes = 32 << 20
    let long = String(repeating: "a", count: 10 << 20)
    let body =
      switch what {
      case "attribute": "<cbc:Note x=\"\(long)\"/>"
      case "text": "<cbc:BuyerReference>\(long)</cbc:BuyerReference>"
      case "comment": "<!--\(long)-->"
      case "name": "<cbc:\(long)/>"
      case "depth": String(repeating: "<cac:Party>", count: 100_000)
      case "means": String(repeating: "<cac:PaymentMeans/>", count: 21)
      case "references":
        String(
          repeating: "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>1</cbc:ID>"
            + "</cac:InvoiceDocumentReference></cac:BillingReference>", count: 1001)
      default:
        "<cac:PaymentMeans>" + String(repeating: "<cbc:PaymentID>1</cbc:PaymentID>", count: 21)
          + "</cac:PaymentMeans>"
      }
    let text = UBLFixtures.document(UBLFixtures.head + UBLFixtures.total + body)
    switch refusal(text, limits: limits) {
    case .limit?: break
    // libxml2 has limits of its own for names and comments, told as damage.
    case .malformed?: #expect(["name", "comment", "attribute"].contains(what))
    case let other: Issue.record("\(what): \(String(describing: other))")
    }
  }

  @Test(arguments: [
    "", " ", "{}", "%PDF-1.7", "PK\u{3}\u{4}", "<", "<?xml version=\"1.0\"?>", "<Invoice>",
    "\u{FEFF}", "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\">&x;",
  ])
  func `what is no XML is refused with a message`(text: String) {
    let error = refusal(Array(text.utf8))
    #expect(error?.message.isEmpty == false)
  }

  @Test func `each refusal says how to mend it`() {
    #expect(UBLError.malformed(line: 7, message: "x").message.contains("line 7"))
    #expect(!UBLError.malformed(line: 0, message: "x").message.contains("line"))
    #expect(UBLError.tooLarge.message.contains("attachments"))
    #expect(UBLError.notUBL(namespace: "urn:x").message.contains("urn:x"))
    #expect(UBLError.missing("cbc:ID").message.contains("cbc:ID"))
    #expect(UBLError.limit("too deep").message.contains("too deep"))
  }
}

@Suite struct UBLDamageTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6])
  func `no damaged file crashes the reader`(seed: UInt64) throws {
    var random = Seeded(seed)
    let files = try [
      "01-elbolaget-kid.xml", "03-verktygsgrossist-bankgiro.xml", "06-elbolaget-creditnote.xml",
    ].map(UBLFixtures.demo)
    let inserts = ["<", ">", "&", "\"", "<!--", "]]>", "<![CDATA[", "&#0;", "&#x10FFFF;", "</cac:"]
    var refused = 0
    for _ in 0..<600 {
      var bytes = files[Int.random(in: 0..<files.count, using: &random)]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2:
          let text = inserts[Int.random(in: 0..<inserts.count, using: &random)]
          bytes.insert(contentsOf: Array(text.utf8), at: place)
        case 3:
          let end = min(bytes.count, place + Int.random(in: 1...200, using: &random))
          bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        default:
          bytes.removeSubrange(place..<min(bytes.count, place + 60))
        }
      }
      do throws(UBLError) {
        _ = try UBLDocument.read(bytes)
      } catch {
        refused += 1
        #expect(!error.message.isEmpty)
      }
    }
    #expect(refused > 300)
  }

  @Test func `a file cut anywhere is refused`() throws {
    let bytes = try UBLFixtures.demo("01-elbolaget-kid.xml")
    let end = try #require(bytes.lastIndex(of: UInt8(ascii: ">")))
    for length in stride(from: 0, through: end, by: 7) {
      #expect(throws: UBLError.self) { try UBLDocument.read(Array(bytes[..<length])) }
    }
  }
}
