import Foundation

/// Files and texts that the UBL tests read.
enum UBLFixtures {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// An invoice of the demo, which thereby stays readable.
  static func demo(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appending(path: "Clients/demo/invoices/\(name)")))
  }

  /// Public sample files are kept outside this repository; tests that want them skip without.
  static let samples =
    (ProcessInfo.processInfo.environment["BUREAU_SAMPLES"].map { URL(filePath: $0) }
    ?? root.deletingLastPathComponent().appending(path: "shared/samples")).appending(path: "peppol")

  static var hasSamples: Bool { FileManager.default.fileExists(atPath: samples.path) }

  static func sample(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: samples.appending(path: name)))
  }

  static let total = """
    <cac:LegalMonetaryTotal>
      <cbc:PayableAmount currencyID="NOK">100.00</cbc:PayableAmount>
    </cac:LegalMonetaryTotal>
    """
  static let head = "<cbc:ID>1</cbc:ID><cbc:DocumentCurrencyCode>NOK</cbc:DocumentCurrencyCode>"

  /// A document around a body, with the prefixes that everybody uses.
  static func document(_ body: String, root: String = "Invoice") -> [UInt8] {
    let urn = "urn:oasis:names:specification:ubl:schema:xsd:"
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <\(root) xmlns="\(urn)\(root)-2" xmlns:cac="\(urn)CommonAggregateComponents-2"
        xmlns:cbc="\(urn)CommonBasicComponents-2">\(body)</\(root)>
      """
    return Array(text.utf8)
  }
}
