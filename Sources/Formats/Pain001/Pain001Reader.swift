internal import Primitives

extension Pain001 {
  /// What a file says of its own content (`NbOfTxs`, `CtrlSum`).
  package struct Totals: Sendable, Equatable {
    package var count: Int?
    package var sum: String?
  }

  /// A message as read, with the totals it claims.
  package struct Reading: Sendable, Equatable {
    package var message: Pain001
    package var totals: Totals
    /// One for each payment information.
    package var groupTotals: [Totals]

    /// The claims that the content does not bear out; empty for a sound file.
    package var contradictions: [Contradiction] {
      var found = totals.contradictions(
        message.paymentInformations.flatMap(\.transactions), "GrpHdr", nil)
      for (group, claimed) in zip(message.paymentInformations, groupTotals) {
        found += claimed.contradictions(group.transactions, "PmtInf", group.id)
      }
      return found
    }
  }

  /// A total that is not what the file holds.
  package struct Contradiction: Sendable, Equatable {
    /// `GrpHdr/NbOfTxs`, `PmtInf/CtrlSum` …
    package let field: String
    package let paymentInformationID: String?
    package let claimed: String
    package let actual: String
  }

  /// Reads any version from .02 to .13 whose shapes we know; totals are not judged.
  package static func read(_ bytes: [UInt8]) throws(XMLFault) -> Pain001 {
    try reading(bytes).message
  }

  /// Every element that is looked at.
  package static var elementPaths: [String] { Pain001Reader.table.paths }

  /// As `read`, with the totals the file claims.
  package static func reading(
    _ bytes: [UInt8], limits: XMLLimits = XMLLimits()
  ) throws(XMLFault) -> Reading {
    let state = try XMLReader.read(
      bytes, by: Pain001Reader.table, into: Pain001Reader(), limits: limits)
    return try state.reading()
  }
}

extension Pain001.Totals {
  fileprivate func contradictions(
    _ transfers: [Pain001.CreditTransfer], _ element: String, _ group: String?
  ) -> [Pain001.Contradiction] {
    var found: [Pain001.Contradiction] = []
    if let count, count != transfers.count {
      found.append(
        Pain001.Contradiction(
          field: "\(element)/NbOfTxs", paymentInformationID: group, claimed: String(count),
          actual: String(transfers.count)))
    }
    let actual = Pain001.controlSum(of: transfers.lazy.map(\.amount))
    if let sum, Self.plain(sum) != Self.plain(actual) {
      found.append(
        Pain001.Contradiction(
          field: "\(element)/CtrlSum", paymentInformationID: group, claimed: sum, actual: actual))
    }
    return found
  }

  /// Decimal text without zeros and a point that mean nothing.
  private static func plain(_ text: String) -> Substring {
    var text = text.drop { $0 == "0" || $0 == "+" }
    if text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return text
  }
}

/// The message while it is read.
private struct Pain001Reader: Sendable {
  private struct PartyDraft: Sendable {
    var name = ""
    var country: CountryCode?
    var town: String?
    var organisationID: String?
    var organisationScheme: String?

    var party: Pain001.Party {
      Pain001.Party(
        name: name, country: country, town: town, organisationID: organisationID,
        organisationScheme: organisationScheme)
    }
  }
  private struct GroupDraft: Sendable {
    var id: String?
    var method: String?
    var batchBooking: Bool?
    var serviceLevel: Pain001.ServiceLevel?
    var categoryPurpose: String?
    var date: CalendarDate?
    var debtor = PartyDraft()
    var account = AccountDraft()
    var currency: Currency?
    var bic: BIC?
    var bearer: Pain001.ChargeBearer?
    var transfers: [Pain001.CreditTransfer] = []
  }
  /// One `Strd`.
  private struct DocumentDraft: Sendable {
    var kind: String?
    var number: String?
    var currency = ""
    var remitted: Money?
    var credited: Money?
    /// A second number or amount: what is told cannot be told apart.
    var isMixed = false

    var document: ReferredDocument? {
      guard !isMixed, let number, let kind = kind.flatMap(ReferredDocument.Kind.init),
        let amount = kind == .invoice ? remitted : credited,
        kind == .invoice ? credited == nil : remitted == nil
      else { return nil }
      return ReferredDocument(kind: kind, number: number, amount: amount)
    }
  }
  private struct TransferDraft: Sendable {
    var instructionID: String?
    var endToEndID: String?
    var currency = ""
    var amount: Money?
    var bic: BIC?
    var creditor = PartyDraft()
    var account = AccountDraft()
    var texts: [String] = []
    var references: [(text: String, issuer: String?)] = []
    var issuer: String?
    var documents: [ReferredDocument] = []
    var document = DocumentDraft()
  }

  private var messageID: String?
  private var time: WrittenTime?
  private var initiator = PartyDraft()
  private var totals = Pain001.Totals()
  private var groupTotals: [Pain001.Totals] = []
  private var groups: [Pain001.PaymentInformation] = []
  private var group = GroupDraft()
  private var transfer = TransferDraft()

