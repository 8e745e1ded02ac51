package import Domain
package import Engine
import Facts
import Foundation
import Primitives
import SwiftProtobuf

extension Schema {
  /// When a company's payments leave, and why payments came back.
  static let transferSettings = Migration(
    26, "transfer settings, returned payments",
    tables: [TenantTable("transfer_setting", .company)],
    """
    CREATE TABLE transfer_setting (
      bureau BLOB NOT NULL, company BLOB NOT NULL, timing TEXT NOT NULL,
      PRIMARY KEY (bureau, company)) STRICT;
    ALTER TABLE payment ADD COLUMN return_reason TEXT;
    """)
}

extension Projection {
  func apply(_ fact: TransferTimingSet) throws {
    try transaction.execute(
      """
      INSERT INTO main.transfer_setting (bureau, company, timing)
      VALUES (\(bureau), \(company), \(fact.timing.rawValue))
      ON CONFLICT (bureau, company) DO UPDATE SET timing = excluded.timing
      """)
  }

  func apply(_ fact: PaymentReturned) throws {
    try setState(fact.payment, fact.state)
    try transaction.execute(
      """
      UPDATE main.payment SET signature = \([UInt8]?.none), return_reason = \(fact.reason)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(fact.payment)
      """)
    try voidApprovals(of: fact.payment)
  }

  /// Whoever changes, acknowledges or signs it has answered.
  func forgetReturn(of payment: ID<Payment>) throws {
    try transaction.execute(
      """
      UPDATE main.payment SET return_reason = \(String?.none)
      WHERE bureau = \(bureau) AND company = \(company) AND id = \(payment)
        AND return_reason IS NOT NULL
      """)
  }
}

package enum TransferSettingTables {
  package static func timing(of place: Place, in tx: any Transaction) throws -> TransferTiming {
    try tx.first(
      """
      SELECT timing FROM transfer_setting
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: String.self)?.named() ?? .standard
  }
}

extension TransferTimingSet {
  var message: Bureau_Facts_V1_TransferTimingSet { .with { $0.timing = timing.rawValue } }

  init(_ m: Bureau_Facts_V1_TransferTimingSet) throws { self.init(timing: try m.timing.named()) }
}

extension PaymentReturned {
  var message: Bureau_Facts_V1_PaymentReturned {
    .with {
      $0.payment = payment.data
      $0.state = state.rawValue
      $0.reason = reason
    }
  }

  init(_ m: Bureau_Facts_V1_PaymentReturned) throws {
    self.init(payment: try m.payment.id(), state: try m.state.named(), reason: m.reason)
  }
}
