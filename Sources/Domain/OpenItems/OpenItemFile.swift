// A supplier ledger's open items as files give them: CSV (docs/open-items.md) or a UBL document. Either
// all of a file can be taken, or it is told what is wrong with it, all at once.

package import Formats
package import Primitives

/// One line of a file, or one document.
package struct ReadItem: Sendable, Equatable {
  package enum Content: Sendable, Equatable {
    case invoice(InvoiceReading)
    /// `number` as written.
    case other(
      OpenItem.Kind, supplierKey: String, supplierName: String, number: String, amount: Money,
      date: CalendarDate?)
  }

  package var place: FilePlace
  package var content: Content

  package init(place: FilePlace, content: Content) {
    self.place = place
    self.content = content
  }
}

package enum OpenItemFile {
  package enum Column: String, Sendable, CaseIterable {
    case kind, supplier, country, number, amount, currency, date, account, bic, reference
    case organisationNumber = "organisation_number"
    case accountForm = "account_form"
    case referenceType = "reference_type"
    case dueDate = "due_date"

    static let required: [Column] = [.kind, .supplier, .number, .amount, .currency]
  }

  /// The item of a document, or why it gives none.
  package static func read(
    _ document: UBLDocument, for company: Company, today: CalendarDate
  ) throws(InvoiceError) -> ReadItem {
    let start = FilePlace(line: 1, column: 1)
    if document.kind == .invoice, document.typeCode != "381" {
      return ReadItem(
        place: start, content: .invoice(try InvoiceReading(document, for: company, today: today)))
    }
    let number = String(document.id.plainLine.trimmed.prefix(140))
    guard !number.isEmpty else { throw .numberMissing }
    let name = (document.supplier.name ?? "").plainLine.trimmed
    return ReadItem(
      place: start,
      content: .other(
        .creditNote, supplierKey: InvoiceReading.supplierKey(document.supplier),
        supplierName: String(name.prefix(140)), number: number,
        amount: try InvoiceReading.amount(of: document),
        date: document.issueDate.flatMap { CalendarDate(isoPrefix: $0) }))
  }

  /// All items of a table, or all that is wrong with it.
  package static func read(_ table: CSVTable, today: CalendarDate) -> (
    items: [ReadItem], findings: [FileFinding]
  ) {
    var findings = table.findings, columns: [Column: Int] = [:]
    let head = FilePlace(line: 1, column: 1)
    for (index, name) in table.names.enumerated() {
      if let column = Column(rawValue: name) {
        columns[column] = index
      } else {
        let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
        findings.append(FileFinding(head, name, "there is no such column; known: \(known)"))
      }
    }
    for column in Column.required where columns[column] == nil {
      findings.append(FileFinding(head, column.rawValue, "the column is missing"))
    }
    guard findings.isEmpty else { return ([], findings) }
    let rows = table.rows.map { values in
      OpenItemRow(values: columns.mapValues { values[$0] }, start: values[0].place)
    }
    return read(rows, today: today)
  }

  /// All items of a stream, or all that is wrong with it; `line` is an item's number then.
  package static func read(_ items: [[Column: String]], today: CalendarDate) -> (
    items: [ReadItem], findings: [FileFinding]
  ) {
    let rows = items.enumerated().map { index, values in
      let place = FilePlace(line: index + 1, column: 1)
      return OpenItemRow(
        values: values.mapValues { CSVTable.Value(text: $0, place: place) }, start: place)
    }
    return read(rows, today: today)
  }

  private static func read(_ rows: [OpenItemRow], today: CalendarDate) -> (
    items: [ReadItem], findings: [FileFinding]
  ) {
    let marks = Set(
      rows.compactMap { $0.values[.amount] }.compactMap { AmountText.decimalMark(of: $0.text) })
    var items: [ReadItem] = [], findings: [FileFinding] = []
    for var row in rows {
      row.marks = marks
      if let content = row.read(today: today) {
        items.append(ReadItem(place: row.start, content: content))
      }
      findings += row.findings
    }
    return findings.isEmpty ? (items, []) : ([], findings)
  }
}

/// One line; goes on after what is wrong, so that all of it is told.
private struct OpenItemRow {
  let values: [OpenItemFile.Column: CSVTable.Value]
  let start: FilePlace
  /// The decimal marks that the file's amounts show.
  var marks: Set<Character> = []
  var findings: [FileFinding] = []

  init(values: [OpenItemFile.Column: CSVTable.Value], start: FilePlace) {
    self.values = values
    self.start = start
  }

  private func value(_ column: OpenItemFile.Column) -> String { values[column]?.text ?? "" }

  private mutating func note(_ column: OpenItemFile.Column, _ text: String) {
    findings.append(FileFinding(values[column]?.place ?? start, column.rawValue, text))
  }

  mutating func read(today: CalendarDate) -> ReadItem.Content? {
    let amount = amount()
    switch value(.kind).lowercased() {
    case "invoice":
      if let amount, amount.minorUnits <= 0 {
        note(.amount, "an invoice is more than zero; a credit note is of kind credit_note")
      }
      return invoice(amount, today)
    case "credit_note": return other(.creditNote, amount)
    case "payment": return other(.payment, amount)
    default:
      note(.kind, "\"\(value(.kind).prefix(40))\" is none of invoice, credit_note, payment")
      return nil
    }
  }

