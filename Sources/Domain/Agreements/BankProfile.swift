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
  package var channel: Channel
  /// Payments are executed only after a final signature in the bank's own online bank.
  package var finalSignatureInBank: Bool
  /// What its application form asks for, in order; empty: it wants no application.
  package var application: [ApplicationField]

  /// How the bank is reached: what the set-up needs follows from it (roles-and-flows §4.3).
  package enum Channel: String, Sendable, CaseIterable {
    /// PSD2: electronic set-up, no contact with the bank.
    case api
    /// Files: an agreement must be applied for at the bank.
    case file
  }

  package enum ApplicationField: String, Sendable, CaseIterable {
    case company, organisationNumber, address, account, currency, kind, bureau, signer, mobile,
      email, fileFormat, senderID
  }

  /// Whether a debtor account may be written in this form at this bank.
  package func holds(_ account: AccountNumber) -> Bool {
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
