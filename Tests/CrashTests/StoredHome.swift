import Crypto
import Domain
import Engine
import EngineSQLite
import Foundation
import Primitives
import Storage
import TestKit

/// A daemon's home with a database in it that nobody serves.
struct StoredHome: Sendable {
  let folder: URL

  var home: URL { folder.appending(path: "home") }
  var database: URL { home.appending(path: "bureau.db") }
  var auditKey: URL { home.appending(path: "secrets/audit.key") }
  var log: URL { home.appending(path: "bureau.db-wal") }

  static func run(_ body: (StoredHome) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-home-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let home = StoredHome(folder: folder)
    let made = try await Program.run(
      try Program.built("bureaud"), ["init", "--home", home.home.path], in: folder)
    guard made.status == 0 else { throw TestFault("init: \(made.notes)") }
    let database = try await home.open()
    try await home.fill(database)
    await database.close()
    try await body(home)
  }

  private func open() async throws -> SQLiteDatabase {
    let database = try await SQLiteDatabase.open(path: database.path)
    try await database.migrate(Schema.migrations)
    return database
  }

  /// Some hundred kilobytes, in many commits.
  private func fill(_ database: SQLiteDatabase) async throws {
    let place = Place(bureau: ID(UUID()), company: ID(UUID()))
    for number in 0..<40 as Range<UInt8> {
      try await database.write(as: place.scope) { tx in
        let content = [UInt8](repeating: number, count: 6_000) + Array(UUID().uuidString.utf8)
        try Blobs.store(content, digest: Array(SHA256.hash(data: content)), of: place, in: tx)
      }
    }
  }

  /// The home as a server leaves it that is killed: commits in the log.
  func leaveLog() async throws {
    try await leaveLog { try await fill($0) }
  }

  private func leaveLog(_ body: (SQLiteDatabase) async throws -> Void) async throws {
    let database = try await open()
    do {
      try await body(database)
      let copies = [self.database, log].map { ($0, $0.appendingPathExtension("copy")) }
      for (file, copy) in copies { try FileManager.default.copyItem(at: file, to: copy) }
      await database.close()
      for (file, copy) in copies {
        try? FileManager.default.removeItem(at: file)
        try FileManager.default.moveItem(at: copy, to: file)
      }
    } catch {
      await database.close()
      throw error
    }
  }

  /// As a newer program would have left it.
  func add(_ migration: Migration, isLogged: Bool = false) async throws {
    func apply(_ database: SQLiteDatabase) async throws {
      try await database.write(as: .platform) { tx in
        try tx.execute(
          """
          INSERT INTO main.schema_migration (number, name, checksum)
          VALUES (\(migration.number), \(migration.name), 1)
          """)
      }
    }
    if isLogged { return try await leaveLog(apply) }
    let database = try await open()
    try await apply(database)
    await database.close()
  }

  func change(_ name: String = "bureau.db", _ body: (inout [UInt8]) -> Void) throws {
    let file = home.appending(path: name)
    var bytes = [UInt8](try Data(contentsOf: file))
    body(&bytes)
    try Data(bytes).write(to: file)
  }

  /// Starts the daemon, which is expected to end by itself.
  func serve(asNobody: Bool = false) async throws -> Ending {
    let arguments = ["serve", "--home", home.path, "--set", "listen.port=0"]
    let program = try Program.built("bureaud")
    guard asNobody, geteuid() == 0 else {
      return try await Program.run(program, arguments, in: folder)
    }
    let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]
    return try await Program.run(
      URL(filePath: "/usr/bin/setpriv"), nobody + [program.path] + arguments, in: folder)
  }

  /// Root may do everything; so the server runs as somebody else, who owns the home.
  func giveToNobody() throws {
    guard geteuid() == 0 else { return }
    chmod(folder.path, 0o755)
    let all = try FileManager.default.subpathsOfDirectory(atPath: home.path)
    for path in [home.path] + all.map({ home.appending(path: $0).path }) {
      guard chown(path, 65534, 65534) == 0 else { throw TestFault("chown \(path) failed") }
    }
  }

  /// Every file with the digest of its content.
  func digests() throws -> [String: String] {
    var digests: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: home.path) {
      guard let data = FileManager.default.contents(atPath: home.appending(path: path).path)
      else { continue }
      digests[path] = SHA256.hash(data: data).description
    }
    return digests
  }

  /// What differs from `before`. That somebody has looked may be seen: the lock, which stays, the
  /// index of a log, which is made anew by each first reader, and a log without a byte.
  func alterations(since before: [String: String]) throws -> [String] {
    let after = try digests()
    let names = Set(before.keys).union(after.keys).filter {
      !$0.hasSuffix("-shm") && !$0.hasSuffix(".lock")
    }
    let nothing = SHA256.hash(data: Data()).description
    return names.filter {
      before[$0] != after[$0]
        && !($0.hasSuffix("-wal") && before[$0] == nil && after[$0] == nothing)
    }.sorted()
  }
}
