// Open records on their way in, from a file or a stream: all of them, or all that is wrong with them.

import BureauAPI
import Crypto
import Domain
import Engine
import Formats
import Primitives
import Storage

/// What they are read from.
struct OpenItemSource: Sendable {
  enum Content: Sendable {
    case table(CSVTable)
    case document(UBLDocument)
    case unreadable(String)
    case items([[OpenItemFile.Column: String]])
  }

  let bytes: [UInt8]
  let content: Content

  init(items: [[OpenItemFile.Column: String]], bytes: [UInt8]) {
    self.bytes = bytes
    content = .items(items)
  }

  init(file bytes: [UInt8]) {
    self.bytes = bytes
    // XML begins with a bracket, after its mark and blanks.
    guard bytes.first(where: { !($0 <= 0x20 || $0 >= 0x80) }) == UInt8(ascii: "<") else {
      content = .table(CSVTable(bytes))
      return
    }
    do throws(UBLError) { content = .document(try UBLDocument.read(bytes)) } catch {
      content = .unreadable(error.message)
    }
  }

  fileprivate var count: Int {
    switch content {
    case .table(let table): table.rows.count
    case .items(let items): items.count
    case .document, .unreadable: 1
    }
  }
}

/// All that is wrong with a file: nothing of it is taken.
struct FaultyFile: Error {
  var findings: [FileFinding]
}

struct OpenItemImport: Sendable {
  let id: ID<OpenItem>
  let digest: [UInt8]
  private let maker: ID<User>
  private let source: OpenItemSource
  private let ids: [(item: ID<OpenItem>, payment: ID<Payment>, invoice: ID<Invoice>)]

  init(_ source: OpenItemSource, maker: ID<User>, sources: Sources) {
    id = sources.id()
    digest = Array(SHA256.hash(data: source.bytes))
    self.maker = maker
    self.source = source
    ids = (0..<source.count).map { _ in (sources.id(), sources.id(), sources.id()) }
  }

  private func items(_ context: Commands.Context) throws -> [ReadItem] {
    guard let company = try TenancyTables.company(context.place, in: context.transaction) else {
      throw TenancyError.companyNotFound
    }
    let today = context.time.date(in: .centralEuropean)
    let read: (items: [ReadItem], findings: [FileFinding])
    switch source.content {
    case .unreadable(let fault): throw InvoiceError.unreadable(fault)
    case .document(let document):
      return [try OpenItemFile.read(document, for: company, today: today)]
    case .table(let table): read = OpenItemFile.read(table, today: today)
    case .items(let items): read = OpenItemFile.read(items, today: today)
    }
    if !read.findings.isEmpty { throw FaultyFile(findings: read.findings) }
    return read.items
  }

  /// What was taken so far, and what is wrong with the rest.
  private struct Taking {
    var facts: [Fact] = []
    var findings: [FileFinding] = []
    /// Of this file, by kind, supplier and number.
    var amounts: [[String]: Money] = [:]
    /// Suppliers with a proposal or an item of this file.
    var open: Set<String> = []
  }