  func reading() throws(XMLFault) -> Pain001.Reading {
    guard let messageID else { throw XMLFault(.value, "GrpHdr/MsgId is missing") }
    guard let time else { throw XMLFault(.value, "GrpHdr/CreDtTm is missing") }
    if groups.isEmpty { throw XMLFault(.value, "the message has no PmtInf") }
    return Pain001.Reading(
      message: Pain001(
        messageID: messageID, creationTime: time, initiatingParty: initiator.party,
        paymentInformations: groups), totals: totals, groupTotals: groupTotals)
  }

  static let table = PathTable<Pain001Reader>(
    namespaces: ["": ["urn:iso:std:iso:20022:tech:xsd:pain.001.001.*"]],
    [
      .element(
        "Document/CstmrCdtTrfInitn",
        [
          .text("GrpHdr/MsgId") { $0.messageID = $1.string() },
          .text("GrpHdr/CreDtTm") { (s, v) throws(XMLFault) in s.time = try v.time() },
          .text("GrpHdr/NbOfTxs") { (s, v) throws(XMLFault) in s.totals.count = try v.integer() },
          .text("GrpHdr/CtrlSum") { $0.totals.sum = $1.string() },
          .element("GrpHdr/InitgPty", party(\.initiator)),
          .element(
            "PmtInf", open: { $0.openGroup() },
            close: { (s) throws(XMLFault) in try s.closeGroup() }, groupRules + [transferRule]),
        ])
    ])

  private static let groupRules: [PathRule<Pain001Reader>] = [
    .text("PmtInfId") { $0.group.id = $1.string() },
    .text("PmtMtd") { $0.group.method = $1.string() },
    .text("BtchBookg") { (s, v) throws(XMLFault) in s.group.batchBooking = try v.boolean() },
    .text("NbOfTxs") { (s, v) throws(XMLFault) in
      s.groupTotals[s.groupTotals.count - 1].count = try v.integer()
    },
    .text("CtrlSum") { $0.groupTotals[$0.groupTotals.count - 1].sum = $1.string() },
    .text("PmtTpInf/SvcLvl/Cd|Prtry") {
      $0.group.serviceLevel = Pain001.ServiceLevel(rawValue: $1.string())
    },
    .text("PmtTpInf/CtgyPurp/Cd|Prtry") { $0.group.categoryPurpose = $1.string() },
    .text("ReqdExctnDt/Dt?") { (s, v) throws(XMLFault) in s.group.date = try v.date() },
    .text("ReqdExctnDt/DtTm") { (s, v) throws(XMLFault) in s.group.date = try v.dayOfTime() },
    .element("Dbtr", party(\.group.debtor)),
    .element("DbtrAcct", AccountDraft.rules(\.group.account)),
    .text("DbtrAcct/Ccy") { (s, v) throws(XMLFault) in s.group.currency = try v.currency() },
    .text("DbtrAgt/FinInstnId/BIC|BICFI") { (s, v) throws(XMLFault) in s.group.bic = try v.bic() },
    .text("DbtrAgt/FinInstnId/ClrSysMmbId/MmbId") { $0.group.account.clearing = $1.string() },
    .text("ChrgBr") { (s, v) throws(XMLFault) in
      guard let bearer = Pain001.ChargeBearer(rawValue: v.string()) else {
        throw v.notA("charge bearer (SHAR, SLEV, DEBT or CRED)")
      }
      s.group.bearer = bearer
    },
  ]

  private static let transferRule = PathRule<Pain001Reader>.element(
    "CdtTrfTxInf", open: { $0.transfer = TransferDraft() },
    close: { (s) throws(XMLFault) in try s.closeTransfer() },
    [
      .text("PmtId/InstrId") { $0.transfer.instructionID = $1.string() },
      .text("PmtId/EndToEndId") { $0.transfer.endToEndID = $1.string() },
      .text("Amt/InstdAmt", attributes: ["Ccy": { $0.transfer.currency = $1.string() }]) {
        (s, v) throws(XMLFault) in
        s.transfer.amount = try v.money(currency: s.transfer.currency)
      },
      .text("CdtrAgt/FinInstnId/BIC|BICFI") { (s, v) throws(XMLFault) in
        s.transfer.bic = try v.bic()
      },
      .text("CdtrAgt/FinInstnId/ClrSysMmbId/MmbId") { $0.transfer.account.clearing = $1.string() },
      .element("Cdtr", party(\.transfer.creditor)),
      .element("CdtrAcct", AccountDraft.rules(\.transfer.account)),
      .text("RmtInf/Ustrd") { $0.transfer.texts.append($1.string()) },
      .element(
        "RmtInf/Strd", open: { $0.transfer.document = DocumentDraft() },
        close: { $0.closeDocument() }, documentRules),
    ])

