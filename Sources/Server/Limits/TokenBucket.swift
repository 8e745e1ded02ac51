package import Primitives

/// How often something may happen: so many times a minute, and some at once after a rest.
package struct Rate: Sendable, Equatable {
  package let perMinute: Int
  /// At once, after a rest: ten seconds' worth, at least ten.
  package var burst: Int { max(10, perMinute / 6) }

  /// At most ten million a minute; nil: no limit is wanted.
  package init?(perMinute: Int) {
    guard (1...10_000_000).contains(perMinute) else { return nil }
    self.perMinute = perMinute
  }
}

/// What is left of a rate, exact in integers: a call costs a minute's microseconds, and each
/// microsecond brings as many units as calls are allowed a minute.
package struct TokenBucket: Sendable, Equatable {
  private static let cost: Int64 = 60_000_000
  private var level: Int64
  private var time: Instant

  package init(_ rate: Rate, at time: Instant) {
    level = Int64(rate.burst) * Self.cost
    self.time = time
  }

  /// Takes one, or tells in how many microseconds one can be had. A clock that is set back brings
  /// nothing and takes nothing.
  package mutating func take(_ rate: Rate, at now: Instant) -> Int64? {
    refill(rate, at: now)
    guard level >= Self.cost else {
      let missing = Self.cost - level
      return (missing + Int64(rate.perMinute) - 1) / Int64(rate.perMinute)
    }
    level -= Self.cost
    return nil
  }

  /// Whether nothing of it has been used for long: it may be forgotten.
  package func isFull(_ rate: Rate, at now: Instant) -> Bool {
    var copy = self
    copy.refill(rate, at: now)
    return copy.level == Int64(rate.burst) * Self.cost
  }

  private mutating func refill(_ rate: Rate, at now: Instant) {
    guard now > time else { return }
    let full = Int64(rate.burst) * Self.cost
    // What fills the bucket takes at most ten seconds, or ten calls' time: no overflow.
    let elapsed = min(now.microseconds - time.microseconds, full / Int64(rate.perMinute) + 1)
    level = min(full, level + elapsed * Int64(rate.perMinute))
    time = now
  }
}

/// The buckets of many keys, a bounded number of them.
package struct Buckets<Key: Hashable & Sendable>: Sendable {
  private let rate: Rate
  private let limit: Int
  private var buckets: [Key: TokenBucket] = [:]
  /// Shared by those for whom there is no room.
  private var others: TokenBucket
  private var swept: Instant

  package init(_ rate: Rate, limit: Int = 50_000, at time: Instant) {
    self.rate = rate
    self.limit = limit
    others = TokenBucket(rate, at: time)
    swept = time
  }

  package var count: Int { buckets.count }

  /// Takes one for `key`, or tells in how many microseconds.
  package mutating func take(_ key: Key, at now: Instant) -> Int64? {
    if buckets[key] == nil {
      makeRoom(at: now)
      guard buckets.count < limit else { return others.take(rate, at: now) }
    }
    return buckets[key, default: TokenBucket(rate, at: now)].take(rate, at: now)
  }

  /// Whether `key` has one left, without taking it.
  package func wait(_ key: Key, at now: Instant) -> Int64? {
    guard var bucket = buckets[key] else { return nil }
    return bucket.take(rate, at: now)
  }

  /// Forgets keys that have rested, at most once a second: whoever fills the table on purpose does
  /// not make each call dear.
  private mutating func makeRoom(at now: Instant) {
    guard buckets.count >= limit, swept.adding(seconds: 1) <= now else { return }
    swept = now
    buckets = buckets.filter { !$0.value.isFull(rate, at: now) }
  }
}