  func facts(_ context: Commands.Context) throws -> [Fact] {
    let items = try items(context)
    var taking = Taking()
    // Credit notes first: wherever they stand, the invoices beside them have open items.
    for (index, item) in items.enumerated() {
      guard
        case .other(let kind, let supplier, let name, let number, let amount, let date) =
          item.content
      else { continue }
      let found = OpenItemFound(
        item: ids[index].item, kind: kind, supplierKey: supplier, supplierName: name,
        number: number, amount: amount, date: date, sourceDigest: digest)
      try take(found, at: item.place, &taking, context)
    }
    for (index, item) in items.enumerated() {
      guard case .invoice(let reading) = item.content else { continue }
      try take(reading, index, &taking, context)
    }
    // In the order of the file.
    taking.findings.sort { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
    if !taking.findings.isEmpty { throw FaultyFile(findings: taking.findings) }
    return taking.facts
  }

  private func take(
    _ found: OpenItemFound, at place: FilePlace, _ taking: inout Taking,
    _ context: Commands.Context
  ) throws {
    let tx = context.transaction, company = context.place
    let key = [found.kind.rawValue, found.supplierKey, DuplicateKey.number(found.number)]
    let known =
      try taking.amounts[key]
      ?? OpenItemTables.known(
        found.kind, of: found.supplierKey, numbered: found.number, at: company, in: tx)?.amount
    if let known {
      if known != found.amount {
        taking.findings.append(
          FileFinding(
            place, "amount",
            "\(found.number) of this supplier is here already, with \(known) and not \(found.amount)"
          ))
      }
      return
    }
    taking.amounts[key] = found.amount
    taking.facts.append(.openItemFound(found))
    guard taking.open.insert(found.supplierKey).inserted else { return }
    taking.facts += try PaymentService.marked(of: found.supplierKey, context)
  }

  private func take(
    _ reading: InvoiceReading, _ index: Int, _ taking: inout Taking, _ context: Commands.Context
  ) throws {
    let tx = context.transaction, place = context.place, supplier = reading.supplierKey
    let key = ["invoice", supplier, reading.numberKey]
    let isKnown =
      try taking.amounts[key] != nil
      || PaymentTables.hasInvoice(of: supplier, numbered: reading.numberKey, of: place, in: tx)
    if isKnown { return }
    taking.amounts[key] = reading.terms.amount
    let payment = ids[index].payment
    let hasOpen =
      try taking.open.contains(supplier)
      || PaymentTables.hasOpenItems(of: supplier, besides: payment, of: place, in: tx)
    taking.facts += try PaymentRules.proposing(
      payment, from: ids[index].invoice, reading, sourceDigest: digest, known: false,
      openItems: hasOpen, maker: maker)
    taking.open.insert(supplier)
  }

  /// Every item as it stands now, whether it came with this file or was here.
  func answer(_ context: Commands.Context) throws -> Bureau_V1_ImportOpenItemsResponse {
    let tx = context.transaction, place = context.place
    var answer = Bureau_V1_ImportOpenItemsResponse()
    for item in try items(context) {
      var result = Bureau_V1_ImportedItem()
      result.line = Int32(item.place.line)
      switch item.content {
      case .invoice(let reading):
        guard
          let found = try OpenItemTables.payment(
            ofInvoice: reading.numberKey, of: reading.supplierKey, at: place, in: tx),
          let payment = try PaymentTables.load(found.payment, of: place, in: tx)
        else { break }
        result.payment = ResourceName.child("payments", payment.id, of: place)
        result.known = found.sourceDigest != digest
        let gross = payment.netting?.gross ?? payment.terms.amount
        if gross != reading.terms.amount {
          result.note =
            "the payment is here with \(gross), and this says \(reading.terms.amount): nothing was changed"
        }
      case .other(let kind, let supplier, _, let number, _, _):
        guard
          let known = try OpenItemTables.known(
            kind, of: supplier, numbered: number, at: place, in: tx)
        else { break }
        result.openItem = Bureau_V1_OpenItem(known, at: place)
        result.known = known.sourceDigest != digest
      }
      answer.items.append(result)
    }
    return answer
  }
}

extension Bureau_V1_LedgerItem {
  /// As a line of a file gives it.
  var columns: [OpenItemFile.Column: String] {
    var columns: [OpenItemFile.Column: String] = [
      .supplier: supplier.displayName, .organisationNumber: supplier.organisationNumber,
      .country: supplier.countryCode, .number: number, .currency: amount.currencyCode,
      .date: date, .dueDate: dueDate, .account: account.text, .bic: bic, .reference: reference.text,
    ]
    columns[.kind] =
      switch kind {
      case .invoice: "invoice"
      case .creditNote: "credit_note"
      case .payment: "payment"
      case .unspecified, .UNRECOGNIZED: ""
      }
    if let currency = try? Currency(amount.currencyCode) {
      columns[.amount] = Money(minorUnits: amount.minorUnits, currency: currency).decimalText
    }
    columns[.accountForm] = AccountForm(account.form)?.rawValue ?? ""
    columns[.referenceType] = PaymentReferenceType(reference.type)?.rawValue ?? ""
    return columns
  }
}
