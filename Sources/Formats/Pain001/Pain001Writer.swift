package import Primitives

extension Pain001 {
  /// What a bank wants otherwise than others: the part of its profile that shapes the file.
  package struct Rendering: Sendable, Hashable {
    package var characterSet: PaymentText.CharacterSet
    /// Characters of a party's name; the schema's 140 are not carried through.
    package var nameLength: Int
    /// Characters of a message to the creditor; giro messages keep to 25.
    package var messageLength: Int
    /// Whether a structured reference repeats the amount (Swedbank: `RfrdDocAmt/RmtdAmt`).
    package var remittedAmount: Bool
    /// Whether invoices and credit notes are told one by one (`RfrdDocInf`); else they are told as text.
    package var referredDocuments: Bool

    package init(
      characterSet: PaymentText.CharacterSet = .nordic, nameLength: Int = 70,
      messageLength: Int = 140, remittedAmount: Bool = false, referredDocuments: Bool = false
    ) {
      self.characterSet = characterSet
      self.nameLength = min(max(nameLength, 1), 140)
      self.messageLength = min(max(messageLength, 1), 140)
      self.remittedAmount = remittedAmount
      self.referredDocuments = referredDocuments
    }

    /// A party's name as the bank will get it: what the approver must be shown.
    package func name(_ text: String) -> String {
      PaymentText.render(text, set: characterSet, max: nameLength)
    }

    /// A message as the bank will get it.
    package func message(_ text: String) -> String {
      PaymentText.render(text, set: characterSet, max: messageLength)
    }

    /// A place name as the bank will get it.
    package func town(_ text: String) -> String {
      PaymentText.render(text, set: characterSet, max: 35)
    }
  }

  /// The message as pain.001.001.03; the same message and rendering give the same bytes.
  ///
  /// Names and messages are rendered (`PaymentText`); identifiers are never changed: one that does
  /// not fit is refused.
  package func write(_ rendering: Rendering = Rendering()) throws(Pain001Error) -> [UInt8] {
    try check()
    let count = paymentInformations.reduce(0) { $0 + $1.transactions.count }
    let writer = Pain001Writer(rendering: rendering)
    var xml = XMLWriter(reserving: 2048 + count * 900)
    xml.start("Document", ["xmlns": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"])
    xml.start("CstmrCdtTrfInitn")
    xml.start("GrpHdr")
    xml.leaf("MsgId", messageID)
    xml.leaf("CreDtTm", creationTime.text)
    writer.totals(paymentInformations.flatMap(\.transactions), &xml)
    try writer.party("InitgPty", initiatingParty, "GrpHdr/InitgPty", &xml)
    xml.end()
    for (index, group) in paymentInformations.enumerated() {
      try writer.group(group, "PmtInf[\(index + 1)]", &xml)
    }
    xml.end()
    xml.end()
    return xml.finish()
  }

  /// The sum of amounts as text, whatever their currencies (`CtrlSum`).
  package static func controlSum(of amounts: some Sequence<Money>) -> String {
    // Four decimals hold every currency's minor unit; 128 bits hold any file's sum.
    var sum: Int128 = 0
    var decimals = 0
    for amount in amounts {
      var scaled = Int128(amount.minorUnits)
      for _ in amount.currency.exponent..<4 { scaled *= 10 }
      sum += scaled
      decimals = max(decimals, amount.currency.exponent)
    }
    for _ in decimals..<4 { sum /= 10 }
    let negative = sum < 0
    var digits = String(sum.magnitude)
    while digits.utf8.count <= decimals { digits = "0" + digits }
    if decimals > 0 {
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -decimals))
    }
    return negative ? "-" + digits : digits
  }
}

/// Writes checked parts; only a text that vanishes in rendering can still be refused.
private struct Pain001Writer {
  let rendering: Pain001.Rendering

  func totals(_ transfers: [Pain001.CreditTransfer], _ xml: inout XMLWriter) {
    xml.leaf("NbOfTxs", String(transfers.count))
    xml.leaf("CtrlSum", Pain001.controlSum(of: transfers.lazy.map(\.amount)))
  }

  func party(
    _ element: StaticString, _ party: Pain001.Party, _ field: String, _ xml: inout XMLWriter
  ) throws(Pain001Error) {
    xml.start(element)
    xml.leaf("Nm", try some(rendering.name(party.name), "\(field)/Nm"))
    if party.country != nil || party.town != nil {
      xml.start("PstlAdr")
      if let town = party.town {
        xml.leaf("TwnNm", try some(rendering.town(town), "\(field)/PstlAdr/TwnNm"))
      }
      if let country = party.country { xml.leaf("Ctry", country.code) }
      xml.end()
    }
    if let id = party.organisationID {
      xml.start("Id")
      xml.start("OrgId")
      xml.start("Othr")
      xml.leaf("Id", id)
      if let scheme = party.organisationScheme {
        xml.start("SchmeNm")
        xml.leaf("Cd", scheme)
        xml.end()
      }
      for _ in 0..<3 { xml.end() }
    }
    xml.end()
  }

