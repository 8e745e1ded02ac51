/// Whoever reads statements or notifications: keeps one draft and takes its rules into the table.
package protocol BankEntryReading: SendableMetatype {
  var entry: BankEntryDraft { get set }
}

/// An entry while it is read.
package struct BankEntryDraft: Sendable {
  private var amount: String?
  private var currency = ""
  /// Of the batch or transaction amount being read.
  private var partCurrency = ""
  private var sign: BankEntry.Sign?
  private var status: BankEntry.Status?
  private var value = BankEntry(
    amount: WrittenAmount(text: "", currency: ""), sign: .credit, status: .booked)
  private var batch = BankEntry.Batch()
  private var transaction = BankEntry.Transaction()
  private var debtorAccount = AccountDraft()
  private var creditorAccount = AccountDraft()
  private var referenceType: String?
  private var referenceIssuer: String?

  package init() {}

  /// The entry, once its end tag has been met.
  package func finished() throws(XMLFault) -> BankEntry {
    guard let amount else { throw XMLFault(.value, "Amt is missing") }
    guard let sign else { throw XMLFault(.value, "CdtDbtInd is missing") }
    guard let status else { throw XMLFault(.value, "Sts is missing") }
    var entry = value
    entry.amount = WrittenAmount(text: amount, currency: currency)
    entry.sign = sign
    entry.status = status
    return entry
  }

  /// The rules for what stands below `Ntry`, in versions .02 to .13.
  package static func rules<State: BankEntryReading>() -> [PathRule<State>] {
    [
      .text("NtryRef") { $0.entry.value.reference = $1.string() },
      .text("Amt", attributes: ["Ccy": { $0.entry.currency = $1.string() }]) {
        (s, v) throws(XMLFault) in s.entry.amount = try v.decimal()
      },
      .text("CdtDbtInd") { (s, v) throws(XMLFault) in
        guard let sign = BankEntry.Sign(rawValue: v.string()) else {
          throw v.notA("sign (CRDT or DBIT)")
        }
        s.entry.sign = sign
      },
      .text("RvslInd") { (s, v) throws(XMLFault) in s.entry.value.isReversal = try v.boolean() },
      .text("Sts/Cd|Prtry?") { $0.entry.status = BankEntry.Status($1.string()) },
      .text("BookgDt/Dt") { (s, v) throws(XMLFault) in s.entry.value.bookingDate = try v.date() },
      .text("BookgDt/DtTm") { (s, v) throws(XMLFault) in
        s.entry.value.bookingDate = try v.dayOfTime()
      },
      .text("ValDt/Dt") { (s, v) throws(XMLFault) in s.entry.value.valueDate = try v.date() },
      .text("ValDt/DtTm") { (s, v) throws(XMLFault) in
        s.entry.value.valueDate = try v.dayOfTime()
      },
      .text("AcctSvcrRef") { $0.entry.value.servicerReference = $1.string() },
      .text("BkTxCd/Domn/Cd") { $0.entry.value.code.domain = $1.string() },
      .text("BkTxCd/Domn/Fmly/Cd") { $0.entry.value.code.family = $1.string() },
      .text("BkTxCd/Domn/Fmly/SubFmlyCd") { $0.entry.value.code.subFamily = $1.string() },
      .text("BkTxCd/Prtry/Cd") { $0.entry.value.code.proprietary = $1.string() },
      .text("BkTxCd/Prtry/Issr") { $0.entry.value.code.proprietaryIssuer = $1.string() },
      .text("AddtlNtryInf") { $0.entry.value.additionalInformation = $1.string() },
      .element(
        "NtryDtls/Btch", open: { $0.entry.batch = BankEntry.Batch() },
        close: { $0.entry.value.batches.append($0.entry.batch) }, batchRules()),
      .element(
        "NtryDtls/TxDtls", open: { $0.entry.openTransaction() },
        close: { $0.entry.closeTransaction() }, transactionRules()),
    ]
  }

  private static func batchRules<State: BankEntryReading>() -> [PathRule<State>] {
    [
      .text("MsgId") { $0.entry.batch.messageID = $1.string() },
      .text("PmtInfId") { $0.entry.batch.paymentInformationID = $1.string() },
      .text("NbOfTxs") { (s, v) throws(XMLFault) in s.entry.batch.count = try v.integer() },
      amount("TtlAmt") { $0.batch.total = $1 },
    ]
  }

  private static func transactionRules<State: BankEntryReading>() -> [PathRule<State>] {
    [
      .text("Refs/EndToEndId") { $0.entry.transaction.endToEndID = $1.string() },
      .text("Refs/InstrId") { $0.entry.transaction.instructionID = $1.string() },
      .text("Refs/PmtInfId") { $0.entry.transaction.paymentInformationID = $1.string() },
      .text("Refs/AcctSvcrRef") { $0.entry.transaction.servicerReference = $1.string() },
      .text("Refs/TxId") { $0.entry.transaction.transactionID = $1.string() },
      .text("Refs/UETR") { $0.entry.transaction.uetr = $1.string() },
      // .08 has the booked amount itself; it stands first and wins.
      amount("Amt") { $0.transaction.amount = $1 },
      amount("AmtDtls/TxAmt/Amt") {
        if $0.transaction.amount == nil { $0.transaction.amount = $1 }
      },
      .text("RltdPties/Dbtr/Pty?/Nm") { $0.entry.transaction.debtorName = $1.string() },
      .text("RltdPties/Cdtr/Pty?/Nm") { $0.entry.transaction.creditorName = $1.string() },
      .text("RltdPties/DbtrAcct/Id/IBAN") { $0.entry.debtorAccount.iban = $1.string() },
      .text("RltdPties/DbtrAcct/Id/Othr/Id") { $0.entry.debtorAccount.other = $1.string() },
      .text("RltdPties/DbtrAcct/Id/Othr/SchmeNm/Cd|Prtry") {
        $0.entry.debtorAccount.scheme = $1.string()
      },
      .text("RltdPties/CdtrAcct/Id/IBAN") { $0.entry.creditorAccount.iban = $1.string() },
      .text("RltdPties/CdtrAcct/Id/Othr/Id") { $0.entry.creditorAccount.other = $1.string() },
      .text("RltdPties/CdtrAcct/Id/Othr/SchmeNm/Cd|Prtry") {
        $0.entry.creditorAccount.scheme = $1.string()
      },
      .text("RltdAgts/DbtrAgt/FinInstnId/ClrSysMmbId/MmbId") {
        $0.entry.debtorAccount.clearing = $1.string()
      },
      .text("RltdAgts/CdtrAgt/FinInstnId/ClrSysMmbId/MmbId") {
        $0.entry.creditorAccount.clearing = $1.string()
      },
      .text("CdtDbtInd") { $0.entry.transaction.sign = BankEntry.Sign(rawValue: $1.string()) },
      .text("RtrInf/Rsn/Cd|Prtry") { $0.entry.transaction.returnReason = $1.string() },
      .text("RmtInf/Ustrd") { $0.entry.transaction.messages.append($1.string()) },
      .element(
        "RmtInf/Strd/CdtrRefInf",
        open: {
          $0.entry.referenceType = nil
          $0.entry.referenceIssuer = nil
        },
        [
          .text("Tp/CdOrPrtry/Cd|Prtry") { $0.entry.referenceType = $1.string() },
          .text("Tp/Issr") { $0.entry.referenceIssuer = $1.string() },
          .text("Ref") { $0.entry.addReference($1.string()) },
        ]),
    ]
  }

  private static func amount<State: BankEntryReading>(
    _ path: String, _ take: @escaping @Sendable (inout BankEntryDraft, WrittenAmount) -> Void
  ) -> PathRule<State> {
    .text(path, attributes: ["Ccy": { $0.entry.partCurrency = $1.string() }]) {
      (s, v) throws(XMLFault) in
      let amount = WrittenAmount(text: try v.decimal(), currency: s.entry.partCurrency)
      s.entry.partCurrency = ""
      take(&s.entry, amount)
    }
  }

  private mutating func openTransaction() {
    transaction = BankEntry.Transaction()
    debtorAccount = AccountDraft()
    creditorAccount = AccountDraft()
  }

  private mutating func closeTransaction() {
    transaction.debtorAccount = debtorAccount.account()
    transaction.creditorAccount = creditorAccount.account()
    value.transactions.append(transaction)
  }

  private mutating func addReference(_ text: String) {
    transaction.references.append(
      WrittenReference(text: text, type: referenceType, issuer: referenceIssuer))
  }
}

extension Span where Element == UInt8 {
  /// Decimal text as it stands: digits and at most one point, at most 24 characters.
  package func decimal() throws(XMLFault) -> String {
    let range = trimmed
    var points = 0
    var digits = 0
    for index in range {
      switch self[index] {
      case 0x30...0x39: digits += 1
      case 0x2E: points += 1
      case 0x2B,
        0x2D where index == range.lowerBound:
        break
      default: throw notA("amount")
      }
    }
    guard digits > 0, points <= 1, range.count <= 24 else { throw notA("amount") }
    return string()
  }
}
