import Checker
import Testing
import TestKit

extension Crashes {
  /// kill -9 in the middle of load, again and again on the same home.
  @Suite(.serialized) struct LoadCrashTests {
    @Test func `O kill -9 under load: what was acknowledged is stored once, and nothing by half`()
      async throws
    {
      let seed = CrashRun.seed
      var random = Seeded(seed)
      let time = "2026-03-02T08:00:00Z"
      try await CrashRig.run(at: time) { rig, first in
        let clients = (1...4).map { LoadClient("client\($0)", company: rig.company, log: rig.log) }
        var sheet = first
        try await rig.accountant.meets(sheet, bureau: rig.bureau)
        let token = try await rig.connected(sheet) { try await rig.token($0) }
        for round in 1...CrashRun.rounds(3) {
          let target = rig.log.all.count + Int.random(in: 8...80, using: &random)
          try await rig.work(clients, sheet, token, limit: 1_000) { count in
            if count >= target { rig.daemon.kill() }
          }
          await rig.daemon.ended()
          #expect(rig.log.all.count >= target, "round \(round), SEED=\(seed)")
          let findings = try await rig.findings()
          #expect(findings == [], "round \(round), SEED=\(seed)")
          sheet = try await rig.restart(at: time)
        }
        // What got no answer is asked once more; then a little in peace.
        try await rig.work(clients, sheet, token, limit: 3)
        try await rig.daemon.stop()
        let findings = try await rig.findings(isSettled: true)
        #expect(findings == [], "SEED=\(seed)")
        var repeated = 0
        for client in clients {
          repeated += await client.repeated
          let faults = await client.faults
          #expect(faults == [], "SEED=\(seed)")
        }
        #expect(repeated > 0, "no call was open when the server was killed, SEED=\(seed)")
      }
    }
  }
}
