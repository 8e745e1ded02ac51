// A whole simulation: steps, checks after each, and for what it finds the shortest history that
// still shows it.

import Checker
package import EngineKit
import Foundation
import Primitives

package struct Simulation: Sendable {
  package var seed: UInt64
  package var plant: Plant?
  package var engine: TestEngine.Kind
  /// The whole comparison of journals and tables, which reads all of them, every so many steps.
  package var wholeCheckEvery = 250

  package init(seed: UInt64, plant: Plant? = nil, engine: TestEngine.Kind = .sqlite) {
    self.seed = seed
    self.plant = plant
    self.engine = engine
  }

  package struct Outcome: Sendable, Equatable {
    package var steps = 0
    package var faults = 0
    package var checks = 0
    package var violations: [Violation] = []
    /// A line for each step that was taken.
    package var tale: [String] = []
  }

  /// Steps 1 to `count`.
  package func run(steps count: Int) async throws -> Outcome {
    try await run(Array(1...max(count, 1)))
  }

  /// Only these steps. Ends with the first violation.
  package func run(_ steps: [Int]) async throws -> Outcome {
    try await TestEngine.run(engine) {
      let folder = Self.temporary.appending(path: "bureau-simulate-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let town = try await Town(seed: seed, plant: plant, folder: folder)
      do {
        let outcome = try await run(steps, in: town)
        await town.close()
        return outcome
      } catch {
        await town.close()
        throw error
      }
    }
  }

  /// In memory where the system has such a folder: what a disk makes of a crash is another test's
  /// subject, and here nothing waits for one.
  private static var temporary: URL {
    let memory = URL(filePath: "/dev/shm")
    return FileManager.default.isWritableFile(atPath: memory.path)
      ? memory : FileManager.default.temporaryDirectory
  }

  private func run(_ steps: [Int], in town: Town) async throws -> Outcome {
    let oracle = town.oracle
    var taken = 0
    try oracle.look(at: town)
    for step in steps {
      taken += 1
      do {
        try await town.take(step)
        try oracle.look(at: town)
        try oracle.lookAtBank(town)
        for line in town.strangeFailures() { oracle.violate("unexpected", line) }
        if taken.isMultiple(of: wholeCheckEvery) || taken == steps.count {
          try await checkAll(town)
        }
      } catch {
        // What cannot be read any more, or does what no table of states allows, is broken too.
        oracle.violate("unexpected", "step \(step) failed: \(error)")
      }
      if !oracle.violations.isEmpty { break }
    }
    return Outcome(
      steps: taken, faults: town.faults, checks: oracle.checks, violations: oracle.violations,
      tale: town.tale)
  }

  /// Journals, requests and tables by the checker that crash tests use.
  private func checkAll(_ town: Town) async throws {
    let findings = try await Checker.findings(in: town.tables, acknowledged: town.acknowledged)
    town.oracle.expect("tables", findings.isEmpty, findings.joined(separator: "\n"))
  }

  // MARK: Shorter

  /// The shortest history found that breaks the same promise, by leaving out ever smaller parts of
  /// it (Zeller's delta debugging).
  /// - Parameter budget: the most steps that are taken in the search.
  package func shortest(_ outcome: Outcome, of steps: [Int], budget: Int) async throws
    -> (steps: [Int], outcome: Outcome)
  {
    guard let promise = outcome.violations.first?.promise else { return (steps, outcome) }
    var best = Array(steps.prefix(outcome.steps)), shown = outcome
    var left = budget, parts = 2
    // Found at the end of what is left, it is found by a check that comes there.
    while best.count > 1, parts <= best.count {
      let size = (best.count + parts - 1) / parts
      var isShorter = false
      var start = 0
      while start < best.count {
        let without = Array(best[..<start] + best[min(start + size, best.count)...])
        guard !without.isEmpty, left >= without.count else {
          if left < without.count { return (best, shown) }
          break
        }
        left -= without.count
        let tried = try await run(without)
        if tried.violations.first?.promise == promise {
          best = Array(without.prefix(tried.steps))
          shown = tried
          isShorter = true
        } else {
          start += size
        }
      }
      if isShorter {
        parts = max(parts - 1, 2)
      } else if size == 1 {
        break
      } else {
        parts = min(parts * 2, best.count)
      }
    }
    return (best, shown)
  }
}
