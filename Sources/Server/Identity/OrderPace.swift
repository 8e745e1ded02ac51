import Domain
import Primitives

/// Lets one collect of an order through at a time, and not more often than BankID allows.
actor OrderPace {
  private let interval: Duration
  private var busy: Set<ID<Order>> = []
  private var latest: [ID<Order>: ContinuousClock.Instant] = [:]

  init(interval: Duration) { self.interval = interval }

  func begin(_ order: ID<Order>) -> Bool {
    let now = ContinuousClock.now
    if let last = latest[order], now - last < interval { return false }
    guard busy.insert(order).inserted else { return false }
    latest[order] = now
    if latest.count > 10_000 { latest = latest.filter { now - $0.value < .seconds(3600) } }
    return true
  }

  func end(_ order: ID<Order>, isOver: Bool) {
    busy.remove(order)
    if isOver { latest[order] = nil }
  }
}

/// Orders that one address may start without being logged in: far more than an office behind one
/// address needs in a minute, and too few to use up the open orders of a bureau.
actor StartPace {
  private static let limit = 100
  private var minute: Int64 = 0
  private var counts: [String: Int] = [:]

  func allows(_ address: String, at time: Instant) -> Bool {
    let now = time.microseconds / 60_000_000
    if now != minute {
      minute = now
      counts = [:]
    }
    let count = counts[address, default: 0]
    guard count < Self.limit, counts.count < 100_000 else { return false }
    counts[address] = count + 1
    return true
  }
}
