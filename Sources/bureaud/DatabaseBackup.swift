// Copies of the whole database in one file, made while the server runs. The row-by-row copy serves
// engines that have no file; SQLite copies its own.

package import Engine
import EngineSQLite
package import Foundation
package import Primitives
import Storage

package enum DatabaseBackup {
  /// Where a backup is made from.
  package enum Source: Sendable {
    /// A SQLite file that a server may be writing to.
    case file(URL)
    /// Any other database.
    case database(any Database)
  }

  /// Makes a backup of all that is there at one moment. Whatever fails leaves nothing behind.
  package static func make(
    of source: Source, to target: URL, keys: InstallationKeys, at time: Instant
  ) async throws -> BackupManifest {
    if case .file(let file) = source, !FileManager.default.fileExists(atPath: file.path) {
      throw BackupFault("there is no database at \(file.path)")
    }
    let new = try NewWholeFile(target)
    defer {
      new.giveUp()
      SQLiteDatabase.removeBeside(new.draft.path)
    }
    do {
      try await fill(new.draft.path, from: source)
      let content = try await SQLiteDatabase.using(new.draft.path) { database in
        try await sound(database)
        return try await database.withSnapshot { try await BackupContent.of($0) }
      }
      let handle = try FileHandle(forReadingFrom: new.draft)
      defer { try? handle.close() }
      let (digest, count) = try digest(of: handle)
      let manifest = BackupManifest(
        time: time, schema: Schema.migrations.count, databaseBytes: count, databaseDigest: digest,
        keys: keys, content: content)
      try new.append(try manifest.bytes(signedBy: keys))
      try new.finish()
      return manifest
    } catch { throw BackupFault("\(target.path) was not made: ", error) }
  }

  private static func fill(_ draft: String, from source: Source) async throws {
    switch source {
    case .file(let file):
      let database = try await SQLiteDatabase.reading(path: file.path)
      try await database.closing { try await $0.requireSchema(Schema.migrations) }
      try await SQLiteDatabase.copy(of: file.path, to: draft)
    case .database(let database):
      try await database.requireSchema(Schema.migrations)
      try await SQLiteDatabase.using(draft) { copy in
        try await copy.migrate(Schema.migrations)
        _ = try await database.withSnapshot { try await WholeDatabase($0).copy(into: copy) }
      }
    }
  }

  /// Refuses a database whose structure is damaged.
  static func sound(_ database: any Database) async throws {
    if let finding = try await database.check().first {
      throw BackupFault("the database is damaged: \(finding)")
    }
  }
}

extension BackupFault {
  /// Any error in words for people.
  init(_ before: String, _ error: any Error) {
    switch error {
    case let fault as BackupFault: self = fault
    case EngineError.full: self.init("\(before)there is no room left on the disk")
    case let error as EngineError: self.init(before + error.text)
    case let error as CocoaError where error.code == .fileWriteOutOfSpace:
      self.init("\(before)there is no room left on the disk")
    case let error as CocoaError where error.code == .fileWriteVolumeReadOnly:
      self.init("\(before)the file system is read-only")
    default: self.init("\(before)\(error.localizedDescription)")
    }
  }
}

extension SQLiteDatabase {
  /// Opens a database for `body`, as the only one, and closes it after.
  static func using<T>(_ path: String, _ body: (SQLiteDatabase) async throws -> T) async throws -> T
  {
    try await open(path: path, readers: 1).closing(body)
  }

  func closing<T>(_ body: (SQLiteDatabase) async throws -> T) async throws -> T {
    let result: Result<T, any Error>
    do { result = .success(try await body(self)) } catch { result = .failure(error) }
    await close()
    return try result.get()
  }
}
