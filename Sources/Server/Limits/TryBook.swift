package import Primitives

/// Failed tries, and who must wait for how long (RTS art. 4: at most five in a row).
///
/// The fifth failure locks for a minute, each further one for twice as long as before, at most an
/// hour; a success, or a day without a failure, clears the slate.
package struct TryBook<Key: Hashable & Sendable>: Sendable {
  package static var limit: Int { 5 }
  private static var longestMinutes: Int { 60 }

  private struct Entry: Sendable {
    var failures: Int
    var last: Instant
    var lockedUntil: Instant
  }

  private let room: Int
  private var entries: [Key: Entry] = [:]

  package init(room: Int = 50_000) { self.room = room }

  package var count: Int { entries.count }

  /// Until when `key` is locked; nil: it is not.
  package func lockedUntil(_ key: Key, at now: Instant) -> Instant? {
    guard let entry = entries[key], entry.lockedUntil > now else { return nil }
    return entry.lockedUntil
  }

  package mutating func failed(_ key: Key, at now: Instant) {
    if entries[key] == nil, entries.count >= room { makeRoom(at: now) }
    var entry = entries[key] ?? Entry(failures: 0, last: now, lockedUntil: now)
    if entry.last.adding(days: 1) <= now { entry.failures = 0 }
    entry.failures += 1
    entry.last = now
    if entry.failures >= Self.limit {
      let doublings = min(entry.failures - Self.limit, 6)
      entry.lockedUntil = now.adding(minutes: min(1 << doublings, Self.longestMinutes))
    }
    entries[key] = entry
  }

  package mutating func succeeded(_ key: Key) { entries[key] = nil }

  /// Those of a day ago go; where that is not enough, those that failed longest ago.
  private mutating func makeRoom(at now: Instant) {
    entries = entries.filter { $0.value.last.adding(days: 1) > now }
    guard entries.count >= room else { return }
    let oldest = entries.sorted { $0.value.last < $1.value.last }.prefix(max(1, room / 10))
    for (key, _) in oldest { entries[key] = nil }
  }
}
