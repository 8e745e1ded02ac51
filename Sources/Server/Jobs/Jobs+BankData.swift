import Domain
import Engine
import Logging
import Primitives
import Storage

// Balances and transactions are fetched only while the company has a consent that counts (C-04).

extension Jobs {
  /// Whether a file may be read now. The bank's answers to the company's own transfers (pain.002,
  /// camt.054) are no bank data in this sense: without them a payment that was made would look as
  /// if it were not. A statement waits with the bank until there is a consent, or for good.
  func mayFetch(_ content: [UInt8], _ file: IncomingFile) async throws -> Bool {
    guard Self.isBankData(content) else { return true }
    let connection = file.connection, time = commands.sources.now()
    let place = Place(bureau: connection.bureau, company: connection.company)
    let allowed = try await commands.database.read(as: place.scope) { tx in
      ConnectionMarks(
        agreements: [], consents: try ConsentTables.counting(at: time, of: place, in: tx),
        at: time
      ).bankData
    }
    guard !allowed else { return true }
    postponed.hold(file, until: time.adding(minutes: 10))
    logger.info(
      "a statement waits: the company has no consent", metadata: ["company": "\(place.company.hex)"]
    )
    return false
  }

  /// A report or statement of an account by its namespace, which stands in the first element.
  static func isBankData(_ content: [UInt8]) -> Bool {
    let head = String(decoding: content.prefix(2_048), as: UTF8.self)
    return head.contains("camt.052.") || head.contains("camt.053.")
  }
}
