import Formats
import Primitives
import Testing

/// Messages made for the tests.
extension Pain001 {
  static func norwegian() throws -> Pain001 {
    let time = try #require(Instant(rfc3339: "2026-10-02T07:15:00Z"))
    return Pain001(
      messageID: "BUR-20261002-0001", creationTime: WrittenTime(time),
      initiatingParty: Party(
        name: "Eksempel Regnskap AS", organisationID: "988077917", organisationScheme: "CUST"),
      paymentInformations: [
        PaymentInformation(
          id: "BUR-20261002-0001-1", serviceLevel: .nonUrgent, categoryPurpose: "SUPP",
          requestedExecutionDate: try #require(CalendarDate(iso: "2026-10-05")),
          debtor: Party(name: "Kunde Fisk AS", country: .no, organisationID: "923609016"),
          debtorAccount: try AccountNumber(form: .norwegian, text: "12345678903"),
          debtorAccountCurrency: .nok, debtorAgentBIC: try BIC("DNBANOKK"), chargeBearer: .shared,
          transactions: [
            CreditTransfer(
              instructionID: "IE000001", endToEndID: "E000001", amount: .nok(125_000),
              creditor: Party(name: "Leverandør Én AS", country: .no),
              creditorAccount: try AccountNumber(form: .norwegian, text: "86011117947"),
              remittance: .structured(try PaymentReference(type: .kid, text: "0010017"))),
            CreditTransfer(
              instructionID: "IE000002", endToEndID: "E000002", amount: .nok(49_950),
              creditor: Party(name: "Trykk & Øst <AS>", country: .no),
              creditorAccount: try AccountNumber(form: .norwegian, text: "11110077949"),
              remittance: .unstructured("Faktura 55712")),
          ])
      ])
  }
}

/// Messages by chance, within what the writer takes.
struct Pain001Generator {
  var random: Seeded

  mutating func message() throws -> Pain001 {
    var serial = 0
    let seconds = Int64.random(in: 0...2_000_000_000, using: &random)
    var groups: [Pain001.PaymentInformation] = []
    for index in 1...Int.random(in: 1...3, using: &random) {
      var transfers: [Pain001.CreditTransfer] = []
      let purpose = [nil, "SALA", "SUPP"].randomElement(using: &random) ?? nil
      for _ in 1...Int.random(in: 1...5, using: &random) {
        serial += 1
        transfers.append(try transfer(serial, salary: purpose == "SALA"))
      }
      groups.append(
        Pain001.PaymentInformation(
          id: "P/\(index)", batchBooking: [nil, true, false].randomElement(using: &random) ?? nil,
          serviceLevel: [nil, .nonUrgent, .urgent].randomElement(using: &random) ?? nil,
          categoryPurpose: purpose,
          requestedExecutionDate: CalendarDate(
            daysSinceEpoch: Int.random(in: 0...40_000, using: &random)),
          debtor: party(.no), debtorAccount: try account(),
          debtorAccountCurrency: [nil, .nok, .eur].randomElement(using: &random) ?? nil,
          debtorAgentBIC: Bool.random(using: &random) ? try BIC("NDEASESS") : nil,
          chargeBearer: Pain001.ChargeBearer.allCases.randomElement(using: &random),
          transactions: transfers))
    }
    return Pain001(
      messageID: "M-\(random.next() % 1000)",
      creationTime: WrittenTime(Instant(microseconds: seconds * 1_000_000)),
      initiatingParty: party(nil), paymentInformations: groups)
  }

  private mutating func transfer(
    _ serial: Int, salary: Bool
  ) throws -> Pain001.CreditTransfer {
    let account = try account()
    let currencies: [Currency] = [.nok, .sek, .eur, .isk, try Currency("KWD")]
    let remittance: Pain001.Remittance =
      if Bool.random(using: &random), !salary {
        .structured(try reference(for: account))
      } else {
        Bool.random(using: &random) ? .none : .unstructured(text(140))
      }
    return Pain001.CreditTransfer(
      instructionID: Bool.random(using: &random) ? "I\(serial)" : nil, endToEndID: "E\(serial)",
      amount: Money(
        minorUnits: Int64.random(in: 1...999_999_999_999, using: &random),
        currency: currencies.randomElement(using: &random) ?? .nok),
      creditorAgentBIC: Bool.random(using: &random) ? try BIC("OKOYFIHH") : nil,
      creditor: party(try CountryCode("FI")), creditorAccount: account, remittance: remittance)
  }

  private mutating func account() throws -> AccountNumber {
    let all: [(AccountForm, String)] = [
      (.norwegian, "86011117947"), (.iban, "NO9386011117947"), (.iban, "SE4550000000058398257466"),
      (.iban, "FI2112345600000785"), (.iban, "DK5000400440116243"), (.bankgiro, "5050-1055"),
      (.plusgiro, "4-2"), (.plusgiro, "1234567-4"), (.swedish, "6000-123456789"),
      (.swedish, "8388-122211006"), (.swedish, "5440-1122003"),
    ]
    let (form, text) = all.randomElement(using: &random) ?? all[0]
    return try AccountNumber(form: form, text: text)
  }

  private mutating func reference(for account: AccountNumber) throws -> PaymentReference {
    let rf = try PaymentReference(type: .creditor, text: "RF18539007547034")
    if Int.random(in: 0..<4, using: &random) == 0 { return rf }
    switch account {
    case .norwegian: return try PaymentReference(type: .kid, text: "23-")
    case .bankgiro, .plusgiro, .swedish: return try PaymentReference(type: .ocr, text: "1234574")
    case .iban(let iban):
      switch iban.countryCode {
      case .no: return try PaymentReference(type: .kid, text: "0010017")
      case .se: return try PaymentReference(type: .ocr, text: "12345678911")
      case .fi: return try PaymentReference(type: .finnish, text: "0001234561")
      default: return rf
      }
    }
  }

  private mutating func party(_ country: CountryCode?) -> Pain001.Party {
    Pain001.Party(
      name: text(70), country: Bool.random(using: &random) ? country : nil,
      town: Bool.random(using: &random) ? text(35) : nil,
      organisationID: Bool.random(using: &random) ? "923609016" : nil)
  }

  /// Text as it will be rendered, never empty.
  private mutating func text(_ max: Int) -> String {
    PaymentText.render("a" + random.text(upTo: max), set: .nordic, max: max)
  }
}
