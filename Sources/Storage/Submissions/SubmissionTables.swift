package import Domain
package import Engine
import Facts
import Primitives
import SwiftProtobuf

extension Projection {
  func apply(_ fact: BatchSubmitted) throws {
    let body: [UInt8] = try fact.message.serializedBytes()
    try transaction.execute(
      """
      INSERT INTO main.batch (bureau, company, batch_id, id, body)
      VALUES (\(bureau), \(company), \(fact.batchID), \(fact.batch), \(body))
      """)
  }
}

package enum SubmissionTables {
  /// What became of a batch, by the sender's id for it.
  package static func load(_ batchID: String, of place: Place, in tx: any Transaction) throws
    -> BatchSubmitted?
  {
    let body = try tx.first(
      """
      SELECT body FROM batch WHERE bureau = \(place.bureau) AND company = \(place.company)
        AND batch_id = \(batchID)
      """, as: [UInt8].self)
    return try body.map {
      try BatchSubmitted(try Bureau_Facts_V1_BatchSubmitted(serializedBytes: $0))
    }
  }
}
