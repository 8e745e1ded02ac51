import Domain
import Engine
import EngineSQLite
import Primitives
import Synchronization
import Testing

@testable import Server
@testable import Storage

/// Looking at the past is bounded, and leaves nothing behind.
@Suite struct PastReadsTests {
  private let history = History()

  private struct Full: Error {}

  private func live() async throws -> SQLiteDatabase {
    let live = try await SQLiteDatabase.example()
    try await history.append(to: live)
    return live
  }

  private func count(
    _ reads: PastReads, _ live: SQLiteDatabase, fails: Bool = false
  ) async throws -> Int {
    let place = history.place
    let heads = try await live.read(as: place.scope) { try AsOf.heads(of: place, in: $0) }
    return try await reads.read(place, at: monday.adding(days: 1), heads: heads, from: live) { tx in
      if fails { throw Full() }
      return try PaymentTables.list(of: place, state: nil, after: nil, limit: 9, in: tx).count
    }
  }

  @Test func `at most so many look at the past at once, and each gives its place back`()
    async throws
  {
    let live = try await live(), opened = Mutex(0)
    var limits = PastLimits()
    limits.concurrent = 1
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
    let reads = PastReads(limits: limits) {
      let isFirst = opened.withLock {
        $0 += 1
        return $0 == 1
      }
      if isFirst {
        arrive.finish()
        for await _ in gate {}
      }
      return try await SQLiteDatabase.inMemory()
    }
    async let first = count(reads, live)
    for await _ in arrived {}
    await #expect(throws: AsOfError.busy) { try await count(reads, live) }
    open.finish()
    #expect(try await first == 2)
    // Also one that fails leaves its place.
    await #expect(throws: Full.self) { try await count(reads, live, fails: true) }
    #expect(try await count(reads, live) == 2)
  }

  @Test func `a replay that nobody waits for any more ends, and gives its place back`()
    async throws
  {
    let live = try await live(), place = history.place
    var limits = PastLimits()
    limits.concurrent = 1
    let reads = PastReads(limits: limits) { try await SQLiteDatabase.inMemory() }
    let heads = try await live.read(as: place.scope) { try AsOf.heads(of: place, in: $0) }
    await #expect(throws: CancellationError.self) {
      try await reads.read(
        place, at: monday.adding(days: 1), heads: heads, from: live, while: { false }
      ) { _ in }
    }
    #expect(try await count(reads, live) == 2)
  }

  @Test func `a past of more facts than allowed is refused by name`() async throws {
    let live = try await live()
    var limits = PastLimits()
    limits.facts = 20
    let reads = PastReads(limits: limits) { try await SQLiteDatabase.inMemory() }
    await #expect(throws: AsOfError.tooManyFacts(limit: 20)) { try await count(reads, live) }
    limits.facts = 1_000
    let more = PastReads(limits: limits) { try await SQLiteDatabase.inMemory() }
    #expect(try await count(more, live) == 2)
  }
}
