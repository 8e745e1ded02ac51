import Synchronization
import Testing

@testable import Engine

/// Group commit on an engine that gathers syncs itself: many connections, a transaction a command.
@Suite struct ParallelCommitTests {
  private let busy = Scope.company(bureau: Ledger.one, company: Ledger.alpha)
  private let other = Scope.company(bureau: Ledger.two, company: Ledger.alpha)
  private static let alone = CommitShape(batches: 1, commandsPerBatch: 1)
  private struct Refused: Error {}

  @Test func `a command alone needs no savepoint`() async throws {
    let connection = ScriptedConnection()
    let group = GroupCommit(ScriptedDatabase(connection, shape: Self.alone))
    #expect(try await group.submit(as: busy) { _ in 7 } == 7)
    let answer = await refusal { try await group.submit(as: busy) { _ in throw Refused() } }
    #expect(answer == "Refused()")
    #expect(connection.log.withLock { $0 } == ["begin", "commit", "begin", "rollback"])
    #expect(group.batches == 1)
  }

  @Test func `a statement that fails takes its command down and no other`() async throws {
    let failure = ConnectionFailure(.unique("key"), endsTransaction: true)
    let connection = ScriptedConnection(statements: [failure, failure, nil])
    let group = GroupCommit(ScriptedDatabase(connection, shape: Self.alone))
    let swallowed = await refusal { try await group.submit(as: busy) { try? $0.execute("one") } }
    #expect(swallowed == "unique")
    let told = await refusal {
      try await group.submit(as: busy) { tx in
        do { try tx.execute("two") } catch { throw Refused() }
      }
    }
    #expect(told == "Refused()")
    #expect(
      await refusal { try await group.submit(as: busy) { try $0.execute("ok") } } == "nothing")
    #expect(connection.log.withLock { $0.filter { $0 == "commit" }.count } == 1)
  }

  @Test func `a conflict runs the command again and is never its answer`() async throws {
    let conflict = ConnectionFailure(.retry("busy"), endsTransaction: true)
    let connection = ScriptedConnection(
      commits: [.retry("busy"), nil], statements: [conflict, nil, nil])
    let conflicts = Atomic<Int>(0)
    let group = GroupCommit(ScriptedDatabase(connection, shape: Self.alone)) {
      if case .conflicted = $0 { conflicts.add(1, ordering: .relaxed) }
    }
    let runs = Atomic<Int>(0)
    let answer = try await group.submit(as: busy) { tx in
      let run = runs.add(1, ordering: .relaxed).newValue
      try? tx.execute("anything")
      return run
    }
    #expect(answer == 3, "once for the statement, once for the commit")
    #expect(conflicts.load(ordering: .relaxed) == 2)
  }

  @Test func `commands run at the same time on as many connections as there are`() async throws {
    let shape = CommitShape(batches: 4, commandsPerBatch: 1, commandsPerBureau: 4)
    let group = GroupCommit(ScriptedDatabase(ScriptedConnection(), shape: shape))
    let met = Meeting(of: 4)
    await withTaskGroup(of: String.self) { tasks in
      for _ in 0..<8 {
        tasks.addTask { await refusal { try await group.submit(as: busy) { _ in met.wait() } } }
      }
      // Each waits for three more to run beside it: one after the other they would wait for ever.
      for await answer in tasks { #expect(answer == "nothing") }
    }
  }

  @Test func `a busy bureau leaves connections to others`() async throws {
    let shape = CommitShape(batches: 4, commandsPerBatch: 1)
    #expect(shape.commandsPerBureau == 2)
    let group = GroupCommit(ScriptedDatabase(ScriptedConnection(), shape: shape))
    let gate = Gate()
    let begun = Counter()
    await withTaskGroup(of: String.self) { tasks in
      for _ in 0..<40 {
        tasks.addTask {
          await refusal {
            try await group.submit(as: busy) { _ in
              begun.add()
              gate.wait()
            }
          }
        }
      }
      while begun.value < 2 || group.queued < 38 { await Task.yield() }
      for _ in 0..<5 {
        #expect(await refusal { try await group.submit(as: other) { _ in } } == "nothing")
      }
      #expect(begun.value == 2)
      for _ in 0..<40 { gate.open() }
      for await answer in tasks { #expect(answer == "nothing") }
    }
    #expect(begun.value == 40, "nothing is forgotten")
    #expect(group.queued == 0)
  }

  @Test func `batches of several commands run side by side`() async throws {
    let shape = CommitShape(batches: 3, commandsPerBatch: 4)
    let connection = ScriptedConnection()
    let group = GroupCommit(ScriptedDatabase(connection, shape: shape))
    let sum = await withTaskGroup(of: Int.self) { tasks in
      for number in 0..<500 {
        let scope = number % 3 == 0 ? other : busy
        tasks.addTask { (try? await group.submit(as: scope) { _ in number }) ?? -1_000_000 }
      }
      return await tasks.reduce(0, +)
    }
    #expect(sum == 499 * 500 / 2)
    #expect(group.batches <= 500)
  }
}

/// Lets nobody on until so many have come.
private final class Meeting: Sendable {
  private let size: Int
  private let come = Mutex(0)
  private let gate = Gate()

  init(of size: Int) { self.size = size }

  func wait() {
    let isLast = come.withLock { come in
      come += 1
      return come % size == 0
    }
    if isLast { for _ in 0..<size { gate.open() } }
    gate.wait()
  }
}
