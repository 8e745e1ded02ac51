import Formats
import Primitives
import Testing

@Suite struct Pain001Tests {
  @Test func `the file of two Norwegian payments is this`() throws {
    let file = String(decoding: try Pain001.norwegian().write(), as: UTF8.self)
    #expect(file == golden)
  }

  @Test func `the same message gives the same bytes`() throws {
    #expect(try Pain001.norwegian().write() == Pain001.norwegian().write())
  }

  @Test(arguments: [UInt64](1...200))
  func `what is written is read back`(seed: UInt64) throws {
    var generator = Pain001Generator(random: Seeded(seed))
    let message = try generator.message()
    let reading = try Pain001.reading(try message.write())
    #expect(reading.message == message)
    #expect(reading.contradictions == [])
  }

  @Test(arguments: [UInt64](1...40))
  func `every cut of a file is refused`(seed: UInt64) throws {
    var generator = Pain001Generator(random: Seeded(seed))
    let bytes = try generator.message().write()
    // The last byte is the line end after the root element.
    let length = Int.random(in: 0..<bytes.count - 1, using: &generator.random)
    #expect(throws: XMLFault.self) { try Pain001.read(Array(bytes[..<length])) }
  }

  @Test(arguments: [UInt64](1...100))
  func `a damaged file is read or refused, and nothing else`(seed: UInt64) {
    var random = Seeded(seed)
    for _ in 0..<20 {
      var bytes = Array(golden.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        default: bytes.insert(contentsOf: bytes[index...].prefix(40), at: index)
        }
      }
      do { _ = try Pain001.read(bytes) } catch { #expect(!error.message.isEmpty) }
    }
  }

  // Skipped where xmllint or the schemas are not at hand.
  @Test(.enabled(if: Samples.canValidate), arguments: [UInt64](1...20))
  func `the schema accepts what is written`(seed: UInt64) throws {
    var generator = Pain001Generator(random: Seeded(seed))
    var rendering = Pain001.Rendering()
    rendering.remittedAmount = seed.isMultiple(of: 2)
    let bytes = try generator.message().write(rendering)
    #expect(try Samples.schemaFaults(bytes, schema: "pain.001.001.03") == "")
  }

  @Test func `names and messages are rendered as the profile says`() throws {
    var message = try Pain001.norwegian()
    message.paymentInformations[0].transactions[1].creditor.name = "Bjørk &\u{7} Øst  "
    message.paymentInformations[0].transactions[1].remittance = .unstructured("Tømmer til Åse")
    let rendering = Pain001.Rendering(characterSet: .sepa, nameLength: 10, messageLength: 12)
    let read = try Pain001.read(message.write(rendering)).paymentInformations[0].transactions[1]
    #expect(read.creditor.name == rendering.name("Bjørk &\u{7} Øst  "))
    #expect(read.creditor.name == "Bjoerk + O")
    #expect(read.remittance == .unstructured("Toemmer til"))
  }

  @Test(arguments: [
    ([Money.nok(125_000), .nok(49_950)], "1749.50"), ([.nok(1), .eur(2)], "0.03"),
    ([Money(minorUnits: 5, currency: .isk)], "5"),
    ([Money(minorUnits: 5, currency: .isk), .sek(1)], "5.01"), ([], "0"),
    (Array(repeating: .nok(.max), count: 3), "276701161105643274.21"),
  ])
  func `the control sum adds whatever the currencies`(amounts: [Money], sum: String) {
    #expect(Pain001.controlSum(of: amounts) == sum)
  }

  @Test func `totals that the file does not bear out are told`() throws {
    let text = String(decoding: try Pain001.norwegian().write(), as: UTF8.self)
      .replacing("<CtrlSum>1749.50<", with: "<CtrlSum>1749.5<", maxReplacements: 1)
    #expect(try Pain001.reading(Array(text.utf8)).contradictions == [])
    let wrong = text.replacing("<NbOfTxs>2<", with: "<NbOfTxs>3<")
      .replacing("<CtrlSum>1749.5<", with: "<CtrlSum>1749.51<")
    let found = try Pain001.reading(Array(wrong.utf8)).contradictions
    #expect(found.map(\.field) == ["GrpHdr/NbOfTxs", "GrpHdr/CtrlSum", "PmtInf/NbOfTxs"])
    #expect(found.last?.paymentInformationID == "BUR-20261002-0001-1")
  }

