import Crypto
import Domain
import Engine
import EngineKit
import EngineSQLite
import Foundation
import Primitives
import Server
import Storage
import TestKit
import Testing

@testable import bureaud

/// A backup is made beside a running server, and is either restored whole or refused with reasons.
@Suite struct BackupTests {
  /// A folder with the keys of an installation, and a database that a server holds open.
  private struct Place: Sendable {
    let folder: URL
    let keys: InstallationKeys

    init() throws {
      folder = FileManager.default.temporaryDirectory
        .appending(path: "bureau-backup-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      keys = try Self.keys()
    }

    static func keys(identity: UInt8 = 7) throws -> InstallationKeys {
      try InstallationKeys(
        auditSeed: Sources.system.random(32), identityKey: [UInt8](repeating: identity, count: 32))
    }

    var target: URL { folder.appending(path: "restored.db") }
    var witness: FolderWitness { FolderWitness(folder: folder.appending(path: "witness")) }

    func file(_ name: String = "a.backup") -> URL { folder.appending(path: name) }

    /// What lies there, by name.
    func names() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @discardableResult
    func backup(of office: Office, _ name: String = "a.backup") async throws -> BackupManifest {
      try await DatabaseBackup.make(
        of: .file(office.bureau.world.databaseFile), to: file(name), keys: keys,
        at: office.bureau.world.clock.now)
    }

    func restore(_ keys: InstallationKeys? = nil) async throws -> RestoreReport {
      try await DatabaseRestore.restore(
        file(), to: target, keys: keys ?? self.keys, witness: witness)
    }

    func drill() async throws -> RestoreReport {
      try await DatabaseRestore.drill(file(), keys: keys, witness: witness)
    }
  }

  private func withPlace(_ body: @Sendable (Office, Place) async throws -> Void) async throws {
    try await withOffice { office in
      let place = try Place()
      defer { try? FileManager.default.removeItem(at: place.folder) }
      try await body(office, place)
    }
  }

  private func fault<T>(_ body: () async throws -> T) async throws -> String {
    do { _ = try await body() } catch let fault as BackupFault { return fault.description }
    throw TestFault("was not refused")
  }

  private func digest(_ database: any Database) async throws -> [UInt8] {
    try await database.withSnapshot { try await WholeDatabase($0).digest() }
  }

  /// The numbers of its payments: as many as proposals in the journals, whose heads are their ends.
  private func consistent(_ file: URL) async throws -> Set<String> {
    let database = try await SQLiteDatabase.open(path: file.path)
    let numbers = try await database.withSnapshot { snapshot in
      try await snapshot.read { tx in
        let torn = try tx.rows(
          """
          SELECT seq FROM stream WHERE seq <> (
            SELECT CAST(count(*) AS BIGINT) FROM fact
            WHERE fact.bureau = stream.bureau AND fact.company = stream.company)
          """, as: Int64.self)
        #expect(torn.isEmpty)
        return try tx.rows("SELECT invoice_number FROM payment", as: String.self)
      }
    }
    await database.close()
    return Set(numbers)
  }

  @Test func `O a backup under load holds all that was acknowledged before it, and is consistent`()
    async throws
  {
    try await withPlace { office, place in
      let kim = office.kim
      _ = try await kim.token()
      for number in 1...3 { try await kim.imports(SupplierInvoice(number: "\(number)")) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for lane in 1...4 {
          group.addTask {
            for number in 0..<10 {
              try await kim.imports(SupplierInvoice(number: "\(lane)00\(number)"))
            }
          }
        }
        for number in 1...3 {
          let manifest = try await place.backup(of: office, "\(number).backup")
          #expect(manifest.content.bureaus.map(\.displayName) == ["Fjord Regnskap AS"])
        }
        try await group.waitForAll()
      }
      for number in 1...3 {
        let target = place.folder.appending(path: "\(number).db")
        _ = try await DatabaseRestore.restore(
          place.file("\(number).backup"), to: target, keys: place.keys, witness: place.witness)
        #expect(try await consistent(target).isSuperset(of: ["1", "2", "3"]))
      }
      // All came through, backup or not.
      let all = try await office.bureau.world.database.read(as: .platform) { _ in true }
      #expect(all)
      try await place.backup(of: office)
      _ = try await place.restore()
      #expect(try await consistent(place.target).count == 43)
    }
  }

