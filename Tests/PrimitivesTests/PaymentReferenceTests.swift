import Primitives
import Testing

@Suite struct PaymentReferenceTests {
  @Test(arguments: [
    ("12345678", "123456782", "123456785"), ("1234567", "12345674", "12345674"),
    ("234", "2345", "2348"), ("001001", "0010017", "0010014"),
    ("123456789012345678901234", "1234567890123456789012340", "1234567890123456789012341"),
    ("6", "67", "6-"), ("23", "232", "23-"), ("104", "1040", "104-"),
  ])
  func `a KID is made by either algorithm and read back`(
    payload: String, mod10: String, mod11: String
  ) throws {
    #expect(try KID(payload: payload, check: .mod10).text == mod10)
    #expect(try KID(payload: payload, check: .mod11).text == mod11)
    #expect(try KID(mod10).checks.contains(.mod10))
    #expect(try KID(mod11).checks.contains(.mod11))
  }

  @Test func `a KID says which algorithms it is right by`() throws {
    #expect(try KID("123456782").checks == [.mod10])
    #expect(try KID("123456785").checks == [.mod11])
    #expect(try KID("12345674").checks == [.mod10, .mod11])
    #expect(try KID(" 1234 567 4 ").text == "12345674")
  }

  @Test(arguments: ["37", "40", "54", "68", "71", "85", "99"])
  func `MOD11 writes ten as a hyphen`(payload: String) throws {
    #expect(try KID(payload: payload, check: .mod11).text == payload + "-")
  }

  @Test(arguments: [
    "123456783", "123456784", "1234567-", "30-", "12345678901234567890123404", "12345a", "1", "",
    "-", "1-2", "--", "１２３４５６７４",
  ])
  func `a wrong KID is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try KID(text) }
  }

  @Test(arguments: [
    ("12345", "1234574"), ("2026001", "202600193"), ("12345678", "1234567806"),
    ("123456789", "12345678911"),
  ])
  func `an OCR is made with length and check digit`(payload: String, text: String) throws {
    let made = try SwedishOCR(payload: payload, lengthDigit: true)
    #expect(made.text == text)
    #expect(made.hasLengthDigit)
    #expect(try SwedishOCR(text) == made)
  }

  @Test(arguments: [
    ("665760", true), ("524967", true), ("573964", true), ("525865", true), ("8012577", true),
    ("657775", false), ("1234567897", false),
  ])
  func `an OCR is read with or without length digit`(text: String, hasLengthDigit: Bool) throws {
    #expect(try SwedishOCR(text).hasLengthDigit == hasLengthDigit)
  }

  @Test(arguments: ["123451", "84629", "20260015", "1", "", "12345-74"])
  func `a wrong OCR is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try SwedishOCR(text) }
  }

  @Test(arguments: [
    "RF18539007547034", "RF185390075470Y", "RF712348231", "RF14200185090845", "RF13123456782",
    "rf18 5390 0754 7034",
  ])
  func `an RF reference is read`(text: String) throws {
    let reference = try CreditorReference(text)
    #expect(try CreditorReference(reference.display) == reference)
  }

  @Test(arguments: [
    "RF17539007547034", "RF18", "18539007547034", "RF1853900754703400000000000", "", "RFAB1234",
  ])
  func `a wrong RF reference is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try CreditorReference(text) }
  }

  @Test(arguments: ["12345672", "1234561", "0000012345672", "1234 5672"])
  func `a Finnish reference is read`(text: String) throws {
    #expect(try FinnishReference(text).text == text.filter(\.isNumber))
  }

  @Test(arguments: ["12345671", "123", "123456789012345678901", "", "1234567a"])
  func `a wrong Finnish reference is refused`(text: String) {
    #expect(throws: IdentifierError.self) { try FinnishReference(text) }
  }

  @Test(arguments: [
    (PaymentReferenceType.kid, "123456782", "KID"), (.ocr, "1234574", "OCR"),
    (.creditor, "RF18539007547034", "RF"), (.finnish, "12345672", "FI"),
    (.message, "Faktura 1042 – våren", "MESSAGE"),
  ])
  func `a reference of each type is stored and read back`(
    type: PaymentReferenceType, text: String, stored: String
  ) throws {
    let reference = try PaymentReference(type: type, text: text)
    #expect(reference.type == type)
    #expect(reference.text == text)
    #expect(type.rawValue == stored)
    #expect("\(reference)" == "\(stored) \(text)")
  }

  @Test func `a message has at most 140 characters`() throws {
    let longest = String(repeating: "å", count: 140)
    #expect(try PaymentReference(type: .message, text: longest).text == longest)
    #expect(
      throws: IdentifierError.length("a message to the payee has at most 140 characters")
    ) { try PaymentReference(type: .message, text: longest + "å") }
    // One character to Swift, but a thousand combining marks.
    let heap = "a" + String(repeating: "\u{301}", count: 1000)
    #expect(throws: IdentifierError.self) { try PaymentReference(type: .message, text: heap) }
  }

  @Test(arguments: ["a\nb", "a\u{0}b", "a\u{202E}b", "a\u{200B}b", "a\u{2028}b", "a\u{7F}"])
  func `a message holds nothing invisible`(text: String) {
    #expect(
      throws: IdentifierError.characters(
        "a message to the payee is one line without invisible characters")
    ) { try PaymentReference(type: .message, text: text) }
  }

  @Test(arguments: PaymentReferenceType.allCases)
  func `no reference is empty`(type: PaymentReferenceType) {
    #expect(throws: IdentifierError.empty) { try PaymentReference(type: type, text: "") }
    #expect(throws: IdentifierError.empty) { try PaymentReference(type: type, text: "  ") }
  }
}
