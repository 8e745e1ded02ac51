package import Primitives

// Values as an ISO 20022 file writes them: what can be understood of it beside the text itself,
// since a bank's file can't be sent back for repair.

/// An `ISODateTime`, with offset or as local time.
package struct WrittenTime: Hashable, Sendable {
  package let text: String
  /// Times without an offset are taken as Central European.
  package let instant: Instant

  /// The local time with its offset, in whole seconds: how we write.
  package init(_ instant: Instant) {
    let local = instant.isoLocal(in: .centralEuropean)
    text = local
    self.instant = Instant(rfc3339: local) ?? instant
  }

  package init?(text: String) {
    if let instant = Instant(rfc3339: text) {
      self.instant = instant
    } else if let asUTC = Instant(rfc3339: text + "Z") {
      let summer = asUTC.adding(hours: -2)
      let isSummer = TimeZoneRule.centralEuropean.offsetSeconds(at: summer) == 7200
      self.instant = isSummer ? summer : asUTC.adding(hours: -1)
    } else {
      return nil
    }
    self.text = text
  }
}

/// An amount and its currency; `money` where it is exact in a currency we know.
package struct WrittenAmount: Hashable, Sendable {
  /// Decimal text, a point before the decimals.
  package let text: String
  package let currency: String
  package let money: Money?

  package init(_ money: Money) {
    text = money.decimalText
    currency = money.currency.code
    self.money = money
  }

  package init(text: String, currency: String) {
    self.text = text
    self.currency = currency
    money =
      if let known = try? Currency(currency) { try? Money(decimal: text, currency: known) } else {
        nil
      }
  }
}

/// An account identification; `number` where its form is known and its check digits are right.
package struct WrittenAccount: Hashable, Sendable {
  package enum Scheme: Hashable, Sendable {
    case iban
    /// `Othr/Id` with scheme `BBAN`, or with none.
    case bban
    /// `Othr/Id` with the proprietary scheme `BGNR`.
    case bankgiro
    /// `Othr/Id` with the proprietary scheme `PGNR`.
    case plusgiro
    case other(String)
  }

  package let scheme: Scheme
  package let id: String
  /// A Swedish clearing number that stood beside it (`ClrSysMmbId/MmbId`, system `SESBA`).
  package let clearing: String?
  package let number: AccountNumber?

  /// How Nordic banks want the number in pain.001.
  package init(_ number: AccountNumber) {
    self.number = number
    switch number {
    case .norwegian(let account): (scheme, id, clearing) = (.bban, account.digits, nil)
    case .iban(let iban): (scheme, id, clearing) = (.iban, iban.text, nil)
    case .bankgiro(let giro):
      (scheme, id, clearing) = (.bankgiro, giro.digits, Self.bankgiroClearing)
    case .plusgiro(let giro): (scheme, id, clearing) = (.bban, giro.digits, Self.plusgiroClearing)
    case .swedish(let account): (scheme, id, clearing) = (.bban, account.account, account.clearing)
    }
  }

  package init(scheme: Scheme, id: String, clearing: String? = nil) {
    self.scheme = scheme
    self.id = id
    self.clearing = clearing
    number = Self.number(scheme, id, clearing)
  }

  /// One account, one text: the number's stored form, without it what stands there in capitals and
  /// without spaces.
  package var text: String {
    if let number { return AccountNumber.normalised(number).text }
    return id.filter { !$0.isWhitespace }.uppercased()
  }

  package static let bankgiroClearing = "9900"
  package static let plusgiroClearing = "9960"

  private static func number(
    _ scheme: Scheme, _ id: String, _ clearing: String?
  ) -> AccountNumber? {
    switch (scheme, clearing) {
    case (.iban, _): try? AccountNumber(form: .iban, text: id)
    case (.bankgiro, _), (.bban, bankgiroClearing): try? AccountNumber(form: .bankgiro, text: id)
    case (.plusgiro, _), (.bban, plusgiroClearing): try? AccountNumber(form: .plusgiro, text: id)
    case (.bban, let clearing?):
      (try? SwedishAccountNumber(clearing: clearing, account: id)).map(AccountNumber.swedish)
    case (.bban, nil):
      // Some banks put an IBAN here.
      (try? AccountNumber(form: .norwegian, text: id))
        ?? (try? AccountNumber(form: .iban, text: id))
    case (.other, _): nil
    }
  }
}

/// A creditor's reference (`CdtrRefInf`) as written.
package struct WrittenReference: Hashable, Sendable {
  package let text: String
  /// `SCOR`, or what else the bank calls it.
  package let type: String?
  /// `ISO` for RF references.
  package let issuer: String?

  package init(text: String, type: String? = "SCOR", issuer: String? = nil) {
    self.text = text
    self.type = type
    self.issuer = issuer
  }
}

extension Span where Element == UInt8 {
  /// An `ISODate`; a zone after it is read over.
  package func date() throws(XMLFault) -> CalendarDate {
    guard let date = CalendarDate(isoPrefix: string()) else { throw notA("date (2026-03-31)") }
    return date
  }

  /// The day of an `ISODateTime`, as written.
  package func dayOfTime() throws(XMLFault) -> CalendarDate {
    guard let date = CalendarDate(iso: String(string().prefix(10))) else {
      throw notA("time (2026-03-31T09:00:00)")
    }
    return date
  }

  package func time() throws(XMLFault) -> WrittenTime {
    guard let time = WrittenTime(text: string()) else {
      throw notA("time (2026-03-31T09:00:00+02:00)")
    }
    return time
  }

  /// Text of which a part may be cut off at either end: blanks are kept, layout is not.
  package func continuation() -> String {
    let text = withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    return text.contains { $0.isNewline } ? string() : text
  }
}
