// `make simulate`: histories of the payment life, drawn by a seed, and what they break.

import ArgumentParser
import EngineKit
import Foundation
import Simulation

@main struct Simulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bureau-simulate",
    abstract: "Lives through seeded histories of payments, with faults, and checks each step.")

  @Option(help: "Which history.") var seed: UInt64 = 1
  @Option(help: "How many steps.") var steps = 2000
  @Option(help: "Plants a bug that must be found; `list` prints their names.") var `break` = ""
  @Option(help: "Only these steps, as a shortest history prints them: 3,17,22.") var only = ""
  @Option(help: "sqlite or postgres.") var engine = "sqlite"
  @Option(help: "Steps that may be taken to shorten a history.") var budget = 6000
  @Flag(help: "Tells every step.") var verbose = false

  func validate() throws {
    guard steps >= 1, steps <= 1_000_000 else { throw ValidationError("--steps: 1 to 1000000") }
    guard ["sqlite", "postgres"].contains(engine) else {
      throw ValidationError("--engine: sqlite or postgres")
    }
    guard self.break.isEmpty || self.break == "list" || Plant(rawValue: self.break) != nil else {
      throw ValidationError("--break: unknown; `list` prints the names")
    }
  }

  func run() async throws {
    if self.break == "list" { return Plant.allCases.forEach { print($0.rawValue) } }
    let simulation = Simulation(
      seed: seed, plant: Plant(rawValue: self.break),
      engine: engine == "postgres" ? .postgres : .sqlite)
    let numbers =
      only.isEmpty ? Array(1...steps) : only.split(separator: ",").compactMap { Int($0) }
    let outcome = try await simulation.run(numbers)
    if verbose { outcome.tale.forEach { print($0) } }
    if !outcome.violations.isEmpty {
      let (shortest, shown) = try await simulation.shortest(outcome, of: numbers, budget: budget)
      for violation in shown.violations {
        print("VIOLATION \(violation.promise): \(violation.text)")
      }
      print("The shortest history found, \(shortest.count) of \(outcome.steps) steps:")
      shown.tale.forEach { print("  \($0)") }
      print(
        "Again: make simulate SEED=\(seed) ONLY=\(shortest.map(String.init).joined(separator: ","))"
      )
    }
    print(
      "simulate: seed \(seed), \(outcome.steps) steps, \(outcome.faults) faults, "
        + "\(outcome.checks) checks, \(outcome.violations.count) violations")
    if !outcome.violations.isEmpty { throw ExitCode(1) }
  }
}
