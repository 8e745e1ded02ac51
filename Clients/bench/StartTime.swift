import EngineSQLite
import Foundation

/// `start_ms`: from starting the process `bureaud serve` until it answers a health check over TLS,
/// with 1,000 companies in the database.
enum StartTime {
  static let row = BenchRow(names: ["start_ms"]) { load, folder in
    let daemon = try Daemon(in: folder)
    let database = try await Workload.open(daemon.database)
    try await Workload.fill(database, companies: 1_000)
    await database.close()
    var times: [Double] = []
    // The first start warms up and does not count.
    for start in 0...load.rounds {
      let time = try await daemon.serving { try await $0.healthy() }
      if start > 0 { times.append(time) }
    }
    print("  \(Int(times.min() ?? 0)) to \(Int(times.max() ?? 0)) ms")
    return [
      Row(
        "start_ms", median(times), "ms to healthy", beside: "the budget", 100, aim: 1,
        better: .less)
    ]
  }
}
