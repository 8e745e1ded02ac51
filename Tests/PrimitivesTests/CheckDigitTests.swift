import Primitives
import Testing

@Suite struct CheckDigitTests {
  @Test func `Luhn digits start with weight two`() {
    #expect(CheckDigit.luhn("12345".utf8) == 5)
    #expect(CheckDigit.luhn("12345678".utf8) == 2)
    #expect(CheckDigit.luhnHolds("123455".utf8))
  }

  @Test func `mod 11 starts with weight two and may give ten`() {
    #expect(CheckDigit.mod11("12345678".utf8) == 5)
    #expect(CheckDigit.mod11("6".utf8) == 10)
  }

  @Test func `mod 97 counts letters from ten`() {
    #expect(CheckDigit.mod97("86011117947NO93".utf8) == 1)
    #expect(CheckDigit.mod97("KUD8LAJWSQ9D15".utf8) != 1)
    #expect(CheckDigit.mod97("213800KUD8LAJWSQ9D15".utf8) == 1)
  }

  @Test(arguments: [1, 2, 3, 4])
  func `one changed digit breaks every check`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<50 {
      let payload = random.digits(Int.random(in: 1...20, using: &random))
      let ocr = try SwedishOCR(payload: payload, lengthDigit: false).text
      for changed in ocr.withOneDigitChanged {
        #expect((try? SwedishOCR(changed)) == nil)
      }
      let kid = try KID(payload: payload, check: .mod11)
      // Weights 2 to 7 are no multiples of 11, so every single change shows.
      for changed in kid.text.withOneDigitChanged {
        #expect((try? KID(changed))?.checks.contains(.mod11) != true)
      }
    }
  }

  @Test(arguments: [1, 2, 3, 4])
  func `one changed digit breaks a Norwegian account and its IBAN`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<50 {
      let payload = "1" + random.digits(9)
      let check = CheckDigit.mod11(payload.utf8)
      guard check < 10, let account = try? NorwegianAccountNumber(payload + String(check)) else {
        #expect(check == 10)
        continue
      }
      for changed in account.digits.withOneDigitChanged {
        #expect((try? NorwegianAccountNumber(changed)) == nil)
      }
      for changed in account.iban.text.withOneDigitChanged {
        #expect((try? IBAN(changed)) == nil)
      }
    }
  }

  @Test(arguments: [1, 2, 3])
  func `no text crashes a reader`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("0123456789 -.+NORFSE@é\u{0}\u{A0}٣🇳🇴abc")
    for _ in 0..<5000 {
      let text = String(
        (0..<Int.random(in: 0...30, using: &random)).map { _ in
          alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        })
      for form in AccountForm.allCases { _ = try? AccountNumber(form: form, text: text) }
      for type in PaymentReferenceType.allCases {
        _ = try? PaymentReference(type: type, text: text)
      }
      for country in [CountryCode.no, .se, .dk, .fi] {
        _ = try? OrganisationNumber(text, country: country)
      }
      _ = try? PersonalNumber(text)
      _ = try? NorwegianNationalID(text, allowsSynthetic: true)
      _ = try? PhoneNumber(text)
      _ = try? EmailAddress(text)
      _ = try? BIC(text)
      _ = CalendarDate(iso: text)
      _ = CalendarDate(isoPrefix: text)
      _ = Instant(rfc3339: text)
      _ = try? Money(decimal: text, currency: .nok)
    }
  }
}
