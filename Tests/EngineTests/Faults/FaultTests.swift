import FaultDisk
import Foundation
import Testing

@testable import Engine
@testable import EngineSQLite

/// Every step that SQLite takes on the disk fails in turn: callers hear of it, nothing that was
/// acknowledged is lost, nothing is done by half, and the server goes on when the disk does.
@Suite(.serialized) struct FaultTests {
  /// What a caller may hear: repeat the call later, with the same request id.
  private static let clean: Set = ["full", "unavailable"]

  /// How many steps the life takes when nothing fails.
  private func steps(_ steps: FaultDisk.Steps) async throws -> Int {
    try await withFolder { folder in
      let disk = try FaultDisk()
      disk.count(steps)
      let life = LedgerLife(path: folder + "/test.db", vfs: disk.name)
      await life.run()
      #expect(life.told.errors == [])
      #expect(life.told.acknowledged.count == 12)
      #expect(disk.openFiles == 0)
      return disk.steps
    }
  }

  @Test(arguments: FaultDisk.Extent.allCases, FaultDisk.Kind.allCases)
  func `whichever step fails, what was acknowledged is stored and nothing is half done`(
    extent: FaultDisk.Extent, kind: FaultDisk.Kind
  ) async throws {
    // A full disk is one to which nothing more is written; a broken one may fail in every way.
    let kinds: FaultDisk.Steps = kind == .full ? .write : .all
    let count = try await steps(kinds)
    #expect(count > 50)
    for step in chosenSteps(of: count, sample: 40, seed: faultSeed) {
      try await withFolder { folder in
        let disk = try FaultDisk()
        let life = LedgerLife(path: folder + "/test.db", vfs: disk.name)
        disk.fail(step, extent, of: kinds, as: kind)
        await life.run()
        let place: Comment =
          "step \(step) of \(count) (\(disk.firstFailure)), \(extent), \(kind), SEED=\(faultSeed)"
        #expect(Set(life.told.errors).subtracting(Self.clean) == [], place)
        disk.mend()
        #expect(disk.openFiles == 0, place)
        let after = folder + "/after"
        try FileManager.default.createDirectory(atPath: after, withIntermediateDirectories: false)
        try disk.cutPower(into: after, seed: UInt64(step))
        let left = await findings(at: after + "/test.db", life.told)
        #expect(left == [], place)
        let reopened = await findings(at: folder + "/test.db", life.told)
        #expect(reopened == [], place)
      }
    }
  }

  @Test func `a server whose disk has failed goes on without a restart`() async throws {
    let seed = faultSeed
    try await withFolder { folder in
      let disk = try FaultDisk()
      let life = LedgerLife(path: folder + "/test.db", vfs: disk.name)
      let database = try #require(await life.open())
      disk.count(.all)
      await life.commands(1...2, on: database)
      await life.checkpoint(database)
      let count = disk.steps
      var number = 10_000
      for extent in FaultDisk.Extent.allCases {
        for step in chosenSteps(of: count, sample: 60, seed: seed) {
          number += 10
          disk.fail(step, extent, of: .all)
          await life.commands(number...number + 1, on: database)
          await life.checkpoint(database)
          let what = disk.firstFailure
          disk.mend()
          let isServed = await life.told.ask(number + 2) { [number] in
            try await database.write(as: LedgerLife.bureau) {
              try LedgerLife.add(number + 2, in: $0)
            }
          }
          #expect(isServed, "step \(step) (\(what)), \(extent), SEED=\(seed): \(life.told.errors)")
          let stored = try await LedgerLife.stored(in: database)
          #expect(life.told.acknowledged.subtracting(stored) == [], "step \(step), SEED=\(seed)")
        }
      }
      #expect(Set(life.told.errors).subtracting(Self.clean) == [], "SEED=\(seed)")
      await database.close()
      let reopened = await findings(at: folder + "/test.db", life.told)
      #expect(reopened == [], "SEED=\(seed)")
    }
  }

  @Test
  func `a command repeated after a failed sync is on the disk when it is acknowledged`()
    async throws
  {
    // The system forgets what a failed sync should have written, so syncing once more proves
    // nothing. A server that dies there finds the commit in its log, and must not trust it.
    try await withFolder { folder in
      let disk = try FaultDisk()
      let life = LedgerLife(path: folder + "/test.db", vfs: disk.name)
      let first = try #require(await life.open())
      await life.told.ask(1) {
        try await first.write(as: LedgerLife.bureau) { try LedgerLife.add(1, in: $0) }
      }
      disk.fail(1, .onwards, of: [.sync])
      let isDone = await life.told.ask(2) {
        try await first.write(as: LedgerLife.bureau) { try LedgerLife.add(2, in: $0) }
      }
      #expect(!isDone)
      disk.fail(1, .onwards, of: .changes)
      await first.close()
      disk.mend()
      let second = try #require(await life.open())
      // As the request id does: found, so it is told to be done; else it is done.
      await life.told.ask(2) {
        try await second.write(as: LedgerLife.bureau) { tx in
          let known = try tx.first("SELECT id FROM bureau_row WHERE id = 2", as: Int.self)
          if known == nil { try LedgerLife.add(2, in: tx) }
        }
      }
      #expect(life.told.acknowledged == [1, 2])
      for seed in 0..<20 as Range<UInt64> {
        let after = folder + "/after-\(seed)"
        try FileManager.default.createDirectory(atPath: after, withIntermediateDirectories: false)
        try disk.cutPower(into: after, seed: seed)
        let left = await findings(at: after + "/test.db", life.told)
        #expect(left == [], "seed \(seed)")
      }
      await second.close()
    }
  }

  /// The control of the whole suite: with a database that does not sync, it must find losses.
  @Test func `without syncing, a power cut loses what was acknowledged, and the check says so`()
    async throws
  {
    var found: [String] = []
    for isSynced in [true, false] {
      try await withFolder { folder in
        let disk = try FaultDisk()
        let life = LedgerLife(path: folder + "/test.db", vfs: disk.name)
        let database = try #require(await life.open())
        if !isSynced {
          try database.schedule { try? $0.get().script("PRAGMA synchronous=OFF") }
        }
        await life.commands(1...5, on: database)
        #expect(life.told.acknowledged.count == 10)
        for seed in 0..<10 as Range<UInt64> {
          let after = folder + "/after-\(seed)"
          try FileManager.default.createDirectory(
            atPath: after, withIntermediateDirectories: false)
          try disk.cutPower(into: after, seed: seed)
          let here = await findings(at: after + "/test.db", life.told)
          if isSynced { #expect(here == []) } else { found += here }
        }
        await database.close()
      }
    }
    #expect(found.contains { $0.hasPrefix("acknowledged and lost") })
  }
}
