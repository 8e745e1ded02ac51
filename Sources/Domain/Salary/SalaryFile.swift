// From a file to salaries: every row is valid, or nothing of the file is taken.

import Crypto
import Formats
package import Primitives

/// One salary.
package struct Salary: Sendable, Equatable {
  package var terms: PaymentTerms
  /// The payroll program's own number of the person; may be empty.
  package var employee: String
  /// Of the file; 0 where it has no lines.
  package var line: Int
}

/// What a file asks for.
package struct SalaryFile: Sendable, Equatable {
  package var payDate: CalendarDate
  package var salaries: [Salary]
  package var total: Money

  /// A table; what it leaves out follows from the company's country.
  package init(table bytes: [UInt8], payDate: CalendarDate?, of company: Company)
    throws(SalaryError)
  {
    guard let payDate else { throw .payDateMissing }
    let rows: [SalaryTable.Row]
    do { rows = try SalaryTable.read(bytes, limit: SalaryBatch.limit) } catch {
      throw .unreadable(error.line > 0 ? "line \(error.line): \(error.why)" : error.why)
    }
    guard rows.count <= SalaryBatch.limit else { throw .tooMany(limit: SalaryBatch.limit) }
    let rules = SalaryTerms(of: company, payDate: payDate)
    try self.init(
      payDate: payDate, rules: rules,
      try rows.map { row throws(SalaryError) in try rules.salary(row) })
  }

  /// A pain.001 file of salaries alone. Who pays, and from which account, the file does not decide.
  package init(message bytes: [UInt8], of company: Company) throws(SalaryError) {
    let message: Pain001
    do { message = try Pain001.read(bytes) } catch { throw .unreadable("\(error)") }
    let groups = message.paymentInformations
    guard groups.allSatisfy({ $0.categoryPurpose == SalaryBatch.categoryPurpose }) else {
      throw .unreadable("a group is not salary: its CtgyPurp/Cd is not SALA")
    }
    let dates = Set(groups.map(\.requestedExecutionDate))
    guard let payDate = dates.first, dates.count == 1 else {
      throw .unreadable("it has several execution dates; one batch has one pay day")
    }
    for number in groups.compactMap(\.debtor.organisationID)
    where number.filter(\.isNumber) != company.organisationNumber.digits {
      throw .otherCompany
    }
    let transfers = groups.flatMap(\.transactions)
    guard transfers.count <= SalaryBatch.limit else { throw .tooMany(limit: SalaryBatch.limit) }
    let rules = SalaryTerms(of: company, payDate: payDate)
    var salaries: [Salary] = []
    for (index, transfer) in transfers.enumerated() {
      salaries.append(try rules.salary(transfer, number: index + 1))
    }
    try self.init(payDate: payDate, rules: rules, salaries)
  }

  private init(payDate: CalendarDate, rules: SalaryTerms, _ salaries: [Salary])
    throws(SalaryError)
  {
    if salaries.isEmpty { throw .nothingToPay }
    var seen: [String: Int] = [:], total = Money.zero(rules.currency)
    for (index, salary) in salaries.enumerated() {
      let line = salary.line > 0 ? salary.line : index + 1
      if let other = seen.updateValue(line, forKey: salary.canonicalText) {
        throw .rowTwice(line: line, other: other)
      }
      do { total = try total.adding(salary.terms.amount) } catch {
        throw .rowInvalid(line: line, "the sum is larger than a bank file carries; divide it.")
      }
    }
    guard total.minorUnits < Payment.amountLimit else {
      throw .rowInvalid(line: 0, "The sum is larger than a bank file carries; divide it.")
    }
    self.payDate = payDate
    self.salaries = salaries
    self.total = total
  }

  /// SHA-256 of what is paid, in one order: the same salaries are the same batch, whatever the form
  /// of the file and the order of its rows.
  package var contentDigest: [UInt8] {
    let text =
      "bureau/salary/v1\n\(payDate.iso)\n" + salaries.map(\.canonicalText).sorted().joined()
    return Array(SHA256.hash(data: Array(text.utf8)))
  }
}

