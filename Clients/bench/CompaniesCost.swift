import EngineSQLite
import Foundation

/// `companies_10000_cost`: what CPU the durable command costs where the bureau has 10,000 companies,
/// beside the same with 10; 1,000 is measured between. It must not grow.
enum CompaniesCost {
  static let row = BenchRow(names: ["companies_10000_cost"]) { load, folder in
    [try await measure(load, folder)]
  }

  private static func measure(_ load: Load, _ folder: URL) async throws -> Row {
    let sizes = [10, max(10, load.companies / 10), load.companies]
    var databases: [SQLiteDatabase] = []
    var sides: [(inProcess: InProcess, side: Side)] = []
    for size in sizes {
      let database = try await Workload.open(folder.appending(path: "\(size).db").path())
      try await Workload.fill(database, companies: size)
      databases.append(database)
      sides.append(
        (
          try await InProcess(database, companies: size),
          Side("\(size) companies", count: load.commands)
        ))
    }
    for round in 0...load.rounds {
      for index in sides.indices {
        let sample = try await sides[index].inProcess.measure(
          sides[index].inProcess.submissions(round * load.commands..<(round + 1) * load.commands),
          callers: load.callers)
        if round > 0 { sides[index].side.samples.append(sample) }
      }
    }
    for database in databases { await database.close() }
    for (_, side) in sides { print(side.line) }
    let few = sides[0].side, some = sides[1].side, many = sides[2].side
    return Row(
      "companies_10000_cost", many.cpuMicroseconds, "µs CPU a payment with \(sizes[2]) companies",
      beside: "with \(sizes[0]) companies", few.cpuMicroseconds, aim: 1.2, better: .less,
      details: [
        "cpu_us_at_\(sizes[1])": some.cpuMicroseconds, "wall_us_at_\(sizes[0])": few.microseconds,
        "wall_us_at_\(sizes[1])": some.microseconds, "wall_us_at_\(sizes[2])": many.microseconds,
      ])
  }
}
