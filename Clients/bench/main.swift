import CBenchReference
import Engine
import EngineSQLite
import Foundation

// Durable commands through group commit against plain C SQLite that writes the same rows in
// grouped transactions. Rounds of both alternate, so that whatever else the machine does, and the
// disk's mood, strike both; the figures are medians.
//
// Usage: bureau-bench [rounds] [commands per round] [callers]

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let rounds = arguments.first ?? 9
let commands = arguments.dropFirst().first ?? 12_800
let callers = arguments.dropFirst(2).first ?? 64
let shape = DurableCommand.Shape()
let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }

/// One side of the comparison and what its rounds took.
struct Side {
  let name: String
  let path: String
  var samples: [Sample] = []
  var rate: Double { median(samples.map { Double(commands) / $0.seconds }) }
  var cpuMicroseconds: Double {
    median(samples.map { $0.cpuSeconds / Double(commands) * 1e6 })
  }
}

func open(_ path: String) async throws -> SQLiteDatabase {
  let database = try await SQLiteDatabase.open(path: path)
  try await database.migrate(DurableCommand.migrations)
  return database
}

func reference(_ path: String, round: Int, savepoints: Bool) throws {
  try path.withCString { path in
    var plan = reference_plan(
      path: path, first: Int64(round * commands), commands: Int64(commands), batch: 64,
      companies: Int32(shape.companies), payments: Int32(shape.payments),
      body_bytes: Int32(shape.bodyBytes), savepoints: savepoints ? 1 : 0)
    let code = reference_run(&plan)
    guard code == 0 else { throw EngineError.engine("reference: SQLite code \(code)") }
  }
}

func throughEngine(_ group: GroupCommit, round: Int) async throws {
  let (commands, callers, shape) = (commands, callers, shape)
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    for caller in 0..<callers {
      tasks.addTask {
        for index in stride(from: caller, to: commands, by: callers) {
          let number = UInt64(round * commands + index)
          _ = try await group.submit(as: DurableCommand.scope(number, shape)) {
            try DurableCommand.run(number, shape, $0)
          }
        }
      }
    }
    try await tasks.waitForAll()
  }
}

var sides = ["C", "C with savepoints", "engine"].map {
  Side(name: $0, path: folder.appending(path: "\($0).db").path())
}
for side in sides {
  let database = try await open(side.path)
  try await DurableCommand.fill(database, shape)
  await database.close()
}
let database = try await open(sides[2].path)
let group = GroupCommit(database)
for round in 0..<rounds {
  sides[0].samples.append(
    try await measured { try reference(sides[0].path, round: round, savepoints: false) })
  sides[1].samples.append(
    try await measured { try reference(sides[1].path, round: round, savepoints: true) })
  sides[2].samples.append(try await measured { try await throughEngine(group, round: round) })
}
let average = Double(rounds * commands) / Double(group.batches)
await database.close()
for side in sides {
  let ratio = side.rate / sides[0].rate
  print(
    String(
      format: "%@: %.0f commands/s, %.1f µs CPU each, ratio %.2f", side.name, side.rate,
      side.cpuMicroseconds, ratio))
}
print(String(format: "engine: %.1f commands per commit", average))
