import Engine
import Primitives
import Server
import Storage
import Synchronization
import EngineKit
import TestKit
import Testing

/// Several servers share one database's work (invariant O).
@Suite(.everyEngine) struct ClaimTests {
  /// A signed payment whose file is due now and not yet prepared.
  private func due(_ office: Office) async throws {
    try await office.alex.signs(try await office.kim.imports(SupplierInvoice()))
    let clock = office.bureau.world.clock
    clock.turn(to: try #require(Instant(rfc3339: "2026-03-16T06:10:00Z")))
  }

  @Test func `O what a dead server has claimed is done by another when the claim ends`()
    async throws
  {
    try await withOffice { office in
      let world = office.bureau.world
      try await due(office)
      let time = world.clock.now
      let claimed = try await world.database.write(as: .platform) { tx in
        let claim = Claim(owner: [UInt8](repeating: 7, count: 16), end: time.adding(minutes: 2))
        return try Work.claim(claim, at: time, limit: 100, in: tx)
      }
      #expect(claimed.contains { $0.kind == .prepare })
      try await world.settle()
      #expect(world.channel.attempts.isEmpty)
      world.clock.turn(to: time.adding(minutes: 2))
      try await world.settle()
      #expect(world.channel.attempts.count == 1)
    }
  }

  @Test func `O a server so slow that its claim has ended delivers nothing`() async throws {
    try await withOffice { office in
      let world = office.bureau.world
      try await due(office)
      let time = Mutex(world.clock.now)
      // Three minutes go by whenever this server looks at its clock.
      let slow = try world.anotherServer {
        time.withLock { time in
          time = time.adding(minutes: 3)
          return time
        }
      }
      _ = try await slow.jobs.runOnce()
      let names = try await office.bureau.facts(of: try office.bureau.company).map(\.fact.name)
      #expect(names.contains("TransferPrepared") && !names.contains("TransferDelivered"))
      #expect(world.channel.attempts.isEmpty)

      world.clock.turn(to: time.withLock { $0 }.adding(minutes: 3))
      try await world.settle()
      #expect(world.channel.attempts.count == 1)
    }
  }

  @Test func `O two servers that run the jobs at the same time deliver each file once`()
    async throws
  {
    try await withOffice { office in
      let world = office.bureau.world, clock = world.clock
      try await due(office)
      let other = try world.anotherServer { clock.now }
      let jobs = try world.jobs
      async let one: Void = jobs.runUntilIdle()
      async let two: Void = other.jobs.runUntilIdle()
      _ = try await (one, two)
      #expect(world.channel.attempts.count == 1)
      let facts = try await office.bureau.facts(of: try office.bureau.company)
      #expect(facts.count { $0.fact.name == "TransferPrepared" } == 1)
      #expect(facts.count { $0.fact.name == "TransferDelivered" } == 1)
    }
  }
}
