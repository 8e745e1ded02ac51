import Primitives
import Testing

@Suite struct MoneyTests {
  @Test(arguments: [
    ("1250", 125_000), ("1250.5", 125_050), ("1250.00", 125_000), ("+1.2", 120), ("-0.05", -5),
    ("0", 0), ("-0", 0), ("1250.0000", 125_000), (".5", 50), ("5.", 500), ("007.10", 710),
    ("92233720368547758.07", Int64.max), ("-92233720368547758.08", Int64.min),
  ])
  func `decimal text is read exactly`(text: String, minorUnits: Int64) throws {
    #expect(try Money(decimal: text, currency: .nok) == .nok(minorUnits))
  }

  @Test(arguments: [
    "", "+", "-", ".", "1,5", "1 250", "1.2.3", "--1", "1e3", "NaN", "٣", "1250 ", "0x10", "+-1",
  ])
  func `what is not a decimal number is refused`(text: String) {
    #expect(throws: MoneyError.malformed(text)) { try Money(decimal: text, currency: .sek) }
  }

  @Test func `an overlong text is refused unread`() {
    #expect(throws: MoneyError.malformed(String(repeating: "0", count: 24) + "…")) {
      try Money(decimal: String(repeating: "0", count: 1_000_000), currency: .sek)
    }
  }

  @Test(arguments: ["0.001", "1.005", "-3.149"])
  func `an amount finer than its currency is refused, not rounded`(text: String) {
    #expect(throws: MoneyError.tooFine(text)) { try Money(decimal: text, currency: .eur) }
  }

  @Test(arguments: [
    "92233720368547758.08", "-92233720368547758.09", "999999999999999999999999",
    "100000000000000000",
  ])
  func `an amount that does not fit is refused`(text: String) {
    #expect(throws: MoneyError.overflow) { try Money(decimal: text, currency: .eur) }
  }

  @Test func `the exponent of the currency decides the decimals`() throws {
    let dinar = try Currency("BHD")
    let fund = try Currency("UYW")
    #expect(Money(minorUnits: 1250, currency: .isk).decimalText == "1250")
    #expect(Money(minorUnits: -5, currency: .nok).decimalText == "-0.05")
    #expect(Money(minorUnits: 0, currency: .nok).decimalText == "0.00")
    #expect(Money(minorUnits: 1, currency: dinar).decimalText == "0.001")
    #expect(Money(minorUnits: -12_345, currency: fund).decimalText == "-1.2345")
    #expect(Money(minorUnits: .min, currency: .sek).decimalText == "-92233720368547758.08")
    #expect(try Money(decimal: "10.0", currency: .isk).minorUnits == 10)
    #expect(throws: MoneyError.tooFine("10.5")) { try Money(decimal: "10.5", currency: .isk) }
  }

  @Test(arguments: [1, 2, 3])
  func `what is written is read back`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let currency = try #require(Currency.all.randomElement(using: &random))
      let units =
        Int64.random(in: .min ... .max, using: &random)
        >> Int64.random(
          in: 0...60, using: &random)
      let money = Money(minorUnits: units, currency: currency)
      #expect(try Money(decimal: money.decimalText, currency: currency) == money)
    }
  }

  @Test func `amounts are added and subtracted in one currency`() throws {
    #expect(try Money.nok(12_50).adding(.nok(50)) == .nok(13_00))
    #expect(try Money.sek(12_50).subtracting(.sek(20_00)) == .sek(-7_50))
    #expect(Money.eur(1).isPositive)
    #expect(!Money.zero(.eur).isPositive)
    #expect(!Money.nok(-1).isPositive)
  }

  @Test func `currencies are never mixed`() {
    #expect(throws: MoneyError.mixedCurrencies(.nok, .sek)) { try Money.nok(1).adding(.sek(1)) }
    #expect(throws: MoneyError.mixedCurrencies(.eur, .sek)) {
      try Money.eur(1).subtracting(.sek(1))
    }
  }

  @Test func `overflow is an error`() {
    #expect(throws: MoneyError.overflow) { try Money.nok(.max).adding(.nok(1)) }
    #expect(throws: MoneyError.overflow) { try Money.nok(.min).subtracting(.nok(1)) }
  }

  @Test(arguments: ["", "nok", "NO", "NOKK", "XXX", "XAU", "HRK", "ÅÅÅ", "DEM"])
  func `only currencies in use are known`(code: String) {
    #expect(throws: MoneyError.unknownCurrency(code)) { try Currency(code) }
  }

  @Test func `the table of currencies has the exponents of ISO 4217`() throws {
    let expected = ["NOK": 2, "ISK": 0, "JPY": 0, "KWD": 3, "CLF": 4, "USD": 2, "XCG": 2, "ZWG": 2]
    for (code, exponent) in expected { #expect(try Currency(code).exponent == exponent) }
    #expect(Currency.all.count == 165)
    for constant in [Currency.nok, .sek, .dkk, .eur, .usd, .gbp, .isk, .jpy] {
      #expect(try Currency(constant.code) == constant)
    }
  }

  @Test func `each refusal says how to mend it`() {
    #expect(MoneyError.malformed("1,5").message.contains("1250.00"))
    #expect(MoneyError.unknownCurrency("KR").message.contains("ISO 4217"))
    #expect(MoneyError.tooFine("0.001").message.contains("0.001"))
    #expect(MoneyError.mixedCurrencies(.nok, .sek).message.contains("NOK and SEK"))
    #expect(!MoneyError.overflow.message.isEmpty)
  }
}
