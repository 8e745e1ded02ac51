import EngineSQLite
import Synchronization
import Testing

@testable import Engine

/// Who is served when, with a writer that is held: no clock, no luck.
@Suite struct FairnessTests {
  private let loud = Scope.company(bureau: Ledger.one, company: Ledger.alpha)
  private let quiet = Scope.company(bureau: Ledger.two, company: Ledger.alpha)

  /// In which order the bodies ran.
  private final class Order: Sendable {
    private let names = Mutex<[String]>([])
    func note(_ name: String) { names.withLock { $0.append(name) } }
    var all: [String] { names.withLock { $0 } }
  }

  @Test func `a bureau at ten times its share does not starve another`() async throws {
    let database = ScriptedDatabase(ScriptedConnection())
    let group = GroupCommit(database), order = Order()
    let held = database.hold()
    await withTaskGroup(of: String.self) { tasks in
      for _ in 0..<320 {
        tasks.addTask {
          await refusal { try await group.submit(as: loud) { _ in order.note("loud") } }
        }
      }
      await group.waitUntilQueued(320)
      for _ in 0..<32 {
        tasks.addTask {
          await refusal { try await group.submit(as: quiet) { _ in order.note("quiet") } }
        }
      }
      await group.waitUntilQueued(352)
      held.open()
      for await answer in tasks { #expect(answer == "nothing") }
    }
    let served = order.all
    #expect(served.count == 352)
    // Half of each commit is the quiet one's until nothing of it waits.
    #expect(served.prefix(64).filter { $0 == "quiet" }.count == 32)
    #expect(group.batches == 6, "and commits are as full as before")
  }

  @Test func `a bureau that fills its share is refused at once, and nobody else is`() async throws {
    let database = ScriptedDatabase(ScriptedConnection())
    let group = GroupCommit(database, queueLimit: 6)
    let held = database.hold()
    await withTaskGroup(of: String.self) { tasks in
      for _ in 0..<3 {
        tasks.addTask { await refusal { try await group.submit(as: loud) { _ in } } }
      }
      await group.waitUntilQueued(3)
      #expect(await refusal { try await group.submit(as: loud) { _ in } } == "shareFull")
      tasks.addTask { await refusal { try await group.submit(as: quiet) { _ in } } }
      await group.waitUntilQueued(4)
      held.open()
      for await answer in tasks { #expect(answer == "nothing") }
    }
    #expect(await refusal { try await group.submit(as: loud) { _ in } } == "nothing")
  }

  @Test func `a full queue refuses the last of whoever waits most, and equals at once`()
    async throws
  {
    let database = ScriptedDatabase(ScriptedConnection())
    let group = GroupCommit(database, queueLimit: 4)
    let held = database.hold()
    async let first = refusal { try await group.submit(as: loud) { _ in } }
    await group.waitUntilQueued(1)
    async let last = refusal { try await group.submit(as: loud) { _ in } }
    await group.waitUntilQueued(2)
    async let other = refusal { try await group.submit(as: quiet) { _ in } }
    async let platform = refusal { try await group.submit(as: .platform) { _ in } }
    await group.waitUntilQueued(4)
    let work = Ticket(.jobs(Ledger.one))
    async let job = refusal { try await group.submit(as: loud, ticket: work) { _ in } }
    #expect(await last == "shareFull")
    let stranger = Scope.bureau(TenantKey(high: 9, low: 9))
    #expect(await refusal { try await group.submit(as: stranger) { _ in } } == "overloaded")
    held.open()
    #expect(await [first, other, platform, job] == ["nothing", "nothing", "nothing", "nothing"])
  }

  @Test func `the server's own work for a bureau does not wait behind the bureau's callers`()
    async throws
  {
    let database = ScriptedDatabase(ScriptedConnection())
    let group = GroupCommit(database, queueLimit: 20), order = Order()
    let held = database.hold()
    await withTaskGroup(of: String.self) { tasks in
      for _ in 0..<10 {
        tasks.addTask {
          await refusal { try await group.submit(as: loud) { _ in order.note("caller") } }
        }
      }
      await group.waitUntilQueued(10)
      tasks.addTask {
        await refusal {
          try await group.submit(as: loud, ticket: Ticket(.jobs(Ledger.one))) { _ in
            order.note("job")
          }
        }
      }
      await group.waitUntilQueued(11)
      held.open()
      for await answer in tasks { #expect(answer == "nothing") }
    }
    #expect(order.all.firstIndex(of: "job") == 1)
  }

  @Test func `a command whose caller has gone while it waited never runs`() async throws {
    let database = ScriptedDatabase(ScriptedConnection())
    let group = GroupCommit(database), order = Order()
    let held = database.hold()
    let ticket = Ticket(Turn(loud))
    async let hungUp = refusal {
      try await group.submit(as: loud, ticket: ticket) { _ in order.note("hung up") }
    }
    await group.waitUntilQueued(1)
    let cancelled = Task {
      await refusal { try await group.submit(as: loud) { _ in order.note("cancelled") } }
    }
    await group.waitUntilQueued(2)
    async let stays = refusal { try await group.submit(as: loud) { _ in order.note("stays") } }
    await group.waitUntilQueued(3)
    ticket.giveUp()
    cancelled.cancel()
    // Both hear of it though the writer is still held, and their places are free.
    #expect(await hungUp == "CancellationError()")
    #expect(await cancelled.value == "CancellationError()")
    #expect(group.queued == 1)
    held.open()
    #expect(await stays == "nothing")
    #expect(order.all == ["stays"])
    let late = Ticket(Turn(loud))
    late.giveUp()
    let gone = await refusal { try await group.submit(as: loud, ticket: late) { _ in } }
    #expect(gone == "CancellationError()")
  }

  @Test func `a command that has begun is finished though its caller goes`() async throws {
    let connection = ScriptedConnection()
    let group = GroupCommit(ScriptedDatabase(connection))
    let ticket = Ticket(Turn(loud))
    let answer = try await group.submit(as: loud, ticket: ticket) { _ in
      ticket.giveUp()
      return "done"
    }
    #expect(answer == "done")
    #expect(connection.log.withLock { $0 } == ["begin", "commit"])
  }

  @Test func `long reads of one bureau leave threads to others`() async throws {
    try await withSQLite(readers: 4) { database in
      let gate = Gate()
      let begun = Counter()
      await withTaskGroup(of: String.self) { tasks in
        for _ in 0..<4 {
          tasks.addTask {
            await refusal {
              try await database.read(as: loud) { _ in
                begun.add()
                gate.wait()
              }
            }
          }
        }
        while begun.value < 2 || database.queuedReads < 2 { await Task.yield() }
        for _ in 0..<3 {
          #expect(await refusal { try await database.read(as: quiet) { _ in } } == "nothing")
        }
        #expect(begun.value == 2)
        for _ in 0..<4 { gate.open() }
        for await answer in tasks { #expect(answer == "nothing") }
      }
      #expect(begun.value == 4, "nothing is forgotten")
    }
  }

  @Test func `a read whose caller has gone is not begun`() async throws {
    try await withSQLite(readers: 1) { database in
      let gate = Gate(), order = Order()
      async let long = refusal {
        try await database.read(as: quiet) { _ in
          order.note("long")
          gate.wait()
        }
      }
      while order.all.isEmpty { await Task.yield() }
      let ticket = Ticket(Turn(loud))
      async let gone = refusal {
        try await database.read(as: loud, ticket: ticket) { _ in order.note("read") }
      }
      while database.queuedReads < 1 { await Task.yield() }
      ticket.giveUp()
      #expect(await gone == "CancellationError()")
      gate.open()
      #expect(await long == "nothing")
      #expect(order.all == ["long"])
    }
  }
}
