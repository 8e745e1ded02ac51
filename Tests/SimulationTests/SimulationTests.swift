import EngineKit
import Simulation
import Testing

/// Histories of the payment life, drawn by a seed: see Clients/simulate/README.md.
@Suite struct SimulationTests {
  @Test(arguments: [UInt64](1...4))
  func `a history with faults breaks no promise`(seed: UInt64) async throws {
    let outcome = try await Simulation(seed: seed).run(steps: 300)
    #expect(outcome.violations == [], "make simulate SEED=\(seed) STEPS=300")
    #expect(outcome.steps == 300)
    // It has lived: a history without faults and checks proves nothing.
    #expect(outcome.faults > 20 && outcome.checks > 500)
  }

  @Test func `a history with faults breaks no promise on PostgreSQL`() async throws {
    guard TestEngine.Kind.available.contains(.postgres) else { return }
    let outcome = try await Simulation(seed: 5, engine: .postgres).run(steps: 150)
    #expect(outcome.violations == [], "make simulate SEED=5 STEPS=150 ENGINE=postgres")
    #expect(outcome.steps == 150)
  }

  @Test func `the same seed is the same history`() async throws {
    let first = try await Simulation(seed: 6).run(steps: 150)
    let second = try await Simulation(seed: 6).run(steps: 150)
    #expect(first == second)
    let other = try await Simulation(seed: 7).run(steps: 150)
    #expect(first.tale != other.tale)
  }

  @Test(arguments: Plant.allCases)
  func `a planted bug is found, as the promise that it breaks`(plant: Plant) async throws {
    var found: Simulation.Outcome?
    for seed: UInt64 in [1, 2, 3, 10] where found == nil {
      let outcome = try await Simulation(seed: seed, plant: plant).run(steps: 500)
      if !outcome.violations.isEmpty { found = outcome }
    }
    let promises = try #require(found?.violations.map(\.promise))
    #expect(!plant.promises.isDisjoint(with: promises), "\(found?.violations ?? [])")
  }

  @Test func `what is found is told by a short history that can be lived again`() async throws {
    let simulation = Simulation(seed: 1, plant: .accountSwapped)
    let outcome = try await simulation.run(steps: 300)
    let (steps, shown) = try await simulation.shortest(
      outcome, of: Array(1...300), budget: 1_000)
    // An invoice, a signature, a transfer and a bank that takes it: little more than that.
    #expect(steps.count <= 12, "\(shown.tale)")
    #expect(shown.violations.first?.promise == outcome.violations.first?.promise)
    #expect(try await simulation.run(steps) == shown)
  }
}
