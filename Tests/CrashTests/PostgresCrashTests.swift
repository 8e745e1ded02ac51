import Checker
import TestKit
import Testing

extension Crashes {
  /// The same on PostgreSQL, where also the database's own processes are killed. Not part of
  /// `make test`: its cluster syncs, and comes back in its own time.
  @Suite(
    .serialized,
    .enabled(if: CrashCluster.programs != nil && CrashRun.isLong, "make crash runs it"))
  struct PostgresCrashTests {
    private enum Victim: CaseIterable { case daemon, backend, database }

    @Test func `O kill -9 of server, connection or database: what was acknowledged is stored once`()
      async throws
    {
      let cluster = try await CrashCluster.make()
      let result: Result<Void, any Error>
      do { result = .success(try await kill(cluster)) } catch { result = .failure(error) }
      await cluster.remove()
      try result.get()
    }

    private func kill(_ cluster: CrashCluster) async throws {
      let seed = CrashRun.seed, time = "2026-03-02T08:00:00Z"
      var random = Seeded(seed)
      try await CrashRig.run(
        at: time, settings: ["database=\(cluster.url)"],
        tables: { try PostgresTables(cluster.superuserURL) }
      ) { rig, first in
        let clients = (1...4).map { LoadClient("client\($0)", company: rig.company, log: rig.log) }
        var sheet = first
        try await rig.accountant.meets(sheet, bureau: rig.bureau)
        let token = try await rig.connected(sheet) { try await rig.token($0) }
        for round in 1...CrashRun.rounds(3) {
          let victim = Victim.allCases[round % 3]
          let place: Comment = "round \(round), \(victim), SEED=\(seed)"
          let target = rig.log.all.count + Int.random(in: 8...60, using: &random)
          // Four clients with twenty commands each: the moment comes in any case.
          try await rig.work(clients, sheet, token, limit: victim == .daemon ? 1_000 : 20) {
            guard $0 == target else { return }
            switch victim {
            case .daemon: rig.daemon.kill()
            case .backend: cluster.killBackend()
            case .database: cluster.kill()
            }
          }
          #expect(rig.log.all.count >= target, place)
          switch victim {
          case .daemon: sheet = try await rig.restart(at: time)
          case .backend: break
          case .database:
            await cluster.ended()
            try await cluster.start()
          }
          // The daemon has found its way back when everything that is open has its answer.
          try await rig.finish(clients, sheet, token)
          let findings = try await rig.findings()
          #expect(findings == [], place)
        }
        try await rig.daemon.stop()
        let findings = try await rig.findings(isSettled: true)
        #expect(findings == [], "SEED=\(seed)")
        for client in clients {
          let faults = await client.faults
          #expect(faults == [], "SEED=\(seed)")
        }
      }
    }
  }
}
