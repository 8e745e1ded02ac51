// Checkpoints by the clock, at shutdown and on request. A witness that cannot be written to stops
// nothing else: it is tried again, logged, and counted.

package import AuditTrail
package import Domain
package import Engine
package import Logging
package import Primitives
import Storage
import Synchronization

package final class CheckpointPublisher: Sendable {
  /// How publishing goes, for metrics and health.
  package struct Status: Sendable, Equatable {
    package var published: Int = 0
    package var failed: Int = 0
    /// Since the last success.
    package var failedInARow: Int = 0
    package var lastPublishTime: Instant?
    package var lastFailure: String?
  }

  private let database: any Database
  private let key: AuditKey
  package let witness: any Witness
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private let current = Mutex(Status())

  package init(
    database: any Database, key: AuditKey, witness: any Witness,
    now: @escaping @Sendable () -> Instant, logger: Logger
  ) {
    self.database = database
    self.key = key
    self.witness = witness
    self.now = now
    self.logger = logger
  }

  package var status: Status { current.withLock { $0 } }
  package var publicKey: [UInt8] { key.publicKey }

  /// The checkpoint of the journals as they stand: a new one where heads have moved, else the
  /// newest there is. Refuses to sign what does not go on from the newest checkpoint.
  @discardableResult
  package func publish(_ bureau: ID<Bureau>) async throws -> VouchedCheckpoint {
    do {
      let checkpoint = try await attempt(bureau)
      current.withLock {
        $0.published += 1
        $0.failedInARow = 0
        $0.lastPublishTime = checkpoint.time
      }
      return checkpoint
    } catch {
      let cause = (error as? WitnessError)?.message ?? String(reflecting: error)
      current.withLock {
        $0.failed += 1
        $0.failedInARow += 1
        $0.lastFailure = cause
      }
      logger.error(
        "checkpoint failed, will be tried again",
        metadata: ["bureau": "\(bureau.hex)", "cause": "\(cause.prefix(300))"])
      throw error
    }
  }

  private func attempt(_ bureau: ID<Bureau>) async throws -> VouchedCheckpoint {
    // Others may take the next number at the same time: then once more, from its checkpoint on.
    for _ in 0..<100 {
      // The witness before the journals: what it vouches for is in them by now.
      let newest = try newestOfOurs(bureau)
      let last = try witness.newestCheckpoint(of: bureau)
      let heads = try await database.read(as: Place(bureau: bureau).scope) { tx in
        let heads = try AuditTables.heads(of: bureau, in: tx)
        if let last { try Self.compare(heads, with: last, in: tx) }
        return heads
      }
      let leaves = heads.map(\.leaf), root = MerkleTree(leaves).root
      if let last, last.signed == newest, last.leaves == leaves { return last }
      let signed = try key.sign(
        .checkpoint(size: Int64(leaves.count), root: root), of: bureau, after: newest?.statement,
        at: now())
      if try witness.append(signed, leaves: leaves) {
        return VouchedCheckpoint(bureau: bureau, signed: signed, leaves: leaves)
      }
    }
    throw WitnessError.unavailable("others write to it all the time")
  }

  /// The newest statement, if ours is the key that signs the next one.
  private func newestOfOurs(_ bureau: ID<Bureau>) throws(WitnessError) -> SignedStatement? {
    let newest = try witness.newest(of: bureau)
    if let newest, newest.statement.nextKey != key.publicKey {
      throw .keyDiffers("Statement \(newest.statement.number) of bureau \(bureau.hex)")
    }
    return newest
  }

  /// Every journal must hold what the checkpoint vouches for.
  private static func compare(
    _ heads: [JournalHead], with last: VouchedCheckpoint, in tx: any Transaction
  ) throws {
    let present = Dictionary(
      heads.map { ($0.company, $0) }, uniquingKeysWith: { first, _ in first })
    for vouched in last.heads {
      let place = Place(bureau: last.bureau, company: vouched.company)
      guard let head = present[vouched.company], head.sequence >= vouched.sequence else {
        throw WitnessError.contradicted(
          "company \(vouched.company.hex) ends before fact \(vouched.sequence)")
      }
      if head == vouched { continue }
      let hash = try AuditTables.hash(of: vouched.sequence, at: place, in: tx)
      guard hash == vouched.hash else {
        throw WitnessError.contradicted(
          "fact \(vouched.sequence) of company \(vouched.company.hex) is another one")
      }
    }
  }

  /// Checkpoints of all bureaus, at shutdown. What fails is logged and leaves the others alone.
  package func publishAll() async {
    let bureaus = try? await database.read(as: .platform) { try Work.checkpointedBureaus(in: $0) }
    for bureau in bureaus ?? [] { _ = try? await publish(bureau) }
  }

  /// Says that an operator has put the journals back to an older state: what follows is not held
  /// against the checkpoints before, and everyone can read that it was so.
  package func declareRestored(_ bureau: ID<Bureau>) throws -> SignedStatement {
    for _ in 0..<100 {
      let newest = try newestOfOurs(bureau)
      let signed = try key.sign(.restored, of: bureau, after: newest?.statement, at: now())
      if try witness.append(signed, leaves: nil) { return signed }
    }
    throw WitnessError.unavailable("others write to it all the time")
  }
}