  @Test(arguments: [
    ("<MsgId>BUR-20261002-0001</MsgId>\n", "", 5, "GrpHdr/MsgId"),
    ("<EndToEndId>E000001</EndToEndId>\n", "", 60, "PmtId/EndToEndId is missing"),
    (">1250.00<", ">12,50<", 60, "InstdAmt"), (">1250.00<", ">12.505<", 60, "InstdAmt"),
    ("Ccy=\"NOK\">1250.00<", ">1250.00<", 60, "InstdAmt"),
    ("2026-10-05", "2026-02-30", 37, "ReqdExctnDt"), (">TRF<", ">CHK<", 60, "PmtMtd"),
    (
      "<Ustrd>", "<Ustrd>A</Ustrd><Strd><CdtrRefInf><Ref>1</Ref></CdtrRefInf></Strd><Ustrd>", 60,
      "RmtInf"
    ),
    ("pain.001.001.03", "pain.008.001.03", 2, "root element"),
  ])
  func `a wrong file is refused with the place`(
    old: String, new: String, line: Int, words: String
  ) throws {
    let text = golden.replacing(old, with: new)
    #expect(text != golden)
    let fault = #expect(throws: XMLFault.self) { try Pain001.read(Array(text.utf8)) }
    #expect(fault?.message.contains(words) == true, "\(String(describing: fault))")
    if line == 37 || line == 2 { #expect(fault?.line == line) }
  }

  @Test func `a wrong check digit is kept for the bank to judge`() throws {
    let text = golden.replacing("0010017", with: "0010018").replacing(
      "86011117947", with: "86011117949")
    let read = try Pain001.read(Array(text.utf8)).paymentInformations[0].transactions[0]
    #expect(read.remittance == .unverified("0010018"))
    #expect(read.creditorAccount.number == nil)
    #expect(read.creditorAccount.id == "86011117949")
  }

  // Skipped where the samples are not at hand.
  @Test(
    .enabled(if: Samples.present),
    arguments: [
      ("pain.001/five-transfers.v09.xml", 5, ["GrpHdr/NbOfTxs"]),
      ("pain.001/sepa-king-example.v03.xml", 2, []),
      ("pain.001/sepa-two-debtor-accounts.v03.xml", 2, ["GrpHdr/NbOfTxs", "GrpHdr/CtrlSum"]),
      ("constructed/no-salary.pain.001.001.09.xml", 2, []),
      ("constructed/no-supplier-kid-and-message.pain.001.001.03.xml", 2, []),
      ("constructed/se-bankgiro-plusgiro-account.pain.001.001.03.xml", 3, []),
    ])
  func `samples are read`(path: String, transfers: Int, contradictions: [String]) throws {
    let reading = try Pain001.reading(try Samples.bytes(path))
    #expect(reading.message.paymentInformations.flatMap(\.transactions).count == transfers)
    #expect(reading.contradictions.map(\.field) == contradictions)
  }

  // Skipped where the samples are not at hand.
  @Test(.enabled(if: Samples.present)) func `a Swedish sample reads in its forms`() throws {
    let transfers = try Pain001.read(
      try Samples.bytes("constructed/se-bankgiro-plusgiro-account.pain.001.001.03.xml")
    ).paymentInformations[0].transactions
    let numbers = transfers.compactMap(\.creditorAccount.number?.description)
    #expect(numbers == ["SE_BANKGIRO 50501055", "SE_PLUSGIRO 12345674", "SE_BBAN 6000-123456789"])
    let ocr = try PaymentReference(type: .ocr, text: "1234574")
    #expect(transfers.map(\.remittance).first == .structured(ocr))
  }
}

private let golden = """
  <?xml version="1.0" encoding="UTF-8"?>
  <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03">
  <CstmrCdtTrfInitn>
  <GrpHdr>
  <MsgId>BUR-20261002-0001</MsgId>
  <CreDtTm>2026-10-02T09:15:00+02:00</CreDtTm>
  <NbOfTxs>2</NbOfTxs>
  <CtrlSum>1749.50</CtrlSum>
  <InitgPty>
  <Nm>Eksempel Regnskap AS</Nm>
  <Id>
  <OrgId>
  <Othr>
  <Id>988077917</Id>
  <SchmeNm>
  <Cd>CUST</Cd>
  </SchmeNm>
  </Othr>
  </OrgId>
  </Id>
  </InitgPty>
  </GrpHdr>
  <PmtInf>
  <PmtInfId>BUR-20261002-0001-1</PmtInfId>
  <PmtMtd>TRF</PmtMtd>
  <BtchBookg>true</BtchBookg>
  <NbOfTxs>2</NbOfTxs>
  <CtrlSum>1749.50</CtrlSum>
  <PmtTpInf>
  <SvcLvl>
  <Cd>NURG</Cd>
  </SvcLvl>
  <CtgyPurp>
  <Cd>SUPP</Cd>
  </CtgyPurp>
  </PmtTpInf>
  <ReqdExctnDt>2026-10-05</ReqdExctnDt>
  <Dbtr>
  <Nm>Kunde Fisk AS</Nm>
  <PstlAdr>
  <Ctry>NO</Ctry>
  </PstlAdr>
  <Id>
  <OrgId>
  <Othr>
  <Id>923609016</Id>
  </Othr>
  </OrgId>
  </Id>
  </Dbtr>
  <DbtrAcct>
  <Id>
  <Othr>
  <Id>12345678903</Id>
  <SchmeNm>
  <Cd>BBAN</Cd>
  </SchmeNm>
  </Othr>
  </Id>
  <Ccy>NOK</Ccy>
  </DbtrAcct>
  <DbtrAgt>
  <FinInstnId>
  <BIC>DNBANOKK</BIC>
  </FinInstnId>
  </DbtrAgt>
  <ChrgBr>SHAR</ChrgBr>
  <CdtTrfTxInf>
  <PmtId>
  <InstrId>IE000001</InstrId>
  <EndToEndId>E000001</EndToEndId>
  </PmtId>
  <Amt>
  <InstdAmt Ccy="NOK">1250.00</InstdAmt>
  </Amt>
  <Cdtr>
  <Nm>Leverandør Én AS</Nm>
  <PstlAdr>
  <Ctry>NO</Ctry>
  </PstlAdr>
  </Cdtr>
  <CdtrAcct>
  <Id>
  <Othr>
  <Id>86011117947</Id>
  <SchmeNm>
  <Cd>BBAN</Cd>
  </SchmeNm>
  </Othr>
  </Id>
  </CdtrAcct>
  <RmtInf>
  <Strd>
  <CdtrRefInf>
  <Tp>
  <CdOrPrtry>
  <Cd>SCOR</Cd>
  </CdOrPrtry>
  </Tp>
  <Ref>0010017</Ref>
  </CdtrRefInf>
  </Strd>
  </RmtInf>
  </CdtTrfTxInf>
  <CdtTrfTxInf>
  <PmtId>
  <InstrId>IE000002</InstrId>
  <EndToEndId>E000002</EndToEndId>
  </PmtId>
  <Amt>
  <InstdAmt Ccy="NOK">499.50</InstdAmt>
  </Amt>
  <Cdtr>
  <Nm>Trykk &amp; Øst (AS)</Nm>
  <PstlAdr>
  <Ctry>NO</Ctry>
  </PstlAdr>
  </Cdtr>
  <CdtrAcct>
  <Id>
  <Othr>
  <Id>11110077949</Id>
  <SchmeNm>
  <Cd>BBAN</Cd>
  </SchmeNm>
  </Othr>
  </Id>
  </CdtrAcct>
  <RmtInf>
  <Ustrd>Faktura 55712</Ustrd>
  </RmtInf>
  </CdtTrfTxInf>
  </PmtInf>
  </CstmrCdtTrfInitn>
  </Document>

  """
