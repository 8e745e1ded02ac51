import Primitives
import Testing

@Suite struct CompanyAndPersonTests {
  @Test(arguments: [
    ("988077917", CountryCode.no, "988077917", "988 077 917"),
    ("NO 988 077 917 MVA", .no, "988077917", "988 077 917"),
    ("974760673", .no, "974760673", "974 760 673"), ("923609016", .no, "923609016", "923 609 016"),
    ("971526920", .no, "971526920", "971 526 920"), ("974761076", .no, "974761076", "974 761 076"),
    ("915000126", .no, "915000126", "915 000 126"),
    ("556016-0680", .se, "5560160680", "556016-0680"),
    ("SE556016068001", .se, "5560160680", "556016-0680"),
    ("165560160680", .se, "5560160680", "556016-0680"),
    ("556703-7485", .se, "5567037485", "556703-7485"),
    ("202100-5489", .se, "2021005489", "202100-5489"),
    ("556036-0793", .se, "5560360793", "556036-0793"),
    ("811228-9874", .se, "8112289874", "811228-9874"),
    ("13585628", .dk, "13585628", "13585628"), ("DK 25 99 21 80", .dk, "25992180", "25992180"),
    ("61126228", .dk, "61126228", "61126228"), ("24256790", .dk, "24256790", "24256790"),
    ("2077474-0", .fi, "20774740", "2077474-0"), ("FI28583949", .fi, "28583949", "2858394-9"),
    ("112038-9", .fi, "01120389", "0112038-9"), ("1572860-0", .fi, "15728600", "1572860-0"),
  ])
  func `an organisation number is read in every way it is written`(
    text: String, country: CountryCode, digits: String, display: String
  ) throws {
    let number = try OrganisationNumber(text, country: country)
    #expect(number.digits == digits)
    #expect(number.display == display)
    #expect(try OrganisationNumber(display, country: country) == number)
  }

  @Test(arguments: [
    ("988077918", CountryCode.no), ("123456784", .no), ("123456785", .no), ("98807791", .no),
    ("", .no), ("MVA", .no), ("SE988077917", .no), ("123456-7891", .se), ("55601606", .se),
    ("813528-9870", .se), ("13585627", .dk), ("2077474-1", .fi), ("988077917", .fi),
  ])
  func `a wrong organisation number is refused`(text: String, country: CountryCode) {
    #expect(throws: IdentifierError.self) { try OrganisationNumber(text, country: country) }
  }

