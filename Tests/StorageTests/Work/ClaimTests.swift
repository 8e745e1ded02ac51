import Domain
import Engine
import EngineKit
import Primitives
import Storage
import Testing

/// Invariant O: what is to be done is done by one server at a time.
@Suite(.everyEngine) struct ClaimTests {
  private static let one = [UInt8](repeating: 1, count: 16)
  private static let other = [UInt8](repeating: 2, count: 16)
  private static let place = History().place
  private let noon = monday
  private var later: Instant { noon.adding(minutes: 2) }

  /// A database where `count` messages wait to be sent.
  private static func database(_ count: UInt8) async throws -> any Database {
    let database = try await exampleDatabase()
    try await database.write(as: place.scope) { tx in
      for number in 0..<count {
        try Work.schedule(.message, hash(number), at: monday, of: place, in: tx)
      }
    }
    return database
  }

  private func claim(
    _ owner: [UInt8], at time: Instant, limit: Int = 10, in database: any Database
  ) async throws -> [WorkItem] {
    let claim = Claim(owner: owner, end: time.adding(minutes: 2))
    return try await database.write(as: .platform) { tx in
      try Work.claim(claim, at: time, limit: limit, in: tx)
    }
  }

  private func renew(
    _ owner: [UInt8], _ item: WorkItem, at time: Instant, in database: any Database
  ) async throws -> Bool {
    let claim = Claim(owner: owner, end: time.adding(minutes: 2))
    return try await database.write(as: item.place.scope) { tx in
      try Work.renew(claim, of: item, at: time, in: tx)
    }
  }

  @Test func `O two servers that ask get different items, together all of them`() async throws {
    let database = try await Self.database(5)
    let first = try await claim(Self.one, at: noon, limit: 3, in: database)
    let second = try await claim(Self.other, at: noon, limit: 3, in: database)
    #expect(first.count == 3 && second.count == 2)
    #expect(Set((first + second).map(\.subject)).count == 5)
    #expect(try await claim(Self.one, at: noon, in: database) == [])
  }

  /// `count` messages of each bureau, those of the first due before all others.
  private static func crowd(_ bureaus: ClosedRange<UInt8>, _ count: Int) async throws
    -> any Database
  {
    let database = try await exampleDatabase()
    for bureau in bureaus {
      let place = Place(bureau: key(bureau), company: key(bureau))
      try await database.write(as: place.scope) { tx in
        for number in 0..<count {
          let due = monday.adding(minutes: bureau == bureaus.lowerBound ? -60 : -1)
          try Work.schedule(
            .message, [UInt8](repeating: UInt8(number), count: 16), at: due, of: place, in: tx)
        }
      }
    }
    return database
  }

  @Test func `T a bureau with much older work does not keep another's waiting`() async throws {
    let database = try await Self.crowd(11...12, 40)
    let items = try await claim(Self.one, at: noon, limit: 16, in: database)
    #expect(items.count == 16)
    // In turns, so that also within the claim nobody waits for all of the other's.
    let bureaus = items.map(\.place.bureau)
    #expect(bureaus == (0..<16).map { $0.isMultiple(of: 2) ? key(11) : key(12) })
    let alone = try await Self.crowd(11...11, 40)
    #expect(try await claim(Self.one, at: noon, limit: 16, in: alone).count == 16)
  }

  @Test func `T where more bureaus wait than a claim takes, each has its turn`() async throws {
    let database = try await Self.crowd(11...30, 5)
    let time = noon
    var served: ID<Bureau>?, seen: [ID<Bureau>: Int] = [:]
    for _ in 0..<5 {
      let after = served
      let items = try await database.write(as: .platform) { tx in
        try Work.claim(
          Claim(owner: Self.one, end: time.adding(minutes: 2)), at: time, limit: 8, after: after,
          in: tx)
      }
      #expect(items.count == 8)
      for item in items { seen[item.place.bureau, default: 0] += 1 }
      served = items.last?.place.bureau
    }
    // 40 items, 20 bureaus.
    #expect(seen.count == 20 && Set(seen.values) == [2])
  }

  @Test func `O what is not due yet is not claimed`() async throws {
    let database = try await Self.database(1)
    #expect(try await claim(Self.one, at: noon.adding(minutes: -1), in: database) == [])
  }

  @Test func `O a dead server's claim ends by itself and the item goes to another`() async throws {
    let database = try await Self.database(1)
    let item = try #require(try await claim(Self.one, at: noon, in: database).first)
    let justBefore = Instant(microseconds: later.microseconds - 1)
    #expect(try await claim(Self.other, at: justBefore, in: database) == [])
    #expect(try await claim(Self.other, at: later, in: database) == [item])
  }

  @Test func `O work that a server holds is next due when its claim ends`() async throws {
    let database = try await Self.database(1)
    func next() async throws -> Instant? {
      try await database.read(as: .platform) { try Work.nextDue(in: $0) }
    }
    #expect(try await next() == noon)
    _ = try await claim(Self.one, at: noon, in: database)
    #expect(try await next() == later)
  }

  @Test func `O a claim is renewed by its owner while it lasts, and by nobody else`() async throws {
    let database = try await Self.database(1)
    let item = try #require(try await claim(Self.one, at: noon, in: database).first)
    #expect(try await !renew(Self.other, item, at: noon, in: database))
    #expect(try await renew(Self.one, item, at: noon.adding(minutes: 1), in: database))
    #expect(try await claim(Self.other, at: later, in: database) == [])
    // Too slow: even where nobody has taken over yet, somebody may at any moment.
    #expect(try await !renew(Self.one, item, at: noon.adding(minutes: 3), in: database))
    #expect(try await claim(Self.other, at: noon.adding(minutes: 3), in: database) == [item])
    #expect(try await !renew(Self.one, item, at: noon.adding(minutes: 3), in: database))
  }

  @Test func `O a claim of work that is done meanwhile does not hold`() async throws {
    let database = try await Self.database(1)
    let item = try #require(try await claim(Self.one, at: noon, in: database).first)
    try await database.write(as: item.place.scope) { tx in
      try Work.finish(item.kind, item.subject, of: item.place, in: tx)
    }
    #expect(try await !renew(Self.one, item, at: noon, in: database))
  }

  @Test func `O a server that ends lets go of its own claims only`() async throws {
    let database = try await Self.database(2)
    let mine = try await claim(Self.one, at: noon, limit: 1, in: database)
    _ = try await claim(Self.other, at: noon, limit: 1, in: database)
    try await database.write(as: .platform) { try Work.release(Self.one, in: $0) }
    #expect(try await claim(Self.other, at: noon, in: database) == mine)
  }

  @Test func `O a server that failed too late does not put off what another has taken`()
    async throws
  {
    let database = try await Self.database(1)
    let item = try #require(try await claim(Self.one, at: noon, in: database).first)
    _ = try await claim(Self.other, at: later, in: database)
    let tomorrow = noon.adding(days: 1)
    try await database.write(as: item.place.scope) { tx in
      try Work.postpone(item, to: tomorrow, by: Self.one, in: tx)
    }
    #expect(try await renew(Self.other, item, at: later, in: database))
    try await database.write(as: item.place.scope) { tx in
      try Work.postpone(item, to: tomorrow, by: Self.other, in: tx)
    }
    let found = try await claim(Self.one, at: tomorrow, in: database)
    #expect(found.map(\.due) == [tomorrow])
  }
}
