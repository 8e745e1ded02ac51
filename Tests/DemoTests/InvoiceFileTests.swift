import Foundation
import Primitives
import Testing

@testable import bureau_demo

struct InvoiceFileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Clients/demo/invoices").standardizedFileURL.path

  @Test(arguments: [
    ("7155.00", "NOK", 715_500), ("7155", "NOK", 715_500), ("-12.5", "SEK", -1250),
    ("0.10", "EUR", 10), (" 1.2300 ", "NOK", 123), ("100", "JPY", 100), ("+1", "NOK", 100),
    ("5.00", "QQQ", 500), (".5", "NOK", 50),
  ])
  func `an amount is counted in the smallest unit, whatever it is`(
    text: String, currency: String, minorUnits: Int64
  ) {
    #expect(InvoiceFile.minorUnits(text, of: currency) == minorUnits)
  }

  @Test(arguments: ["", "-", ".", "12,50", "1.2.3", "1.005", "1e3", "99999999999999999999", "٣"])
  func `what is no amount is none`(text: String) {
    #expect(InvoiceFile.minorUnits(text, of: "NOK") == nil)
  }

  @Test func `an invoice is given as it stands in the file`() throws {
    let file = try InvoiceFile(name: "01-elbolaget-kid.xml", in: Self.folder)
    #expect(file.kind == .invoice)
    #expect(file.amountMinor == 715_500)
    #expect(file.currency == "NOK")
    #expect(file.dueDate == "2026-03-16")
    #expect(file.account?.isEmpty == false)
    #expect(file.reference?.isEmpty == false)
  }

  @Test func `an impossible reference is given too`() throws {
    let file = try InvoiceFile(name: "07-renhold-wrong-kid.xml", in: Self.folder)
    #expect(file.reference?.isEmpty == false)
    #expect(file.amountMinor == 1_068_750)
  }

  @Test func `a credit note is told from an invoice`() throws {
    #expect(
      try InvoiceFile(name: "06-elbolaget-creditnote.xml", in: Self.folder).kind == .creditNote)
  }

  @Test func `of a file that is cut off, what stands whole in it is given`() throws {
    let file = try InvoiceFile(name: "10-dekk-cut-off.xml", in: Self.folder)
    #expect(file.kind == .unreadable)
    #expect(file.supplier != nil)
  }

  @Test func `a folder is read in order of its names, and only its xml`() throws {
    let files = try InvoiceFile.all(in: Self.folder)
    #expect(files.map(\.name) == files.map(\.name).sorted())
    #expect(files.allSatisfy { $0.name.hasSuffix(".xml") })
    #expect(throws: DemoError.self) { try InvoiceFile.all(in: Self.folder + "/nowhere") }
  }
}