  @Test func `O what is restored is what was backed up, whichever way it was copied`() async throws
  {
    try await withPlace { office, place in
      try await office.alex.signs(try await office.kim.imports(SupplierInvoice()))
      try await office.bureau.bankSettles(on: "2026-03-16")
      let database = try office.bureau.world.database
      let due = try await digest(database)
      let file = try await place.backup(of: office)
      let attributes = try FileManager.default.attributesOfItem(atPath: place.file().path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
      let rows = try await DatabaseBackup.make(
        of: .database(database), to: place.file("b.backup"), keys: place.keys,
        at: office.bureau.world.clock.now)
      #expect(rows.content == file.content)
      #expect(try place.names() == ["a.backup", "b.backup"])

      for name in ["a.backup", "b.backup"] {
        let target = place.folder.appending(path: name + ".db")
        let report = try await DatabaseRestore.restore(
          place.file(name), to: target, keys: place.keys, witness: place.witness)
        #expect(report.findings.isEmpty && report.facts == file.content.bureaus[0].facts)
        let restored = try await SQLiteDatabase.open(path: target.path)
        #expect(try await digest(restored) == due)
        await restored.close()
      }
    }
  }

  /// How a bureau outgrows one machine, and how it comes back.
  @Test(arguments: TestEngine.Kind.available)
  func `O a backup is restored row by row into any engine, and backed up from there`(
    kind: TestEngine.Kind
  ) async throws {
    try await withPlace { office, place in
      try await office.alex.signs(try await office.kim.imports(SupplierInvoice()))
      try await office.bureau.bankSettles(on: "2026-03-16")
      let due = try await digest(try office.bureau.world.database)
      let file = try await place.backup(of: office)
      try await TestEngine.run(kind) {
        let database = try await TestEngine.current.database([])
        let report = try await DatabaseRestore.restore(
          place.file(), into: database, keys: place.keys, witness: place.witness)
        #expect(report.findings.isEmpty)
        #expect(try await digest(database) == due)
        let back = try await DatabaseBackup.make(
          of: .database(database), to: place.file("back.backup"), keys: place.keys,
          at: office.bureau.world.clock.now)
        #expect(back.content == file.content)
        let again = try await fault {
          try await DatabaseRestore.restore(
            place.file(), into: database, keys: place.keys, witness: place.witness)
        }
        #expect(again.contains("not empty"))
      }
    }
  }

  @Test func `a drill checks everything and leaves nothing behind`() async throws {
    try await withPlace { office, place in
      try await place.backup(of: office)
      let before = try place.names()
      let report = try await place.drill()
      #expect(report.findings.isEmpty && report.facts > 10)
      #expect(try place.names() == before)
    }
  }

  /// Changes the amounts of the company's payments, by no fact.
  private func falsify(_ office: Office, by minorUnits: Int) async throws {
    try await office.bureau.world.database.write(as: office.bureau.company.place.scope) { tx in
      try tx.execute("UPDATE main.payment SET amount_minor = amount_minor + \(minorUnits)")
    }
  }

  @Test func `a drill finds what follows from no fact`() async throws {
    try await withPlace { office, place in
      try await office.kim.imports(SupplierInvoice())
      try await falsify(office, by: 1)
      try await place.backup(of: office)
      let report = try await place.drill()
      #expect(report.findings.contains { $0.contains("amount_minor") })
      // Every story ends with a replay.
      try await falsify(office, by: -1)
    }
  }

  @Test func `a file is never overwritten, and a folder that is none is named`() async throws {
    try await withPlace { office, place in
      try Data("mine".utf8).write(to: place.file())
      #expect(try await fault { try await place.backup(of: office) }.contains("is there already"))
      #expect(try Data(contentsOf: place.file()) == Data("mine".utf8))
      #expect(
        try await fault { try await place.backup(of: office, "none/a.backup") }
          .contains("cannot be written"))
      let nowhere = try await fault {
        try await DatabaseBackup.make(
          of: .file(place.file("none.db")), to: place.file("b"), keys: place.keys,
          at: office.bureau.world.clock.now)
      }
      #expect(nowhere.contains("there is no database"))
      #expect(try place.names() == ["a.backup"])
    }
  }

