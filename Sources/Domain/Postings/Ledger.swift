// A company's vouchers of a period, for other accounting programs.

import Crypto
import Formats
package import Primitives

package enum LedgerFormat: String, Sendable, CaseIterable {
  /// SIE 4I, for import into Swedish programs.
  case sie
  /// SAF-T Financial 1.30, as the Norwegian Tax Administration asks for it.
  case saft

  package var fileEnding: String { self == .sie ? "si" : "xml" }
}

/// Why a ledger is not written, in the order it is checked.
package enum LedgerError: Refusal, Equatable {
  case formatMissing
  case dateInvalid(field: String)
  case periodInvalid
  case countryUnfit
  case tooMany(limit: Int)
  case currencyOther(voucher: Int64, Currency)
  case sumTooLarge
  case textUnfit(String)

  package var kind: RefusalKind {
    switch self {
    case .formatMissing, .dateInvalid, .periodInvalid, .tooMany: .invalidArgument
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .formatMissing: "LEDGER_FORMAT_MISSING"
    case .dateInvalid: "LEDGER_DATE_INVALID"
    case .periodInvalid: "LEDGER_PERIOD_INVALID"
    case .countryUnfit: "LEDGER_FORMAT_OF_ANOTHER_COUNTRY"
    case .tooMany: "LEDGER_TOO_LARGE"
    case .currencyOther: "LEDGER_CURRENCY"
    case .sumTooLarge: "LEDGER_SUM_TOO_LARGE"
    case .textUnfit: "LEDGER_TEXT_UNFIT"
    }
  }

  package var field: String? {
    switch self {
    case .formatMissing, .countryUnfit: "format"
    case .dateInvalid(let field): field
    case .periodInvalid, .tooMany: "through_date"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .formatMissing: "Say in which format: SIE or SAF_T."
    case .dateInvalid(let field): "The date in \(field) cannot be read; write it as 2026-03-31."
    case .periodInvalid: "The period ends before it begins."
    case .countryUnfit: "SAF-T Financial is for Norwegian companies; use SIE for this one."
    case .tooMany(let limit):
      "The period has more than \(limit) vouchers; export shorter periods, one after the other."
    case .currencyOther(let number, let currency):
      "Voucher \(number) is in \(currency.code); a ledger is in the company's own currency. End the"
        + " period before it."
    case .sumTooLarge: "The sums outgrow 16 digits; export shorter periods."
    case .textUnfit(let element): "What \(element) holds does not fit the format."
    }
  }
}

/// A voucher with whom its payments went to: what the first lines stand for, one for each payment.
package struct LedgerVoucher: Sendable, Equatable {
  package struct Supplier: Sendable, Hashable {
    package var key: String
    package var name: String
    package init(key: String, name: String) {
      self.key = key
      self.name = name
    }
  }

  package var voucher: Voucher
  package var suppliers: [Supplier]

  package init(voucher: Voucher, suppliers: [Supplier]) {
    self.voucher = voucher
    self.suppliers = suppliers
  }
}

/// What stood on the accounts before a period.
package struct LedgerOpening: Sendable, Equatable {
  package struct AccountSum: Sendable, Equatable {
    package var account: LedgerAccount
    package var sum: Money
    package init(account: LedgerAccount, sum: Money) {
      self.account = account
      self.sum = sum
    }
  }

  package struct SupplierSum: Sendable, Equatable {
    package var supplier: LedgerVoucher.Supplier
    package var sum: Money
    package init(supplier: LedgerVoucher.Supplier, sum: Money) {
      self.supplier = supplier
      self.sum = sum
    }
  }

  /// A sum for each currency.
  package var accounts: [AccountSum] = []
  package var suppliers: [SupplierSum] = []

  package init() {}
}

/// What somebody asks for.
package struct LedgerPeriod: Sendable, Equatable {
  package var format: LedgerFormat
  package var from: CalendarDate
  package var through: CalendarDate

  package init(format: LedgerFormat?, from: CalendarDate, through: CalendarDate)
    throws(LedgerError)
  {
    guard let format else { throw .formatMissing }
    guard from <= through else { throw .periodInvalid }
    self.format = format
    self.from = from
    self.through = through
  }

  /// Vouchers in one file.
  package static let limit = 20_000

  /// `988077917-20260101-20260131.xml`
  package func fileName(of company: Company) -> String {
    let parts = [company.organisationNumber.digits, from.iso, through.iso]
    return parts.joined(separator: "-").replacing(":", with: "") + "." + format.fileEnding
  }

  /// The file's bytes.
  package func write(
    _ vouchers: [LedgerVoucher], opening: LedgerOpening, of company: Company,
    at time: Instant, programVersion: String
  ) throws(LedgerError) -> [UInt8] {
    let country = company.organisationNumber.country
    guard format == .sie || country == .no else { throw .countryUnfit }
    guard vouchers.count <= Self.limit else { throw .tooMany(limit: Self.limit) }
    var ledger = Ledger(opening, currency: company.currency)
    let entries = try vouchers.map { voucher throws(LedgerError) in try ledger.add(voucher) }
    let chart = ChartOfAccounts(of: company)
    let book = LedgerBook(
      companyName: company.displayName, organisationNumber: company.organisationNumber.digits,
      street: company.street, postalCode: company.postalCode, town: company.town,
      country: country == .se ? .se : .no, currency: ledger.currency, from: from,
      through: through, created: time.date(in: .centralEuropean),
      programVersion: programVersion, accounts: ledger.accounts(chart),
      suppliers: ledger.suppliers(chart), entries: entries)
    switch format {
    case .sie: return SIEWriter.write(book)
    case .saft:
      do throws(XMLWriteFault) { return try SAFTWriter.write(book) } catch {
        throw .textUnfit(error.element)
      }
    }
  }
}

