/// The parts of an account identification while it is read.
struct AccountDraft: Sendable {
  var iban: String?
  var other: String?
  var scheme: String?
  var clearing: String?

  /// Nil if nothing stood there.
  func account() -> WrittenAccount? {
    if let iban { return WrittenAccount(scheme: .iban, id: iban) }
    guard let other else { return nil }
    let written: WrittenAccount.Scheme =
      switch scheme {
      case nil, "BBAN": .bban
      case "BGNR": .bankgiro
      case "PGNR": .plusgiro
      case "IBAN": .iban
      case let name?: .other(name)
      }
    return WrittenAccount(scheme: written, id: other, clearing: clearing)
  }

  /// Rules for what stands below an account element (`Id/IBAN`, `Id/Othr`).
  static func rules<State>(
    _ draft: any WritableKeyPath<State, AccountDraft> & Sendable
  ) -> [PathRule<State>] {
    [
      .text("Id/IBAN") { $0[keyPath: draft].iban = $1.string() },
      .text("Id/Othr/Id") { $0[keyPath: draft].other = $1.string() },
      .text("Id/Othr/SchmeNm/Cd|Prtry") { $0[keyPath: draft].scheme = $1.string() },
    ]
  }
}

extension XMLWriter {
  /// `IBAN`, or `Othr` with its scheme, inside `Id`.
  mutating func account(_ account: WrittenAccount) throws(XMLWriteFault) {
    try element("Id") { (xml) throws(XMLWriteFault) in
      guard account.scheme != .iban else { return try xml.leaf("IBAN", account.id, max: 34) }
      try xml.element("Othr") { (xml) throws(XMLWriteFault) in
        try xml.leaf("Id", account.id, max: 34)
        try xml.element("SchmeNm") { (xml) throws(XMLWriteFault) in
          switch account.scheme {
          case .iban, .bban: xml.leaf("Cd", "BBAN")
          case .bankgiro: xml.leaf("Prtry", "BGNR")
          case .plusgiro: xml.leaf("Prtry", "PGNR")
          case .other(let name): try xml.leaf("Prtry", name, max: 35)
          }
        }
      }
    }
  }

  /// A creditor's reference, inside `Strd`.
  mutating func reference(_ reference: WrittenReference) throws(XMLWriteFault) {
    try element("CdtrRefInf") { (xml) throws(XMLWriteFault) in
      if let type = reference.type {
        try xml.element("Tp") { (xml) throws(XMLWriteFault) in
          try xml.element("CdOrPrtry") { (xml) throws(XMLWriteFault) in
            // DocumentType3Code holds more, but a creditor's reference is SCOR.
            if type == "SCOR" { xml.leaf("Cd", type) } else { try xml.leaf("Prtry", type, max: 35) }
          }
          if let issuer = reference.issuer { try xml.leaf("Issr", issuer, max: 35) }
        }
      }
      try xml.leaf("Ref", reference.text, max: 35)
    }
  }
}
