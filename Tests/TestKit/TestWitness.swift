package import AuditTrail
package import Domain
package import Foundation
package import Primitives
package import Server
import Synchronization

/// A witness folder that can be out of reach.
package final class TestWitness: Witness {
  package let folder: URL
  private let kept: FolderWitness
  private let isAway = Mutex(false)

  package init(folder: URL) {
    self.folder = folder
    kept = FolderWitness(folder: folder)
  }

  /// A full disk, a read-only mount, a machine that is down.
  package func goes(away: Bool) { isAway.withLock { $0 = away } }

  private func reach() throws(WitnessError) {
    if isAway.withLock({ $0 }) { throw .unavailable("nobody is there") }
  }

  package func bureaus() throws(WitnessError) -> [ID<Bureau>] {
    try reach()
    return try kept.bureaus()
  }
  package func newestNumber(of bureau: ID<Bureau>) throws(WitnessError) -> Int64 {
    try reach()
    return try kept.newestNumber(of: bureau)
  }
  package func statement(_ number: Int64, of bureau: ID<Bureau>) throws(WitnessError)
    -> SignedStatement?
  {
    try reach()
    return try kept.statement(number, of: bureau)
  }
  package func leaves(under root: [UInt8], of bureau: ID<Bureau>) throws(WitnessError) -> [Leaf]? {
    try reach()
    return try kept.leaves(under: root, of: bureau)
  }
  package func append(_ signed: SignedStatement, leaves: [Leaf]?) throws(WitnessError) -> Bool {
    try reach()
    return try kept.append(signed, leaves: leaves)
  }
}
