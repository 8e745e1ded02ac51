import Engine
import EngineKit
import EnginePostgres
import Foundation
import Storage

/// `postgres_command`: the durable command on PostgreSQL, which syncs at each commit, by two servers
/// of one database, beside the same by one: as many callers together, the same companies. All of it
/// (servers, callers and PostgreSQL) shares this machine's cores.
enum PostgresCommand {
  static let row = BenchRow(names: ["postgres_command"]) { load, _ in
    let cluster = PostgresCluster(isDurable: true), name = try await cluster.makeDatabase()
    let url = try await cluster.url(name)
    let first = try await PostgresDatabase.open(url: url)
    try await first.migrate(Schema.migrations)
    try await Workload.fill(first)
    let second = try await PostgresDatabase.open(url: url)
    let servers = [try await InProcess(first), try await InProcess(second)]
    let count = load.commands / 2 * 2
    var one = Side("one server", count: count), two = Side("two servers", count: count)
    for round in 0...load.rounds {
      let start = round * 2 * count
      let alone = try servers[0].submissions(start..<start + count)
      let halves = [
        try servers[0].submissions(start + count..<start + count + count / 2),
        try servers[1].submissions(start + count + count / 2..<start + 2 * count),
      ]
      let single = try await servers[0].measure(alone, callers: load.callers)
      let both = try await measured {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          for (server, half) in zip(servers, halves) {
            tasks.addTask { _ = try await server.measure(half, callers: load.callers / 2) }
          }
          try await tasks.waitForAll()
        }
      }
      if round == 0 { continue }
      one.samples.append(single)
      two.samples.append(both)
    }
    await first.close()
    await second.close()
    try await cluster.drop(name)
    print(one.line, two.line, separator: "\n")
    return [
      Row(
        "postgres_command", two.rate, "commands/s by two servers", beside: "by one server",
        one.rate, aim: 1)
    ]
  }
}
