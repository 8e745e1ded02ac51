import BureauAPI
import Testing

@testable import BureauCLI

@Suite struct OptionTests {
  @Test(arguments: [("45", 45), ("45s", 45), ("2m", 120), ("3h", 10800), ("1d", 86400)])
  func `lengths of time are read`(text: String, seconds: Int) {
    #expect(Span(argument: text)?.seconds == seconds)
  }

  @Test(arguments: ["", "d", "0", "-1d", "1.5h", "1w", "999999999999999999d", "3661d", "+5"])
  func `anything else is no length of time`(text: String) {
    #expect(Span(argument: text) == nil)
  }

  @Test(arguments: [
    ("NO93 8601 1117 947", Bureau_V1_AccountNumber.Form.iban, "NO9386011117947"),
    ("8601.11.17947", .noBban, "86011117947"), ("se-bankgiro:5050-1055", .seBankgiro, "5050-1055"),
    ("IBAN:x", .iban, "x"),
  ])
  func `accounts are read`(text: String, form: Bureau_V1_AccountNumber.Form, number: String) throws
  {
    let account = try #require(AccountText(argument: text)).number
    #expect(account.form == form)
    #expect(account.text == number)
  }

  @Test(arguments: ["", "5050-1055", "86011117948", "swift:1"])
  func `an account whose form is not plain is refused`(text: String) {
    #expect(AccountText(argument: text) == nil)
  }

  @Test(arguments: [
    ("kid:234567891", Bureau_V1_PaymentReference.TypeEnum.kid, "234567891"),
    ("message:Invoice: 7", .message, "Invoice: 7"),
  ])
  func `references are read`(
    text: String, type: Bureau_V1_PaymentReference.TypeEnum, value: String
  ) throws {
    let reference = try #require(ReferenceText(argument: text)).reference
    #expect(reference.type == type)
    #expect(reference.text == value)
  }

  @Test(arguments: [("1250.00 NOK", 125_000), ("7 JPY", 7), ("0.5 SEK", 50)])
  func `amounts are read exactly`(text: String, minor: Int64) {
    #expect(AmountText(argument: text)?.money.minorUnits == minor)
  }

  @Test(arguments: ["1250.00", "1250.001 NOK", "NOK 5", "1 2 NOK", "5 NO"])
  func `anything else is no amount`(text: String) {
    #expect(AmountText(argument: text) == nil)
  }

  @Test func `derived request ids are UUIDs, equal for equal parts only`() {
    let id = RequestID.derived("d", "a", "b")
    #expect(id == RequestID.derived("d", "a", "b"))
    #expect(id != RequestID.derived("d", "ab", ""))
    #expect(id != RequestID.derived("e", "a", "b"))
    #expect(
      id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
        != nil)
  }
}
