// From an invoice as its supplier wrote it to the terms of a payment. What cannot be used is left
// out and named, never guessed: a person fills it in (P-07). What makes a payment impossible is
// refused.

package import Formats
package import Primitives

/// Why an invoice becomes no payment at all, in the order it is checked.
package enum InvoiceError: Refusal, Equatable {
  case missing
  case tooLarge(limitBytes: Int)
  case unreadable(String)
  case creditNote
  case numberMissing
  case currencyUnknown(String)
  case amountInvalid(String)
  case amountNotPositive
  case dueDateInvalid(String)
  case duplicate

  package var kind: RefusalKind {
    switch self {
    case .creditNote, .duplicate: .failedPrecondition
    default: .invalidArgument
    }
  }

  package var reason: String {
    switch self {
    case .missing: "INVOICE_MISSING"
    case .tooLarge: "INVOICE_TOO_LARGE"
    case .unreadable: "INVOICE_UNREADABLE"
    case .creditNote: "INVOICE_IS_CREDIT_NOTE"
    case .numberMissing: "INVOICE_NUMBER_MISSING"
    case .currencyUnknown: "INVOICE_CURRENCY_UNKNOWN"
    case .amountInvalid: "INVOICE_AMOUNT_INVALID"
    case .amountNotPositive: "INVOICE_AMOUNT_NOT_POSITIVE"
    case .dueDateInvalid: "INVOICE_DUE_DATE_INVALID"
    case .duplicate: "INVOICE_DUPLICATE"
    }
  }

  package var field: String? { "content" }

  package var message: String {
    switch self {
    case .missing: "The request holds no document; send the bytes of a UBL file."
    case .tooLarge(let limit):
      "The document is larger than \(limit) bytes; send it without enclosures."
    case .unreadable(let why): "The document cannot be read as a UBL invoice: \(why)"
    case .creditNote:
      "This is a credit note: there is nothing to pay. Take it in as an open item, and set it off."
    case .numberMissing: "The invoice has no number (cbc:ID); ask the supplier for a proper one."
    case .currencyUnknown(let code): "\(code) is no currency of ISO 4217; ask the supplier."
    case .amountInvalid(let text):
      "\(text) is no amount in the invoice's currency; ask the supplier."
    case .amountNotPositive: "The amount to pay is zero or less: there is nothing to pay."
    case .dueDateInvalid(let text): "\(text) is no date; the due date must be YYYY-MM-DD."
    case .duplicate:
      "This invoice of the same supplier is here already; see the payment made from it."
    }
  }
}