  @Test func `registers we do not know are refused`() throws {
    let germany = try CountryCode("DE")
    #expect(
      throws: IdentifierError.notAllowed(
        "organisation numbers of DE are not known here: use NO, SE, DK or FI")
    ) { try OrganisationNumber("HRB 12345", country: germany) }
    #expect(throws: IdentifierError.self) { try CountryCode("no") }
    #expect(throws: IdentifierError.empty) { try CountryCode("") }
  }

  @Test func `a sole trader's number is known to be personal`() throws {
    #expect(try OrganisationNumber("811228-9874", country: .se).isPersonal)
    #expect(try !OrganisationNumber("556016-0680", country: .se).isPersonal)
    #expect(try !OrganisationNumber("915000126", country: .no).isPersonal)
  }

  @Test(arguments: [
    "198112289841", "19811228-9874", "19880320-0016", "19670919-9530", "19121212-1212",
  ])
  func `a Swedish personal number is read with its century`(text: String) throws {
    let number = try PersonalNumber(text)
    #expect(number.digits == text.filter(\.isNumber))
    #expect(!number.isCoordinationNumber)
  }

  @Test(arguments: [
    "811228-9841", "19880320-0018", "19811328-9841", "18811228-98411", "17811228-9841", "",
    "1981122898a1", "19810229-0000",
  ])
  func `a wrong Swedish personal number is refused without being repeated`(text: String) {
    #expect {
      try PersonalNumber(text)
    } throws: {
      guard let error = $0 as? IdentifierError else { return false }
      return text.isEmpty || !error.message.contains(text)
    }
  }

  @Test func `a coordination number has 60 added to the day`() throws {
    let payload = "701063239"
    let number = try PersonalNumber("19\(payload)\(CheckDigit.luhn(payload.utf8))")
    #expect(number.isCoordinationNumber)
  }

  @Test func `national ids are printed without their last digits`() throws {
    let swede = try PersonalNumber("191212121212")
    let norwegian = try NorwegianNationalID("15108695088")
    for text in [
      "\(swede)", String(reflecting: swede), "\([swede])", "\(Optional(swede) as Any)",
      dumped(swede),
    ] {
      #expect(!text.contains("1212121212") && text.contains("19121212"))
    }
    for text in [
      "\(norwegian)", String(reflecting: norwegian), "\([norwegian])", dumped(norwegian),
    ] {
      #expect(!text.contains("95088") && text.contains("151086"))
    }
  }

  private func dumped(_ value: Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
  }

  @Test(arguments: [
    ("15108695088", false, false), ("10915596784", true, false), ("13527248013", true, false),
    ("53097248016", false, true), ("151086 95088", false, false),
  ])
  func `a Norwegian national id is read`(text: String, synthetic: Bool, dNumber: Bool) throws {
    let number = try NorwegianNationalID(text, allowsSynthetic: true)
    #expect(number.isSynthetic == synthetic)
    #expect(number.isDNumber == dNumber)
  }

  @Test(arguments: ["10915596784", "13527248013"])
  func `test numbers are refused in production`(text: String) {
    #expect(
      throws: IdentifierError.notAllowed(
        "the national id is a test number, which is not allowed here")
    ) { try NorwegianNationalID(text) }
  }

  @Test(arguments: ["15108695077", "17029012345", "1510869508", "", "00000000000", "15138695088"])
  func `a wrong Norwegian national id is refused without being repeated`(text: String) {
    #expect {
      try NorwegianNationalID(text, allowsSynthetic: true)
    } throws: {
      guard let error = $0 as? IdentifierError else { return false }
      return text.isEmpty || !error.message.contains(text)
    }
  }

  @Test func `from 2032 the first check may leave a remainder to three`() {
    let weights = [1, 2, 5, 4, 9, 8, 1, 6, 7, 3]
    var newOnly = 0
    for serial in 0..<1000 {
      let payload = "010132" + String(serial + 1000).dropFirst()
      for k1 in 0...9 {
        let ten = payload + String(k1)
        let k2 = CheckDigit.mod11(ten.utf8)
        guard k2 < 10, 1...3 ~= CheckDigit.weightedSum(ten.utf8, fromRight: weights) % 11 else {
          continue
        }
        let text = ten + String(k2)
        #expect((try? NorwegianNationalID(text)) == nil)
        #expect((try? NorwegianNationalID(text, rule: .from2032)) != nil)
        newOnly += 1
      }
    }
    #expect(newOnly > 1000)
  }

  @Test(arguments: [
    ("+46701234567", Bool?.some(true)), ("+4740123456", true), ("+4722123456", false),
    ("+46812345678", false), ("+4520123456", nil), ("+358401234567", nil), ("+4915112345678", nil),
  ])
  func `a phone number is read`(text: String, isMobile: Bool?) throws {
    #expect(try PhoneNumber(text).text == text)
    #expect(try PhoneNumber(text).isMobile == isMobile)
  }

  @Test(arguments: [
    "0046701234567", "46701234567", "+46 701234567", "+460701234567", "070-123 45 67", "", "+",
    "+47123", "+4740123456789", "+0701234567", "+4670123456", "+1234567890123456", "+46７01234567",
  ])
  func `a phone number written otherwise is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try PhoneNumber(text) }
  }

  @Test(arguments: [
    ("kim@example.com", "kim@example.com"), ("Kim.Berg+lønn@x.no", nil),
    ("Kim.Berg+x@Example.COM", "Kim.Berg+x@example.com"), ("kim@example", nil), ("@x.no", nil),
    ("kim@", nil), ("a@b@c.no", nil), ("kim@-x.no", nil), ("kim@x..no", nil), (".kim@x.no", nil),
    ("kim berg@x.no", nil), ("kim@x.no\nBcc: a@b.no", nil), ("", nil), ("\"kim\"@x.no", nil),
    (String(repeating: "a", count: 65) + "@x.no", nil),
    ("k@" + String(repeating: "a.", count: 126) + "no", nil),
  ])
  func `a mail address is read or refused`(text: String, stored: String?) {
    #expect((try? EmailAddress(text))?.text == stored)
  }
}
