// Tests that run on every engine: `@Suite(.everyEngine)` runs each test of a suite once for each,
// and `TestEngine.current` gives it databases, which are closed and removed after it.

package import Engine
import EnginePostgres
import EngineSQLite
package import Foundation
import Synchronization
package import Testing

package final class TestEngine: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    /// Those that this machine has.
    package static let available: [Kind] = {
      if PostgresCluster.programs != nil { return allCases }
      FileHandle.standardError.write(
        Data("PostgreSQL is not installed: tests run on SQLite only\n".utf8))
      return [.sqlite]
    }()
  }

  /// The engine of the running test; SQLite outside of `.everyEngine`.
  @TaskLocal package static var current = TestEngine(.sqlite)

  package let kind: Kind
  private let opened = Mutex<[any Database]>([])
  private let places = Mutex<[DatabasePlace]>([])

  private init(_ kind: Kind) { self.kind = kind }

  /// Runs `body` with a database engine of its own, and removes what it has made there.
  package static func run<T: Sendable>(
    _ kind: Kind, _ body: @Sendable () async throws -> T
  ) async throws -> T {
    let engine = TestEngine(kind)
    do {
      let value = try await $current.withValue(engine) { try await body() }
      try await engine.cleanUp()
      return value
    } catch {
      try? await engine.cleanUp()
      throw error
    }
  }

  /// A place for a database with this schema. It is removed after the test.
  package func place(_ migrations: [Migration] = []) async throws -> DatabasePlace {
    let place = try await DatabasePlace.make(kind, migrations)
    places.withLock { $0.append(place) }
    return place
  }

  /// A place for a database with this schema, as a file of this name where the engine has files.
  package func place(
    named name: String, in folder: URL, _ migrations: [Migration]
  ) async throws -> DatabasePlace {
    switch kind {
    case .sqlite: DatabasePlace(address: folder.appending(path: name).path, kind: kind)
    case .postgres: try await place(migrations)
    }
  }

  /// A copy of a database that nobody has open. It is removed after the test, or with its folder.
  package func copy(_ place: DatabasePlace) async throws -> DatabasePlace {
    switch place.kind {
    case .sqlite:
      let copy = DatabasePlace(address: "\(place.address).\(UUID().uuidString)", kind: .sqlite)
      try FileManager.default.copyItem(atPath: place.address, toPath: copy.address)
      return copy
    case .postgres:
      let cluster = PostgresCluster.shared
      let copy = DatabasePlace(
        address: try await cluster.url(try await cluster.makeDatabase(template: place.name)),
        kind: .postgres)
      places.withLock { $0.append(copy) }
      return copy
    }
  }

  /// A database with this schema, for the rest of the test.
  package func database(_ migrations: [Migration]) async throws -> any Database {
    let database: any Database
    switch kind {
    case .sqlite:
      database = try await SQLiteDatabase.inMemory()
      if !migrations.isEmpty { try await database.migrate(migrations) }
    case .postgres: database = try await place(migrations).open()
    }
    opened.withLock { $0.append(database) }
    return database
  }

  private func cleanUp() async throws {
    for database in opened.withLock({ $0 }) { await database.close() }
    for place in places.withLock({ $0 }) { try await place.remove() }
  }
}

/// Where one database lives: it can be opened, closed and opened again.
package struct DatabasePlace: Sendable {
  /// A file's path, or a URL.
  package let address: String
  package let kind: TestEngine.Kind

  /// With the schema already in it.
  package static func make(
    _ kind: TestEngine.Kind, _ migrations: [Migration]
  ) async throws -> DatabasePlace {
    switch kind {
    case .sqlite:
      let folder = FileManager.default.temporaryDirectory.appending(
        path: "bureau-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let place = DatabasePlace(address: folder.appending(path: "test.db").path, kind: kind)
      if !migrations.isEmpty {
        let database = try await place.open()
        do { try await database.migrate(migrations) } catch {
          await database.close()
          throw error
        }
        await database.close()
      }
      return place
    case .postgres:
      let cluster = PostgresCluster.shared
      let template = migrations.isEmpty ? nil : try await Templates.shared.name(for: migrations)
      return DatabasePlace(
        address: try await cluster.url(try await cluster.makeDatabase(template: template)),
        kind: kind)
    }
  }

  package func open(
    readers: Int = 2, lanes: Int = 4, queueLimit: Int = 4096
  ) async throws -> any Database {
    switch kind {
    case .sqlite:
      try await SQLiteDatabase.open(path: address, readers: readers, queueLimit: queueLimit)
    case .postgres:
      try await PostgresDatabase.open(
        url: address, lanes: lanes, readers: readers, queueLimit: queueLimit)
    }
  }

  /// Puts a copy of before in the place of what is here; nobody may have either open.
  package func putBack(_ copy: DatabasePlace) async throws {
    switch kind {
    case .sqlite:
      for path in ["", "-wal", "-shm"].map({ address + $0 })
      where FileManager.default.fileExists(atPath: path) {
        try FileManager.default.removeItem(atPath: path)
      }
      try FileManager.default.copyItem(atPath: copy.address, toPath: address)
    case .postgres:
      let cluster = PostgresCluster.shared
      try await cluster.drop(name)
      try await cluster.administer("CREATE DATABASE \(name) OWNER bureau TEMPLATE \(copy.name)")
    }
  }

  package func remove() async throws {
    switch kind {
    case .sqlite:
      try FileManager.default.removeItem(
        at: URL(filePath: address).deletingLastPathComponent())
    case .postgres: try await PostgresCluster.shared.drop(name)
    }
  }

  /// The name of a PostgreSQL database.
  package var name: String {
    URL(string: address)?.lastPathComponent ?? address
  }
}

/// Databases with a schema in them, made once and copied for each test.
private actor Templates {
  static let shared = Templates()
  private var made: [String: Task<String, any Error>] = [:]

  func name(for migrations: [Migration]) async throws -> String {
    let key = migrations.map { "\($0.name)\n\($0.schema)\n\($0.tables)" }.joined(separator: "\n")
    let making =
      made[key]
      ?? Task {
        let place = try await DatabasePlace.make(.postgres, [])
        let database = try await place.open(readers: 1, lanes: 1)
        do { try await database.migrate(migrations) } catch {
          await database.close()
          throw error
        }
        await database.close()
        return place.name
      }
    made[key] = making
    return try await making.value
  }
}

/// Runs each test once for each engine.
package struct EveryEngine: SuiteTrait, TestTrait, TestScoping {
  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    for kind in TestEngine.Kind.available {
      // A failure says on which engine.
      let naming = IssueHandlingTrait.compactMapIssues { issue in
        var issue = issue
        issue.comments.append("on \(kind.rawValue)")
        return issue
      }
      try await naming.provideScope(for: test, testCase: testCase) {
        try await TestEngine.run(kind, function)
      }
    }
  }
}

extension Trait where Self == EveryEngine {
  /// Once for each engine that this machine has.
  package static var everyEngine: EveryEngine { EveryEngine() }
}
