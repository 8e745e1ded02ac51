import Primitives
import Testing

@Suite struct AccountNumberTests {
  @Test(arguments: [
    "12345678903", "12345678911", "86011117947", "11110077949", "22220012607", "33330027946",
    "44440025746", "55550090405", "66660052292", "77770076598", "88880051606", "99990043120",
    "99991042764", "1234.56.78903", "1234 56 78903", "1234 56\u{A0}78903",
  ])
  func `a Norwegian account is read in every way it is written`(text: String) throws {
    let number = try NorwegianAccountNumber(text)
    #expect(number.digits == text.filter(\.isNumber))
    #expect(try NorwegianAccountNumber(number.display) == number)
    #expect(number.iban.norwegianAccount == number)
    #expect(try IBAN(number.iban.text) == number.iban)
  }

  @Test func `a Norwegian account has a display form and an IBAN`() throws {
    #expect(try NorwegianAccountNumber("12345678903").display == "1234.56.78903")
    #expect(try NorwegianAccountNumber("86011117947").iban.text == "NO9386011117947")
  }

  @Test(arguments: ["86011117949", "11110077948", "12345678901"])
  func `a Norwegian account with a wrong check digit is refused`(text: String) {
    #expect {
      try NorwegianAccountNumber(text)
    } throws: {
      if case .checkDigit(let reason) = $0 as? IdentifierError {
        reason.contains(text)
      } else {
        false
      }
    }
  }

  @Test func `each refusal of an account has its own case`() {
    #expect(throws: IdentifierError.empty) { try NorwegianAccountNumber(" ") }
    #expect(
      throws: IdentifierError.length("the Norwegian account number has 11 digits, not 10")
    ) { try NorwegianAccountNumber("1234567890") }
    #expect(
      throws: IdentifierError.characters(
        "the Norwegian account number holds something else than digits: retype it")
    ) { try NorwegianAccountNumber("1234567890a") }
    #expect(throws: IdentifierError.self) { try NorwegianAccountNumber("0000.40.90403") }
    #expect(throws: IdentifierError.self) { try NorwegianAccountNumber("１２３４５６７８９０３") }
    #expect(throws: IdentifierError.self) {
      try NorwegianAccountNumber(String(repeating: " ", count: 1_000_000))
    }
  }

  @Test(arguments: [
    "NO9386011117947", "NO7112345678903", "SE4550000000058398257466", "SE3550000000054910000003",
    "DK5000400440116243", "FI2112345600000785", "IS140159260076545510730339",
    "FO6264600001631634", "GL8964710001000206", "no93 8601 1117 947", "IBAN NO93 8601 1117 947",
    "DE89370400440532013000", "GB82WEST12345698765432",
  ])
  func `an IBAN is read`(text: String) throws {
    let iban = try IBAN(text)
    #expect(try IBAN(iban.display) == iban)
    #expect(iban.text.hasPrefix(iban.countryCode.code))
  }

  @Test(arguments: [
    "NO9286011117947", "NO938601111794", "FI8529501800030574", "ZZ9386011117947", "NO93",
    "93NO86011117947", "NO9386011117947é", "SE45500000000583982574661", "", "IBAN",
  ])
  func `a wrong IBAN is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try IBAN(text) }
  }

  @Test func `a Norwegian IBAN over a wrong account is refused`() throws {
    // 86011117948 is wrong inside; 66 makes the outer check right.
    let wrong = try #require(
      (2...98).map { "NO\($0 < 10 ? "0" : "")\($0)86011117948" }.first { text in
        CheckDigit.mod97(Array((text.dropFirst(4) + text.prefix(4)).utf8)) == 1
      })
    #expect(throws: IdentifierError.self) { try IBAN(wrong) }
  }

  @Test(arguments: [
    ("991-2346", "9912346"), ("5555-5551", "55555551"), ("5050-1055", "50501055"),
    ("5805-6201", "58056201"), ("640-5070", "6405070"), ("6543-2106", "65432106"),
  ])
  func `a bankgiro number is read and shown`(text: String, digits: String) throws {
    let number = try Bankgiro(text)
    #expect(number.digits == digits)
    #expect(number.display == text)
  }

  @Test(arguments: ["123-1234", "123-4567", "12345-1234", "", "991234", "991-234A"])
  func `a wrong bankgiro number is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try Bankgiro(text) }
  }

  @Test(arguments: [
    ("4-2", "4-2"), ("22-4", "22-4"), ("333-5", "3 33-5"), ("4444-6", "44 44-6"),
    ("55555-7", "5 55 55-7"), ("666666-3", "66 66 66-3"), ("7777777-9", "7 77 77 77-9"),
    ("1234567-4", "1 23 45 67-4"), ("28 65 43-4", "28 65 43-4"),
  ])
  func `a plusgiro number is read and shown in pairs`(text: String, display: String) throws {
    let number = try Plusgiro(text)
    #expect(number.display == display)
    #expect(try Plusgiro(display) == number)
  }

  @Test(arguments: ["4-3", "12345678-2", "", "4"])
  func `a wrong plusgiro number is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try Plusgiro(text) }
  }

  @Test(arguments: [
    ("5440-1122003", "5440-1122003", "SEB"), ("58398257466", "5839-8257466", "SEB"),
    ("1281 1122001", "1281-1122001", "Danske Bank"), ("9195-1122005", "9195-1122005", "DNB Bank"),
    ("9023-1122006", "9023-1122006", "Länsförsäkringar Bank"),
    ("6000-112221009", "6000-112221009", "Handelsbanken"),
    ("6000,123 456 789", "6000-123456789", "Handelsbanken"),
    ("8388-122211006", "8388-0122211006", "Swedbank"),
    ("8388-0122211006", "8388-0122211006", "Swedbank"),
    ("83889-122211006", "8388-0122211006", "Swedbank"),
    ("9570-1122211004", "9570-1122211004", "Sparbanken Syd"),
    ("3300-8112289874", "3300-8112289874", "Nordea"), ("4000-1234567", "4000-1234567", "Nordea"),
    ("7000-1234560", "7000-1234560", "Swedbank"),
  ])
  func `a Swedish account is read with its bank`(text: String, plain: String, bank: String) throws {
    let number = try SwedishAccountNumber(text)
    #expect(number.text == plain)
    #expect(number.bank == bank)
    #expect(number.checkDigitHolds)
  }

  @Test(arguments: [
    "5440-1122004", "6000-112221008", "9030-1122006", "5440-112200", "54401-122003", "", "8388",
    "8388122211006", "5440", "0999-1234567", "6000-12345678a",
  ])
  func `a wrong Swedish account is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try SwedishAccountNumber(text) }
  }

  @Test func `an old Swedbank account without check digit only warns`() throws {
    #expect(try !SwedishAccountNumber("8388-122211007").checkDigitHolds)
  }

  @Test(arguments: [
    "DNBANOKK", "NDEANOKK", "SPRONO22", "HANDSESS", "ESSESESS", "NDEASESS", "SWEDSESS",
    "DABADKKK", "NDEAFIHH", "OKOYFIHH", "ESSESESSXXX",
  ])
  func `a BIC is read`(text: String) throws {
    #expect(try BIC(text).text == text)
    #expect(try BIC(text).countryCode.code == String(text.dropFirst(4).prefix(2)))
  }

  @Test(arguments: ["ABCDEFGHIJ", "AGRIF2PP", "", "DNBANOK", "DNBANOKKX", "DNBANOK-", "1NBANOKK"])
  func `a wrong BIC is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try BIC(text) }
  }

  @Test(arguments: [
    (AccountForm.norwegian, "12345678903", "1234.56.78903", "NO_BBAN"),
    (.iban, "FI2112345600000785", "FI21 1234 5600 0007 85", "IBAN"),
    (.bankgiro, "9912346", "991-2346", "SE_BANKGIRO"),
    (.plusgiro, "3335", "3 33-5", "SE_PLUSGIRO"),
    (.swedish, "5440-1122003", "5440-1122003", "SE_BBAN"),
  ])
  func `an account of each form is stored and read back`(
    form: AccountForm, text: String, display: String, stored: String
  ) throws {
    let account = try AccountNumber(form: form, text: text)
    #expect(account.form == form)
    #expect(account.text == text)
    #expect(account.display == display)
    #expect(form.rawValue == stored)
    #expect(try AccountNumber(form: form, text: display) == account)
  }

  @Test func `a Norwegian IBAN and its account are one account`() throws {
    let iban = try AccountNumber(form: .iban, text: "NO9386011117947")
    let account = try AccountNumber(form: .norwegian, text: "86011117947")
    #expect(AccountNumber.normalised(iban) == account)
    #expect(AccountNumber.normalised(account) == account)
    let finnish = try AccountNumber(form: .iban, text: "FI2112345600000785")
    #expect(AccountNumber.normalised(finnish) == finnish)
  }

  @Test func `what was stored is read again, whatever the tables of banks say today`() throws {
    for (form, text) in [
      (AccountForm.swedish, "5440-1122003"), (.iban, "NO9386011117947"),
      (.norwegian, "12345678903"), (.bankgiro, "9912346"),
    ] {
      let account = try AccountNumber(form: form, text: text)
      #expect(try AccountNumber(stored: form, text: account.text) == account)
    }
    // No bank has the clearing number 1000 now, no country writes IBANs with XX.
    for (form, text) in [
      (AccountForm.swedish, "1000-1234567"), (.iban, "XX961234567890123"),
    ] {
      #expect(throws: IdentifierError.self) { try AccountNumber(form: form, text: text) }
    }
    #expect(try AccountNumber(stored: .swedish, text: "1000-1234567").text == "1000-1234567")
    #expect(try AccountNumber(stored: .iban, text: "XX961234567890123").text == "XX961234567890123")
    for text in ["", "1000", "1000-", "1000-12345678901", "10000-1234567", "1000-123456a", "1-2-3"]
    {
      #expect(throws: IdentifierError.self) { try AccountNumber(stored: .swedish, text: text) }
    }
    for text in ["", "XX001234567890123", "no9386011117947", "NO9386011117948"] {
      #expect(throws: IdentifierError.self) { try AccountNumber(stored: .iban, text: text) }
    }
  }
}
