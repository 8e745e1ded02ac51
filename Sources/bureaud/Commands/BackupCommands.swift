import ArgumentParser
import Engine
import Foundation
import Primitives
import Server
import Storage

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copies the whole database into one file; the server may go on working.",
    discussion: """
      The keys are not in it, and without them it is of no use: keep the home's `secrets` folder \
      and the audit key too, in another place.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The file to make; in a folder it gets a name of its own.", completion: .file())
  var file: String

  func run() async throws {
    let configuration = try common.load()
    let keys = try Home(folder: configuration.home).installationKeys(configuration)
    let time = Sources.system.now()
    let target = Self.target(file, at: time)
    let manifest: BackupManifest
    switch configuration.location {
    case .sqlite(let file):
      manifest = try await DatabaseBackup.make(of: .file(file), to: target, keys: keys, at: time)
    case .postgres:
      let database = try await configuration.location.reading()
      let made: Result<BackupManifest, any Error>
      do {
        made = .success(
          try await DatabaseBackup.make(of: .database(database), to: target, keys: keys, at: time))
      } catch { made = .failure(error) }
      await database.close()
      manifest = try made.get()
    }
    print("backup: \(target.path)")
    print(manifest.summary)
  }

  private static func target(_ path: String, at time: Instant) -> URL {
    let url = URL(filePath: path).standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return url }
    let stamp = time.rfc3339.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
    return url.appending(path: "bureau-\(stamp).backup")
  }
}

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Puts a backup in the place of an empty database; or tries whether it would serve.",
    discussion: """
      At its next start the server compares the database with the banks' folders and the witness: \
      where they know more, transfers are held until that is reconciled (`bureau transfer hold`).
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "A drill: restores to a temporary place, checks everything, leaves nothing behind.")
  var verify = false

  @Argument(help: "The backup.", completion: .file()) var file: String

  func run() async throws {
    let configuration = try common.load()
    let keys = try Home(folder: configuration.home).installationKeys(configuration)
    let witness = FolderWitness(folder: configuration.witnessFolder)
    let source = URL(filePath: file).standardizedFileURL
    let report =
      verify
      ? try await DatabaseRestore.drill(source, keys: keys, witness: witness)
      : try await Self.restore(source, to: configuration.location, keys, witness)
    print("backup: \(source.path), \(Self.age(report.manifest.time))")
    print(report.manifest.summary)
    for finding in report.findings { print("finding: \(finding)") }
    for line in report.ahead { print("the witness knows more: \(line)") }
    if verify {
      guard report.findings.isEmpty else { throw ExitCode.failure }
      print("drill: \(report.facts) facts checked; the backup would serve")
    } else {
      if case .sqlite(let database) = configuration.location {
        print("restored: \(database.path)")
      } else {
        print("restored into PostgreSQL")
      }
    }
  }

  private static func restore(
    _ file: URL, to location: DatabaseLocation, _ keys: InstallationKeys, _ witness: FolderWitness
  ) async throws -> RestoreReport {
    if case .sqlite(let database) = location {
      return try await DatabaseRestore.restore(file, to: database, keys: keys, witness: witness)
    }
    let database = try await location.open()
    let report: Result<RestoreReport, any Error>
    do {
      report = .success(
        try await DatabaseRestore.restore(file, into: database, keys: keys, witness: witness))
    } catch { report = .failure(error) }
    await database.close()
    return try report.get()
  }

  private static func age(_ time: Instant) -> String {
    let minutes = max(0, time.seconds(until: Sources.system.now()) / 60)
    let (days, hours) = (minutes / 1_440, minutes / 60 % 24)
    return days > 0
      ? "\(days) days and \(hours) hours old"
      : "\(hours) hours and \(minutes % 60)"
        + " minutes old"
  }
}

extension BackupManifest {
  /// For people, a line each.
  fileprivate var summary: String {
    let bureaus = content.bureaus.map {
      "bureau: \($0.displayName), \($0.facts) facts in \($0.journals) journals"
    }
    return
      (["made: \(time.rfc3339)", "database: \(databaseBytes) bytes, schema \(schema)"]
      + bureaus).joined(separator: "\n")
  }
}

extension Home {
  /// What a backup is signed with and recognised by.
  func installationKeys(_ configuration: ServerConfiguration) throws -> InstallationKeys {
    try InstallationKeys(
      auditSeed: bytes(of: configuration.auditKey),
      identityKey: bytes(of: folder.appending(path: "secrets/identity.key")))
  }

  private func bytes(of file: URL) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: file.path), data.count == 32 else {
      throw Fault(
        description: "\(file.path) cannot be read or is damaged; put back the one that was kept"
          + " with the backup, or run `bureaud init` for a new server")
    }
    return Array(data)
  }
}
