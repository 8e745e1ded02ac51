package import Domain
package import Engine
import Facts
import Primitives
import SwiftProtobuf

extension Projection {
  func apply(_ fact: ReminderSettingsSet) throws {
    let body: [UInt8] = try fact.message.serializedBytes()
    try transaction.execute(
      """
      INSERT INTO main.reminder_settings (bureau, company, body, set_time, revision)
      VALUES (\(bureau), \(company), \(body), \(time.microseconds), \(sequence))
      ON CONFLICT (bureau, company) DO UPDATE SET body = excluded.body,
        set_time = excluded.set_time, revision = excluded.revision
      """)
  }
}

package enum ReminderTables {
  package static func inForce(at place: Place, in tx: any Transaction) throws -> RemindersInForce {
    let row = try tx.first(
      """
      SELECT body, set_time, revision FROM reminder_settings
      WHERE bureau = \(place.bureau) AND company = \(place.company)
      """, as: ([UInt8], Int64, Int64).self)
    guard let row else { return .none }
    let fact = try ReminderSettingsSet(
      Bureau_Facts_V1_ReminderSettingsSet(serializedBytes: row.0))
    return RemindersInForce(settings: fact.settings, revision: row.2, setTime: row.1.instant)
  }
}
