import Dispatch
import Foundation
import Synchronization

/// A few threads, each the only owner of one resource, that serve one bounded queue in fair turns.
///
/// The resource never crosses threads, and a job that blocks holds up no task. It is opened with
/// the first job of its thread; a failure to open is that job's answer and is tried again with the
/// next. One that is of no use any more after a job is dropped, and opened anew with the next.
/// Whoever makes lanes closes them.
package final class Lanes<Resource>: Sendable {
  package typealias Job = @Sendable (Result<Resource, EngineError>) -> Void
  package typealias Open = @Sendable () throws(EngineError) -> Resource
  package typealias IsUsable = @Sendable (Resource) -> Bool

  private struct Waiting: Sendable {
    let job: Job
    /// `nil` for what nobody can withdraw.
    let ticket: Ticket?
    let refuse: @Sendable (any Error) -> Void
  }

  private struct State {
    var queue: FairQueue<Waiting>
    var isClosed = false
    var threads: Int
    /// Threads that sleep until they are told to look again.
    var idle = 0
    var whenEnded: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>
  private let wake = DispatchSemaphore(value: 0)
  private let name: String
  private let limit: Int

  /// - Parameters:
  ///   - limit: the most jobs that wait; one turn may have half of them.
  ///   - perTurn: the most threads that work for one turn at the same time; half of them unless
  ///     said otherwise, so that a bureau's long reads leave threads to others.
  ///   - isUsable: asked after each job.
  package init(
    _ count: Int, name: String, limit: Int = 4096, perTurn: Int? = nil, open: @escaping Open,
    isUsable: @escaping IsUsable = { _ in true }
  ) {
    self.name = name
    self.limit = limit
    let queue = FairQueue<Waiting>(
      limit: limit, share: max(limit / 2, 1), inFlight: perTurn ?? max(count / 2, 1))
    state = Mutex(State(queue: queue, threads: count))
    for index in 0..<count {
      let thread = Thread { [self] in
        // Set from within: Foundation names the kernel's thread only then (15 bytes at most).
        Thread.current.name = "\(name)-\(index)"
        serve(open, isUsable)
      }
      thread.start()
    }
  }

  /// Jobs that wait for a thread.
  package var queued: Int { state.withLock { $0.queue.count } }

  /// Queues a job that counts for no bureau.
  package func schedule(_ job: @escaping Job) throws(EngineError) {
    let (_, refusal) = admit(Waiting(job: job, ticket: nil, refuse: { _ in }), in: .batch)
    if let refusal { throw refusal }
  }

  /// Runs `body` on one of the threads when the ticket's turn comes; not at all if its holder has
  /// given up before, or its task was cancelled.
  package func run<T: Sendable>(
    _ ticket: Ticket = Ticket(.platform), _ body: @escaping @Sendable (Resource) throws -> T
  ) async throws -> T {
    try Task.checkCancellation()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let waiting = Waiting(
          job: { resource in continuation.resume(with: Result { try body(resource.get()) }) },
          ticket: ticket, refuse: { continuation.resume(throwing: $0) })
        let (seat, refusal) = admit(waiting, in: ticket.turn)
        if let refusal {
          if ticket.claim() {
            waiting.refuse(refusal)
          } else {
            waiting.refuse(CancellationError())
          }
        } else if let seat {
          let withdraw = { @Sendable [self] in
            state.withLock { $0.queue.remove(seat) }
            waiting.refuse(CancellationError())
          }
          if !ticket.enter(withdraw) { withdraw() }
        }
      }
    } onCancel: {
      ticket.giveUp()
    }
  }

  private func admit(_ waiting: Waiting, in turn: Turn) -> (FairQueue<Waiting>.Seat?, EngineError?)
  {
    let (admission, wakes): (FairQueue<Waiting>.Admission?, Bool) = state.withLock { state in
      if state.isClosed { return (nil, false) }
      let admission = state.queue.append(waiting, of: turn)
      guard case .admitted = admission, state.idle > 0 else { return (admission, false) }
      state.idle -= 1
      return (admission, true)
    }
    if wakes { wake.signal() }
    switch admission {
    case nil: return (nil, .unavailable("\(name) is closed"))
    case .shareIsFull: return (nil, .shareFull("\(limit / 2) jobs of one turn wait for \(name)"))
    case .full: return (nil, .overloaded("\(limit) jobs wait for \(name)"))
    case .admitted(let seat, let displaced):
      if let displaced, displaced.ticket?.claim() != false {
        displaced.refuse(
          EngineError.shareFull("the longest line of \(limit) that wait for \(name)"))
      }
      return (seat, nil)
    }
  }

  /// Refuses new jobs, finishes those that wait, drops the resources and ends the threads.
  package func close() async {
    await withCheckedContinuation { continuation in
      let ended = state.withLock { state in
        state.isClosed = true
        wakeAll(&state)
        if state.threads > 0 { state.whenEnded.append(continuation) }
        return state.threads == 0
      }
      if ended { continuation.resume() }
    }
  }

  private func wakeAll(_ state: inout State) {
    for _ in 0..<state.idle { wake.signal() }
    state.idle = 0
  }

  private func serve(_ open: Open, _ isUsable: IsUsable) {
    do {
      var resource: Resource?
      while let taken = next() {
        if taken.element.ticket?.claim() != false {
          do throws(EngineError) {
            let opened = if let resource { resource } else { try open() }
            resource = opened
            taken.element.job(.success(opened))
            if !isUsable(opened) { resource = nil }
          } catch {
            taken.element.job(.failure(error))
          }
        }
        state.withLock { $0.queue.finish(taken) }
      }
    }
    let waiting = state.withLock { state in
      state.threads -= 1
      return state.threads == 0 ? exchange(&state.whenEnded, with: []) : []
    }
    for continuation in waiting { continuation.resume() }
  }

  /// The next job; sleeps while there is none, `nil` when there will be none. Whoever has finished
  /// a job looks for another before it sleeps, so what waited for that one's turn is found.
  private func next() -> FairQueue<Waiting>.Taken? {
    while true {
      let (taken, ends): (FairQueue<Waiting>.Taken?, Bool) = state.withLock { state in
        if let taken = state.queue.take() { return (taken, false) }
        if state.isClosed, state.queue.isEmpty {
          wakeAll(&state)
          return (nil, true)
        }
        state.idle += 1
        return (nil, false)
      }
      if taken != nil || ends { return taken }
      wake.wait()
    }
  }
}

private func exchange<T>(_ value: inout T, with other: T) -> T {
  defer { value = other }
  return value
}
