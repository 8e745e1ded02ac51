import Formats
import Primitives
import Testing

@Suite struct Pain002Tests {
  private static let time = WrittenTime(Instant(microseconds: 1_790_000_000_000_000))

  private static func report(
    group: PaymentStatusCode? = nil, groupReasons: [Pain002.Reason] = [],
    _ informations: [Pain002.PaymentInformationStatus] = []
  ) -> Pain002 {
    Pain002(
      messageID: "BANK-1", creationTime: time, originalMessageID: "M1", groupStatus: group,
      groupReasons: groupReasons, paymentInformations: informations)
  }

  private static func row(
    _ id: String?, _ status: PaymentStatusCode?, instruction: String? = nil,
    _ reasons: [Pain002.Reason] = []
  ) -> Pain002.TransactionStatus {
    Pain002.TransactionStatus(
      originalInstructionID: instruction, originalEndToEndID: id, status: status, reasons: reasons)
  }

  private static func information(
    _ id: String, _ status: PaymentStatusCode?, _ rows: [Pain002.TransactionStatus] = []
  ) -> Pain002.PaymentInformationStatus {
    Pain002.PaymentInformationStatus(originalID: id, status: status, transactions: rows)
  }

  /// A report, the status it gives the payment E1 (instruction I1, in P1), and the level.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let report: Pain002
    let status: PaymentStatusCode?
    var level: Pain002.Outcome.Level?

