// Whose turn it is in a queue, and whether the one who waits still does.

import Synchronization

/// What shares a turn: the queues of an engine serve one element of each in rotation.
package enum Turn: Hashable, Sendable {
  /// What a bureau's callers ask for.
  case bureau(TenantKey)
  /// The server's own work for a bureau: it goes on while the bureau's callers fill their queue.
  case jobs(TenantKey)
  /// Who is not yet known to belong to a bureau, by the secret that came with the call.
  case credential(TenantKey)
  /// Outside any bureau.
  case platform
  /// Batches of commands that have had their turn already, and changes of the schema.
  case batch

  /// The turn of what acts in a scope.
  package init(_ scope: Scope) {
    self = scope.bureau.map(Turn.bureau) ?? .platform
  }
}

/// One wait in a queue. Its holder may give it up: what has not begun by then never begins, and
/// what has begun is finished.
package final class Ticket: Sendable {
  private enum State {
    case new
    case queued(withdraw: @Sendable () -> Void)
    case claimed, givenUp
  }

  package let turn: Turn
  private let state = Mutex(State.new)

  package init(_ turn: Turn) { self.turn = turn }

  /// The holder has gone. Without effect on what has begun.
  package func giveUp() {
    let withdraw: (@Sendable () -> Void)? = state.withLock { state in
      switch state {
      case .new:
        state = .givenUp
        return nil
      case .queued(let withdraw):
        state = .givenUp
        return withdraw
      case .claimed, .givenUp: return nil
      }
    }
    withdraw?()
  }

  /// The queue has taken the holder in; `withdraw` takes it out again and tells it. False if the
  /// holder has gone meanwhile: then the caller does what `withdraw` would do.
  func enter(_ withdraw: @escaping @Sendable () -> Void) -> Bool {
    state.withLock { state in
      switch state {
      case .new:
        state = .queued(withdraw: withdraw)
        return true
      case .queued, .claimed: return true
      case .givenUp: return false
      }
    }
  }

  /// Begins, or refuses, what the holder waits for; false if it has given up. True only once.
  func claim() -> Bool {
    state.withLock { state in
      switch state {
      case .new, .queued:
        state = .claimed
        return true
      case .claimed, .givenUp: return false
      }
    }
  }
}
