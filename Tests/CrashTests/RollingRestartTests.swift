import Checker
import EngineKit
import Foundation
import Synchronization
import TestKit
import Testing

extension Crashes {
  /// Two servers on one PostgreSQL are restarted one after the other, as for an upgrade, while
  /// clients work over both: no call fails.
  @Suite(
    .serialized,
    .enabled(if: PostgresCluster.programs != nil, "PostgreSQL is not installed"))
  struct RollingRestartTests {
    private static let time = "2026-03-02T08:00:00Z"
    private static let restarts = 2

    private final class End: Sendable {
      let hasCome = Atomic(false)
    }

    @Test func `O two servers restarted one by one under load: no call fails, none is done twice`()
      async throws
    {
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
          try await restarts(&pair, token)
          try await pair.other.stop()
          let findings = try await rig.findings()
          #expect(findings == [])
        } catch {
          pair.other.kill()
          await pair.other.ended()
          throw error
        }
      }
      try await cluster.drop(database)
    }

    /// Restarts both in turn while four clients work. The one that is left goes on alone for a
    /// while, and the one that is back works again before the other ends.
    private func restarts(_ pair: inout ServerPair, _ token: String) async throws {
      let rig = pair.rig, sheets = pair.sheets
      let clients = (1...4).map { LoadClient("client\($0)", company: rig.company, log: rig.log) }
      let (counts, counted) = AsyncStream.makeStream(of: Int.self)
      let end = End()
      let work = Task {
        try await rig.connected(sheets[0]) { one in
          try await rig.connected(sheets[1]) { other in
            await withTaskGroup(of: Void.self) { tasks in
              for client in clients {
                tasks.addTask {
                  await client.work(
                    overAll: [one, other], token: token,
                    until: { end.hasCome.load(ordering: .relaxed) },
                    acknowledged: { counted.yield($0) })
                }
              }
            }
          }
        }
        counted.finish()
      }
      var seen = counts.makeAsyncIterator(), reached = 0
      /// Waits until so many more commands are acknowledged; false if the clients have ended.
      func more(_ count: Int) async -> Bool {
        let target = max(reached, rig.log.all.count) + count
        while reached < target {
          guard let next = await seen.next(isolation: #isolation) else { return false }
          reached = max(reached, next)
        }
        return true
      }
      let result: Result<Void, any Error>
      do {
        #expect(await more(20))
        for number in 0..<(2 * Self.restarts) {
          let victim = number % 2
          // An orderly end: its exit code says so.
          try await pair.daemons[victim].stop()
          #expect(await more(20), "the server that was left did not answer")
          try await pair.restart(victim, keepsPort: true)
          #expect(await more(20))
        }
        result = .success(())
      } catch { result = .failure(error) }
      end.hasCome.store(true, ordering: .relaxed)
      try await work.value
      try result.get()
      var faults: [String] = []
      for client in clients { faults += await client.faults }
      #expect(faults == [])
    }
  }
}
