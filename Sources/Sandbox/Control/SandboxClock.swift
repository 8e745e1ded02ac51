import Dispatch
package import Primitives
import Synchronization

/// A clock that runs like any other and can be turned forward, never back.
package final class SandboxClock: Sendable {
  private struct Setting {
    var base: Instant
    var since: UInt64
  }
  private let setting: Mutex<Setting>

  package init(at start: Instant) {
    setting = Mutex(Setting(base: start, since: DispatchTime.now().uptimeNanoseconds))
  }

  package var now: Instant {
    setting.withLock { setting in
      let passed = DispatchTime.now().uptimeNanoseconds - setting.since
      return Instant(microseconds: setting.base.microseconds + Int64(passed / 1000))
    }
  }

  /// Turns the clock to `time`; to an earlier time it stays as it is. Returns the time it shows.
  @discardableResult
  package func turn(to time: Instant) -> Instant {
    let now = now
    guard time > now else { return now }
    setting.withLock { $0 = Setting(base: time, since: DispatchTime.now().uptimeNanoseconds) }
    return time
  }
}
