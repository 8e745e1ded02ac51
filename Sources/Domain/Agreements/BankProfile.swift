package import Formats
package import Primitives

/// What is particular to one bank, as data: a new bank is a new row, not new code.
package struct BankProfile: Sendable, Equatable {
  /// The name in the API: `dnb`, `seb`, …
  package var id: String
  package var displayName: String
  package var country: CountryCode
  package var bic: BIC
  /// Raised when anything here changes how a payment is rendered; part of what is signed.
  package var version: Int
  /// A file that arrives later than this, local time, is executed the next banking day.
  package var cutOffHour: Int
  /// Banking days after the execution date without a final answer: then the payment is in doubt.
  package var answerDays: Int
  package var calendar: BankingCalendar
  /// The currency that its domestic payments are made in.
  package var domesticCurrency: Currency
  /// The forms that its domestic payments may be addressed to.
  package var domesticForms: Set<AccountForm>
  /// How it wants names and messages written.
  package var rendering: Pain001.Rendering

  /// The supported banks (A-20: a list that grows).
  package static let all: [BankProfile] =
    ([
      norwegian("dnb", "DNB", "DNBANOKK"),
      norwegian("nordea-no", "Nordea Norge", "NDEANOKK"),
      norwegian("sparebank1", "SpareBank 1", "SPRONO22"),
      swedish("handelsbanken", "Handelsbanken", "HANDSESS"),
      swedish("nordea", "Nordea", "NDEASESS"),
      swedish("seb", "SEB", "ESSESESS"),
    ] as [BankProfile?]).compactMap(\.self)

  package static func named(_ id: String) -> BankProfile? { all.first { $0.id == id } }

  /// The zone of cut-offs, due dates and banking days.
  package var zone: TimeZoneRule { .centralEuropean }

  private static func norwegian(_ id: String, _ name: String, _ bic: String) -> BankProfile? {
    guard let bic = try? BIC(bic) else { return nil }
    return BankProfile(
      id: id, displayName: name, country: .no, bic: bic, version: 1, cutOffHour: 14,
      answerDays: 3, calendar: .norway, domesticCurrency: .nok, domesticForms: [.norwegian],
      rendering: Pain001.Rendering(characterSet: .nordic))
  }

  private static func swedish(_ id: String, _ name: String, _ bic: String) -> BankProfile? {
    guard let bic = try? BIC(bic) else { return nil }
    return BankProfile(
      id: id, displayName: name, country: .se, bic: bic, version: 1, cutOffHour: 13,
      answerDays: 3, calendar: .sweden, domesticCurrency: .sek,
      domesticForms: [.bankgiro, .plusgiro, .swedish],
      rendering: Pain001.Rendering(characterSet: .swedish))
  }

  /// Whether a debtor account may be written in this form at this bank.
  func holds(_ account: AccountNumber) -> Bool {
    switch (account, country) {
    case (.norwegian, .no), (.bankgiro, .se), (.swedish, .se): true
    case (.iban(let iban), _): iban.countryCode == country
    default: false
    }
  }
}

/// How a payment travels: decided by the creditor's account and the currency.
package enum PaymentRoute: Sendable, Equatable {
  /// Within the country of the form, in its currency.
  case domestic(CountryCode)
  /// Euro to an IBAN: the bank finds the way.
  case sepa
  /// Anything else to an IBAN: needs the creditor's bank as BIC.
  case crossBorder

  package init?(to account: AccountNumber, in currency: Currency) {
    switch account {
    case .norwegian: self = currency == .nok ? .domestic(.no) : .crossBorder
    case .bankgiro, .plusgiro, .swedish:
      guard currency == .sek else { return nil }
      self = .domestic(.se)
    case .iban(let iban):
      if iban.countryCode == .se, currency == .sek {
        self = .domestic(.se)
      } else {
        self = currency == .eur ? .sepa : .crossBorder
      }
    }
  }
}
