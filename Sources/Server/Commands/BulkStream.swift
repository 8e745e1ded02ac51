// Many items on one stream, each a call of its own: a bounded number at work, results as they come.

package import GRPCCore
import Synchronization

/// What of one stream may be at work at a time. Beyond it the stream is not read, so that flow
/// control stops the sender.
package struct BulkLimits: Sendable {
  /// Some commits' worth (`GroupCommit`), so that there is work while one is synced.
  package var items = 256
  /// Of requests. One item that is larger is worked on alone.
  package var bytes = 8 << 20

  package init() {}
}

/// Works through a stream of items.
///
/// What was begun is finished and, while the stream can carry it, told: nothing is abandoned
/// between its commit and its result. The stream ends early when the call is cancelled (deadline,
/// client, shutdown), when an item's work throws, or when its results can't be written.
package struct BulkStream<Item: Sendable, Outcome: Sendable>: Sendable {
  private let limits: BulkLimits
  private let bytes: @Sendable (Item) -> Int
  private let work: @Sendable (Item) async throws -> Outcome

  /// - Parameters:
  ///   - bytes: What an item counts as.
  ///   - work: What it throws ends the stream; a refusal of the item alone is an outcome.
  package init(
    limits: BulkLimits, bytes: @escaping @Sendable (Item) -> Int,
    work: @escaping @Sendable (Item) async throws -> Outcome
  ) {
    self.limits = limits
    self.bytes = bytes
    self.work = work
  }

  /// - Parameter watch: Runs beside the stream; what it throws ends it.
  package func run(
    _ items: RPCAsyncSequence<Item, any Error>, into writer: RPCWriter<Outcome>,
    while watch: @escaping @Sendable () async throws -> Void = {}
  ) async throws {
    let desk = BulkDesk<Outcome>(limits)
    let failure = await withRPCCancellationHandler {
      await withTaskGroup(of: Void.self, returning: (any Error)?.self) { group in
        group.addTask { await read(items, at: desk) }
        group.addTask {
          do { try await watch() } catch is CancellationError {} catch { desk.close(error) }
        }
        while let outcomes = await desk.next() {
          if !outcomes.isEmpty {
            do { try await writer.write(contentsOf: outcomes) } catch { desk.close(error) }
          }
          // The reader may be waiting for an item that no longer matters.
          if desk.isClosed { group.cancelAll() }
        }
        group.cancelAll()
        return desk.failure
      }
    } onCancelRPC: {
      // Whoever has cancelled or let the deadline pass does not hear this; a shutdown's client does.
      desk.close(
        RPCError(
          code: .unavailable,
          message: "the server ends this stream: send again what has no result yet"))
    }
    if let failure { throw failure }
  }

  private func read(
    _ items: RPCAsyncSequence<Item, any Error>, at desk: BulkDesk<Outcome>
  ) async {
    await withDiscardingTaskGroup { group in
      do {
        for try await item in items {
          let size = bytes(item)
          guard await desk.admit(size) else { break }
          group.addTask {
            do { desk.finish(try await work(item), size) } catch { desk.drop(error, size) }
          }
        }
      } catch { desk.close(error) }
    }
    desk.readingEnded()
  }
}

/// Where the reader of a stream, its items and the writer of its results meet.
private final class BulkDesk<Outcome: Sendable>: Sendable {
  private struct State {
    var items = 0
    var bytes = 0
    var outcomes: [(outcome: Outcome, bytes: Int)] = []
    var failure: (any Error)?
    /// The failure was told to the writer, which then stops the reader.
    var isFailureTold = false
    var isReading = true
    var reader: CheckedContinuation<Void, Never>?
    var writer: CheckedContinuation<Void, Never>?

    /// Of those that wait, whoever can go on.
    mutating func awake(_ limits: BulkLimits) -> [CheckedContinuation<Void, Never>] {
      var awake: [CheckedContinuation<Void, Never>] = []
      if let reader, failure != nil || hasRoom(limits) {
        awake.append(reader)
        self.reader = nil
      }
      if let writer, isWritable {
        awake.append(writer)
        self.writer = nil
      }
      return awake
    }

    var isWritable: Bool {
      !outcomes.isEmpty || (failure != nil && !isFailureTold) || (!isReading && items == 0)
    }

    func hasRoom(_ limits: BulkLimits) -> Bool { items < limits.items && bytes < limits.bytes }
  }

  private let limits: BulkLimits
  private let state = Mutex(State())

  init(_ limits: BulkLimits) { self.limits = limits }

  var failure: (any Error)? { state.withLock(\.failure) }
  var isClosed: Bool { state.withLock { $0.failure != nil } }

  private func change(_ body: (inout State) -> Void) {
    let awake = state.withLock { state in
      body(&state)
      return state.awake(limits)
    }
    for continuation in awake { continuation.resume() }
  }

  /// Waits until one more item may be at work; false where no more are taken.
  func admit(_ bytes: Int) async -> Bool {
    await withCheckedContinuation { continuation in
      change { $0.reader = continuation }
    }
    return state.withLock { state in
      guard state.failure == nil else { return false }
      state.items += 1
      state.bytes += bytes
      return true
    }
  }

  func finish(_ outcome: Outcome, _ bytes: Int) {
    change { $0.outcomes.append((outcome, bytes)) }
  }

  /// An item without an outcome: the stream ends.
  func drop(_ error: any Error, _ bytes: Int) {
    change { state in
      state.failure = state.failure ?? error
      state.items -= 1
      state.bytes -= bytes
    }
  }

  /// No further items; the first reason counts.
  func close(_ error: any Error) { change { $0.failure = $0.failure ?? error } }

  func readingEnded() { change { $0.isReading = false } }

  /// What has been finished meanwhile, at most all that may be at work; empty where there is a
  /// failure to act upon; nil once all is done. The items stay at work until they are asked for.
  func next() async -> [Outcome]? {
    await withCheckedContinuation { continuation in
      change { $0.writer = continuation }
    }
    var outcomes: [Outcome] = []
    var isDone = false
    change { state in
      isDone = state.outcomes.isEmpty && !state.isReading && state.items == 0
      state.isFailureTold = state.failure != nil
      outcomes = state.outcomes.map(\.outcome)
      state.items -= state.outcomes.count
      state.bytes -= state.outcomes.reduce(0) { $0 + $1.bytes }
      state.outcomes.removeAll(keepingCapacity: true)
    }
    return isDone ? nil : outcomes
  }
}
