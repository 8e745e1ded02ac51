// What payments are searched by; fields narrow the result together.

package import Primitives

/// Which payments are meant. What is nil or empty leaves all of them in.
package struct PaymentFilter: Sendable, Equatable {
  package var states: Set<PaymentState> = []
  /// The creditor's account, as accounts are stored.
  package var creditorAccount: String?
  /// Found in the creditor's name, the invoice number or the reference: a pattern of `SearchText`.
  package var pattern: String?
  package var currency: Currency?
  package var minimum: Int64?
  package var maximum: Int64?
  package var earliestDueDate: CalendarDate?
  package var latestDueDate: CalendarDate?
  /// `InvoiceReading.supplierKey`
  package var supplierKey: String?
  /// The bundle that carries it, or has carried it.
  package var transfer: ID<Transfer>?
  /// Salaries of this batch only.
  package var salary: ID<SalaryBatch>?

  package init() {}
}

/// The same as a person types it.
package struct PaymentQuery: Sendable, Equatable {
  package var states: Set<PaymentState> = []
  package var creditorAccount = ""
  package var text = ""
  package var currency = ""
  /// 0: no bound.
  package var minimum: Int64 = 0
  package var maximum: Int64 = 0
  package var earliestDueDate = ""
  package var latestDueDate = ""
  package var supplier = ""
  package var transfer: ID<Transfer>?
  package var salary: ID<SalaryBatch>?
  /// Two fields exclude each other: nothing is meant.
  package var isNothing = false

  package init() {}

  /// Parsed, once; what is no value of its field is refused.
  package func filter() throws(PaymentFilterError) -> PaymentFilter {
    var filter = PaymentFilter()
    filter.states = states
    filter.creditorAccount = try account()
    do { filter.pattern = try SearchText.pattern(text) } catch {
      throw .textTooLong(limit: 100)
    }
    if !currency.isEmpty {
      guard let known = try? Currency(currency) else {
        throw .currencyUnknown(String(currency.prefix(10)))
      }
      filter.currency = known
    }
    guard minimum >= 0, maximum >= 0, maximum == 0 || minimum <= maximum else {
      throw .amountsInvalid
    }
    filter.minimum = minimum > 0 ? minimum : nil
    filter.maximum = maximum > 0 ? maximum : nil
    filter.earliestDueDate = try Self.date(earliestDueDate, "earliest_due_date")
    filter.latestDueDate = try Self.date(latestDueDate, "latest_due_date")
    if let from = filter.earliestDueDate, let to = filter.latestDueDate, from > to {
      throw .datesInvalid
    }
    if !supplier.isEmpty {
      let digits = supplier.filter(\.isNumber)
      guard supplier.allSatisfy({ $0.isNumber || " -.\u{A0}".contains($0) }),
        9...10 ~= digits.count
      else { throw .supplierInvalid }
      filter.supplierKey = "org:\(digits)"
    }
    filter.transfer = transfer
    filter.salary = salary
    return filter
  }

  /// Without the spaces, dots and hyphens that people write; a national IBAN as the account it is.
  private func account() throws(PaymentFilterError) -> String? {
    let text = creditorAccount.filter { !" .-\u{A0}".contains($0) }.uppercased()
    if text.isEmpty { return nil }
    guard 3...34 ~= text.utf8.count, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else { throw .accountInvalid }
    guard let iban = try? AccountNumber(form: .iban, text: text) else { return text }
    return AccountNumber.normalised(iban).text
  }

  private static func date(_ text: String, _ field: String) throws(PaymentFilterError)
    -> CalendarDate?
  {
    if text.isEmpty { return nil }
    guard let date = CalendarDate(iso: text) else {
      throw .dateInvalid(field: field, String(text.prefix(40)))
    }
    return date
  }
}

/// Why a search is refused, in the order it is checked.
package enum PaymentFilterError: Refusal, Equatable {
  case accountInvalid
  case textTooLong(limit: Int)
  case currencyUnknown(String)
  case amountsInvalid
  case dateInvalid(field: String, String)
  case datesInvalid
  case supplierInvalid

  package var kind: RefusalKind { .invalidArgument }

  package var reason: String {
    switch self {
    case .accountInvalid: "FILTER_ACCOUNT_INVALID"
    case .textTooLong: "FILTER_TEXT_TOO_LONG"
    case .currencyUnknown: "FILTER_CURRENCY_UNKNOWN"
    case .amountsInvalid: "FILTER_AMOUNTS_INVALID"
    case .dateInvalid: "FILTER_DATE_INVALID"
    case .datesInvalid: "FILTER_DATES_INVALID"
    case .supplierInvalid: "FILTER_SUPPLIER_INVALID"
    }
  }

  package var field: String? {
    switch self {
    case .accountInvalid: "filter.creditor_account"
    case .textTooLong: "filter.text"
    case .currencyUnknown: "filter.currency_code"
    case .amountsInvalid: "filter.max_amount_minor_units"
    case .dateInvalid(let field, _): "filter.\(field)"
    case .datesInvalid: "filter.latest_due_date"
    case .supplierInvalid: "filter.supplier"
    }
  }

  package var message: String {
    switch self {
    case .accountInvalid:
      "An account is searched by its whole number: 3 to 34 letters and digits."
    case .textTooLong(let limit): "The text to search for has at most \(limit) characters."
    case .currencyUnknown(let code): "\(code) is no currency of ISO 4217."
    case .amountsInvalid:
      "The amounts must not be negative, and the largest not below the smallest."
    case .dateInvalid(_, let text): "\(text) is no date; write YYYY-MM-DD."
    case .datesInvalid: "The latest due date lies before the earliest."
    case .supplierInvalid: "A supplier is searched by its organisation number: 9 or 10 digits."
    }
  }
}
