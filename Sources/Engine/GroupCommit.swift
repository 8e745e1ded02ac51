import Dispatch
import Synchronization

/// Many commands, one durable commit.
///
/// Each command has its own scope, and one that fails takes only itself down. Most that fail do so
/// before they have written anything; if one must be undone, the whole batch is, and runs again
/// with a savepoint for each command: to keep savepoints for all, page by page, costs every command
/// more than that costs a few. Nobody hears of success or refusal before the commit that holds the
/// command. If the engine itself fails, the batch is rolled back and each of its callers gets that
/// error; if it asks for another try, the whole batch runs again. So a body may run more than once
/// and has no effects but those through its transaction.
///
/// How many batches run at once, and how many commands share one, says the database's
/// `commitShape`. Commands are queued under a lock and taken by a writer's thread while it runs its
/// batch, so those that arrive meanwhile still join it. The queue serves bureaus in rotation.
package final class GroupCommit: Sendable {
  /// What happens to batches, for those who count.
  package enum Event: Sendable {
    /// So many commands became durable, by a commit that took so long.
    case committed(commands: Int, nanoseconds: UInt64)
    /// A batch runs again, because another transaction was in the way.
    case conflicted
    /// A batch runs again with savepoints, because a command in it had to be undone.
    case undone
  }

  private typealias Deliver = @Sendable () -> Void

  private struct Command: Sendable {
    let scope: Scope
    let ticket: Ticket
    /// Runs the body; what it returns tells the caller, after the commit.
    let run: @Sendable (any Transaction) -> Answer
    let refuse: @Sendable (any Error) -> Void
  }

  private typealias Queue = FairQueue<Command>

  private struct Answer {
    let succeeded: Bool
    let deliver: Deliver
  }

  private struct State {
    var queue: Queue
    /// Batches that run or are scheduled.
    var running = 0
    /// The only writer waits for a command to join its batch.
    var isLingering = false
  }

  /// How the last batch went: what the next one may expect. Only the only batch touches it.
  private struct Pace {
    var commands = 1
    var commitNanoseconds: UInt64 = 0
  }

  private let database: any Database
  private let shape: CommitShape
  private let queueLimit: Int
  private let attempts: Int
  private let observe: @Sendable (Event) -> Void
  private let state: Mutex<State>
  private let pace = Mutex(Pace())
  private let arrival = DispatchSemaphore(value: 0)
  private let batchCount = Atomic<Int>(0)

  /// - Parameters:
  ///   - queueLimit: the most commands that wait, half of them of one turn; one more is refused.
  ///   - attempts: how often a batch is run before its conflict counts as unavailability.
  package init(
    _ database: any Database, queueLimit: Int = 4096, attempts: Int = 8,
    observe: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.database = database
    shape = database.commitShape
    self.queueLimit = queueLimit
    self.attempts = attempts
    self.observe = observe
    state = Mutex(
      State(
        queue: FairQueue(
          limit: queueLimit, share: max(queueLimit / 2, 1), inFlight: shape.commandsPerBureau)))
  }

  /// Batches committed so far.
  package var batches: Int { batchCount.load(ordering: .relaxed) }

  /// Commands that wait for a batch.
  package var queued: Int { state.withLock { $0.queue.count } }

  /// Runs `body` in a transaction that it may share with its neighbours, and returns its result
  /// when it is durable. What `body` throws is thrown here; then nothing of it is kept. If the
  /// ticket is given up, or the task cancelled, before the body has begun, it never runs; after
  /// that it is finished.
  package func submit<T: Sendable>(
    as scope: Scope, ticket: Ticket? = nil,
    _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T {
    try Task.checkCancellation()
    let ticket = ticket ?? Ticket(Turn(scope))
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        enqueue(
          Command(
            scope: scope, ticket: ticket,
            run: { transaction in
              do {
                let value = try body(transaction)
                return Answer(succeeded: true) { continuation.resume(returning: value) }
              } catch {
                return Answer(succeeded: false) { continuation.resume(throwing: error) }
              }
            },
            refuse: { continuation.resume(throwing: $0) }))
      }
    } onCancel: {
      ticket.giveUp()
    }
  }

  private enum Wake { case nobody, lingering, another }

  private func enqueue(_ command: Command) {
    let (admission, wake): (Queue.Admission, Wake) = state.withLock { state in
      let admission = state.queue.append(command, of: command.ticket.turn)
      guard case .admitted = admission else { return (admission, .nobody) }
      if state.isLingering {
        state.isLingering = false
        return (admission, .lingering)
      }
      guard state.running < shape.batches, state.queue.hasNext() else {
        return (admission, .nobody)
      }
      state.running += 1
      return (admission, .another)
    }
    switch admission {
    case .shareIsFull:
      turnAway(command, .shareFull("\(queueLimit / 2) commands of one turn wait for a commit"))
    case .full: turnAway(command, .overloaded("\(queueLimit) commands wait for a commit"))
    case .admitted(let seat, let displaced):
      if let displaced, displaced.ticket.claim() {
        displaced.refuse(EngineError.shareFull("others wait, and this turn's line is the longest"))
      }
      let withdraw = { @Sendable [self] in
        state.withLock { $0.queue.remove(seat) }
        command.refuse(CancellationError())
      }
      if !command.ticket.enter(withdraw) { withdraw() }
    }
    switch wake {
    case .nobody: break
    case .lingering: arrival.signal()
    case .another: start()
    }
  }

  /// Answers a command that was not let in.
  private func turnAway(_ command: Command, _ error: EngineError) {
    command.refuse(command.ticket.claim() ? error : CancellationError())
  }

  /// Schedules the next batch; if the writer takes no more, everyone who waits hears so.
  private func start() {
    do throws(EngineError) {
      try database.schedule { [self] in runBatch(on: $0) }
    } catch {
      let waiting = state.withLock { state in
        state.running -= 1
        return state.queue.removeAll()
      }
      for command in waiting where command.ticket.claim() { command.refuse(error) }
    }
  }

  private func runBatch(on lane: Result<any Connection, EngineError>) {
    var batch: [Queue.Taken] = []
    // Before the transaction begins: whoever waits by now hears of it if even that fails.
    if take(into: &batch) {
      do throws(EngineError) {
        for answer in try commit(&batch, on: lane.get()) { answer.deliver() }
      } catch {
        for taken in batch { taken.element.refuse(error) }
      }
    }
    let more = state.withLock { state in
      for taken in batch { state.queue.finish(taken) }
      if state.queue.hasNext() { return true }
      state.running -= 1
      return false
    }
    if more { start() }
  }

  /// Runs the batch until it is durable.
  private func commit(
    _ batch: inout [Queue.Taken], on connection: any Connection
  ) throws(EngineError) -> [Answer] {
    var conflict = ""
    var savepoints = false
    for _ in 0..<attempts {
      do throws(EngineError) {
        if shape.commandsPerBatch == 1, let only = batch.first {
          return [try attempt(only.element, on: connection)]
        }
        if !savepoints {
          if let answers = try attempt(&batch, savepoints: false, on: connection) {
            return answers
          }
          savepoints = true
          connection.rollback()
          observe(.undone)
        }
        if let answers = try attempt(&batch, savepoints: true, on: connection) { return answers }
      } catch {
        connection.rollback()
        guard case .retry(let reason) = error else { throw error }
        conflict = reason
        observe(.conflicted)
      }
    }
    throw .unavailable("after \(attempts) attempts still: \(conflict)")
  }

  /// One command in a transaction of its own, which needs no savepoint. What it deferred goes out
  /// with the commit, which tells if any of it failed: nobody else is to be kept from harm.
  private func attempt(
    _ command: Command, on connection: any Connection
  ) throws(EngineError) -> Answer {
    try connection.begin()
    try connection.enter(command.scope)
    let answer = command.run(connection)
    if answer.succeeded {
      _ = try commit(1, on: connection)
      return answer
    }
    if let error = connection.failure?.error, !error.isAboutStatement { throw error }
    connection.rollback()
    return answer
  }

  /// Returns nil if something must be undone that no savepoint keeps apart.
  private func attempt(
    _ batch: inout [Queue.Taken], savepoints: Bool, on connection: any Connection
  ) throws(EngineError) -> [Answer]? {
    try connection.begin()
    var answers: [Answer] = []
    answers.reserveCapacity(shape.commandsPerBatch)
    while let command = next(answers.count, in: &batch) {
      let answer =
        savepoints
        ? try run(command, on: connection) : try runPlainly(command, on: connection)
      guard let answer else { return nil }
      answers.append(answer)
    }
    let took = try commit(answers.count, on: connection)
    pace.withLock { $0 = Pace(commands: answers.count, commitNanoseconds: took) }
    return answers
  }

  /// Returns how long it took, in nanoseconds.
  private func commit(
    _ commands: Int, on connection: any Connection
  ) throws(EngineError) -> UInt64 {
    let start = DispatchTime.now().uptimeNanoseconds
    try connection.commit()
    let took = DispatchTime.now().uptimeNanoseconds - start
    batchCount.add(1, ordering: .relaxed)
    observe(.committed(commands: commands, nanoseconds: took))
    return took
  }

  /// Returns nil if the command has failed and left something.
  private func runPlainly(
    _ command: Command, on connection: any Connection
  ) throws(EngineError) -> Answer? {
    try connection.enter(command.scope)
    let before = connection.written
    let answer = command.run(connection)
    if let failure = connection.failure {
      if failure.endsTransaction { throw failure.error }
      return nil
    }
    return answer.succeeded || connection.written == before ? answer : nil
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
  private func next(_ index: Int, in batch: inout [Queue.Taken]) -> Command? {
    if index < batch.count { return batch[index].element }
    guard index < shape.commandsPerBatch else { return nil }
    if take(into: &batch) || (linger(at: index) && take(into: &batch)) {
      return batch[index].element
    }
    return nil
  }

  /// False if nobody waits whose turn it may be.
  private func take(into batch: inout [Queue.Taken]) -> Bool {
    state.withLock { state in
      let before = batch.count
      while batch.count < shape.commandsPerBatch, let taken = state.queue.take() {
        // Whoever has given up is answered by its ticket.
        if taken.element.ticket.claim() {
          batch.append(taken)
        } else {
          state.queue.finish(taken)
        }
      }
      return batch.count > before
    }
  }

  /// Waits a little for callers of the last batch to come back: cheaper than a commit without
  /// them. Batches that run beside others do not wait: their neighbours' commits go on meanwhile.
  private func linger(at count: Int) -> Bool {
    guard shape.batches == 1 else { return false }
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
