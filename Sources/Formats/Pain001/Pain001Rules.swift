internal import Primitives

// What a message must be before it is written, in the order of its elements. Never tolerant: what
// is wrong here a bank would refuse, often with the whole file.

extension Pain001 {
  /// Refuses the message with the first rule it breaks.
  package func check() throws(Pain001Error) {
    try Self.checkIdentifier(messageID, "GrpHdr/MsgId")
    try initiatingParty.check("GrpHdr/InitgPty")
    if paymentInformations.isEmpty { throw .nothingToPay(field: "PmtInf") }
    var groups: Set<String> = []
    var instructions: Set<String> = []
    var endToEnds: Set<String> = []
    for (index, group) in paymentInformations.enumerated() {
      let field = "PmtInf[\(index + 1)]"
      try Self.checkIdentifier(group.id, "\(field)/PmtInfId")
      guard groups.insert(group.id).inserted else {
        throw .duplicate(field: "\(field)/PmtInfId", value: group.id)
      }
      try group.check(field)
      for (index, transfer) in group.transactions.enumerated() {
        let field = "\(field)/CdtTrfTxInf[\(index + 1)]"
        try transfer.check(field, in: group)
        if let id = transfer.instructionID, !instructions.insert(id).inserted {
          throw .duplicate(field: "\(field)/PmtId/InstrId", value: id)
        }
        guard endToEnds.insert(transfer.endToEndID).inserted else {
          throw .duplicate(field: "\(field)/PmtId/EndToEndId", value: transfer.endToEndID)
        }
      }
    }
  }

  static func checkIdentifier(_ id: String, _ field: String) throws(Pain001Error) {
    guard PaymentText.isIdentifier(id) else {
      throw .identifier(field: field, value: String(id.prefix(50)))
    }
  }

  static func checkCode(_ code: String, _ field: String) throws(Pain001Error) {
    let isCode = code.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) }
    guard isCode, (1...4).contains(code.utf8.count) else {
      throw .identifier(field: field, value: String(code.prefix(50)))
    }
  }
}

extension Pain001.Party {
  fileprivate func check(_ field: String) throws(Pain001Error) {
    if let organisationID {
      try Pain001.checkIdentifier(organisationID, "\(field)/Id/OrgId/Othr/Id")
    }
    if let organisationScheme {
      try Pain001.checkCode(organisationScheme, "\(field)/Id/OrgId/Othr/SchmeNm/Cd")
    }
  }
}

extension Pain001.PaymentInformation {
  fileprivate func check(_ field: String) throws(Pain001Error) {
    if let serviceLevel {
      try Pain001.checkCode(serviceLevel.rawValue, "\(field)/PmtTpInf/SvcLvl/Cd")
    }
    if let categoryPurpose {
      try Pain001.checkCode(categoryPurpose, "\(field)/PmtTpInf/CtgyPurp/Cd")
    }
    try debtor.check("\(field)/Dbtr")
    guard debtorAccount.number != nil else {
      throw .account(field: "\(field)/DbtrAcct", value: String(debtorAccount.id.prefix(50)))
    }
    if transactions.isEmpty { throw .nothingToPay(field: "\(field)/CdtTrfTxInf") }
  }
}

extension Pain001.CreditTransfer {
  fileprivate func check(
    _ field: String, in group: Pain001.PaymentInformation
  ) throws(Pain001Error) {
    if let instructionID { try Pain001.checkIdentifier(instructionID, "\(field)/PmtId/InstrId") }
    try Pain001.checkIdentifier(endToEndID, "\(field)/PmtId/EndToEndId")
    guard amount.isPositive, amount.minorUnits < 1_000_000_000_000_000_000 else {
      throw .amount(field: "\(field)/Amt/InstdAmt", value: amount.decimalText)
    }
    if group.serviceLevel == .sepa, amount.currency != .eur {
      throw .combination(field: "\(field)/Amt/InstdAmt", why: "SEPA payments are in EUR")
    }
    try creditor.check("\(field)/Cdtr")
    guard let number = creditorAccount.number else {
      throw .account(field: "\(field)/CdtrAcct", value: String(creditorAccount.id.prefix(50)))
    }
    switch remittance {
    case .none, .unstructured: break
    case .documents(let documents):
      guard ReferredDocument.net(of: documents) == amount else {
        throw .combination(
          field: "\(field)/RmtInf/Strd", why: "invoices less credit notes are not the amount paid")
      }
    case .unverified(let text):
      throw .identifier(field: "\(field)/RmtInf/Strd/CdtrRefInf/Ref", value: text)
    case .structured(.message):
      throw .combination(
        field: "\(field)/RmtInf/Strd", why: "a message is no reference: send it as text")
    case .structured(let reference):
      if group.categoryPurpose == "SALA" {
        throw .combination(
          field: "\(field)/RmtInf/Strd", why: "salary carries no structured reference")
      }
      guard reference == .read(reference.text, issuer: reference.issuer, for: number, creditor)
      else {
        throw .combination(
          field: "\(field)/RmtInf/Strd/CdtrRefInf/Ref",
          why: "a reference of type \(reference.type.rawValue) does not fit the creditor's account")
      }
    }
  }
}

extension PaymentReference {
  /// `Issr` of the reference's type.
  var issuer: String? {
    if case .creditor = self { "ISO" } else { nil }
  }

  /// The kind of a SCOR reference: told by its issuer, else by the country of the creditor's
  /// account. Nil where no kind fits, or its check digit is wrong.
  static func read(
    _ text: String, issuer: String?, for account: AccountNumber?, _ creditor: Pain001.Party
  ) -> PaymentReference? {
    if issuer == "ISO" || text.hasPrefix("RF") {
      return try? PaymentReference(type: .creditor, text: text)
    }
    let country: CountryCode? =
      switch account {
      case .norwegian: .no
      case .bankgiro, .plusgiro, .swedish: .se
      case .iban(let iban): iban.countryCode
      case nil: creditor.country
      }
    switch country {
    case .no?: return try? PaymentReference(type: .kid, text: text)
    case .se?: return try? PaymentReference(type: .ocr, text: text)
    case .fi?: return try? PaymentReference(type: .finnish, text: text)
    default: return nil
    }
  }
}
