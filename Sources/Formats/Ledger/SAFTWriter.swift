import Primitives

/// SAF-T Financial, the Norwegian Tax Administration's version 1.30: accounts, suppliers and
/// vouchers.
package enum SAFTWriter {
  /// - Throws: A name or text that does not fit; nothing is cut.
  package static func write(_ book: LedgerBook) throws(XMLWriteFault) -> [UInt8] {
    var xml = XMLWriter(reserving: 64 << 10)
    xml.start("AuditFile", ["xmlns": "urn:StandardAuditFile-Taxation-Financial:NO"])
    try header(book, &xml)
    try masterFiles(book, &xml)
    try entries(book, &xml)
    xml.end()
    return xml.finish()
  }

  private static func header(_ book: LedgerBook, _ xml: inout XMLWriter) throws(XMLWriteFault) {
    xml.start("Header")
    xml.leaf("AuditFileVersion", "1.30")
    xml.leaf("AuditFileCountry", "NO")
    xml.leaf("AuditFileDateCreated", book.created.iso)
    xml.leaf("SoftwareCompanyName", "Bureau")
    xml.leaf("SoftwareID", "Bureau")
    try xml.leaf("SoftwareVersion", book.programVersion, max: 18)
    xml.start("Company")
    xml.leaf("RegistrationNumber", book.organisationNumber)
    try xml.leaf("Name", book.companyName, max: 256)
    xml.start("Address")
    try xml.leaf("StreetName", book.street, max: 256)
    try xml.leaf("City", book.town, max: 256)
    try xml.leaf("PostalCode", book.postalCode, max: 70)
    xml.leaf("Country", book.country.code)
    xml.end()
    // The schema wants a person; the company itself stands for the unknown one.
    xml.start("Contact")
    xml.start("ContactPerson")
    xml.leaf("FirstName", "NotUsed")
    try xml.leaf("LastName", String(book.companyName.prefix(70)), max: 70)
    xml.end()
    xml.end()
    xml.end()
    xml.leaf("DefaultCurrencyCode", book.currency.code)
    xml.start("SelectionCriteria")
    xml.leaf("SelectionStartDate", book.from.iso)
    xml.leaf("SelectionEndDate", book.through.iso)
    xml.end()
    xml.leaf("HeaderComment", "Vouchers of bank payments; balances are those of these vouchers.")
    xml.leaf("TaxAccountingBasis", "A")
    xml.end()
  }

  private static func masterFiles(_ book: LedgerBook, _ xml: inout XMLWriter)
    throws(XMLWriteFault)
  {
    guard !book.accounts.isEmpty else { return }
    xml.start("MasterFiles")
    xml.start("GeneralLedgerAccounts")
    for account in book.accounts {
      xml.start("Account")
      try xml.leaf("AccountID", account.number, max: 70)
      try xml.leaf("AccountDescription", account.name, max: 256)
      xml.leaf("GroupingCategory", category(account.number))
      xml.leaf("GroupingCode", String(account.number.prefix(4)))
      xml.leaf("AccountType", "GL")
      balance(account.opening, "OpeningDebitBalance", "OpeningCreditBalance", book, &xml)
      balance(account.closing, "ClosingDebitBalance", "ClosingCreditBalance", book, &xml)
      xml.end()
    }
    xml.end()
    if !book.suppliers.isEmpty {
      xml.start("Suppliers")
      for supplier in book.suppliers {
        xml.start("Supplier")
        try xml.leaf("Name", supplier.name, max: 256)
        try xml.leaf("SupplierID", supplier.id, max: 35)
        xml.start("BalanceAccount")
        xml.leaf("AccountID", supplier.account)
        balance(supplier.opening, "OpeningDebitBalance", "OpeningCreditBalance", book, &xml)
        balance(supplier.closing, "ClosingDebitBalance", "ClosingCreditBalance", book, &xml)
        xml.end()
        xml.end()
      }
      xml.end()
    }
    xml.end()
  }

  /// The groups of the business specification (næringsspesifikasjon) by class of account.
  private static func category(_ number: String) -> String {
    switch number.prefix(2) {
    case "10", "11", "12", "13": "balanseverdiForAnleggsmiddel"
    case "14", "15", "16", "17", "18", "19": "balanseverdiForOmloepsmiddel"
    case "20": "egenkapital"
    case "21", "22": "langsiktigGjeld"
    case "23", "24", "25", "26", "27", "28", "29": "kortsiktigGjeld"
    case "80": "finansinntekt"
    case "81": "finanskostnad"
    default: number.hasPrefix("3") ? "salgsinntekt" : "annenDriftskostnad"
    }
  }

  private static func balance(
    _ amount: Int64, _ debit: StaticString, _ credit: StaticString, _ book: LedgerBook,
    _ xml: inout XMLWriter
  ) {
    let sum = Money(minorUnits: Int64(clamping: amount.magnitude), currency: book.currency)
    xml.leaf(amount < 0 ? credit : debit, sum.decimalText)
  }

  private static func entries(_ book: LedgerBook, _ xml: inout XMLWriter) throws(XMLWriteFault) {
    let amounts = book.entries.flatMap(\.lines).map(\.amount)
    xml.start("GeneralLedgerEntries")
    xml.leaf("NumberOfEntries", String(book.entries.count))
    // A book's sums stay within what one amount may be; see `Ledger`.
    xml.leaf("TotalDebit", book.decimal(amounts.filter { $0 > 0 }.reduce(0, &+)))
    xml.leaf("TotalCredit", book.decimal(0 &- amounts.filter { $0 < 0 }.reduce(0, &+)))
    if !book.entries.isEmpty {
      xml.start("Journal")
      xml.leaf("JournalID", "B")
      xml.leaf("Description", "Payments through Bureau")
      xml.leaf("Type", "B")
      for entry in book.entries { try transaction(entry, book, &xml) }
      xml.end()
    }
    xml.end()
  }

  private static func transaction(
    _ entry: LedgerBook.Entry, _ book: LedgerBook, _ xml: inout XMLWriter
  ) throws(XMLWriteFault) {
    xml.start("Transaction")
    xml.leaf("TransactionID", String(entry.number))
    xml.leaf("Period", String(entry.date.month))
    xml.leaf("PeriodYear", String(entry.date.year))
    xml.leaf("TransactionDate", entry.date.iso)
    try xml.leaf("Description", entry.text, max: 256)
    xml.leaf("SystemEntryDate", entry.entryDate.iso)
    xml.leaf("GLPostingDate", entry.date.iso)
    for (index, line) in entry.lines.enumerated() {
      xml.start("Line")
      xml.leaf("RecordID", String(index + 1))
      xml.leaf("AccountID", line.account)
      if let supplier = line.supplier { try xml.leaf("SupplierID", supplier, max: 35) }
      try xml.leaf("Description", line.text, max: 256)
      let amount = Money(
        minorUnits: Int64(clamping: line.amount.magnitude), currency: book.currency)
      xml.start(line.amount < 0 ? "CreditAmount" : "DebitAmount")
      xml.leaf("Amount", amount.decimalText)
      xml.end()
      xml.end()
    }
    xml.end()
  }
}
