import Foundation

/// One input file in summary.json: what its supplier wrote, and what became of it.
struct Summary: Codable {
  var file: String
  /// `invoice`, `credit_note` or `unreadable`.
  var kind: String
  var supplier: String?
  /// Account, amount, due date and reference stand as in the file, also when impossible.
  var account: String?
  var amountMinor: Int64?
  var currency: String?
  var dueDate: String?
  var reference: String?
  /// `kid`, `ocr`, `rf`, `fi` or `message`: how the payment carries it; null where it can't.
  var referenceType: String?
  /// The payment's state in lower case; `refused` where there is no payment.
  var state: String
  /// Fields that keep the payment incomplete.
  var missing: [String]
  /// Why the file, its signature or its payment was refused: our reason or the bank's code.
  var refusal: String?
  /// Of what was sent.
  var endToEndID: String?

  enum CodingKeys: String, CodingKey {
    case file, kind, supplier, account, currency, reference, state, missing, refusal
    case amountMinor = "amount_minor"
    case dueDate = "due_date"
    case referenceType = "reference_type"
    case endToEndID = "end_to_end_id"
  }

  init(_ file: InvoiceFile, _ payment: Payment?, refusal: String?) {
    self.file = file.name
    kind = file.kind.rawValue
    supplier = file.supplier
    account = file.account
    amountMinor = file.amountMinor
    currency = file.currency
    dueDate = file.dueDate
    reference = file.reference
    referenceType = payment?.reference?.type?.lowercased()
    state = payment.map { Words.state($0.state) } ?? "refused"
    missing = payment?.missingFields ?? []
    self.refusal = refusal ?? payment?.rejection?.reasonCode
    endToEndID = payment?.endToEndID
  }

  /// Every member is written, null where there is nothing.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(file, forKey: .file)
    try values.encode(kind, forKey: .kind)
    try values.encode(supplier, forKey: .supplier)
    try values.encode(account, forKey: .account)
    try values.encode(amountMinor, forKey: .amountMinor)
    try values.encode(currency, forKey: .currency)
    try values.encode(dueDate, forKey: .dueDate)
    try values.encode(reference, forKey: .reference)
    try values.encode(referenceType, forKey: .referenceType)
    try values.encode(state, forKey: .state)
    try values.encode(missing, forKey: .missing)
    try values.encode(refusal, forKey: .refusal)
    try values.encode(endToEndID, forKey: .endToEndID)
  }

  static func write(_ rows: [Summary], to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(rows).write(to: url, options: .atomic)
  }

  static func read(_ url: URL) throws -> [Summary] {
    try JSONDecoder().decode([Summary].self, from: Data(contentsOf: url))
  }
}
