import Domain
import Formats
import Primitives
import Testing

/// pain.002, from bytes to facts.
@Suite struct StatusReportTests {
  static let file: ID<ReturnFile> = key(90)
  private let transfer = Transfer(
    id: key(50), state: .delivered, agreement: Agreement.dnb.id, fileDigest: [1],
    executionDate: day("2026-03-31"), prepareTime: monday, deliverTime: monday,
    items: [
      TransferItem(payment: key(40), number: 1), TransferItem(payment: key(41), number: 1),
    ])

  /// Statuses of group, payment information and the first payment; an empty one isn't told.
  private func report(
    _ group: String, _ information: String, _ payment: String, reasons: [Pain002.Reason] = [],
    original: String? = nil, informationID: String? = nil
  ) -> Pain002 {
    func code(_ text: String) -> PaymentStatusCode? { text.isEmpty ? nil : PaymentStatusCode(text) }
    let row = Pain002.TransactionStatus(
      originalInstructionID: nil, originalEndToEndID: transfer.items[0].endToEndID,
      status: code(payment), reasons: reasons)
    let informations = Pain002.PaymentInformationStatus(
      originalID: informationID ?? TransferRules.paymentInformationID(of: transfer.id),
      status: code(information), reasons: payment.isEmpty ? reasons : [],
      transactions: payment.isEmpty ? [] : [row])
    return Pain002(
      messageID: "BANK-1", creationTime: WrittenTime(monday),
      originalMessageID: original ?? transfer.messageID, groupStatus: code(group),
      paymentInformations: information.isEmpty && payment.isEmpty ? [] : [informations])
  }

  /// Through the bytes where the version that is written knows the statuses.
  private func facts(_ report: Pain002, _ payments: [Payment]) throws -> [Fact] {
    let read = try (try? report.write()).map { try Pain002.read($0) } ?? report
    let reading = ReturnReading(read, transfer: transfer, file: Self.file)
    return StatementRules.applying(
      reading, to: Dictionary(uniqueKeysWithValues: payments.map { ($0.id, $0) }),
      file: Self.file, fileDigest: [9])
  }

  private func two(_ newest: InstructionState = .prepared) throws -> [Payment] {
    try [Payment.example(40), .example(41)].map { try $0.sent(newest: newest) }
  }

  @Test(arguments: [
    // group, payment information, first payment → what happens to the first and to the second
    ("ACTC", "", "", "instructionAccepted", "instructionAccepted"),
    ("ACTC", "", "RJCT", "paymentRejected", "instructionAccepted"),
    ("RJCT", "", "", "paymentRejected", "paymentRejected"),
    ("RJCT", "", "ACSC", "paymentPaid", "paymentRejected"),
    ("ACTC", "RJCT", "", "paymentRejected", "paymentRejected"),
    ("", "RJCT", "", "paymentRejected", "paymentRejected"),
    ("RJCT", "ACSP", "", "instructionAccepted", "instructionAccepted"),
    ("ACTC", "RJCT", "ACSP", "instructionAccepted", "paymentRejected"),
    ("PART", "", "RJCT", "paymentRejected", ""), ("PART", "PART", "ACSC", "paymentPaid", ""),
    ("PART", "ACCP", "RJCT", "paymentRejected", "instructionAccepted"),
    ("", "", "ACCC", "paymentPaid", ""), ("", "", "CANC", "paymentRejected", ""),
    ("RCVD", "", "", "instructionAccepted", "instructionAccepted"), ("", "", "", "", ""),
    ("", "", "RVNM", "", ""), ("ACSC", "", "", "paymentPaid", "paymentPaid"),
  ])
  func `F-02 the most specific level wins, the rest takes the level above`(
    group: String, information: String, payment: String, first: String, second: String
  ) throws {
    let facts = try facts(report(group, information, payment), try two())
    #expect(facts.names == ["returnFileRead", first, second].filter { !$0.isEmpty })
    #expect(facts.alarms == [])
  }