  private mutating func amount() -> Money? {
    guard let currency = try? Currency(value(.currency).uppercased()) else {
      note(.currency, "\"\(value(.currency).prefix(10))\" is no currency of ISO 4217")
      return nil
    }
    let text = value(.amount), shown = text.prefix(40)
    let decimal: String
    switch AmountText(text) {
    case .decimal(let found): decimal = found
    case .malformed:
      note(.amount, "\"\(shown)\" is no amount")
      return nil
    case .ambiguous(let mark, let fraction, let thousands):
      guard marks.count == 1 else {
        note(
          .amount, "\"\(shown)\" can be read in two ways; write the decimals: 1234.00 or 1234,00")
        return nil
      }
      decimal = marks.contains(mark) ? fraction : thousands
    }
    guard let amount = try? Money(decimal: decimal, currency: currency) else {
      note(.amount, "\"\(shown)\" has more decimals than \(currency.code), or is too large")
      return nil
    }
    guard amount.minorUnits.magnitude < UInt64(Payment.amountLimit), amount.minorUnits != 0 else {
      note(.amount, "the amount is zero, or more than a bank file carries")
      return nil
    }
    return amount
  }

  private mutating func other(_ kind: OpenItem.Kind, _ amount: Money?) -> ReadItem.Content? {
    let number = value(.number), name = value(.supplier)
    if number.isEmpty || !number.fits(scalars: 70) || !number.isPlainLine {
      note(.number, "a number has 1 to 70 visible characters")
    }
    if !name.fits(scalars: 140) || !name.isPlainLine
      || !name.contains(where: { $0.isLetter || $0.isNumber })
    {
      note(.supplier, "a supplier's name has 1 to 140 visible characters")
    }
    let country = country(), date = date(.date)
    guard let amount, findings.isEmpty else { return nil }
    // Accounting systems write what is in the company's favour with either sign.
    let favour = Money(minorUnits: abs(amount.minorUnits), currency: amount.currency)
    return .other(
      kind, supplierKey: supplierKey(country), supplierName: name, number: number, amount: favour,
      date: date)
  }

  private mutating func invoice(_ amount: Money?, _ today: CalendarDate) -> ReadItem.Content? {
    let country = country()
    _ = date(.date)
    var correction = PaymentCorrection()
    if !value(.supplier).isEmpty { correction.creditorName = value(.supplier) }
    if let account = account(country) { correction.creditorAccount = account }
    if !value(.bic).isEmpty { correction.creditorBIC = value(.bic) }
    correction.reference = reference()
    if let due = date(.dueDate) { correction.dueDate = due.iso }
    guard let amount, findings.isEmpty else { return nil }
    correction.amount = (amount.minorUnits, amount.currency.code)
    let item = SubmittedPayment(
      invoiceNumber: value(.number), organisationNumber: value(.organisationNumber),
      countryCode: country?.code ?? "", currencyCode: amount.currency.code, values: correction)
    do { return .invoice(try InvoiceReading(item, today: today)) } catch let refusal as any Refusal
    {
      let column = Self.columns[refusal.field ?? ""] ?? .number
      note(column, refusal.message)
    } catch { note(.number, "the line cannot be read") }
    return nil
  }

  /// The column of a field that a refusal names.
  private static let columns: [String: OpenItemFile.Column] = [
    "creditor.display_name": .supplier, "creditor_account": .account, "creditor_bic": .bic,
    "amount": .amount, "reference": .reference, "due_date": .dueDate,
    "invoice_number": .number, "creditor.country_code": .country,
  ]

  private mutating func country() -> CountryCode? {
    let text = value(.country).uppercased()
    if text.isEmpty { return nil }
    guard let country = try? CountryCode(text) else {
      note(.country, "\"\(text.prefix(10))\" is no country code; write two letters")
      return nil
    }
    return country
  }

  private mutating func date(_ column: OpenItemFile.Column) -> CalendarDate? {
    let text = value(column)
    if text.isEmpty { return nil }
    guard let date = CalendarDate(iso: text) else {
      note(column, "\"\(text.prefix(40))\" is no date; write YYYY-MM-DD")
      return nil
    }
    return date
  }

  /// A number's kind is given, or is an IBAN or a Norwegian account beyond doubt.
  private mutating func account(_ country: CountryCode?) -> (form: AccountForm, text: String)? {
    let text = value(.account), kind = value(.accountForm).uppercased()
    if text.isEmpty { return nil }
    if !kind.isEmpty {
      guard let form = AccountForm(rawValue: kind) else {
        let known = AccountForm.allCases.map(\.rawValue).joined(separator: ", ")
        note(.accountForm, "\"\(kind.prefix(40))\" is none of \(known)")
        return nil
      }
      return (form, text)
    }
    if (try? IBAN(text)) != nil { return (.iban, text) }
    if country != .se, (try? NorwegianAccountNumber(text)) != nil { return (.norwegian, text) }
    note(.accountForm, "say what kind of account \"\(text.prefix(40))\" is")
    return nil
  }

  private mutating func reference() -> (type: PaymentReferenceType, text: String)? {
    let text = value(.reference), kind = value(.referenceType).uppercased()
    if text.isEmpty { return nil }
    if kind.isEmpty { return (.message, text) }
    guard let type = PaymentReferenceType(rawValue: kind) else {
      let known = PaymentReferenceType.allCases.map(\.rawValue).joined(separator: ", ")
      note(.referenceType, "\"\(kind.prefix(40))\" is none of \(known)")
      return nil
    }
    return (type, text)
  }

  private func supplierKey(_ country: CountryCode?) -> String {
    var party = UBLDocument.Party()
    let number = value(.organisationNumber)
    party.legalID = number.isEmpty ? nil : number
    party.registrationName = value(.supplier)
    party.country = country?.code
    return InvoiceReading.supplierKey(party)
  }
}
