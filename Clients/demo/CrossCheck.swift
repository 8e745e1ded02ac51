import Formats
import Foundation
import Primitives

// Bank against books, by nothing but what lies in the folders: the demo does not take the server's
// word for it.

extension Story {
  mutating func crossCheck() throws {
    let executed = try Self.ledger(keep.executed)
    let sent = try sentTransfers()
    try Self.once(executed.map(\.endToEndID), "the bank executed")
    try Self.once(sent.map(\.endToEndID), "the files sent hold")
    let sentByID = Dictionary(sent.map { ($0.endToEndID, $0) }) { first, _ in first }
    for transfer in executed {
      guard let order = sentByID[transfer.endToEndID],
        order.amount.minorUnits == transfer.amountMinor,
        order.amount.currency.code == transfer.currency
      else { throw DemoError("the bank executed \(transfer.endToEndID), which was not sent so") }
    }
    let posted = items.compactMap(\.payment).filter { $0.state == "POSTED" }
    guard Set(posted.compactMap(\.endToEndID)) == Set(executed.map(\.endToEndID)),
      posted.count == executed.count
    else {
      throw DemoError("the bank executed \(executed.count) payments, \(posted.count) are posted")
    }
    let executedByID = Dictionary(executed.map { ($0.endToEndID, $0) }) { first, _ in first }
    for payment in posted {
      guard let id = payment.endToEndID, let transfer = executedByID[id],
        payment.amount
          == Amount(minorUnits: transfer.amountMinor, currencyCode: transfer.currency)
      else { throw DemoError("\(payment.name) is posted with another amount than was paid") }
      guard transfer.creditorAccount == payment.creditorAccount?.text else {
        throw DemoError("\(payment.name) was paid to another account than it names")
      }
    }
    try checkAgainstFiles()
    let totals = Dictionary(executed.map { ($0.currency, $0.amountMinor) }, uniquingKeysWith: +)
    let told = totals.sorted { $0.key < $1.key }.map { Words.money($0.value, $0.key) }
    teller.step(
      "The bank's own list agrees with the books: \(Words.count(executed.count, "payment")), each once"
        + (told.isEmpty ? "." : ": \(told.joined(separator: ", "))."))
  }

  /// What was posted is what the supplier's file says.
  private func checkAgainstFiles() throws {
    for item in items {
      guard let payment = item.payment, payment.state == "POSTED" else { continue }
      guard item.file.amountMinor == payment.amount?.minorUnits,
        item.file.currency == payment.amount?.currencyCode
      else { throw DemoError("\(item.file.name): another amount was paid than it says") }
    }
  }

  private static func ledger(_ url: URL) throws -> [Executed] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [] }
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Executed.self, from: Data($0.utf8))
    }
  }

  /// Every transfer of every pain.001 that the server left for a bank.
  private func sentTransfers() throws -> [Pain001.CreditTransfer] {
    try bankFiles().filter { $0.direction == .toBank }.flatMap { file in
      do {
        return try Pain001.read([UInt8](Data(contentsOf: file.url)))
          .paymentInformations.flatMap(\.transactions)
      } catch {
        throw DemoError("\(file.url.lastPathComponent) cannot be read back: \(error)")
      }
    }
  }

  private static func once(_ ids: [String], _ who: String) throws {
    var seen: Set<String> = []
    for id in ids where !seen.insert(id).inserted {
      throw DemoError("\(who) \(id) twice")
    }
  }
}