extension Salary {
  /// No value holds a line break.
  fileprivate var canonicalText: String {
    """
    \(terms.creditorName ?? "")
    \(terms.creditorAccount?.text ?? "") \(terms.amount.minorUnits) \(terms.amount.currency.code)
    \(terms.reference?.text ?? "")
    \(employee)

    """
  }
}

/// What holds for the salaries of one company.
private struct SalaryTerms {
  let country: CountryCode
  let currency: Currency
  let payDate: CalendarDate

  init(of company: Company, payDate: CalendarDate) {
    country = company.organisationNumber.country
    currency = country == .se ? .sek : .nok
    self.payDate = payDate
  }

  private var standardText: String { country == .se ? "Lön" : "Lønn" }

  func salary(_ row: SalaryTable.Row) throws(SalaryError) -> Salary {
    let line = row.line
    if !row[.currency].isEmpty, row[.currency].uppercased() != currency.code {
      throw .rowInvalid(line: line, "a salary is paid in \(currency.code).")
    }
    let amount: Money
    do {
      amount = try Money(
        decimal: row[.amount].replacing(",", with: "."), currency: currency)
    } catch { throw .rowInvalid(line: line, error.message + ".") }
    let account: AccountNumber
    do { account = try read(row[.account]) } catch {
      throw .rowInvalid(line: line, error.message)
    }
    return try salary(
      name: row[.name], account, amount, text: row[.text], employee: row[.employee], line: line,
      said: line)
  }

  func salary(_ transfer: Pain001.CreditTransfer, number: Int) throws(SalaryError) -> Salary {
    guard let account = transfer.creditorAccount.number else {
      throw .rowInvalid(line: 0, "Payment \(number): its account is none.")
    }
    let text: String
    switch transfer.remittance {
    case .none: text = ""
    case .unstructured(let words): text = words
    case .structured, .documents, .unverified:
      throw .rowInvalid(
        line: 0, "Payment \(number): a salary carries no structured reference.")
    }
    guard transfer.amount.currency == currency else {
      throw .rowInvalid(line: 0, "Payment \(number): a salary is paid in \(currency.code).")
    }
    return try salary(
      name: transfer.creditor.name, account, transfer.amount, text: text, employee: "", line: 0,
      said: 0)
  }

  private func salary(
    name: String, _ account: AccountNumber, _ amount: Money, text: String, employee: String,
    line: Int, said: Int
  ) throws(SalaryError) -> Salary {
    let name = name.trimmed, text = text.trimmed, account = AccountNumber.normalised(account)
    guard !name.isEmpty, name.fits(scalars: 140), name.isPlainLine else {
      throw .rowInvalid(line: said, "the name must have 1 to 140 characters, all of them visible.")
    }
    guard text.fits(scalars: 140), text.isPlainLine else {
      throw .rowInvalid(line: said, "the text has at most 140 characters, all of them visible.")
    }
    guard employee.fits(scalars: 35), employee.isPlainLine else {
      throw .rowInvalid(
        line: said, "the employee's number has at most 35 characters, all of them visible.")
    }
    guard account.isPersonal, account.country == country else {
      throw .rowInvalid(
        line: said, "\(account.display) is no account in the country that a salary is paid to.")
    }
    guard amount.isPositive, amount.minorUnits < Payment.amountLimit else {
      throw .rowInvalid(line: said, "the amount must be more than zero, and fit a bank file.")
    }
    return Salary(
      terms: PaymentTerms(
        creditorName: name, creditorCountry: country, creditorAccount: account, creditorBIC: nil,
        amount: amount, reference: .message(text.isEmpty ? standardText : text), dueDate: payDate),
      employee: employee, line: line)
  }

  private func read(_ text: String) throws(IdentifierError) -> AccountNumber {
    let looksLikeIBAN = text.prefix(2).allSatisfy { $0.isASCII && $0.isLetter } && !text.isEmpty
    let form: AccountForm = looksLikeIBAN ? .iban : country == .se ? .swedish : .norwegian
    return try AccountNumber(form: form, text: text)
  }
}

extension AccountNumber {
  /// Giro numbers are of businesses: nobody's salary goes there.
  var isPersonal: Bool {
    switch self {
    case .norwegian, .swedish, .iban: true
    case .bankgiro, .plusgiro: false
    }
  }
}
