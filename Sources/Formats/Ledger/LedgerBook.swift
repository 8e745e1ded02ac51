// Vouchers as they go to other accounting programs: what SIE and SAF-T are written from.

package import Primitives

/// The vouchers of one company in a period, in one currency.
package struct LedgerBook: Sendable, Equatable {
  package struct Account: Sendable, Equatable {
    package var number: String
    package var name: String
    /// Minor units before the period, and at its end; debit is positive.
    package var opening: Int64
    package var closing: Int64

    package init(number: String, name: String, opening: Int64, closing: Int64) {
      self.number = number
      self.name = name
      self.opening = opening
      self.closing = closing
    }
  }

  package struct Supplier: Sendable, Equatable {
    /// At most 35 characters, unique in the book.
    package var id: String
    package var name: String
    /// The ledger account that its debt stands on.
    package var account: String
    package var opening: Int64
    package var closing: Int64

    package init(id: String, name: String, account: String, opening: Int64, closing: Int64) {
      self.id = id
      self.name = name
      self.account = account
      self.opening = opening
      self.closing = closing
    }
  }

  package struct Line: Sendable, Equatable {
    package var account: String
    /// Minor units; debit is positive, credit negative.
    package var amount: Int64
    package var text: String
    package var supplier: String?

    package init(account: String, amount: Int64, text: String, supplier: String? = nil) {
      self.account = account
      self.amount = amount
      self.text = text
      self.supplier = supplier
    }
  }

  package struct Entry: Sendable, Equatable {
    package var number: Int64
    package var date: CalendarDate
    /// When it was entered.
    package var entryDate: CalendarDate
    package var text: String
    package var lines: [Line]

    package init(
      number: Int64, date: CalendarDate, entryDate: CalendarDate, text: String, lines: [Line]
    ) {
      self.number = number
      self.date = date
      self.entryDate = entryDate
      self.text = text
      self.lines = lines
    }
  }

  package var companyName: String
  /// Digits alone.
  package var organisationNumber: String
  package var street: String
  package var postalCode: String
  package var town: String
  package var country: CountryCode
  package var currency: Currency
  package var from: CalendarDate
  package var through: CalendarDate
  /// The day on which it is written.
  package var created: CalendarDate
  package var programVersion: String
  package var accounts: [Account]
  package var suppliers: [Supplier]
  package var entries: [Entry]

  package init(
    companyName: String, organisationNumber: String, street: String, postalCode: String,
    town: String, country: CountryCode, currency: Currency, from: CalendarDate,
    through: CalendarDate, created: CalendarDate, programVersion: String, accounts: [Account],
    suppliers: [Supplier], entries: [Entry]
  ) {
    self.companyName = companyName
    self.organisationNumber = organisationNumber
    self.street = street
    self.postalCode = postalCode
    self.town = town
    self.country = country
    self.currency = currency
    self.from = from
    self.through = through
    self.created = created
    self.programVersion = programVersion
    self.accounts = accounts
    self.suppliers = suppliers
    self.entries = entries
  }
}

extension LedgerBook {
  /// `-1250.00`, with the decimals of the currency.
  func decimal(_ minorUnits: Int64) -> String {
    Money(minorUnits: minorUnits, currency: currency).decimalText
  }
}
