// Files as banks write them, by hand and not by the program's own writers and readers.

import Foundation

enum BankText {
  static func status(
    id: String, of message: String, endToEndID: String, _ status: String, reason: String? = nil
  ) -> String {
    let why = reason.map { "<StsRsnInf><Rsn><Cd>\($0)</Cd></Rsn></StsRsnInf>" } ?? ""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
      <GrpHdr><MsgId>\(id)</MsgId><CreDtTm>2026-03-02T08:00:00</CreDtTm></GrpHdr>
      <OrgnlGrpInfAndSts><OrgnlMsgId>\(message)</OrgnlMsgId>\
      <OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId></OrgnlGrpInfAndSts>
      <OrgnlPmtInfAndSts><OrgnlPmtInfId>\(message)-1</OrgnlPmtInfId>
      <TxInfAndSts><OrgnlInstrId>\(endToEndID)</OrgnlInstrId>\
      <OrgnlEndToEndId>\(endToEndID)</OrgnlEndToEndId><TxSts>\(status)</TxSts>\(why)</TxInfAndSts>
      </OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
      """
  }

  static func entry(id: String, _ booking: Town.Booking) -> String {
    let amount = "\(booking.amount / 100).\(String(booking.amount % 100 + 100).dropFirst())"
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn>
      <GrpHdr><MsgId>\(id)</MsgId><CreDtTm>2026-03-02T08:00:00</CreDtTm></GrpHdr>
      <Ntfctn><Id>\(id)</Id><CreDtTm>2026-03-02T08:00:00</CreDtTm>
      <Acct><Id><Othr><Id>\(booking.account)</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id>\
      <Ccy>NOK</Ccy></Acct>
      <Ntry><Amt Ccy="NOK">\(amount)</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
      <BookgDt><Dt>\(booking.date)</Dt></BookgDt><ValDt><Dt>\(booking.date)</Dt></ValDt>
      <AcctSvcrRef>\(booking.reference)</AcctSvcrRef>
      <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn>\
      </BkTxCd>
      <NtryDtls><TxDtls><Refs><EndToEndId>\(booking.endToEndID)</EndToEndId></Refs>\
      <AmtDtls><TxAmt><Amt Ccy="NOK">\(amount)</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls>
      </Ntry></Ntfctn></BkToCstmrDbtCdtNtfctn></Document>
      """
  }

  /// One payment of an entry.
  struct Entry {
    var endToEndID: String
    /// What left for it.
    var amount: Int64
    /// What the bank took beyond it and the entry's other payments.
    var fee: Int64 = 0
    var reference: String
  }

  /// What a notification tells, found by its tags.
  static func entries(of text: String) -> [Entry] {
    text.components(separatedBy: "<Ntry>").dropFirst().flatMap { entry -> [Entry] in
      let own = entry.components(separatedBy: "<NtryDtls>").first ?? ""
      var parts = entry.components(separatedBy: "<TxDtls>").dropFirst().compactMap { part in
        tag("EndToEndId", in: part).flatMap { id in
          tag("Amt", in: part).map { amount in
            Entry(
              endToEndID: id, amount: minor(amount),
              reference: tag("AcctSvcrRef", in: part) ?? tag("AcctSvcrRef", in: own) ?? "")
          }
        }
      }
      // The first bears the fee of them all.
      if let whole = tag("Amt", in: own), !parts.isEmpty {
        parts[0].fee = minor(whole) - parts.map(\.amount).reduce(0, +)
      }
      return parts
    }
  }

  private static func minor(_ amount: String) -> Int64 {
    let digits = amount.split(separator: ".", omittingEmptySubsequences: false)
    let minor = digits.count > 1 ? (digits[1] + "00").prefix(2) : "00"
    return (Int64(digits[0]) ?? 0) * 100 + (Int64(minor) ?? 0)
  }

  /// The text of the first element of the name that has no children.
  private static func tag(_ name: String, in text: String) -> String? {
    for part in text.components(separatedBy: "<\(name)").dropFirst() {
      guard let first = part.first, first == ">" || first == " ",
        let start = part.firstIndex(of: ">"),
        let end = part[start...].dropFirst().firstIndex(of: "<")
      else { continue }
      let found = part[part.index(after: start)..<end].trimmingCharacters(
        in: .whitespacesAndNewlines)
      if !found.isEmpty { return found }
    }
    return nil
  }
}
