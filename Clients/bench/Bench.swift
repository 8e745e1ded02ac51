import ArgumentParser
import Foundation

@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bureau-bench",
    abstract: "Measures the server beside a reference in the same run; writes bench.json.",
    discussion: "Rows: \(Suite.all.flatMap(\.names).joined(separator: " ")).")

  @Option(help: "Rounds of each side; every figure is the median of its rounds.")
  var rounds: Int?

  @Option(help: "Durable commands in a round.")
  var commands: Int?

  @Option(help: "Calls over gRPC in a round; a stream carries four times as many.")
  var calls: Int?

  @Option(help: "Callers at the same time.")
  var callers = 64

  @Option(help: "Only these rows, separated by commas.")
  var rows: String?

  @Flag(help: "Few and short rounds and small databases: a look, in under a minute.")
  var quick = false

  @Flag(help: "Ten million payments where a million stand otherwise (queue_page): needs 25 GiB.")
  var full = false

  @Option(help: "Where the databases are made and removed again: on the disk that matters.")
  var folder = "."

  @Option(help: "The file that is written.")
  var output = "bench.json"

  @Option(help: "Also writes the figures as a table into this file.")
  var docs: String?

  private var load: Load {
    var load = quick ? Load.quick : Load.full
    load.rounds = rounds ?? load.rounds
    load.commands = commands ?? load.commands
    load.calls = calls ?? load.calls
    load.callers = callers
    if full { load.queued = 10_000_000 }
    return load
  }

  /// The rows asked for, none twice; nil where one is unknown.
  private func chosen() throws -> [BenchRow] {
    guard let rows, !rows.isEmpty else { return Suite.all }
    let wanted = rows.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    for name in wanted where !Suite.all.contains(where: { $0.names.contains(name) }) {
      throw ValidationError(
        "no row \(name); there are: \(Suite.all.flatMap(\.names).joined(separator: ", "))")
    }
    return Suite.all.filter { $0.names.contains(where: wanted.contains) }
  }

  func validate() throws {
    let load = load
    guard 1...1000 ~= load.rounds, 1...10_000 ~= load.callers, load.commands >= load.callers,
      load.calls >= load.callers
    else {
      throw ValidationError("rounds and callers begin at 1, commands and calls at one a caller")
    }
    _ = try chosen()
  }

  func run() async throws {
    let suite = Suite(load: load, parent: URL(fileURLWithPath: folder), rows: try chosen())
    let rows = try await suite.run()
    print(Row.table(rows))
    try Row.json(rows).write(to: URL(fileURLWithPath: output))
    if let docs { try Figures.text(rows).write(toFile: docs, atomically: true, encoding: .utf8) }
  }
}