    init(
      _ name: String, _ report: Pain002, _ status: PaymentStatusCode?,
      _ level: Pain002.Outcome.Level? = nil
    ) {
      testDescription = name
      self.report = report
      self.status = status
      self.level = level
    }
  }

  static let cases: [Case] = [
    Case("nothing told", report(), nil),
    Case("group only", report(group: .rejected), .rejected, .group),
    Case("group PART, nothing below", report(group: .partlyAccepted), nil),
    Case(
      "group over nothing in another information",
      report(group: .customerProfileAccepted, [information("P2", .rejected)]),
      .customerProfileAccepted, .group),
    Case(
      "information over group",
      report(group: .technicallyAccepted, [information("P1", .rejected)]), .rejected,
      .paymentInformation),
    Case(
      "information without status takes the group's",
      report(group: .rejected, [information("P1", nil)]), .rejected, .group),
    Case(
      "information PART, not listed",
      report(
        group: .technicallyAccepted,
        [information("P1", .partlyAccepted, [row("E2", .rejected)])]), nil),
    Case(
      "transaction over all, though they contradict",
      report(
        group: .technicallyAccepted,
        [information("P1", .customerProfileAccepted, [row("E1", .rejected)])]), .rejected,
      .transaction),
    Case(
      "transaction accepted in a rejected group",
      report(
        group: .rejected, [information("P1", .rejected, [row("E1", .settledOnDebtorAccount)])]),
      .settledOnDebtorAccount, .transaction),
    Case(
      "listed without status takes the information's",
      report([information("P1", .pending, [row("E1", nil)])]), .pending, .paymentInformation),
    Case(
      "by instruction where no end-to-end id stands",
      report([information("P1", .partlyAccepted, [row(nil, .rejected, instruction: "I1")])]),
      .rejected, .transaction),
    Case(
      "not by instruction where another end-to-end id stands",
      report([information("P1", .partlyAccepted, [row("E2", .rejected, instruction: "I1")])]), nil),
    Case(
      "found under an information of another name",
      report([information("", nil, [row("E1", .rejected)])]), .rejected, .transaction),
    Case(
      "the last row of two",
      report(
        [information("P1", nil, [row("E1", .settlementInProcess), row("E1", .rejected)])]),
      .rejected, .transaction),
    Case(
      "verification gives way to the level above",
      report(
        group: .customerProfileAccepted,
        [information("P1", .payeeVerification("RCVC"), [row("E1", .payeeVerification("RVNM"))])]),
      .customerProfileAccepted, .group),
    Case(
      "verification alone is handed out",
      report(group: .payeeVerification("RCVC")), .payeeVerification("RCVC"), .group),
    Case(
      "an unknown code is kept", report(group: .unknown("XYZ")), .unknown("XYZ"), .group),
  ]

  @Test(arguments: cases) func `the most specific level wins`(test: Case) {
    let outcome = test.report.outcome(
      ofEndToEnd: "E1", instruction: "I1", paymentInformation: "P1")
    #expect(outcome?.status == test.status)
    #expect(outcome?.level == test.level)
  }

  @Test func `every known code reads as itself and has its meaning`() {
    var meanings: [PaymentStatusCode.Meaning: [String]] = [:]
    for status in PaymentStatusCode.known {
      #expect(PaymentStatusCode(status.code) == status)
      meanings[status.meaning, default: []].append(status.code)
    }
    #expect(meanings[.paid] == ["ACSC", "ACCC"])
    #expect(meanings[.error] == ["RJCT", "CANC"])
    #expect(meanings[.elsewhere] == ["PART"])
    #expect(meanings[.processing]?.count == 9)
    #expect(PaymentStatusCode("RCVC").meaning == .noOutcome)
    #expect(PaymentStatusCode("WXYZ") == .unknown("WXYZ"))
    #expect(PaymentStatusCode("WXYZ").meaning == .unknown)
  }

  private static func random(_ random: inout Seeded) -> Pain002 {
    let statuses = ["ACTC", "RJCT", "PDNG", "ACCP", "ACSP", "ACSC", "ACWC"].map {
      PaymentStatusCode($0)
    }
    func reasons(_ random: inout Seeded) -> [Pain002.Reason] {
      (0..<Int.random(in: 0...2, using: &random)).map { index in
        let text = PaymentText.render(random.text(upTo: 300), set: .nordic, max: 300)
        return index == 0
          ? Pain002.Reason(code: "AC03", additionalInformation: text)
          : Pain002.Reason(proprietary: "Own code", additionalInformation: text)
      }
    }
    let informations = (0..<Int.random(in: 0...3, using: &random)).map { index in
      Pain002.PaymentInformationStatus(
        originalID: "P\(index)",
        status: [nil, .partlyAccepted].randomElement(using: &random) ?? nil,
        reasons: reasons(&random),
        transactions: (0..<Int.random(in: 0...3, using: &random)).map { number in
          row(
            "E\(index)-\(number)", statuses.randomElement(using: &random),
            instruction: "I\(number)",
            reasons(&random))
        })
    }
    let groups: [PaymentStatusCode?] = [nil, .received, .partlyAccepted, .rejected]
    let group = groups.randomElement(using: &random) ?? nil
    return report(group: group, groupReasons: reasons(&random), informations)
  }

  @Test(arguments: [UInt64](1...100)) func `what is written is read back`(seed: UInt64) throws {
    var random = Seeded(seed)
    let report = Self.random(&random)
    #expect(try Pain002.read(try report.write()) == report)
  }

  // Skipped where xmllint or the schemas are not at hand.
  @Test(.enabled(if: Samples.canValidate), arguments: [UInt64](1...10))
  func `the schema accepts what is written`(seed: UInt64) throws {
    var random = Seeded(seed)
    let bytes = try Self.random(&random).write()
    #expect(try Samples.schemaFaults(bytes, schema: "pain.002.001.03") == "")
  }

  @Test(arguments: [PaymentStatusCode.unknown("ABCD"), .cancelled, .partlyAccepted])
  func `a status that the version does not know is not written`(status: PaymentStatusCode) {
    let report = Self.report([Self.information("P1", nil, [Self.row("E1", status)])])
    #expect(throws: XMLWriteFault.self) { try report.write() }
  }

  @Test func `version 10, more lines and proprietary reasons read`() throws {
    let xml = """
      <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
      <GrpHdr><MsgId>B</MsgId><CreDtTm>2026-10-05T07:30:00</CreDtTm></GrpHdr>
      <OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>
      </OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>P1</OrgnlPmtInfId><TxInfAndSts>
      <OrgnlEndToEndId>E1</OrgnlEndToEndId><OrgnlUETR>x</OrgnlUETR><TxSts>ACCC</TxSts><StsRsnInf>
      <Rsn><Prtry>BX</Prtry></Rsn><AddtlInf>First half, sec</AddtlInf><AddtlInf>ond half </AddtlInf>
      <AddtlInf>and more</AddtlInf></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>
      </CstmrPmtStsRpt></Document>
      """
    let outcome = try Pain002.read(Array(xml.utf8)).outcome(
      ofEndToEnd: "E1", instruction: nil, paymentInformation: nil)
    let reason = Pain002.Reason(
      proprietary: "BX", additionalInformation: "First half, second half and more")
    #expect(
      outcome
        == Pain002.Outcome(
          status: .settledOnCreditorAccount, level: .transaction, reasons: [reason]))
  }

  @Test(arguments: [
    ("<MsgId>BANK-1</MsgId>", "", "GrpHdr/MsgId is missing"),
    ("<OrgnlMsgId>M1</OrgnlMsgId>", "", "OrgnlMsgId is missing"),
    ("<CreDtTm>", "<CreDtTm>yesterday ", "CreDtTm"), ("pain.002.", "pain.003.", "root element"),
    ("</Document>", "", "cut off"),
  ])
  func `a wrong file is refused with the place`(old: String, new: String, words: String) throws {
    let text = String(decoding: try Self.report(group: .rejected).write(), as: UTF8.self)
      .replacing(old, with: new)
    let fault = #expect(throws: XMLFault.self) { try Pain002.read(Array(text.utf8)) }
    #expect(fault?.message.contains(words) == true, "\(String(describing: fault))")
  }

  // Skipped where the samples are not at hand.
  @Test(.enabled(if: Samples.present)) func `samples are read`() throws {
    func read(_ path: String) throws -> Pain002 { try Pain002.read(try Samples.bytes(path)) }
    let accepted = try read("pain.002/group-accepted.v03.xml")
    #expect(accepted.groupStatus == .technicallyAccepted)
    #expect(
      accepted.groupReasons.first?.additionalInformation
        == "File accepted post technical and profile validationsOriginal File Name: 26951.json")
    let duplicate = try read("pain.002/nordea-group-reject-duplicate.v03.xml")
    #expect(duplicate.groupReasons.first?.code == "DU01")
    let rejected = try read("pain.002/nordea-transaction-reject.v03.xml").outcome(
      ofEndToEnd: "ENDTOENDID-950-TEST2-2807-01", instruction: nil,
      paymentInformation: "PMTINFID-950-TEST2-2807-01")
    #expect(rejected?.status == .rejected)
    #expect(rejected?.reasons.first?.code == "NARR")
    let verified = try read("pain.002/vop-only-group.v10.xml").outcome(
      ofEndToEnd: "any", instruction: nil, paymentInformation: "2025-11-02T18:33:03:0287")
    #expect(verified?.status.meaning == .noOutcome)
    let part = try read("constructed/no-part-kid-required.pain.002.001.03.xml")
    #expect(
      part.outcome(ofEndToEnd: "E000002", instruction: nil, paymentInformation: nil)?.reasons
        == [Pain002.Reason(code: "RR09", additionalInformation: "Payee demands KID")])
    let settled = try read("constructed/no-settled.pain.002.001.03.xml")
    let outcome = settled.outcome(
      ofEndToEnd: "E000002", instruction: "IE000002", paymentInformation: "BUR-20261002-0001-1")
    #expect(outcome == nil)
  }
}
