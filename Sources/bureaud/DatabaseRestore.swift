// From a backup to a database: in the place of an empty one, or as a drill that leaves nothing
// behind. What is put in place has been checked whole before.

import AuditTrail
import Domain
package import Engine
import EngineSQLite
package import Foundation
import Primitives
package import Server
import Storage

package struct RestoreReport: Sendable {
  package var manifest: BackupManifest
  /// Of the journals and of what follows from them; empty when all is well.
  package var findings: [String]
  /// What the witness vouches for and the backup does not hold.
  package var ahead: [String]
  package var facts: Int64
}

package enum DatabaseRestore {
  /// Restores into a database that holds nothing yet.
  package static func restore(
    _ file: URL, to database: URL, keys: InstallationKeys, witness: any Witness
  ) async throws -> RestoreReport {
    do {
      try await SQLiteDatabase.requireEmpty(database.path, in: Schema.kept)
      let folder = database.deletingLastPathComponent()
      let staged = try Staged(in: folder)
      defer { staged.remove() }
      let report = try await staged.fill(from: file, keys: keys, witness: witness)
      guard report.findings.isEmpty else {
        throw BackupFault("\(file.path) is not sound: \(report.findings[0])")
      }
      try await SQLiteDatabase.put(staged.path, inPlaceOf: database.path, emptyIn: Schema.kept)
      return report
    } catch { throw BackupFault("nothing was restored: ", error) }
  }

  /// Copies a backup into an empty database of any engine, all or nothing.
  package static func restore(
    _ file: URL, into database: any Database, keys: InstallationKeys, witness: any Witness
  ) async throws -> RestoreReport {
    do {
      try await database.migrate(Schema.migrations)
      let isEmpty = try await database.withSnapshot { snapshot in
        try await snapshot.read { tx in
          try Schema.kept.allSatisfy {
            try tx.first(SQL(verbatim: "SELECT 1 FROM \($0) LIMIT 1"), as: Int.self) == nil
          }
        }
      }
      guard isEmpty else {
        throw BackupFault("the database is not empty: give the backup one of its own")
      }
      let staged = try Staged(in: FileManager.default.temporaryDirectory)
      defer { staged.remove() }
      let report = try await staged.fill(from: file, keys: keys, witness: witness)
      guard report.findings.isEmpty else {
        throw BackupFault("\(file.path) is not sound: \(report.findings[0])")
      }
      try await SQLiteDatabase.using(staged.path) { copy in
        let due = try await copy.withSnapshot { snapshot in
          _ = try await WholeDatabase(snapshot).copy(into: database)
          return try await WholeDatabase(snapshot).digest()
        }
        let found = try await database.withSnapshot { try await WholeDatabase($0).digest() }
        guard due == found else {
          throw BackupFault("what was restored is not what the backup holds: drop the database")
        }
      }
      return report
    } catch { throw BackupFault("nothing was restored: ", error) }
  }

  /// The same without a database to put it into: whether the backup would serve.
  package static func drill(
    _ file: URL, keys: InstallationKeys, witness: any Witness
  ) async throws -> RestoreReport {
    let staged: Staged
    do { staged = try Staged(in: FileManager.default.temporaryDirectory) } catch {
      throw BackupFault("no place for the drill: ", error)
    }
    defer { staged.remove() }
    do {
      var report = try await staged.fill(from: file, keys: keys, witness: witness)
      report.findings += try await staged.replayed()
      return report
    } catch {
      throw BackupFault("the backup would not serve: ", error)
    }
  }
}

/// The database of a backup in a folder of its own, on its way to its place.
private struct Staged {
  let folder: URL

  var path: String { folder.appending(path: "bureau.db").path }

  init(in parent: URL) throws {
    folder = parent.appending(path: ".bureau-restore-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// Takes the database out of the backup and checks all of it.
  func fill(
    from file: URL, keys: InstallationKeys, witness: any Witness
  ) async throws -> RestoreReport {
    let name = file.path
    let source: FileHandle
    do { source = try FileHandle(forReadingFrom: file) } catch {
      throw BackupFault("\(name) cannot be read: \(error.localizedDescription)")
    }
    defer { try? source.close() }
    let manifest = try BackupManifest.read(source, named: name)
    try manifest.require(keys, schema: Schema.migrations.count, named: name)
    guard
      FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    else { throw BackupFault("\(path) cannot be made") }
    let target = try FileHandle(forWritingTo: URL(filePath: path))
    let (digest, _) = try digest(of: source, first: manifest.databaseBytes, into: target)
    try target.synchronize()
    try target.close()
    guard digest == manifest.databaseDigest else {
      throw BackupFault("\(name) is damaged: its content is not what the manifest names")
    }
    return try await SQLiteDatabase.using(path) { database in
      try await database.migrate(Schema.migrations)
      try await DatabaseBackup.sound(database)
      let content = try await database.withSnapshot { try await BackupContent.of($0) }
      guard content == manifest.content else {
        throw BackupFault("\(name) does not hold the bureaus that its manifest names")
      }
      return try await checked(database, manifest, witness: witness)
    }
  }

  /// What in its tables does not follow from its journals.
  func replayed() async throws -> [String] {
    let scratch = try await SQLiteDatabase.scratch()
    let report: RebuildReport
    do {
      report = try await SQLiteDatabase.using(path) {
        try await Rebuild.verify($0, scratch: scratch, limit: 20)
      }
    } catch {
      await scratch.close()
      throw error
    }
    await scratch.close()
    return report.differences.map(\.description) + report.faults.map(\.description)
  }

  private func checked(
    _ database: any Database, _ manifest: BackupManifest, witness: any Witness
  ) async throws -> RestoreReport {
    var report = RestoreReport(manifest: manifest, findings: [], ahead: [], facts: 0)
    for bureau in manifest.content.bureaus {
      guard let id = ID<Bureau>(hex: bureau.id) else { continue }
      let verdict = try await StoredAudit(database: database, witness: witness)
        .verify(id, publicKey: nil)
      report.facts += verdict.facts
      if verdict.integrity != .ok {
        report.findings += verdict.findings
      } else if verdict.completeness == .broken {
        report.ahead += verdict.findings
      }
    }
    return report
  }
}