/// Adds vouchers up.
private struct Ledger {
  let currency: Currency
  private var opening: [String: Int64] = [:]
  private var closing: [String: Int64] = [:]
  private var openingOf: [LedgerVoucher.Supplier: Int64] = [:]
  private var closingOf: [LedgerVoucher.Supplier: Int64] = [:]
  /// Debits of all vouchers: no other sum is larger.
  private var turnover: Int64 = 0

  /// Sixteen digits and two decimals are what SAF-T holds.
  private static let limit: Int64 = 100_000_000_000_000_000

  init(_ opening: LedgerOpening, currency: Currency) {
    self.currency = currency
    for found in opening.accounts where found.sum.currency == currency {
      self.opening[found.account.number] = found.sum.minorUnits
    }
    for found in opening.suppliers where found.sum.currency == currency {
      openingOf[found.supplier] = found.sum.minorUnits
    }
    closing = self.opening
    closingOf = openingOf
  }

  mutating func add(_ posted: LedgerVoucher) throws(LedgerError) -> LedgerBook.Entry {
    let voucher = posted.voucher
    var lines: [LedgerBook.Line] = []
    for (index, line) in voucher.lines.enumerated() {
      guard line.amount.currency == currency else {
        throw .currencyOther(voucher: voucher.number, line.amount.currency)
      }
      let amount = line.amount.minorUnits
      let supplier = index < posted.suppliers.count ? posted.suppliers[index] : nil
      closing[line.ledgerAccount.number] = try sum(
        closing[line.ledgerAccount.number] ?? 0, amount)
      if let supplier { closingOf[supplier] = try sum(closingOf[supplier] ?? 0, amount) }
      if amount > 0 { turnover = try sum(turnover, amount) }
      lines.append(
        LedgerBook.Line(
          account: line.ledgerAccount.number, amount: amount,
          text: line.text.isEmpty ? "Payment" : line.text, supplier: supplier?.ledgerID))
    }
    return LedgerBook.Entry(
      number: voucher.number, date: voucher.date,
      entryDate: voucher.postTime?.date(in: .centralEuropean) ?? voucher.date,
      text: lines.first?.text ?? "Payment", lines: lines)
  }

  private func sum(_ a: Int64, _ b: Int64) throws(LedgerError) -> Int64 {
    let (sum, overflows) = a.addingReportingOverflow(b)
    guard !overflows, sum.magnitude < Self.limit.magnitude else { throw .sumTooLarge }
    return sum
  }

  func accounts(_ chart: ChartOfAccounts) -> [LedgerBook.Account] {
    Set(opening.keys).union(closing.keys).sorted().map { number in
      LedgerBook.Account(
        number: number, name: chart.name(of: LedgerAccount(number: number)),
        opening: opening[number] ?? 0, closing: closing[number] ?? 0)
    }
  }

  func suppliers(_ chart: ChartOfAccounts) -> [LedgerBook.Supplier] {
    // One key may have borne several names: the account is one, the last name in order stands.
    var found: [String: LedgerBook.Supplier] = [:]
    for supplier in Set(openingOf.keys).union(closingOf.keys).sorted(by: { $0.name < $1.name }) {
      let id = supplier.ledgerID
      var entry =
        found[id]
        ?? LedgerBook.Supplier(
          id: id, name: supplier.name, account: chart.supplierLedger.number, opening: 0,
          closing: 0)
      entry.name = supplier.name.isEmpty ? id : supplier.name
      entry.opening &+= openingOf[supplier] ?? 0
      entry.closing &+= closingOf[supplier] ?? 0
      found[id] = entry
    }
    return found.values.sorted { $0.id < $1.id }
  }
}

extension LedgerVoucher.Supplier {
  /// The key where it fits, a digest of it where it does not.
  fileprivate var ledgerID: String {
    if key.utf8.count <= 35, !key.isEmpty, key.isPlainLine { return key }
    return String(SHA256.hash(data: Array(key.utf8)).hexText.prefix(32))
  }
}

extension ChartOfAccounts {
  /// What an account is called in its country's chart.
  func name(of account: LedgerAccount) -> String {
    switch account {
    case Self.norwegian.supplierLedger: "Leverandørgjeld"
    case Self.norwegian.bank: "Bankinnskudd"
    case Self.norwegian.salaries: "Skyldig lønn"
    case Self.norwegian.cost: "Annen kostnad"
    case Self.norwegian.inputTax: "Inngående merverdiavgift"
    case Self.norwegian.bankFees: "Bankgebyrer"
    case Self.norwegian.rounding: "Øreavrunding"
    case Self.norwegian.exchangeGain: "Valutagevinst"
    case Self.norwegian.exchangeLoss: "Valutatap"
    case Self.swedish.supplierLedger: "Leverantörsskulder"
    case Self.swedish.bank: "Företagskonto"
    case Self.swedish.salaries: "Löneskulder"
    case Self.swedish.cost: "Övriga externa kostnader"
    case Self.swedish.inputTax: "Debiterad ingående moms"
    case Self.swedish.bankFees: "Bankkostnader"
    case Self.swedish.rounding: "Öres- och kronutjämning"
    case Self.swedish.exchangeGain: "Valutakursvinster"
    case Self.swedish.exchangeLoss: "Valutakursförluster"
    default: "Konto \(account.number)"
    }
  }
}

extension Company {
  /// Of its books.
  package var currency: Currency { organisationNumber.country == .se ? .sek : .nok }
}
