import Checker
import EngineKit
import Foundation
import TestKit
import Testing

extension Crashes {
  /// kill -9 on a payment's way to the bank and back: between what is prepared, delivered, answered
  /// and read. The moments are counted in what happens to the home's files.
  @Suite(.serialized) struct TransferCrashTests {
    /// Where the database is. A PostgreSQL outlives the server that is killed.
    enum Store: CaseIterable { case file, postgres }
    static let stores = Store.allCases.filter {
      $0 == .file || PostgresCluster.programs != nil
    }

    @Test(arguments: stores)
    func `O D kill -9 on the way to the bank: every payment is sent and booked once`(store: Store)
      async throws
    {
      guard store == .postgres else { return try await kill([], nil, rounds: 0) }
      let cluster = PostgresCluster.shared, database = try await cluster.makeDatabase()
      let superuser = try await cluster.url(database, user: "postgres")
      // One round more in peace: without a database file nothing happens before there are folders.
      try await kill(
        ["database=\(try await cluster.url(database))"], { try PostgresTables(superuser) },
        rounds: 1)
      try await cluster.drop(database)
    }

    private func kill(
      _ settings: [String], _ tables: (@Sendable () throws -> any StoredTables)?, rounds more: Int
    ) async throws {
      let seed = CrashRun.seed, rounds = min(CrashRun.rounds(4), 24) + more
      var random = Seeded(seed)
      let start = "2026-03-02T08:00:00Z"
      try await CrashRig.run(at: start, settings: settings, tables: tables) { rig, first in
        try await rig.agree(with: first)
        var sheet = first, kills = 0
        // The first round in peace (or two): it makes the bank's folders and tells how much happens in one.
        var usual = 0
        for round in 0...rounds {
          let date = try CrashRig.tuesday(round), evening = "\(date)T18:00:00Z"
          try await rig.propose(3, due: date, number: round, sheet)
          let moment = round <= more ? Int.max : Int.random(in: 1...max(usual, 1), using: &random)
          let (events, isKilled) = try await turn(to: evening, rig, sheet, killAt: moment)
          if round <= more { usual = events }
          if isKilled {
            kills += 1
            await rig.daemon.ended()
            let findings = try await rig.findings()
            #expect(findings == [], "round \(round), event \(moment) of \(usual), SEED=\(seed)")
            sheet = try await rig.restart(at: evening)
            try await rig.meet(sheet)
          }
          // What a dead server has claimed is free after some minutes; what comes to the bank in
          // the evening it pays on the next day.
          try await rig.accountant.bureau("sandbox", "clock", "--advance", "10m")
          try await rig.accountant.bureau("sandbox", "clock", "--advance", "1d")
          let open = try await rig.settle(sheet)
          #expect(open == [], "round \(round), event \(moment) of \(usual), SEED=\(seed)")
        }
        #expect(kills > 0, "SEED=\(seed)")
        try await rig.daemon.stop()
        let findings = try await rig.findings(isSettled: true)
        #expect(findings == [], "SEED=\(seed)")
        #expect(try rig.executed() == 3 * (rounds + 1), "SEED=\(seed)")
      }
    }

    /// Turns the clock, and kills the server at a moment on the way.
    private func turn(
      to time: String, _ rig: CrashRig, _ sheet: Sheet, killAt moment: Int
    ) async throws -> (events: Int, isKilled: Bool) {
      let folders = [rig.daemon.home] + rig.exchangeFolders()
      let events = try FileEvents(in: folders) { if $0 >= moment { rig.daemon.kill() } }
      let turned: Result<String, any Error>
      do {
        turned = .success(try await rig.accountant.bureau("sandbox", "clock", "--to", time))
      } catch { turned = .failure(error) }
      let count = await events.stop()
      guard count >= moment else {
        _ = try turned.get()
        return (count, false)
      }
      return (count, true)
    }
  }
}
