import Formats
import Primitives
import Testing

@Suite struct Camt054Tests {
  private static let time = WrittenTime(Instant(microseconds: 1_790_000_000_000_000))

  private static func account(_ random: inout Seeded) throws -> WrittenAccount {
    let all: [(AccountForm, String)] = [
      (.norwegian, "86011117947"), (.iban, "SE4550000000058398257466"), (.bankgiro, "5050-1055"),
      (.plusgiro, "4-2"), (.swedish, "6000-123456789"),
    ]
    let (form, text) = all.randomElement(using: &random) ?? all[0]
    return WrittenAccount(try AccountNumber(form: form, text: text))
  }

  private static func entry(_ random: inout Seeded) throws -> BankEntry {
    let units = Int64.random(in: 0...9_999_999_999, using: &random)
    let statuses: [BankEntry.Status] = [.booked, .pending, .information]
    var entry = BankEntry(
      amount: WrittenAmount(.nok(units)), sign: Bool.random(using: &random) ? .debit : .credit,
      status: statuses.randomElement(using: &random) ?? .booked)
    entry.reference = Bool.random(using: &random) ? "R1" : nil
    entry.isReversal = Bool.random(using: &random)
    entry.bookingDate = CalendarDate(daysSinceEpoch: Int.random(in: 0...40_000, using: &random))
    entry.valueDate = Bool.random(using: &random) ? entry.bookingDate : nil
    entry.servicerReference = "S\(units)"
    entry.code = BankEntry.Code(domain: "PMNT", family: "ICDT", subFamily: "DMCT")
    if Bool.random(using: &random) {
      entry.code.proprietary = "230"
      entry.code.proprietaryIssuer = "NETS"
    }
    if Bool.random(using: &random) {
      entry.batches = [
        BankEntry.Batch(
          messageID: "M1", paymentInformationID: "P1", count: 2, total: entry.amount)
      ]
    }
    for index in 0..<Int.random(in: 0...3, using: &random) {
      var transaction = BankEntry.Transaction()
      transaction.endToEndID = "E\(index)"
      transaction.instructionID = Bool.random(using: &random) ? "I\(index)" : nil
      transaction.amount = Bool.random(using: &random) ? WrittenAmount(.nok(units / 3)) : nil
      transaction.creditorName = PaymentText.render(
        "a" + random.text(upTo: 60), set: .nordic, max: 70)
      transaction.creditorAccount = try account(&random)
      transaction.debtorAccount = Bool.random(using: &random) ? try account(&random) : nil
      if Bool.random(using: &random) {
        transaction.references = [
          WrittenReference(text: "0010017"),
          WrittenReference(text: "RF18539007547034", issuer: "ISO"),
        ]
      } else {
        transaction.messages = ["Faktura 1", "Faktura 2"]
      }
      transaction.returnReason = [nil, "AC04", "Own"].randomElement(using: &random) ?? nil
      entry.transactions.append(transaction)
    }
    return entry
  }

  private static func message(_ seed: UInt64) throws -> Camt054 {
    var random = Seeded(seed)
    let notifications = try (1...Int.random(in: 1...2, using: &random)).map { index in
      Camt054.Notification(
        id: "N\(index)", creationTime: time,
        copyDuplicate: Bool.random(using: &random) ? "DUPL" : nil, account: try account(&random),
        accountCurrency: "NOK",
        entries: try (0..<Int.random(in: 0...3, using: &random)).map { _ in try entry(&random) })
    }
    return Camt054(messageID: "B\(seed)", creationTime: time, notifications: notifications)
  }

  /// A notification's own account carries no clearing number in the format.
  private static func asRead(_ message: Camt054) -> Camt054 {
    var message = message
    for index in message.notifications.indices {
      let account = message.notifications[index].account
      message.notifications[index].account = WrittenAccount(scheme: account.scheme, id: account.id)
    }
    return message
  }

  @Test(arguments: [UInt64](1...100)) func `what is written is read back`(seed: UInt64) throws {
    let message = try Self.message(seed)
    #expect(try Camt054.read(try message.write()) == Self.asRead(message))
  }

  @Test(arguments: [UInt64](1...20)) func `a streamed file reads the same`(seed: UInt64) throws {
    let bytes = try Self.message(seed).write()
    var rest = bytes[...]
    let read = try Camt054.read { buffer in
      let part = rest.prefix(100)
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(100)
      return part.count
    }
    #expect(try read == Camt054.read(bytes))
  }

  // Skipped where xmllint or the schemas are not at hand.
  @Test(.enabled(if: Samples.canValidate), arguments: [UInt64](1...15))
  func `the schema accepts what is written`(seed: UInt64) throws {
    let bytes = try Self.message(seed).write()
    #expect(try Samples.schemaFaults(bytes, schema: "camt.054.001.02") == "")
  }

