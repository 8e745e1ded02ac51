extension Pain002 {
  /// Every element that is looked at.
  package static var elementPaths: [String] { Pain002Reader.table.paths }

  /// Reads .03 to .14; unknown statuses and extra elements are kept or passed over.
  package static func read(
    _ bytes: [UInt8], limits: XMLLimits = XMLLimits()
  ) throws(XMLFault) -> Pain002 {
    try XMLReader.read(bytes, by: Pain002Reader.table, into: Pain002Reader(), limits: limits)
      .report()
  }
}

/// The report while it is read.
private struct Pain002Reader: Sendable {
  private var messageID: String?
  private var time: WrittenTime?
  private var originalMessageID: String?
  private var originalMessageName: String?
  private var groupStatus: PaymentStatusCode?
  private var groupReasons: [Pain002.Reason] = []
  private var groups: [Pain002.PaymentInformationStatus] = []
  private var group = Pain002.PaymentInformationStatus(originalID: "")
  private var transaction = Pain002Reader.noTransaction
  private var reason = Pain002.Reason()

  private static let noTransaction = Pain002.TransactionStatus(
    originalInstructionID: nil, originalEndToEndID: nil, status: nil)

  func report() throws(XMLFault) -> Pain002 {
    guard let messageID else { throw XMLFault(.value, "GrpHdr/MsgId is missing") }
    guard let time else { throw XMLFault(.value, "GrpHdr/CreDtTm is missing") }
    guard let originalMessageID else {
      throw XMLFault(.value, "OrgnlGrpInfAndSts/OrgnlMsgId is missing")
    }
    return Pain002(
      messageID: messageID, creationTime: time, originalMessageID: originalMessageID,
      originalMessageName: originalMessageName, groupStatus: groupStatus,
      groupReasons: groupReasons, paymentInformations: groups)
  }

  static let table = PathTable<Pain002Reader>(
    namespaces: ["": ["urn:iso:std:iso:20022:tech:xsd:pain.002.001.*"]],
    [
      .element(
        "Document/CstmrPmtStsRpt",
        [
          .text("GrpHdr/MsgId") { $0.messageID = $1.string() },
          .text("GrpHdr/CreDtTm") { (s, v) throws(XMLFault) in s.time = try v.time() },
          .text("OrgnlGrpInfAndSts/OrgnlMsgId") { $0.originalMessageID = $1.string() },
          .text("OrgnlGrpInfAndSts/OrgnlMsgNmId") { $0.originalMessageName = $1.string() },
          .text("OrgnlGrpInfAndSts/GrpSts") { $0.groupStatus = PaymentStatusCode($1.string()) },
          reasons("OrgnlGrpInfAndSts/StsRsnInf") { $0.groupReasons.append($0.reason) },
          .element(
            "OrgnlPmtInfAndSts",
            open: { $0.group = Pain002.PaymentInformationStatus(originalID: "") },
            close: { $0.groups.append($0.group) },
            [
              .text("OrgnlPmtInfId") { $0.group.originalID = $1.string() },
              .text("PmtInfSts") { $0.group.status = PaymentStatusCode($1.string()) },
              reasons("StsRsnInf") { $0.group.reasons.append($0.reason) },
              .element(
                "TxInfAndSts", open: { $0.transaction = noTransaction },
                close: { $0.group.transactions.append($0.transaction) },
                [
                  .text("OrgnlInstrId") { $0.transaction.originalInstructionID = $1.string() },
                  .text("OrgnlEndToEndId") { $0.transaction.originalEndToEndID = $1.string() },
                  .text("TxSts") { $0.transaction.status = PaymentStatusCode($1.string()) },
                  reasons("StsRsnInf") { $0.transaction.reasons.append($0.reason) },
                ]),
            ]),
        ])
    ])

  private static func reasons(
    _ path: String, _ keep: @escaping PathRule<Pain002Reader>.Event
  ) -> PathRule<Pain002Reader> {
    .element(
      path, open: { $0.reason = Pain002.Reason() }, close: keep,
      [
        .text("Rsn/Cd") { $0.reason.code = $1.string() },
        .text("Rsn/Prtry") { $0.reason.proprietary = $1.string() },
        .text("AddtlInf") { $0.reason.additionalInformation += $1.continuation() },
      ])
  }
}
