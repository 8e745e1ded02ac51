package import Primitives
import Synchronization

/// A clock that stands still until it is turned.
package final class TurnedClock: Sendable {
  private let time: Mutex<Instant>

  package init(at start: Instant) { time = Mutex(start) }

  package var now: Instant { time.withLock { $0 } }
  package func turn(to target: Instant) { time.withLock { $0 = target } }
}