/// What one invoice says about its payment.
package struct InvoiceReading: Sendable, Equatable {
  package var number: String
  package var supplierKey: String
  package var terms: PaymentTerms
  package var asWritten: AsWritten
  package var warnings: [PaymentWarning]

  /// The number for comparing: a supplier does not tell invoices apart by case or blanks.
  package var numberKey: String { number.lowercased().filter { !$0.isWhitespace } }

  init(
    number: String, supplierKey: String, terms: PaymentTerms, asWritten: AsWritten,
    warnings: [PaymentWarning]
  ) {
    self.number = number
    self.supplierKey = supplierKey
    self.terms = terms
    self.asWritten = asWritten
    self.warnings = warnings
  }

  /// Reads `document` for `company`; `today` is the company's own date.
  package init(_ document: UBLDocument, for company: Company, today: CalendarDate)
    throws(InvoiceError)
  {
    guard document.kind == .invoice, document.typeCode != "381" else { throw .creditNote }
    number = String(document.id.plainLine.trimmed.prefix(140))
    guard !number.isEmpty else { throw .numberMissing }
    let amount = try Self.amount(of: document)
    let dueDate = try Self.dueDate(of: document)
    let payee = document.payee ?? document.supplier
    let country = document.supplier.country.flatMap { try? CountryCode($0) }
    let means = Self.means(of: document, country: country)
    let account = means.flatMap { Self.account(of: $0, country: country) }
    let written = means?.paymentIDs.first?.trimmed ?? ""
    let reference = Self.reference(written, to: account, country: country, number: number)
    let name = payee.name?.plainLine.trimmed ?? ""
    terms = PaymentTerms(
      creditorName: name.isEmpty ? nil : String(name.prefix(140)), creditorCountry: country,
      creditorAccount: account, creditorBIC: means?.branchID.flatMap { try? BIC($0) },
      amount: amount, reference: reference, dueDate: dueDate)
    asWritten = AsWritten(
      account: account == nil ? means?.accountID.map { String($0.prefix(140)) } : nil,
      reference: reference == nil && !written.isEmpty ? String(written.prefix(140)) : nil)
    supplierKey = Self.supplierKey(document.supplier)
    warnings = []
    if !Self.names(document.buyer, company) { warnings.append(.buyerIsAnother) }
    if let dueDate, dueDate < today { warnings.append(.overdue) }
    if asWritten.account != nil { warnings.append(.accountUnusable) }
    if asWritten.reference != nil { warnings.append(.referenceUnusable) }
  }

  static func amount(of document: UBLDocument) throws(InvoiceError) -> Money {
    let code = document.payableCurrency ?? document.currency
    guard let currency = try? Currency(code) else {
      throw .currencyUnknown(String(code.prefix(10)))
    }
    let text = document.payableAmount ?? ""
    guard let amount = try? Money(decimal: text, currency: currency) else {
      throw .amountInvalid(String(text.prefix(40)))
    }
    guard amount.isPositive else { throw .amountNotPositive }
    guard amount.minorUnits < Payment.amountLimit else {
      throw .amountInvalid(String(text.prefix(40)))
    }
    return amount
  }

  private static func dueDate(of document: UBLDocument) throws(InvoiceError) -> CalendarDate? {
    guard let text = document.dueDate, !text.isEmpty else { return nil }
    guard let date = CalendarDate(isoPrefix: text) else {
      throw .dueDateInvalid(String(text.prefix(40)))
    }
    return date
  }

  /// The first means of payment with an account that can be used, else the first of all.
  private static func means(of document: UBLDocument, country: CountryCode?)
    -> UBLDocument.PaymentMeans?
  {
    document.paymentMeans.first { account(of: $0, country: country) != nil }
      ?? document.paymentMeans.first
  }

  /// The creditor's account. A number's kind is read from its mark, never guessed: seven digits
  /// can be valid both as bankgiro and as plusgiro (identifiers.md).
  static func account(of means: UBLDocument.PaymentMeans, country: CountryCode?)
    -> AccountNumber?
  {
    guard let text = means.accountID?.trimmed, !text.isEmpty else { return nil }
    let branch = means.branchID?.trimmed ?? ""
    let marks = [branch, means.accountIDScheme ?? "", means.name ?? ""].map { $0.uppercased() }
    func marked(_ words: String...) -> Bool {
      marks.contains { mark in words.contains { mark == $0 || mark.hasSuffix(":" + $0) } }
    }
    if marked("BANKGIRO", "BG", "BGNR", "9900") {
      return (try? Bankgiro(text)).map(AccountNumber.bankgiro)
    }
    if marked("PLUSGIRO", "PG", "PGNR", "9960") {
      return (try? Plusgiro(text)).map(AccountNumber.plusgiro)
    }
    if let iban = try? IBAN(text) { return AccountNumber.normalised(.iban(iban)) }
    if country != .se, let account = try? NorwegianAccountNumber(text) {
      return .norwegian(account)
    }
    if country == .se {
      // Without a mark, up to eight digits may be bankgiro, plusgiro or an account.
      if branch.isEmpty, text.filter(\.isNumber).count <= 8 { return nil }
      let account =
        try? branch.allSatisfy(\.isNumber) && !branch.isEmpty
        ? SwedishAccountNumber(clearing: branch, account: text) : SwedishAccountNumber(text)
      return account.map(AccountNumber.swedish)
    }
    return nil
  }

  /// The reference for the payee: a structured one where the account's country has it. One with
  /// a wrong check digit is none (nil); where the invoice gives none, its number is the message.
  static func reference(
    _ written: String, to account: AccountNumber?, country: CountryCode?, number: String
  ) -> PaymentReference? {
    if written.isEmpty { return try? PaymentReference(type: .message, text: number) }
    let compact = written.filter { !$0.isWhitespace }
    if compact.uppercased().hasPrefix("RF"), compact.dropFirst(2).prefix(2).allSatisfy(\.isNumber) {
      return (try? CreditorReference(compact)).map(PaymentReference.creditor)
    }
    let digits = compact.allSatisfy { $0.isASCII && $0.isNumber }
    switch (account, country) {
    case (.norwegian, _), (nil, .some(.no)):
      let isKID = digits || (compact.hasSuffix("-") && compact.dropLast().allSatisfy(\.isNumber))
      if isKID { return (try? KID(compact)).map(PaymentReference.kid) }
    case (.bankgiro, _), (.plusgiro, _), (nil, .some(.se)):
      if digits { return (try? SwedishOCR(compact)).map(PaymentReference.ocr) }
    case (.iban(let iban), _) where iban.countryCode == .fi:
      if digits { return (try? FinnishReference(compact)).map(PaymentReference.finnish) }
    default: break
    }
    return try? PaymentReference(type: .message, text: String(written.prefix(140)))
  }

  /// One text for one supplier: the strongest identifier that the invoice gives.
  static func supplierKey(_ party: UBLDocument.Party) -> String {
    // An organisation number is the same whether it stands plain or as a VAT number.
    let home = party.country.flatMap { try? CountryCode($0) }
    for value in [party.legalID, party.vatID, party.endpointID].compactMap(\.self) {
      for country in [home, .no, .se].compactMap(\.self) {
        if let number = try? OrganisationNumber(value, country: country) {
          return "org:\(number.digits)"
        }
      }
    }
    for (kind, value) in [
      ("org", party.legalID), ("vat", party.vatID), ("endpoint", party.endpointID),
      ("name", party.name),
    ] {
      let compact = (value ?? "").lowercased().filter { $0.isLetter || $0.isNumber }
      guard !compact.isEmpty else { continue }
      // A name is one supplier's within its country only.
      let place = kind == "name" ? home.map { "\($0.code.lowercased()):" } ?? "" : ""
      return "\(kind):\(place)\(compact.prefix(80))"
    }
    return "unknown"
  }

  private static func names(_ buyer: UBLDocument.Party, _ company: Company) -> Bool {
    [buyer.legalID, buyer.vatID, buyer.endpointID].contains { value in
      guard let value else { return false }
      let own = company.organisationNumber
      return (try? OrganisationNumber(value, country: own.country)) == own
        || value.filter(\.isNumber) == own.digits
    }
  }
}
