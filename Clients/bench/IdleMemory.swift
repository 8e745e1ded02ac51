import EngineSQLite
import Foundation

/// `idle_mib`: resident memory of `bureaud serve` with 1,000 companies that has answered one health
/// check and serves nobody.
enum IdleMemory {
  static let row = BenchRow(names: ["idle_mib"]) { _, folder in
    let daemon = try Daemon(in: folder)
    let database = try await Workload.open(daemon.database)
    try await Workload.fill(database, companies: 1_000)
    await database.close()
    let mebibytes = try await daemon.serving { serving in
      _ = try await serving.healthy()
      return try await serving.settledMebibytes()
    }
    return [
      Row("idle_mib", mebibytes, "MiB", beside: "the budget", 64, aim: 1, better: .less)
    ]
  }
}
