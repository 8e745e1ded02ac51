import Dispatch
import Foundation
import Synchronization

/// A few threads, each the only owner of one resource, that serve one bounded queue in order.
///
/// The resource never crosses threads, and a job that blocks holds up no task. It is opened with
/// the first job of its thread; a failure to open is that job's answer and is tried again with the
/// next. Whoever makes lanes closes them.
package final class Lanes<Resource>: Sendable {
  package typealias Job = @Sendable (Result<Resource, EngineError>) -> Void
  package typealias Open = @Sendable () throws(EngineError) -> Resource

  private struct State {
    var jobs = FIFO<Job>()
    var isClosed = false
    var threads: Int
    var whenEnded: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>
  private let ready = DispatchSemaphore(value: 0)
  private let name: String
  private let count: Int
  private let limit: Int

  /// - Parameter limit: the most jobs that wait; one more is refused as overload.
  package init(_ count: Int, name: String, limit: Int = 4096, open: @escaping Open) {
    self.name = name
    self.count = count
    self.limit = limit
    state = Mutex(State(threads: count))
    for index in 0..<count {
      let thread = Thread { [self] in
        // Set from within: Foundation names the kernel's thread only then (15 bytes at most).
        Thread.current.name = "\(name)-\(index)"
        serve(open)
      }
      thread.start()
    }
  }

  /// Queues a job.
  package func schedule(_ job: @escaping Job) throws(EngineError) {
    let refusal: EngineError? = state.withLock { state in
      if state.isClosed { return .unavailable("\(name) is closed") }
      if state.jobs.count >= limit { return .overloaded("\(limit) jobs wait for \(name)") }
      state.jobs.append(job)
      return nil
    }
    if let refusal { throw refusal }
    ready.signal()
  }

  /// Runs `body` on one of the threads.
  package func run<T: Sendable>(
    _ body: @escaping @Sendable (Resource) throws -> T
  ) async throws -> T {
    try Task.checkCancellation()
    return try await withCheckedThrowingContinuation { continuation in
      do throws(EngineError) {
        try schedule { resource in
          continuation.resume(with: Result { try body(resource.get()) })
        }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  /// Refuses new jobs, finishes those that wait, drops the resources and ends the threads.
  package func close() async {
    await withCheckedContinuation { continuation in
      let (first, ended) = state.withLock { state in
        defer { state.isClosed = true }
        if state.threads > 0 { state.whenEnded.append(continuation) }
        return (!state.isClosed, state.threads == 0)
      }
      if first { for _ in 0..<count { ready.signal() } }
      if ended { continuation.resume() }
    }
  }

  private func serve(_ open: Open) {
    do {
      var resource: Resource?
      while let job = next() {
        do throws(EngineError) {
          let opened = if let resource { resource } else { try open() }
          resource = opened
          job(.success(opened))
        } catch {
          job(.failure(error))
        }
      }
    }
    let waiting = state.withLock { state in
      state.threads -= 1
      return state.threads == 0 ? exchange(&state.whenEnded, with: []) : []
    }
    for continuation in waiting { continuation.resume() }
  }

  private func next() -> Job? {
    ready.wait()
    return state.withLock { $0.jobs.popFirst() }
  }
}

private func exchange<T>(_ value: inout T, with other: T) -> T {
  defer { value = other }
  return value
}
