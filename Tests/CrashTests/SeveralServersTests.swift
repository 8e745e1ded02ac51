import Checker
import EngineKit
import Foundation
import TestKit
import Testing

extension Crashes {
  /// Two servers on one PostgreSQL; one of them is killed in the middle of load, again and again.
  @Suite(
    .serialized,
    .enabled(if: PostgresCluster.programs != nil, "PostgreSQL is not installed"))
  struct SeveralServersTests {
    private static let time = "2026-03-02T08:00:00Z"

    @Test func `O two servers, one killed with -9 under load: all acknowledged is stored once`()
      async throws
    {
      let seed = CrashRun.seed
      var random = Seeded(seed)
      let cluster = PostgresCluster.shared, database = try await cluster.makeDatabase()
      let url = try await cluster.url(database)
      let superuser = try await cluster.url(database, user: "postgres")
      try await CrashRig.run(
        at: Self.time, settings: ["database=\(url)"], tables: { try PostgresTables(superuser) }
      ) { rig, first in
        var pair = try await ServerPair.make(rig, first, at: Self.time, database: url)
        do {
          try await rig.accountant.meets(first, bureau: rig.bureau)
          let token = try await rig.connected(first) { try await rig.token($0) }
          let clients = (1...4).map {
            LoadClient("client\($0)", company: rig.company, log: rig.log)
          }
          for round in 1...CrashRun.rounds(4) {
            let victim = Int.random(in: 0...1, using: &random)
            let target = rig.log.all.count + Int.random(in: 8...60, using: &random)
            let daemon = pair.daemons[victim]
            try await Self.work(clients, pair, token, limit: 40) { count in
              if count >= target { daemon.kill() }
            }
            daemon.kill()
            await daemon.ended()
            // Those who lost their server go to the one that is left.
            let left = pair.sheets[1 - victim]
            pair.sheets[victim] = left
            try await Self.work(clients, pair, token, limit: 2)
            let findings = try await rig.findings()
            #expect(findings == [], "round \(round), SEED=\(seed)")
            try await pair.restart(victim)
          }
          var repeated = 0
          for client in clients {
            repeated += await client.repeated
            let faults = await client.faults
            #expect(faults == [], "SEED=\(seed)")
          }
          #expect(repeated > 0, "no call was open when a server was killed, SEED=\(seed)")
          try await pair.other.stop()
        } catch {
          pair.other.kill()
          await pair.other.ended()
          throw error
        }
      }
      try await cluster.drop(database)
    }

    /// Half of the clients call the first server, half the other.
    private static func work(
      _ clients: [LoadClient], _ pair: ServerPair, _ token: String, limit: Int,
      acknowledged: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        for (index, client) in clients.enumerated() {
          let sheet = pair.sheets[index % 2], rig = pair.rig
          tasks.addTask {
            try await rig.connected(sheet) {
              await client.work($0, token: token, limit: limit, acknowledged: acknowledged)
            }
          }
        }
        try await tasks.waitForAll()
      }
    }
  }
}