  @Test func `a backup goes into an empty database only, and not under a running server`()
    async throws
  {
    try await withPlace { office, place in
      try await place.backup(of: office)
      let live = office.bureau.world.databaseFile
      let before = try await digest(try office.bureau.world.database)
      let running = try await fault {
        try await DatabaseRestore.restore(
          place.file(), to: live, keys: place.keys, witness: place.witness)
      }
      #expect(running.contains("is not empty"))
      #expect(try await digest(try office.bureau.world.database) == before)
      // An empty database that a server holds.
      let held = try await SQLiteDatabase.open(path: place.target.path)
      try await held.migrate(Schema.migrations)
      #expect(try await fault { try await place.restore() }.contains("held by another server"))
      await held.close()
      // No journal, and yet something is kept there: a file that was left for a bank.
      let blobs = try await SQLiteDatabase.open(path: place.target.path)
      let bureau = TenantKey(office.bureau.id)
      _ = try await blobs.write(as: .company(bureau: bureau, company: bureau)) { tx in
        try tx.execute(
          """
          INSERT INTO main.blob (bureau, company, digest, content)
          VALUES (\(office.bureau.id), \(office.bureau.id), \([1] as [UInt8]), \([2] as [UInt8]))
          """)
      }
      await blobs.close()
      #expect(try await fault { try await place.restore() }.contains("is not empty"))
      for ending in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(atPath: place.target.path + ending)
      }
      // Empty and free.
      #expect(try await place.restore().findings.isEmpty)
      // What is no database at all.
      try Data("something else".utf8).write(to: place.target)
      #expect(try await fault { try await place.restore() }.contains("is not empty"))
      #expect(try Data(contentsOf: place.target) == Data("something else".utf8))
    }
  }

  @Test func `the backup of another installation, and wrong keys, are refused`() async throws {
    try await withPlace { office, place in
      try await place.backup(of: office)
      let other = try await fault { try await place.restore(try Place.keys()) }
      #expect(other.contains("another installation (Fjord Regnskap AS)"))
      #expect(!FileManager.default.fileExists(atPath: place.target.path))
      // The same audit key with another identity key: nobody could log in.
      let seed = Sources.system.random(32)
      func keys(_ identity: UInt8) throws -> InstallationKeys {
        try InstallationKeys(
          auditSeed: seed, identityKey: [UInt8](repeating: identity, count: 32))
      }
      _ = try await DatabaseBackup.make(
        of: .file(office.bureau.world.databaseFile), to: place.file("c"), keys: try keys(1),
        at: office.bureau.world.clock.now)
      let stranger = try keys(2)
      let locked = try await fault {
        try await DatabaseRestore.restore(
          place.file("c"), to: place.target, keys: stranger, witness: place.witness)
      }
      #expect(locked.contains("nobody could log in"))
    }
  }

  @Test func `a damaged, cut or foreign file is refused, whichever byte it is`() async throws {
    try await withPlace { office, place in
      let manifest = try await place.backup(of: office)
      let good = try Data(contentsOf: place.file())
      let size = Int(manifest.databaseBytes)
      var damages: [(Data, String)] = [
        (good.dropLast(1), "no backup of Bureau"), (good.prefix(size), "no backup of Bureau"),
        (good.dropFirst(4_096), "damaged"), (Data(), "no backup"), (Data("x".utf8), "no backup"),
        (Data(repeating: 0, count: 100_000), "no backup"),
      ]
      for offset in [0, 100, 4_097, size / 2, size - 1, size + 20, size + 120, good.count - 60] {
        var bad = good
        bad[offset] ^= 1
        damages.append((bad, "damaged"))
      }
      for (content, words) in damages {
        try content.write(to: place.file())
        let told = try await fault { try await place.restore() }
        #expect(told.contains(words), "\(told)")
        #expect(try await fault { try await place.drill() }.contains(words))
        #expect(try place.names() == ["a.backup"])
      }
    }
  }

  @Test func `a schema newer than the program is refused`() async throws {
    try await withPlace { office, place in
      let made = try await place.backup(of: office)
      var newer = made
      newer.schema += 1
      let database = try Data(contentsOf: place.file()).prefix(Int(made.databaseBytes))
      try (database + Data(try newer.bytes(signedBy: place.keys))).write(to: place.file())
      #expect(try await fault { try await place.restore() }.contains("newer program"))
    }
  }

  @Test func `what the witness knows and the backup does not is told`() async throws {
    try await withPlace { office, place in
      let bureau = office.bureau
      try await place.backup(of: office)
      let early = try await DatabaseRestore.drill(
        place.file(), keys: place.keys, witness: bureau.world.witness)
      #expect(early.ahead.isEmpty)
      try await office.kim.imports(SupplierInvoice())
      _ = try await bureau.administrator.leavesCheckpoint()
      let late = try await DatabaseRestore.drill(
        place.file(), keys: place.keys, witness: bureau.world.witness)
      #expect(late.findings.isEmpty && !late.ahead.isEmpty)
    }
  }

  @Test func `a full disk and other faults are told in words`() {
    #expect(BackupFault("x: ", EngineError.full("a")).description.contains("no room left"))
    #expect(
      BackupFault("x: ", CocoaError(.fileWriteOutOfSpace)).description.contains("no room left"))
    #expect(BackupFault("x: ", EngineError.locked("held")).description == "x: held")
  }
}
