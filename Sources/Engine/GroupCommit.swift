import Dispatch
import Synchronization

/// Many commands, one durable commit.
///
/// Each command has its own scope and savepoint, so one that fails takes only itself down. Nobody
/// hears of success or refusal before the commit that holds the command. If the engine itself
/// fails, the batch is rolled back and each of its callers gets that error; if it asks for another
/// try, the whole batch runs again. So a body may run more than once and has no effects but those
/// through its transaction.
///
/// Commands are queued under a lock and taken by the writer's thread while it runs the batch, so
/// those that arrive meanwhile still join it.
package final class GroupCommit: Sendable {
  private typealias Deliver = @Sendable () -> Void

  private struct Command: Sendable {
    let scope: Scope
    /// Runs the body; what it returns tells the caller, after the commit.
    let run: @Sendable (any Transaction) -> Answer
    let refuse: @Sendable (EngineError) -> Void
  }

  private struct Answer {
    let succeeded: Bool
    let deliver: Deliver
  }

  private struct State {
    var queue = FIFO<Command>()
    /// A batch runs or is scheduled.
    var isActive = false
    /// The writer waits for a command to join its batch.
    var isLingering = false
  }

  /// How the last batch went: what the next one may expect. Only the running batch touches it.
  private struct Pace {
    var commands = 1
    var commitNanoseconds: UInt64 = 0
  }

  private let database: any Database
  private let batchLimit: Int
  private let queueLimit: Int
  private let attempts: Int
  private let state = Mutex(State())
  private let pace = Mutex(Pace())
  private let arrival = DispatchSemaphore(value: 0)
  private let batchCount = Atomic<Int>(0)

  /// - Parameters:
  ///   - batchLimit: the most commands that share a commit.
  ///   - queueLimit: the most commands that wait; one more is refused as overload.
  ///   - attempts: how often a batch is run before its conflict counts as unavailability.
  package init(
    _ database: any Database, batchLimit: Int = 64, queueLimit: Int = 4096, attempts: Int = 8
  ) {
    self.database = database
    self.batchLimit = batchLimit
    self.queueLimit = queueLimit
    self.attempts = attempts
  }

  /// Batches committed so far.
  package var batches: Int { batchCount.load(ordering: .relaxed) }

  /// Commands that wait for a batch.
  package var queued: Int { state.withLock { $0.queue.count } }

  /// Runs `body` in a transaction that it shares with its neighbours, and returns its result when
  /// it is durable. What `body` throws is thrown here; then nothing of it is kept.
  package func submit<T: Sendable>(
    as scope: Scope, _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try Task.checkCancellation()
    return try await withCheckedThrowingContinuation { continuation in
      let command = Command(
        scope: scope,
        run: { transaction in
          do {
            let value = try body(transaction)
            return Answer(succeeded: true) { continuation.resume(returning: value) }
          } catch {
            return Answer(succeeded: false) { continuation.resume(throwing: error) }
          }
        },
        refuse: { continuation.resume(throwing: $0) })
      enqueue(command)
    }
  }

  private enum Admission { case refused, joins, wakes, starts }

  private func enqueue(_ command: Command) {
    let admission: Admission = state.withLock { state in
      guard state.queue.count < queueLimit else { return .refused }
      state.queue.append(command)
      if !state.isActive {
        state.isActive = true
        return .starts
      }
      defer { state.isLingering = false }
      return state.isLingering ? .wakes : .joins
    }
    switch admission {
    case .refused: command.refuse(.overloaded("\(queueLimit) commands wait for a commit"))
    case .joins: break
    case .wakes: arrival.signal()
    case .starts: start()
    }
  }

  /// Schedules the next batch; if the writer takes no more, everyone who waits hears so.
  private func start() {
    do throws(EngineError) {
      try database.schedule { [self] in runBatch(on: $0) }
    } catch {
      refuseAll(error)
    }
  }

  private func refuseAll(_ error: EngineError) {
    var waiting = state.withLock { state in
      defer { state = State() }
      return state.queue
    }
    while let command = waiting.popFirst() { command.refuse(error) }
  }

  private func runBatch(on lane: Result<any Connection, EngineError>) {
    switch lane {
    case .failure(let error): refuseAll(error)
    case .success(let connection):
      var batch: [Command] = []
      batch.reserveCapacity(batchLimit)
      // Before the transaction begins: whoever waits by now hears of it if even that fails.
      _ = take(into: &batch)
      do throws(EngineError) {
        let answers = try commit(&batch, on: connection)
        for answer in answers { answer.deliver() }
      } catch {
        for command in batch { command.refuse(error) }
      }
      let more = state.withLock { state in
        state.isActive = !state.queue.isEmpty
        return state.isActive
      }
      if more { start() }
    }
  }

  /// Runs the batch until it is durable.
  private func commit(
    _ batch: inout [Command], on connection: any Connection
  ) throws(EngineError) -> [Answer] {
    var conflict = ""
    for _ in 0..<attempts {
      do throws(EngineError) {
        return try attempt(&batch, on: connection)
      } catch {
        connection.rollback()
        guard case .retry(let reason) = error else { throw error }
        conflict = reason
      }
    }
    throw .unavailable("after \(attempts) attempts still: \(conflict)")
  }

  private func attempt(
    _ batch: inout [Command], on connection: any Connection
  ) throws(EngineError) -> [Answer] {
    try connection.begin()
    var answers: [Answer] = []
    answers.reserveCapacity(batchLimit)
    while let command = next(answers.count, in: &batch) {
      answers.append(try run(command, on: connection))
    }
    let start = DispatchTime.now().uptimeNanoseconds
    try connection.commit()
    let end = DispatchTime.now().uptimeNanoseconds
    pace.withLock { $0 = Pace(commands: answers.count, commitNanoseconds: end - start) }
    batchCount.add(1, ordering: .relaxed)
    return answers
  }

  private func run(
    _ command: Command, on connection: any Connection
  ) throws(EngineError) -> Answer {
    try connection.enter(command.scope)
    try connection.openSavepoint()
    let answer = command.run(connection)
    if let failure = connection.failure {
      if failure.endsTransaction { throw failure.error }
      try connection.undoSavepoint()
      let refuse = command.refuse
      return answer.succeeded
        ? Answer(succeeded: false) { refuse(failure.error) } : answer
    }
    if answer.succeeded {
      try connection.releaseSavepoint()
    } else {
      try connection.undoSavepoint()
    }
    return answer
  }

  /// The command at `index` of the batch, taken from the queue if the batch ends there.
  private func next(_ index: Int, in batch: inout [Command]) -> Command? {
    if index < batch.count { return batch[index] }
    guard index < batchLimit else { return nil }
    if take(into: &batch) || (linger(at: index) && take(into: &batch)) { return batch[index] }
    return nil
  }

  private func take(into batch: inout [Command]) -> Bool {
    state.withLock { state in
      guard !state.queue.isEmpty else { return false }
      while batch.count < batchLimit, let command = state.queue.popFirst() { batch.append(command) }
      return true
    }
  }

  /// Waits a little for callers of the last batch to come back: cheaper than a commit without them.
  private func linger(at count: Int) -> Bool {
    let last = pace.withLock { $0 }
    guard count < last.commands else { return false }
    let arrived = state.withLock { state in
      state.isLingering = state.queue.isEmpty
      return !state.isLingering
    }
    if arrived { return true }
    let wait = min(last.commitNanoseconds / 4, 500_000)
    let woken = arrival.wait(timeout: .now() + .nanoseconds(Int(wait))) == .success
    if !woken {
      let signalled = state.withLock { state in
        defer { state.isLingering = false }
        return !state.isLingering
      }
      // The signal was given after the wait had ended: take it, so that it wakes no later wait.
      if signalled { arrival.wait() }
      return signalled
    }
    return true
  }
}