  @Test func `odd amounts and wrong accounts are read, and never written`() throws {
    let xml = Self.document(
      """
      <Amt Ccy="SEK">12.34567</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
      <BkTxCd/><NtryDtls><TxDtls><Amt Ccy="SEK">12.34567</Amt><AmtDtls><TxAmt><Amt Ccy="EUR">1</Amt>
      </TxAmt></AmtDtls><RltdPties><Dbtr><Pty><Nm>Maria</Nm></Pty></Dbtr></RltdPties></TxDtls>
      </NtryDtls>
      """, version: "08")
    let read = try Camt054.read(Array(xml.utf8))
    let entry = try #require(read.notifications.first?.entries.first)
    #expect(entry.amount == WrittenAmount(text: "12.34567", currency: "SEK"))
    #expect(entry.amount.money == nil)
    #expect(entry.status == .booked)
    #expect(entry.transactions.first?.amount?.text == "12.34567")
    #expect(entry.transactions.first?.debtorName == "Maria")
    #expect(read.notifications[0].account.number == nil)
    #expect(read.notifications[0].account.text == "FI8529501800030574")
    #expect(throws: XMLWriteFault.self) { try read.write() }
  }

  private static func document(_ entry: String, version: String = "02") -> String {
    """
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.\(version)">
    <BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-10-06T17:35:00</CreDtTm></GrpHdr>
    <Ntfctn><Id>N</Id><Acct><Id><IBAN>FI85 2950 1800 0305 74</IBAN></Id></Acct>
    <Ntry>\(entry)
    </Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>
    """
  }

  @Test(arguments: [
    ("<CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>", "Amt is missing", 5),
    ("<Amt Ccy='NOK'>x</Amt>", "\"x\" is not an amount", 4),
    ("<Amt Ccy='NOK'>1</Amt><CdtDbtInd>PLUS</CdtDbtInd>", "CRDT or DBIT", 4),
    ("<Amt Ccy='NOK'>1</Amt><Sts>BOOK</Sts>", "CdtDbtInd is missing", 5),
    ("<Amt Ccy='NOK'>1</Amt><CdtDbtInd>DBIT</CdtDbtInd>", "Sts is missing", 5),
    ("\n<BookgDt><Dt>2026-13-01</Dt></BookgDt>", "is not a date", 5),
    ("<Amt", "", 5),
  ])
  func `a wrong entry is refused with its line`(entry: String, words: String, line: Int) {
    let fault = #expect(throws: XMLFault.self) {
      try Camt054.read(Array(Self.document(entry).utf8))
    }
    #expect(fault?.message.contains(words) == true || words.isEmpty)
    #expect(fault?.line == line, "\(String(describing: fault))")
  }

  @Test(arguments: [
    ("1.5", "SEK", 150 as Int64?), ("200000", "SEK", 20_000_000), ("1", "XXX", nil),
  ])
  func `money is there where it is exact`(text: String, currency: String, units: Int64?) {
    #expect(WrittenAmount(text: text, currency: currency).money?.minorUnits == units)
  }

  @Test(arguments: [
    ("2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
    ("2026-07-01T12:00:00", "2026-07-01T10:00:00Z"),
    ("2026-10-05T07:30:00.123+03:00", "2026-10-05T04:30:00.123000Z"),
  ])
  func `a time without an offset is Central European`(text: String, instant: String) {
    #expect(WrittenTime(text: text)?.instant.rfc3339 == instant)
  }

  // Skipped where the samples are not at hand.
  @Test(.enabled(if: Samples.present)) func `samples are read`() throws {
    func entries(_ path: String) throws -> [BankEntry] {
      try Camt054.read(try Samples.bytes(path)).notifications.flatMap(\.entries)
    }
    let debit = try #require(try entries("camt.054/debit-and-return.v02.xml").first)
    #expect(debit.sign == .debit)
    #expect(debit.bookingDate?.iso == "2007-10-18")
    #expect(debit.transactions.map(\.references.count) == [1, 1, 2])
    #expect(debit.transactions[2].messages.count == 2)
    #expect(debit.transactions[0].endToEndID == "MUELL/FINP/RA12345")
    let swiss = try #require(try entries("camt.054/swiss-lump-sum.v08.xml").first)
    #expect(swiss.amount.text == "522.10")
    #expect(swiss.transactions.first?.amount?.text == "522.10")
    #expect(swiss.transactions.first?.debtorName == "Bernasconi Maria")
    let unique = try entries("camt.054/with-uetr.v08.xml").first?.transactions.first
    #expect(unique?.uetr == "255ae394-9965-4438-ac86-f406feada396")
    let kids = try entries("constructed/no-kid-lump-sum.camt.054.001.02.xml")
    #expect(
      kids.flatMap(\.transactions).compactMap(\.references.first?.text) == ["0010017", "0010025"])
    #expect(kids.first?.code.proprietary == "230")
    #expect(kids.first?.batches.first?.count == 2)
  }
}
