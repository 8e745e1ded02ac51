import Checker
import Domain
import EngineKit
import Primitives
import Server
import TestKit
import Testing

@testable import Simulation

/// A file that is held, or that cannot be delivered, for longer than the bank has to answer.
@Suite(.everyEngine) struct UnsentTests {
  @Test func `E-03 what has never left is not in doubt; the bank's days begin when it has`()
    async throws
  {
    try await Bench.run { bench in
      let town = bench.town
      // Its content is not there, so that the job cannot deliver it.
      let payment = try await bench.payment(.processing, isDelivered: false)
      func state() async throws -> String {
        _ = try await town.machines[0].jobs.runOnce()
        let id = town.oracle.literal(payment.id.bytes)
        let row = try town.tables.rows("SELECT state FROM payment WHERE id = \(id)").first?.first
        return row?.description ?? ""
      }
      for _ in 0..<3 {
        town.clock.turn(to: town.clock.now.adding(days: 10))
        // Else somebody would look, find it not executed, sign anew, and both would leave.
        #expect(try await state() == "\"processing\"")
      }
      try await town.append(
        [.transferDelivered(TransferDelivered(transfer: payment.transfer))], at: bench.place,
        request: "delivered")
      town.clock.turn(to: town.clock.now.adding(days: 1))
      #expect(try await state() == "\"processing\"")
      town.clock.turn(to: town.clock.now.adding(days: 10))
      #expect(try await state() == "\"inDoubt\"")
    }
  }
}