  private static let documentRules: [PathRule<Pain001Reader>] = [
    .element(
      "CdtrRefInf", open: { $0.transfer.issuer = nil },
      [
        .text("Tp/Issr") { $0.transfer.issuer = $1.string() },
        .text("Ref") { $0.transfer.references.append(($1.string(), $0.transfer.issuer)) },
      ]),
    .text("RfrdDocInf/Tp/CdOrPrtry/Cd") { $0.transfer.document.kind = $1.string() },
    .text("RfrdDocInf/Nb") {
      $0.transfer.document.isMixed = $0.transfer.document.number != nil
      $0.transfer.document.number = $1.string()
    },
    .text(
      "RfrdDocAmt/RmtdAmt", attributes: ["Ccy": { $0.transfer.document.currency = $1.string() }]
    ) {
      (s, v) throws(XMLFault) in
      s.transfer.document.remitted = try v.money(currency: s.transfer.document.currency)
    },
    .text(
      "RfrdDocAmt/CdtNoteAmt", attributes: ["Ccy": { $0.transfer.document.currency = $1.string() }]
    ) { (s, v) throws(XMLFault) in
      s.transfer.document.credited = try v.money(currency: s.transfer.document.currency)
    },
  ]

  private static func party(
    _ draft: any WritableKeyPath<Pain001Reader, PartyDraft> & Sendable
  ) -> [PathRule<Pain001Reader>] {
    [
      .text("Nm") { $0[keyPath: draft].name = $1.string() },
      .text("PstlAdr/TwnNm") { $0[keyPath: draft].town = $1.string() },
      .text("PstlAdr/Ctry") { (s, v) throws(XMLFault) in
        do { s[keyPath: draft].country = try CountryCode(v.string()) } catch {
          throw v.notA("country (two capital letters)")
        }
      },
      .text("Id/OrgId/Othr/Id") { $0[keyPath: draft].organisationID = $1.string() },
      .text("Id/OrgId/Othr/SchmeNm/Cd|Prtry") {
        $0[keyPath: draft].organisationScheme = $1.string()
      },
    ]
  }

  private mutating func openGroup() {
    group = GroupDraft()
    groupTotals.append(Pain001.Totals())
  }

  private mutating func closeGroup() throws(XMLFault) {
    guard let id = group.id else { throw XMLFault(.value, "PmtInfId is missing") }
    guard group.method == "TRF" else { throw XMLFault(.value, "PmtMtd is not TRF") }
    guard let date = group.date else { throw XMLFault(.value, "ReqdExctnDt is missing") }
    guard let account = group.account.account() else {
      throw XMLFault(.value, "DbtrAcct is missing")
    }
    if group.transfers.isEmpty { throw XMLFault(.value, "the group has no CdtTrfTxInf") }
    groups.append(
      Pain001.PaymentInformation(
        id: id, batchBooking: group.batchBooking, serviceLevel: group.serviceLevel,
        categoryPurpose: group.categoryPurpose, requestedExecutionDate: date,
        debtor: group.debtor.party, debtorAccount: account, debtorAccountCurrency: group.currency,
        debtorAgentBIC: group.bic, chargeBearer: group.bearer, transactions: group.transfers))
  }

  private mutating func closeTransfer() throws(XMLFault) {
    guard let endToEndID = transfer.endToEndID else {
      throw XMLFault(.value, "PmtId/EndToEndId is missing")
    }
    guard let amount = transfer.amount else { throw XMLFault(.value, "Amt/InstdAmt is missing") }
    guard let account = transfer.account.account() else {
      throw XMLFault(.value, "CdtrAcct is missing")
    }
    group.transfers.append(
      Pain001.CreditTransfer(
        instructionID: transfer.instructionID, endToEndID: endToEndID, amount: amount,
        creditorAgentBIC: transfer.bic, creditor: transfer.creditor.party,
        creditorAccount: account, remittance: try remittance(account)))
  }

  private mutating func closeDocument() {
    if let document = transfer.document.document { transfer.documents.append(document) }
  }

  private func remittance(_ account: WrittenAccount) throws(XMLFault) -> Pain001.Remittance {
    // Taking one and dropping the other would show less than what is paid.
    if transfer.references.count + min(transfer.texts.count, 1) > 1 {
      throw XMLFault(.value, "RmtInf has more than one reference, or a reference and a text")
    }
    if let reference = transfer.references.first {
      let known = PaymentReference.read(
        reference.text, issuer: reference.issuer, for: account.number, transfer.creditor.party)
      return known.map { .structured($0) } ?? .unverified(reference.text)
    }
    if transfer.texts.isEmpty, !transfer.documents.isEmpty { return .documents(transfer.documents) }
    return transfer.texts.isEmpty ? .none : .unstructured(transfer.texts.joined(separator: " "))
  }
}

extension Span where Element == UInt8 {
  fileprivate func currency() throws(XMLFault) -> Currency {
    do { return try Currency(string()) } catch { throw XMLFault(.value, error.message) }
  }

  fileprivate func bic() throws(XMLFault) -> BIC {
    do { return try BIC(string()) } catch { throw XMLFault(.value, error.message) }
  }

  fileprivate func money(currency code: String) throws(XMLFault) -> Money {
    do {
      return try Money(decimal: string(), currency: Currency(code))
    } catch {
      throw XMLFault(.value, error.message)
    }
  }
}
