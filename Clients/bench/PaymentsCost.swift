import EngineSQLite
import Foundation

/// `payments_1000000_cost`: what CPU the durable command costs in a database that holds a million
/// payments, beside one with ten thousand. It must not grow.
enum PaymentsCost {
  static let row = BenchRow(names: ["payments_1000000_cost"]) { load, folder in
    [try await measure(load, folder)]
  }

  private static func measure(_ load: Load, _ folder: URL) async throws -> Row {
    let sizes = [10_000, load.payments]
    // A payment and its two facts take about 2 KiB, and as much again until the log is folded in.
    let free = try FileManager.default.attributesOfFileSystem(forPath: folder.path())
    guard let bytes = free[.systemFreeSize] as? Int, bytes > load.payments * 6 << 10 else {
      throw BenchError("\(load.payments) payments need \(load.payments * 6 >> 10) MiB of disk")
    }
    var databases: [SQLiteDatabase] = []
    var sides: [(inProcess: InProcess, side: Side)] = []
    for size in sizes {
      let database = try await Workload.open(folder.appending(path: "\(size).db").path())
      try await Workload.fill(database)
      let took = try await measured { try await BulkLoad.fill(database, payments: size) }
      print("  \(size) payments were filled in within \(Int(took.seconds.rounded())) s")
      databases.append(database)
      sides.append((try await InProcess(database), Side("\(size) payments", count: load.commands)))
    }
    for round in 0...load.rounds {
      for index in sides.indices {
        let first = round * load.commands
        let sample = try await sides[index].inProcess.measure(
          sides[index].inProcess.submissions(first..<first + load.commands),
          callers: load.callers)
        if round > 0 { sides[index].side.samples.append(sample) }
      }
    }
    for database in databases { await database.close() }
    for (_, side) in sides { print(side.line) }
    let few = sides[0].side, many = sides[1].side
    return Row(
      "payments_1000000_cost", many.cpuMicroseconds, "µs CPU a payment among \(sizes[1])",
      beside: "among \(sizes[0])", few.cpuMicroseconds, aim: 1.2, better: .less,
      details: [
        "wall_us_at_\(sizes[0])": few.microseconds, "wall_us_at_\(sizes[1])": many.microseconds,
      ])
  }
}
