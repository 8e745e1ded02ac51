import Domain
import Engine
import EngineKit
import EngineSQLite
import Primitives
import Storage

// Builders that state only what matters to a test.

/// A typed id that is easy to tell from others in a failure.
func key<Of>(_ number: UInt8) -> ID<Of> {
  guard let id = ID<Of>(bytes: [UInt8](repeating: 0xB0, count: 15) + [number]) else {
    preconditionFailure("sixteen bytes are an id")
  }
  return id
}

/// Thirty-two bytes, as a digest has.
func hash(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

func moment(_ text: String) -> Instant {
  guard let time = Instant(rfc3339: text) else { preconditionFailure("\(text) is no time") }
  return time
}

func day(_ text: String) -> CalendarDate {
  guard let date = CalendarDate(iso: text) else { preconditionFailure("\(text) is no date") }
  return date
}

/// A value that the test knows to be valid.
func valid<T, E: Error>(_ make: () throws(E) -> T) -> T {
  do { return try make() } catch { preconditionFailure("\(error)") }
}

/// Seals with a key that every test knows.
let exampleBox = SecretBox(exampleKey(1), random: exampleRandom)

func exampleKey(_ number: UInt8) -> MasterKey {
  guard let key = MasterKey(bytes: [UInt8](repeating: number, count: 32)) else {
    preconditionFailure("32 bytes are a key")
  }
  return key
}

@Sendable func exampleRandom(_ count: Int) -> [UInt8] {
  (0..<count).map { _ in UInt8.random(in: .min ... .max) }
}

let monday = moment("2026-03-02T08:00:00Z")

/// An empty database with the present schema, of the running test's engine.
func exampleDatabase() async throws -> any Database {
  try await TestEngine.current.database(Schema.migrations)
}

extension SQLiteDatabase {
  /// An empty database with the present schema.
  static func example() async throws -> SQLiteDatabase {
    let database = try await inMemory()
    try await database.migrate(Schema.migrations)
    return database
  }
}

extension Origin {
  static func example(
    _ place: Place, request: String = "", digest: [UInt8] = hash(1), at time: Instant = monday
  ) -> Origin {
    Origin(
      place: place, actor: key(10), session: key(11), requestID: request, requestDigest: digest,
      time: time, salt: { [UInt8](repeating: 0x5A, count: 16) })
  }
}

extension Database {
  /// One command that appends these facts.
  @discardableResult
  func append(_ facts: [Fact], by origin: Origin) async throws -> Journal.Head {
    try await write(as: origin.place.scope) { tx in
      let head = try Journal.lock(origin.place, in: tx)
      return try Journal.append(facts, after: head, by: origin, in: tx)
    }
  }
}
