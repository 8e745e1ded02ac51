internal import Primitives

extension Camt054 {
  /// The message as camt.054.001.02; amounts must be exact money, not negative.
  package func write() throws(XMLWriteFault) -> [UInt8] {
    var xml = XMLWriter()
    xml.start("Document", ["xmlns": "urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"])
    xml.start("BkToCstmrDbtCdtNtfctn")
    xml.start("GrpHdr")
    try xml.leaf("MsgId", messageID, max: 35)
    xml.leaf("CreDtTm", creationTime.text)
    xml.end()
    for notification in notifications {
      xml.start("Ntfctn")
      try xml.leaf("Id", notification.id, max: 35)
      xml.leaf("CreDtTm", (notification.creationTime ?? creationTime).text)
      if let copy = notification.copyDuplicate { try xml.leaf("CpyDplctInd", copy, max: 4) }
      xml.start("Acct")
      try xml.account(notification.account)
      if let currency = notification.accountCurrency { try xml.leaf("Ccy", currency, max: 3) }
      xml.end()
      for entry in notification.entries { try xml.entry(entry) }
      xml.end()
    }
    xml.end()
    xml.end()
    return xml.finish()
  }
}

extension XMLWriter {
  /// An `Ntry` in the shape of version .02.
  mutating func entry(_ entry: BankEntry) throws(XMLWriteFault) {
    start("Ntry")
    if let reference = entry.reference { try leaf("NtryRef", reference, max: 35) }
    try exact("Amt", entry.amount)
    leaf("CdtDbtInd", entry.sign.rawValue)
    if entry.isReversal { leaf("RvslInd", "true") }
    try leaf("Sts", entry.status.code, max: 4)
    date("BookgDt", entry.bookingDate)
    date("ValDt", entry.valueDate)
    if let reference = entry.servicerReference { try leaf("AcctSvcrRef", reference, max: 35) }
    try code(entry.code)
    for index in 0..<max(entry.batches.count, entry.transactions.isEmpty ? 0 : 1) {
      start("NtryDtls")
      if index < entry.batches.count { try batch(entry.batches[index]) }
      // Which batch a transaction belongs to is not kept: with several, all stand in the last.
      if index == max(entry.batches.count - 1, 0) {
        for transaction in entry.transactions { try self.transaction(transaction) }
      }
      end()
    }
    if let text = entry.additionalInformation { try leaf("AddtlNtryInf", text, max: 500) }
    end()
  }

  private mutating func exact(
    _ name: StaticString, _ amount: WrittenAmount
  ) throws(XMLWriteFault) {
    guard let money = amount.money, money.minorUnits >= 0 else {
      throw XMLWriteFault(element: "\(name)", message: "\(amount.text) is not an exact amount")
    }
    self.amount(name, money)
  }

  private mutating func date(_ name: StaticString, _ date: CalendarDate?) {
    guard let date else { return }
    start(name)
    leaf("Dt", date.iso)
    end()
  }

  private mutating func code(_ code: BankEntry.Code) throws(XMLWriteFault) {
    start("BkTxCd")
    if let domain = code.domain, let family = code.family, let subFamily = code.subFamily {
      start("Domn")
      try leaf("Cd", domain, max: 4)
      start("Fmly")
      try leaf("Cd", family, max: 4)
      try leaf("SubFmlyCd", subFamily, max: 4)
      end()
      end()
    }
    if let proprietary = code.proprietary {
      start("Prtry")
      try leaf("Cd", proprietary, max: 35)
      if let issuer = code.proprietaryIssuer { try leaf("Issr", issuer, max: 35) }
      end()
    }
    end()
  }

  private mutating func batch(_ batch: BankEntry.Batch) throws(XMLWriteFault) {
    start("Btch")
    if let id = batch.messageID { try leaf("MsgId", id, max: 35) }
    if let id = batch.paymentInformationID { try leaf("PmtInfId", id, max: 35) }
    if let count = batch.count { leaf("NbOfTxs", String(count)) }
    if let total = batch.total { try exact("TtlAmt", total) }
    end()
  }

  private mutating func transaction(_ part: BankEntry.Transaction) throws(XMLWriteFault) {
    start("TxDtls")
    start("Refs")
    if let id = part.servicerReference { try leaf("AcctSvcrRef", id, max: 35) }
    if let id = part.paymentInformationID { try leaf("PmtInfId", id, max: 35) }
    if let id = part.instructionID { try leaf("InstrId", id, max: 35) }
    if let id = part.endToEndID { try leaf("EndToEndId", id, max: 35) }
    if let id = part.transactionID { try leaf("TxId", id, max: 35) }
    end()
    if let amount = part.amount {
      start("AmtDtls")
      start("TxAmt")
      try exact("Amt", amount)
      end()
      end()
    }
    try parties(part)
    if !part.references.isEmpty || !part.messages.isEmpty {
      start("RmtInf")
      for text in part.messages { try leaf("Ustrd", text, max: 140) }
      for reference in part.references {
        start("Strd")
        try self.reference(reference)
        end()
      }
      end()
    }
    if let reason = part.returnReason {
      start("RtrInf")
      start("Rsn")
      // ExternalReturnReason1Code has four characters.
      try leaf(reason.utf8.count == 4 ? "Cd" : "Prtry", reason, max: 35)
      end()
      end()
    }
    end()
  }

  private mutating func parties(_ part: BankEntry.Transaction) throws(XMLWriteFault) {
    let hasDebtor = part.debtorName != nil || part.debtorAccount != nil
    guard hasDebtor || part.creditorName != nil || part.creditorAccount != nil else { return }
    start("RltdPties")
    try party("Dbtr", part.debtorName)
    try account("DbtrAcct", part.debtorAccount)
    try party("Cdtr", part.creditorName)
    try account("CdtrAcct", part.creditorAccount)
    end()
    let debtor = part.debtorAccount?.clearing
    let creditor = part.creditorAccount?.clearing
    guard debtor != nil || creditor != nil else { return }
    start("RltdAgts")
    if let debtor { agent("DbtrAgt", debtor) }
    if let creditor { agent("CdtrAgt", creditor) }
    end()
  }

  private mutating func party(_ name: StaticString, _ text: String?) throws(XMLWriteFault) {
    guard let text else { return }
    start(name)
    try leaf("Nm", text, max: 140)
    end()
  }

  private mutating func account(
    _ name: StaticString, _ account: WrittenAccount?
  ) throws(XMLWriteFault) {
    guard let account else { return }
    start(name)
    try self.account(account)
    end()
  }

  private mutating func agent(_ name: StaticString, _ clearing: String) {
    start(name)
    start("FinInstnId")
    start("ClrSysMmbId")
    start("ClrSysId")
    leaf("Cd", "SESBA")
    end()
    leaf("MmbId", clearing)
    end()
    end()
    end()
  }
}
