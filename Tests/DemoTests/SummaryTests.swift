import Foundation
import Primitives
import Testing

@testable import bureau_demo

struct SummaryTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Clients/demo/invoices").standardizedFileURL.path

  @Test func `every member is there, null where there is nothing`() throws {
    let file = try InvoiceFile(name: "08-verkstedskolen-no-account.xml", in: Self.folder)
    let data = try JSONEncoder().encode(Summary(file, nil, refusal: "INVOICE_DUPLICATE"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "file", "kind", "supplier", "account", "amount_minor", "currency", "due_date", "reference",
        "reference_type", "state", "missing", "refusal", "end_to_end_id",
      ])
    #expect(object["account"] is NSNull)
    #expect(object["end_to_end_id"] is NSNull)
    #expect(object["state"] as? String == "refused")
    #expect(object["refusal"] as? String == "INVOICE_DUPLICATE")
  }

  @Test func `a payment's answer is read as protobuf writes it`() throws {
    let json = """
      {"name":"bureaus/a/companies/b/payments/c","state":"POSTED","amount":{"minorUnits":"715500",
      "currencyCode":"NOK"},"reference":{"type":"KID","text":"2345676"},"instructions":[
      {"number":1,"endToEndId":"c-1"},{"number":2,"endToEndId":"c-2"}]}
      """
    let payment = try JSONDecoder().decode(Payment.self, from: Data(json.utf8))
    #expect(payment.amount == Amount(minorUnits: 715_500, currencyCode: "NOK"))
    #expect(payment.endToEndID == "c-2")
    let file = try InvoiceFile(name: "01-elbolaget-kid.xml", in: Self.folder)
    let row = Summary(file, payment, refusal: nil)
    #expect(row.state == "posted")
    #expect(row.referenceType == "kid")
    #expect(row.missing.isEmpty)
    #expect(row.endToEndID == "c-2")
  }

  @Test func `a refusal is found among the words for people`() {
    let notes =
      "Pay these?\n{\"error\":{\"code\":\"X\",\"reason\":\"PAYMENT_STATE\",\"message\":\"No.\"}}\n"
    #expect(Refused(notes: notes)?.reason == "PAYMENT_STATE")
    #expect(Refused(notes: "error: no") == nil)
  }

  @Test(arguments: [
    (5_333_125, "NOK", "53 331.25 NOK"), (-100, "SEK", "-1.00 SEK"),
    (123_456_700, "EUR", "1 234 567.00 EUR"),
    (0, "NOK", "0.00 NOK"),
  ])
  func `money is grouped for the eye`(minorUnits: Int64, code: String, text: String) {
    #expect(Words.money(minorUnits, code) == text)
  }

  @Test func `times are told as the clocks of the Nordics show them`() throws {
    let winter = try #require(Instant(rfc3339: "2026-03-02T08:00:00Z"))
    #expect(Words.time(winter) == "Monday 2 March 2026, 09:00")
    let summer = try #require(Instant(rfc3339: "2026-07-31T22:05:00Z"))
    #expect(Words.time(summer) == "Saturday 1 August 2026, 00:05")
  }

  @Test func `a file is the same before and after the bank has taken it in`() throws {
    let before = try #require(BankFile(root: "/r", path: "b/c/dnb/to-bank/a.xml"))
    let after = try #require(BankFile(root: "/r", path: "b/c/dnb/to-bank/done/a.xml"))
    #expect(before.path == after.path)
    #expect(after.bank == "dnb")
    #expect(after.direction == .toBank)
    #expect(BankFile(root: "/r", path: "executed.xml") == nil)
  }
}
