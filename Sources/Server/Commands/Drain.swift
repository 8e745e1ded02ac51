import Engine
import GRPCCore
import Synchronization

/// Whether the server is on its way down: from then on the end of a call says nothing of its
/// caller, and what waits is finished.
package final class Drain: Sendable {
  private let begun = Atomic<Bool>(false)

  package init() {}

  package var hasBegun: Bool { begun.load(ordering: .acquiring) }

  /// Call this before the transport is told to shut down: it tells all calls in flight.
  package func begin() { begun.store(true, ordering: .releasing) }

  /// Gives the ticket up when the caller hangs up or its deadline passes.
  func whileCallerWaits<T>(
    _ ticket: Ticket, _ body: () async throws -> T
  ) async throws -> T {
    try await withRPCCancellationHandler(operation: body) { [self] in
      if !hasBegun { ticket.giveUp() }
    }
  }

  /// Runs what takes a while; `isThere` turns false when the caller hangs up or its deadline passes.
  func watchingCaller<T>(
    _ body: (_ isThere: @escaping @Sendable () -> Bool) async throws -> T
  ) async throws -> T {
    let caller = Presence()
    return try await withRPCCancellationHandler {
      try await body { caller.isThere.load(ordering: .relaxed) }
    } onCancelRPC: { [self] in
      if !hasBegun { caller.isThere.store(false, ordering: .relaxed) }
    }
  }

  private final class Presence: Sendable {
    let isThere = Atomic<Bool>(true)
  }
}
