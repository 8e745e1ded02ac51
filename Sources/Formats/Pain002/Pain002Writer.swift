extension Pain002 {
  /// The report as pain.002.001.03; statuses that version does not know are refused.
  package func write() throws(XMLWriteFault) -> [UInt8] {
    var xml = XMLWriter()
    xml.start("Document", ["xmlns": "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"])
    xml.start("CstmrPmtStsRpt")
    xml.start("GrpHdr")
    try xml.leaf("MsgId", messageID, max: 35)
    xml.leaf("CreDtTm", creationTime.text)
    xml.end()
    xml.start("OrgnlGrpInfAndSts")
    try xml.leaf("OrgnlMsgId", originalMessageID, max: 35)
    try xml.leaf("OrgnlMsgNmId", originalMessageName ?? "pain.001.001.03", max: 35)
    try xml.status("GrpSts", groupStatus, besides: ["RCVD", "PART"])
    try xml.reasons(groupReasons)
    xml.end()
    for group in paymentInformations {
      xml.start("OrgnlPmtInfAndSts")
      try xml.leaf("OrgnlPmtInfId", group.originalID, max: 35)
      try xml.status("PmtInfSts", group.status, besides: ["RCVD", "PART"])
      try xml.reasons(group.reasons)
      for transaction in group.transactions {
        xml.start("TxInfAndSts")
        if let id = transaction.originalInstructionID { try xml.leaf("OrgnlInstrId", id, max: 35) }
        if let id = transaction.originalEndToEndID { try xml.leaf("OrgnlEndToEndId", id, max: 35) }
        try xml.status("TxSts", transaction.status, besides: [])
        try xml.reasons(transaction.reasons)
        xml.end()
      }
      xml.end()
    }
    xml.end()
    xml.end()
    return xml.finish()
  }
}

extension XMLWriter {
  /// TransactionIndividualStatus3Code, and what a level knows besides.
  fileprivate mutating func status(
    _ name: StaticString, _ status: PaymentStatusCode?, besides: [String]
  ) throws(XMLWriteFault) {
    guard let code = status?.code else { return }
    let known = ["ACTC", "RJCT", "PDNG", "ACCP", "ACSP", "ACSC", "ACWC"]
    guard known.contains(code) || besides.contains(code) else {
      throw XMLWriteFault(element: "\(name)", message: "pain.002.001.03 has no status \(code) here")
    }
    leaf(name, code)
  }

  fileprivate mutating func reasons(_ reasons: [Pain002.Reason]) throws(XMLWriteFault) {
    for reason in reasons {
      start("StsRsnInf")
      if reason.code != nil || reason.proprietary != nil {
        start("Rsn")
        if let code = reason.code {
          try leaf("Cd", code, max: 4)
        } else if let proprietary = reason.proprietary {
          try leaf("Prtry", proprietary, max: 35)
        }
        end()
      }
      // Lines of 105, simply cut; one that would be all blanks is lost on readers.
      var rest = Substring(reason.additionalInformation).unicodeScalars
      while !rest.isEmpty {
        leaf("AddtlInf", String(String.UnicodeScalarView(rest.prefix(105))))
        rest = rest.dropFirst(105)
      }
      end()
    }
  }
}
