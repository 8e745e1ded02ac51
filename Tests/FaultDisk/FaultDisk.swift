// The test's hand on a disk that fails: which step, once or from then on, and what a power cut
// would leave of its files.

import CFaultDisk
import Foundation

/// A SQLite VFS of its own; `Tests/CFaultDisk` says what it does.
package final class FaultDisk: @unchecked Sendable {  // The C side has a lock of its own.
  /// What `SQLiteDatabase.open` takes.
  package let name: String
  private let disk: OpaquePointer

  package struct Steps: OptionSet, Sendable, CustomStringConvertible {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let open = Steps(rawValue: UInt32(FAULT_OPEN))
    package static let read = Steps(rawValue: UInt32(FAULT_READ))
    package static let write = Steps(rawValue: UInt32(FAULT_WRITE))
    package static let truncate = Steps(rawValue: UInt32(FAULT_TRUNCATE))
    package static let sync = Steps(rawValue: UInt32(FAULT_SYNC))
    package static let delete = Steps(rawValue: UInt32(FAULT_DELETE))
    package static let sharedMemory = Steps(rawValue: UInt32(FAULT_SHARED_MEMORY))
    package static let lock = Steps(rawValue: UInt32(FAULT_LOCK))
    package static let size = Steps(rawValue: UInt32(FAULT_SIZE))
    /// What changes the disk, or brings it there.
    package static let changes: Steps = [.open, .write, .truncate, .sync, .delete, .sharedMemory]
    package static let all: Steps = [.changes, .read, .lock, .size]

    package var description: String {
      let names: [(Steps, String)] = [
        (.open, "open"), (.read, "read"), (.write, "write"), (.truncate, "truncate"),
        (.sync, "sync"), (.delete, "delete"), (.sharedMemory, "shared memory"), (.lock, "lock"),
        (.size, "size"),
      ]
      return names.filter { contains($0.0) }.map(\.1).joined(separator: "+")
    }
  }

  package enum Kind: Sendable, CaseIterable { case broken, full }
  package enum Extent: Sendable, CaseIterable { case once, onwards }

  package init() throws {
    name = "fault-\(UUID().uuidString)"
    guard let disk = fault_disk_create(name) else { throw CocoaError(.fileWriteUnknown) }
    self.disk = disk
  }

  /// Only when all its files are closed; else it is kept for good.
  deinit { if fault_disk_open_files(disk) == 0 { fault_disk_free(disk) } }

  /// Counts steps from here, failing none.
  package func count(_ steps: Steps) { fault_disk_arm(disk, steps.rawValue, 0, 0, 0) }

  /// Counts steps from here and fails number `step`, and with `.onwards` all after it.
  package func fail(
    _ step: Int, _ extent: Extent, of steps: Steps, as kind: Kind = .broken
  ) {
    fault_disk_arm(
      disk, steps.rawValue, step, extent == .onwards ? 1 : 0,
      Int32(kind == .full ? FAULT_FULL : FAULT_IO))
  }

  package func mend() { fault_disk_disarm(disk) }

  package var steps: Int { fault_disk_steps(disk) }
  package var failures: Int { fault_disk_failures(disk) }
  package var firstFailure: Steps { Steps(rawValue: fault_disk_first_failure(disk)) }
  package var openFiles: Int { fault_disk_open_files(disk) }

  /// Writes what the disk would hold if the power were cut now.
  package func cutPower(into folder: String, seed: UInt64) throws {
    guard fault_disk_power_cut(disk, folder, seed) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }
}

/// Which of `count` steps a run tries: all of them if `FAULTS=all` is set, else `sample` of them,
/// spread evenly from a first one that `seed` chooses.
package func chosenSteps(of count: Int, sample: Int, seed: UInt64) -> [Int] {
  guard count > 0 else { return [] }
  let isWhole = ProcessInfo.processInfo.environment["FAULTS"] == "all"
  guard !isWhole, count > sample else { return Array(1...count) }
  return (0..<sample).map { 1 + (Int(seed % UInt64(count)) + $0 * count / sample) % count }
}

/// The run's seed: printed with each failure, repeated by `SEED=…`.
package let faultSeed =
  ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) }
  ?? UInt64.random(in: 1...1_000_000)
