import Formats
import Foundation
import Primitives

/// An input file, with what its supplier wrote in it: nothing here is judged or mended.
struct InvoiceFile: Sendable {
  enum Kind: String, Sendable, Encodable {
    case invoice
    case creditNote = "credit_note"
    case unreadable
  }

  /// The file's own name.
  let name: String
  let path: String
  private(set) var kind = Kind.unreadable
  private(set) var supplier: String?
  private(set) var account: String?
  private(set) var amountMinor: Int64?
  private(set) var currency: String?
  private(set) var dueDate: String?
  private(set) var reference: String?

  /// Every *.xml of the folder, in order of their names.
  static func all(in folder: String) throws -> [InvoiceFile] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw DemoError("\(folder) is no folder that can be read")
    }
    let files = names.filter { $0.lowercased().hasSuffix(".xml") && !$0.hasPrefix(".") }.sorted()
    guard !files.isEmpty else { throw DemoError("there are no invoices (*.xml) in \(folder)") }
    return try files.map { try InvoiceFile(name: $0, in: folder) }
  }

  init(name: String, in folder: String) throws {
    self.name = name
    path = URL(filePath: folder).appending(path: name).path
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    if let document = try? UBLDocument.read(bytes) {
      read(document)
    } else {
      scan(String(decoding: bytes.prefix(UBLDocument.limits.documentBytes), as: UTF8.self))
    }
  }

  private mutating func read(_ document: UBLDocument) {
    let isCreditNote = document.kind == .creditNote || document.typeCode == "381"
    kind = isCreditNote ? .creditNote : .invoice
    supplier = document.supplier.name
    let means =
      document.paymentMeans.first { $0.accountID?.isEmpty == false } ?? document.paymentMeans.first
    account = means?.accountID
    reference = means?.paymentIDs.first
    dueDate = document.dueDate
    currency = document.payableCurrency ?? document.currency
    amountMinor = document.payableAmount.flatMap { Self.minorUnits($0, of: currency) }
  }

  /// What still stands whole in a file that cannot be read as a document.
  private mutating func scan(_ text: String) {
    func first(_ element: String, after start: String? = nil) -> String? {
      let from = start.flatMap { text.range(of: $0)?.upperBound } ?? text.startIndex
      let pattern = "<(?:\\w+:)?\(element)(?:\\s[^<>]*)?>([^<]*)</(?:\\w+:)?\(element)>"
      guard let expression = try? NSRegularExpression(pattern: pattern),
        let match = expression.firstMatch(
          in: text, range: NSRange(from..<text.endIndex, in: text)),
        let range = Range(match.range(at: 1), in: text)
      else { return nil }
      let value = text[range].trimmingCharacters(in: .whitespacesAndNewlines)
      return value.isEmpty ? nil : String(value.prefix(200))
    }
    let party = "AccountingSupplierParty>"
    if text.contains(party) {
      supplier = first("RegistrationName", after: party) ?? first("Name", after: party)
    }
    let payee = "PayeeFinancialAccount>"
    if text.contains(payee) { account = first("ID", after: payee) }
    reference = first("PaymentID")
    dueDate = first("DueDate") ?? first("PaymentDueDate")
    currency = first("DocumentCurrencyCode")
    amountMinor = first("PayableAmount").flatMap { Self.minorUnits($0, of: currency) }
  }

  /// `-12.5` SEK → -1250; nil for what is no decimal number, or finer than the currency.
  static func minorUnits(_ text: String, of currency: String?) -> Int64? {
    let exponent = currency.flatMap { try? Currency($0) }?.exponent ?? 2
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let unsigned =
      trimmed.hasPrefix("-") || trimmed.hasPrefix("+") ? trimmed.dropFirst() : trimmed[...]
    let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), unsigned.contains(where: \.isNumber),
      parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } })
    else { return nil }
    var decimals = parts.count == 2 ? String(parts[1]) : ""
    while decimals.count > exponent, decimals.last == "0" { decimals.removeLast() }
    guard decimals.count <= exponent else { return nil }
    decimals += String(repeating: "0", count: exponent - decimals.count)
    guard let value = Int64(parts[0] + decimals) else { return nil }
    return trimmed.hasPrefix("-") ? -value : value
  }
}
