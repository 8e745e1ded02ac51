import Engine
import EngineSQLite
import Foundation
import Storage

/// `replay_facts`: facts a second when all projections are dropped and all journals replayed
/// (`bureaud rebuild`), beside writing the same facts with their projections in bulk: replaying
/// checks every hash and appends nothing.
enum ReplayFacts {
  static let row = BenchRow(names: ["replay_facts"]) { load, folder in
    let payments = load.commands * 4
    var written = Side("written in bulk", count: 2 * payments)
    var replayed = Side("replayed", count: 2 * payments)
    for round in 0...load.rounds {
      let database = try await Workload.open(folder.appending(path: "\(round).db").path())
      try await Workload.fill(database)
      let write = try await measured { try await BulkLoad.fill(database, payments: payments) }
      var facts: Int64 = 0
      let replay = try await measured { facts = try await Rebuild.run(database).facts }
      await database.close()
      guard facts >= 2 * payments else { throw BenchError("only \(facts) facts were replayed") }
      if round == 0 { continue }
      written.samples.append(write)
      replayed.samples.append(replay)
    }
    print(written.line, replayed.line, separator: "\n")
    return [
      Row(
        "replay_facts", replayed.rate, "facts/s", beside: "writing them in bulk", written.rate,
        aim: 1)
    ]
  }
}