  @Test func `F-02 the fact of the file says what it was and how much it changed`() throws {
    let facts = try facts(report("ACTC", "", "RJCT"), try two())
    #expect(
      facts.first
        == .returnFileRead(
          ReturnFileRead(
            returnFile: Self.file, kind: .statusReport, messageID: "BANK-1", fileDigest: [9],
            appliedCount: 2)))
  }

  @Test func `E-01 the bank's reason is kept, at the length it may have`() throws {
    let long = String(repeating: "Kontoen finnes ikke. ", count: 20).trimmedEnd
    let reasons = [Pain002.Reason(code: "AC03", additionalInformation: long)]
    let facts = try facts(report("", "", "RJCT", reasons: reasons), try two())
    #expect(
      facts.last
        == .paymentRejected(
          PaymentRejected(
            payment: key(40), number: 1, rejection: Rejection(code: "AC03", text: long))))
    let unnamed = try self.facts(report("", "", "RJCT"), try two())
    #expect(
      unnamed.last
        == .paymentRejected(
          PaymentRejected(payment: key(40), number: 1, rejection: Rejection(code: "RJCT", text: ""))
        ))
  }

  @Test func `E-03 a duplicate among several reasons counts`() throws {
    let reasons = [Pain002.Reason(code: "NARR"), Pain002.Reason(code: "DU04")]
    let facts = try facts(report("", "", "RJCT", reasons: reasons), try two())
    #expect(facts.names == ["returnFileRead", "paymentLost", "alarmRaised"])
    #expect(facts.alarms == [.duplicateRefused])
  }

  @Test func `E-01 a rejection after acceptance is an error, a late acceptance nothing`() throws {
    let rejected = try facts(report("", "", "RJCT"), try two(.accepted))
    #expect(rejected.names == ["returnFileRead", "paymentRejected"])
    let paid = try [Payment.example(40), .example(41)].map {
      try $0.sent(.paid, newest: .executed)
    }
    #expect(try facts(report("ACTC", "", ""), paid).names == ["returnFileRead"])
    #expect(
      try facts(report("RJCT", "", ""), paid).alarms == [.rejectedAfterPaid, .rejectedAfterPaid])
  }

  @Test func `an answer to a message that is not ours changes nothing`() throws {
    let report = report("RJCT", "", "", original: "0123456789abcdef0123456789abcdef")
    for transfer in [transfer, nil] {
      let reading = ReturnReading(report, transfer: transfer, file: Self.file)
      #expect(reading.answers == [])
      #expect(reading.alarms.map(\.kind) == [.unknownMessage])
    }
  }

  @Test func `a payment that the message did not hold is an alarm`() throws {
    var report = report("", "", "RJCT")
    report.paymentInformations[0].transactions[0].originalEndToEndID =
      Instruction.endToEndID(of: key(99), number: 1)
    let facts = try facts(report, try two())
    #expect(facts.names == ["returnFileRead", "alarmRaised"])
    #expect(facts.alarms == [.unknownPayment])
  }

  @Test func `the status of another payment information is not ours`() throws {
    let facts = try facts(report("", "RJCT", "", informationID: "other"), try two())
    #expect(facts.names == ["returnFileRead"])
  }

  @Test func `an unknown status leaves it in processing with an alarm`() throws {
    let facts = try facts(report("", "", "ABCD"), try two())
    #expect(facts.names == ["returnFileRead", "alarmRaised"])
    #expect(facts.alarms == [.unknownStatus])
  }

  @Test func `a file that cannot be read is told and changes nothing`() {
    let facts = StatementRules.unreadable("line 1: no XML", file: Self.file, fileDigest: [9])
    #expect(facts.names == ["returnFileRead", "alarmRaised"])
    #expect(facts.alarms == [.unreadableFile])
  }
}

extension String {
  fileprivate var trimmedEnd: String { String(prefix { _ in true }.dropLast(1)) }
}
