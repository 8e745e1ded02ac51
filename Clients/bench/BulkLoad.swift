import Domain
import Engine
import Formats
import Foundation
import Primitives
import Server
import Storage

/// Fills a database with payments fast: the facts, hashes and projections that the commands would
/// have written, many facts to a transaction. The documents themselves are left out, and the ids of
/// requests are one a transaction.
enum BulkLoad {
  /// Payments of one company in one transaction.
  private static let chunk = 500

  static func fill(
    _ database: any Database, payments: Int, companies: Int = Workload.companyCount
  ) async throws {
    let reading = try InvoiceReading(
      UBLDocument.read(Workload.document(0)), for: InProcess.buyer(),
      today: Workload.sources.now().date(in: .centralEuropean))
    let sources = Workload.sources
    var done = 0, turn = 0
    while done < payments {
      // In turn, so that the companies' rows lie mixed as they would.
      let place = Workload.place(turn, of: companies), first = done, number = turn
      let count = min(chunk, payments - done)
      try await database.write(as: place.scope) { tx in
        let head = try Journal.lock(place, in: tx)
        var facts: [Fact] = []
        facts.reserveCapacity(2 * count)
        for index in first..<first + count {
          facts += try proposed(index, reading, sources)
        }
        try Journal.append(
          facts, after: head,
          by: Origin(
            place: place, actor: Workload.accountant, session: Workload.session.id,
            requestID: "bulk-\(number)", requestDigest: Call.digest("bulk", []),
            time: sources.now(), salt: { sources.random(16) }), in: tx)
      }
      done += count
      turn += 1
    }
  }

  /// What proposing one payment comes to.
  private static func proposed(
    _ number: Int, _ reading: InvoiceReading, _ sources: Sources
  ) throws -> [Fact] {
    let digest = Array(repeating: UInt8(truncatingIfNeeded: number), count: 32)
    return try PaymentRules.proposing(
      sources.id(), from: sources.id(), reading, sourceDigest: digest, known: false,
      openItems: true
    ).map { fact in
      switch fact {
      case .invoiceImported(var imported):
        imported.number = "bulk\(number)"
        return .invoiceImported(imported)
      case .paymentProposed(var payment):
        payment.invoiceNumber = "BULK-\(number)"
        return .paymentProposed(payment)
      default: return fact
      }
    }
  }
}
