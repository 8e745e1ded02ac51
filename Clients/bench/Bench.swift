import ArgumentParser
import Foundation

@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bureau-bench",
    abstract: "Measures the server beside a reference in the same run; writes bench.json.")

  @Option(help: "Rounds of each side; every figure is the median of its rounds.")
  var rounds = 9

  @Option(help: "Durable commands in a round.")
  var commands = 3_200

  @Option(help: "Calls over gRPC in a round.")
  var calls = 1_600

  @Option(help: "Callers at the same time.")
  var callers = 64

  @Option(help: "Only the row of this name; may be repeated.")
  var only: [String] = []

  @Option(help: "Where the databases are made and removed again: on the disk that matters.")
  var folder = "."

  @Option(help: "The file that is written.")
  var output = "bench.json"

  @Flag(help: "Serves an empty database until standard input ends; idle_memory looks at it.")
  var idle = false

  func validate() throws {
    guard rounds > 0, rounds <= 1000, commands >= callers, calls >= callers, callers > 0 else {
      throw ValidationError("rounds and callers begin at 1, commands and calls at one a caller")
    }
    for name in only where !Suite.names.contains(name) {
      throw ValidationError("no row \(name); there are: \(Suite.names.joined(separator: ", "))")
    }
  }

  func run() async throws {
    let load = Load(rounds: rounds, commands: commands, calls: calls, callers: callers)
    let suite = Suite(
      load: load, parent: URL(fileURLWithPath: folder), output: URL(fileURLWithPath: output),
      names: only.isEmpty ? Suite.names : Suite.names.filter(only.contains))
    if idle { try await suite.serveIdle() } else { try await suite.run() }
  }
}
