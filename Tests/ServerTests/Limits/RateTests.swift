import Domain
import Foundation
import Primitives
import Server
import Testing

/// Rates and tries as values, on a clock that the test turns.
@Suite struct RateTests {
  private let start = Instant(microseconds: 1_772_438_400_000_000)

  private func rate(_ perMinute: Int) throws -> Rate { try #require(Rate(perMinute: perMinute)) }

  @Test func `a bucket gives its burst at once and then its rate, exactly`() throws {
    let rate = try rate(120)
    var bucket = TokenBucket(rate, at: start)
    for _ in 0..<20 { #expect(bucket.take(rate, at: start) == nil) }
    // Two a second: the next in half a second, and not a microsecond earlier.
    #expect(bucket.take(rate, at: start) == 500_000)
    #expect(bucket.take(rate, at: Instant(microseconds: start.microseconds + 499_999)) == 1)
    #expect(bucket.take(rate, at: Instant(microseconds: start.microseconds + 500_000)) == nil)
    #expect(bucket.take(rate, at: Instant(microseconds: start.microseconds + 500_000)) == 500_000)
  }

  @Test func `over any length of time no more is given than burst and rate`() throws {
    let rate = try rate(600)
    var bucket = TokenBucket(rate, at: start)
    var given = 0
    for step in 0..<60_000 where bucket.take(rate, at: start.adding(seconds: step / 1_000)) == nil {
      given += 1
    }
    #expect(given == rate.burst + 59 * 10)
  }

  @Test func `a clock that is set back gives nothing`() throws {
    let rate = try rate(60)
    var bucket = TokenBucket(rate, at: start)
    for _ in 0..<10 { _ = bucket.take(rate, at: start) }
    #expect(bucket.take(rate, at: start.adding(days: -1)) == 1_000_000)
    #expect(bucket.take(rate, at: start.adding(days: 400)) == nil)
  }

  @Test func `keys do not touch each other, and their number is bounded`() throws {
    let rate = try rate(60)
    var buckets = Buckets<Int>(rate, limit: 3, at: start)
    for _ in 0..<10 { #expect(buckets.take(1, at: start) == nil) }
    #expect(buckets.take(1, at: start) != nil)
    #expect(buckets.take(2, at: start) == nil)
    #expect(buckets.take(3, at: start) == nil)
    // No room: the newcomers share one.
    for key in 4..<14 { #expect(buckets.take(key, at: start) == nil) }
    #expect(buckets.take(14, at: start) != nil)
    #expect(buckets.count == 3)
    // Those that have rested make room.
    #expect(buckets.take(15, at: start.adding(minutes: 1)) == nil)
    #expect(buckets.count == 1)
  }

  @Test func `the fifth failure locks for a minute, each further one for twice as long`() {
    var book = TryBook<String>()
    var time = start
    for _ in 1...4 { book.failed("a", at: time) }
    #expect(book.lockedUntil("a", at: time) == nil)
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
      book.failed("a", at: time)
      #expect(book.lockedUntil("a", at: time) == time.adding(minutes: minutes))
      time = time.adding(minutes: minutes)
      #expect(book.lockedUntil("a", at: time) == nil)
    }
    #expect(book.lockedUntil("b", at: time) == nil)
    book.succeeded("a")
    book.failed("a", at: time)
    #expect(book.lockedUntil("a", at: time) == nil)
  }

  @Test func `a day without a failure clears the slate, and the book does not grow`() {
    var book = TryBook<Int>(room: 10)
    for _ in 1...4 { book.failed(0, at: start) }
    book.failed(0, at: start.adding(days: 1))
    #expect(book.lockedUntil(0, at: start.adding(days: 1)) == nil)
    for key in 1...100 { book.failed(key, at: start.adding(days: 1).adding(seconds: key)) }
    #expect(book.count <= 10)
  }
}
