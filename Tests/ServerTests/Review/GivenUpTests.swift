import Dispatch
import Engine
import GRPCCore
import Primitives
import Server
import Storage
import TestKit
import Testing

/// Callers that go while their command waits, over real TLS, with a writer that is held.
@Suite struct GivenUpTests {
  private func companies(_ bureau: TestBureau) async throws -> [String] {
    try await bureau.world.database.read(as: .bureau(TenantKey(bureau.id))) {
      try $0.rows("SELECT display_name FROM company ORDER BY display_name", as: String.self)
    }
  }

  /// Keeps the database's writer busy until it is told to go on.
  private func held(_ world: World) throws -> DispatchSemaphore {
    let gate = DispatchSemaphore(value: 0)
    try world.database.schedule { _ in gate.wait() }
    return gate
  }

  @Test func `a call that its caller gives up while it waits is never done`() async throws {
    try await withBureau { bureau in
      let before = try await companies(bureau)
      let gate = try held(bureau.world), commands = try bureau.world.server.commands
      let gone = Task { try await bureau.makeCompany("Gone AS") }
      while commands.waiting < 1 { await Task.yield() }
      gone.cancel()
      // The server hears of it while its writer is still busy with something else.
      while commands.waiting > 0 { await Task.yield() }
      gate.signal()
      #expect(await (try? gone.value) == nil)
      let stays = try await bureau.makeCompany("Stays AS")
      #expect(try await companies(bureau) == (before + [stays.displayName]).sorted())
    }
  }

  @Test func `a call that waits when the server shuts down is done all the same`() async throws {
    try await withBureau { bureau in
      let world = bureau.world, census = try world.census
      let gate = try held(world), commands = try world.server.commands
      let late = Task { try await bureau.makeCompany("Late AS") }
      while commands.waiting < 1 { await Task.yield() }
      let restart = Task { try await world.restart() }
      // Its connection is gone, and so is its caller, as far as the transport can tell.
      while census.count > 0 { await Task.yield() }
      #expect(commands.drain.hasBegun)
      gate.signal()
      try await restart.value
      _ = await late.result
      #expect(try await companies(bureau).contains("Late AS"))
    }
  }
}