  func group(
    _ group: Pain001.PaymentInformation, _ field: String, _ xml: inout XMLWriter
  ) throws(Pain001Error) {
    xml.start("PmtInf")
    xml.leaf("PmtInfId", group.id)
    xml.leaf("PmtMtd", "TRF")
    if let batch = group.batchBooking { xml.leaf("BtchBookg", batch ? "true" : "false") }
    totals(group.transactions, &xml)
    if group.serviceLevel != nil || group.categoryPurpose != nil {
      xml.start("PmtTpInf")
      if let level = group.serviceLevel { code("SvcLvl", level.rawValue, &xml) }
      if let purpose = group.categoryPurpose { code("CtgyPurp", purpose, &xml) }
      xml.end()
    }
    xml.leaf("ReqdExctnDt", group.requestedExecutionDate.iso)
    try party("Dbtr", group.debtor, "\(field)/Dbtr", &xml)
    xml.start("DbtrAcct")
    try account(group.debtorAccount, "\(field)/DbtrAcct", &xml)
    if let currency = group.debtorAccountCurrency { xml.leaf("Ccy", currency.code) }
    xml.end()
    xml.start("DbtrAgt")
    xml.start("FinInstnId")
    if let bic = group.debtorAgentBIC { xml.leaf("BIC", bic.text) }
    if let clearing = group.debtorAccount.clearing { member(clearing, &xml) }
    if group.debtorAgentBIC == nil, group.debtorAccount.clearing == nil {
      xml.start("Othr")
      xml.leaf("Id", "NOTPROVIDED")
      xml.end()
    }
    xml.end()
    xml.end()
    if let bearer = group.chargeBearer { xml.leaf("ChrgBr", bearer.rawValue) }
    for (index, transfer) in group.transactions.enumerated() {
      try self.transfer(transfer, "\(field)/CdtTrfTxInf[\(index + 1)]", &xml)
    }
    xml.end()
  }

  private func transfer(
    _ transfer: Pain001.CreditTransfer, _ field: String, _ xml: inout XMLWriter
  ) throws(Pain001Error) {
    xml.start("CdtTrfTxInf")
    xml.start("PmtId")
    if let id = transfer.instructionID { xml.leaf("InstrId", id) }
    xml.leaf("EndToEndId", transfer.endToEndID)
    xml.end()
    xml.start("Amt")
    xml.amount("InstdAmt", transfer.amount)
    xml.end()
    if transfer.creditorAgentBIC != nil || transfer.creditorAccount.clearing != nil {
      xml.start("CdtrAgt")
      xml.start("FinInstnId")
      if let bic = transfer.creditorAgentBIC { xml.leaf("BIC", bic.text) }
      if let clearing = transfer.creditorAccount.clearing { member(clearing, &xml) }
      xml.end()
      xml.end()
    }
    try party("Cdtr", transfer.creditor, "\(field)/Cdtr", &xml)
    xml.start("CdtrAcct")
    try account(transfer.creditorAccount, "\(field)/CdtrAcct", &xml)
    xml.end()
    try remittance(transfer, "\(field)/RmtInf", &xml)
    xml.end()
  }

  private func remittance(
    _ transfer: Pain001.CreditTransfer, _ field: String, _ xml: inout XMLWriter
  ) throws(Pain001Error) {
    switch transfer.remittance {
    case .none, .unverified: break
    case .unstructured(let text):
      xml.start("RmtInf")
      xml.leaf("Ustrd", try some(rendering.message(text), "\(field)/Ustrd"))
      xml.end()
    case .structured(let reference):
      xml.start("RmtInf")
      xml.start("Strd")
      if rendering.remittedAmount {
        xml.start("RfrdDocAmt")
        xml.amount("RmtdAmt", transfer.amount)
        xml.end()
      }
      let written = WrittenReference(text: reference.text, issuer: reference.issuer)
      do {
        try xml.reference(written)
      } catch {
        throw .identifier(field: "\(field)/Strd/CdtrRefInf/Ref", value: reference.text)
      }
      xml.end()
      xml.end()
    case .documents(let documents):
      xml.start("RmtInf")
      for document in documents { self.document(document, &xml) }
      xml.end()
    }
  }

  private func document(_ document: ReferredDocument, _ xml: inout XMLWriter) {
    xml.start("Strd")
    xml.start("RfrdDocInf")
    xml.start("Tp")
    code("CdOrPrtry", document.kind.rawValue, &xml)
    xml.end()
    xml.leaf("Nb", document.number)
    xml.end()
    xml.start("RfrdDocAmt")
    switch document.kind {
    case .invoice: xml.amount("RmtdAmt", document.amount)
    case .creditNote: xml.amount("CdtNoteAmt", document.amount)
    }
    xml.end()
    xml.end()
  }

  private func account(
    _ account: WrittenAccount, _ field: String, _ xml: inout XMLWriter
  ) throws(Pain001Error) {
    do {
      try xml.account(account)
    } catch {
      throw .account(field: field, value: account.id)
    }
  }

  private func code(_ element: StaticString, _ code: String, _ xml: inout XMLWriter) {
    xml.start(element)
    xml.leaf("Cd", code)
    xml.end()
  }

  private func member(_ clearing: String, _ xml: inout XMLWriter) {
    xml.start("ClrSysMmbId")
    code("ClrSysId", "SESBA", &xml)
    xml.leaf("MmbId", clearing)
    xml.end()
  }

  private func some(_ text: String, _ field: String) throws(Pain001Error) -> String {
    if text.isEmpty { throw .empty(field: field) }
    return text
  }
}
