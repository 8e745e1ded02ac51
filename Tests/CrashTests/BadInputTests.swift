import AuditTrail
import Crypto
import Domain
import Engine
import EngineSQLite
import Foundation
import Primitives
import Server
import Storage
import TestKit
import Testing

extension Crashes {
  /// What the daemon finds at its start and can't use: it says what and how to mend it, ends, and
  /// leaves everything as it lies.
  @Suite(.serialized) struct BadInputTests {
    /// What is wrong with a home, and what the daemon must say of it.
    struct Case: Sendable, CustomTestStringConvertible {
      let testDescription: String
      let says: [String]
      let spoil: @Sendable (StoredHome) async throws -> Void

      init(
        _ what: String, says: String...,
        spoil: @escaping @Sendable (StoredHome) async throws -> Void
      ) {
        testDescription = what
        self.says = says
        self.spoil = spoil
      }
    }

    static let cases: [Case] = [
      Case("another kind of file", says: "bureau.db", "no SQLite database") {
        try Data("Dear diary, no database today.".utf8).write(to: $0.database)
      },
      Case("a file cut off in the middle", says: "bureau.db is cut off", "restore a backup") {
        try $0.change { $0.removeLast($0.count / 2) }
      },
      Case("a file cut off in its header", says: "bureau.db", "restore a backup") {
        try $0.change { $0.removeLast($0.count - 60) }
      },
      Case("an empty file beside a log", says: "bureau.db is empty", "restore a backup") {
        try await $0.leaveLog()
        try Data().write(to: $0.database)
      },
      Case("no file beside a log", says: "bureau.db is empty or missing", "restore a backup") {
        try await $0.leaveLog()
        try FileManager.default.removeItem(at: $0.database)
      },
      Case("a changed byte in the page size", says: "damaged in its header", "restore a backup") {
        try $0.change { $0[17] ^= 0x04 }
      },
      Case("a changed byte in the count of pages", says: "bureau.db", "restore a backup") {
        try $0.change { $0[30] ^= 0x10 }
      },
      Case(
        "a changed byte in the log", says: "bureau.db-wal is damaged at byte", "restore a backup"
      ) {
        try await $0.leaveLog()
        try $0.change("bureau.db-wal") { $0[$0.count / 2] ^= 0x20 }
      },
      Case("a changed byte in the log's header", says: "bureau.db-wal is damaged at byte 0") {
        try await $0.leaveLog()
        try $0.change("bureau.db-wal") { $0[9] ^= 0x01 }
      },
      Case("the schema's page overwritten", says: "the database cannot be used", "bureau.db") {
        try $0.change { bytes in for index in 100..<4096 { bytes[index] = UInt8(index % 251) } }
      },
      Case("a newer program's schema", says: "migration 99", "start the newer program") {
        try await $0.add(Migration(99, "of tomorrow", ""))
      },
      Case("a newer program's schema in the log", says: "migration 99", "start the newer program") {
        try await $0.add(Migration(99, "of tomorrow", ""), isLogged: true)
      },
      Case("no place for the database", says: "No such file or directory", "database.path") {
        try Data("database: sqlite:\($0.home.path)/nowhere/bureau.db\n".utf8)
          .write(to: $0.home.appending(path: "bureau.yaml"))
      },
      Case("a key that is cut off", says: "secrets/identity.key is damaged", "backup") {
        try $0.change("secrets/identity.key") { $0.removeLast(5) }
      },
      Case(
        "another audit key than the witness knows", says: "was signed with another audit key",
        "put that key back"
      ) { home in
        let bureau = ID<Bureau>(UUID()), witness = home.home.appending(path: "witness")
        let seed = try Data(contentsOf: home.auditKey)
        let signed = try AuditKey(seed: Array(seed)).sign(
          .restored, of: bureau, after: nil, at: Instant(microseconds: 1_772_438_400_000_000))
        _ = try FolderWitness(folder: witness).append(signed, leaves: nil)
        try Data(repeating: 7, count: 32).write(to: home.auditKey)
      },
      Case("an audit key that is cut off", says: "audit.key") {
        try $0.change("secrets/audit.key") { $0.removeLast(5) }
      },
      Case("a key that is missing", says: "identity.key", "bureaud init") {
        try FileManager.default.removeItem(at: $0.home.appending(path: "secrets/identity.key"))
      },
    ]

    @Test(arguments: cases)
    func `a start that can't be is refused with what is wrong, and nothing is altered`(it: Case)
      async throws
    {
      try await StoredHome.run { home in
        try await it.spoil(home)
        let before = try home.digests()
        let ending = try await home.serve()
        #expect(ending.status != 0 && !ending.bySignal, "\(ending)")
        for words in it.says { #expect(ending.notes.contains(words), "\(ending.notes)") }
        let altered = try home.alterations(since: before)
        #expect(altered == [])
      }
    }

    @Test func `a database that another server holds is refused`() async throws {
      try await StoredHome.run { home in
        let other = try await SQLiteDatabase.open(path: home.database.path)
        let before = try home.digests()
        let ending = try await home.serve()
        #expect(ending.status != 0)
        #expect(ending.notes.contains("is held by another server: stop it"), "\(ending.notes)")
        let altered = try home.alterations(since: before)
        #expect(altered == [])
        await other.close()
      }
    }

    @Test(arguments: ["folder", "file", "secret"])
    func `what the server's user may not read or write is named`(what: String) async throws {
      try await StoredHome.run { home in
        let target = [
          "folder": home.home, "file": home.database,
          "secret": home.home.appending(path: "secrets/identity.key"),
        ][what]
        let path = try #require(target).path
        try home.giveToNobody()
        let mode = what == "folder" ? 0o500 : what == "file" ? 0o400 : 0o000
        try FileManager.default.removeItem(atPath: home.database.path + ".lock")
        chmod(path, mode_t(mode))
        let before = try home.digests()
        let ending = try await home.serve(asNobody: true)
        chmod(path, 0o700)
        #expect(ending.status != 0 && !ending.bySignal, "\(ending)")
        let name = what == "folder" ? "bureau.db.lock" : URL(filePath: path).lastPathComponent
        #expect(ending.notes.contains(name), "\(ending.notes)")
        #expect(
          ending.notes.contains("Permission denied") || ending.notes.contains("cannot be read"),
          "\(ending.notes)")
        let altered = try home.alterations(since: before)
        #expect(altered == [])
      }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a small disk needs root"))
    func `a start on a full or read-only disk is refused, and nothing is altered`() async throws {
      try await StoredHome.run { home in
        let disk = home.folder.appending(path: "disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        // In a mount namespace of its own, which goes with its last process.
        let script = """
          set -eu
          mount -t tmpfs -o size=1m tmpfs "$DISK"
          touch "$DISK/bureau.db.lock"
          case "$1" in
          full) dd if=/dev/zero of="$DISK/filler" bs=4096 2>/dev/null || true ;;
          read-only) cp "$DATABASE" "$DISK/bureau.db"; mount -o remount,ro "$DISK" ;;
          esac
          (cd "$DISK" && sha256sum bureau.db* > "$DISK.before" || true)
          code=0
          "$BUREAUD" serve --home "$BUREAU" --set listen.port=0 \
            --set "database=sqlite:$DISK/bureau.db" || code=$?
          (cd "$DISK" && sha256sum bureau.db* > "$DISK.after" || true)
          exit $code
          """
        for (kind, words) in [
          ("full", "No space left on device"), ("read-only", "Read-only file system"),
        ] {
          let ending = try await Program.run(
            URL(filePath: "/usr/bin/unshare"), ["-m", "bash", "-c", script, "script", kind],
            in: home.folder,
            environment: [
              "DISK": disk.path, "DATABASE": home.database.path, "BUREAU": home.home.path,
              "BUREAUD": try Program.built("bureaud").path,
            ])
          #expect(ending.status != 0 && !ending.bySignal, "\(kind): \(ending)")
          #expect(
            ending.notes.contains(words) || ending.notes.contains("disk is full"), "\(ending.notes)"
          )
          let before = try Data(contentsOf: disk.appendingPathExtension("before"))
          let after = try Data(contentsOf: disk.appendingPathExtension("after"))
          if kind == "read-only" { #expect(before == after) }
        }
      }
    }

    /// Anything can be at any place: a start refuses or serves, and never crashes; what it refuses it
    /// does not touch.
    @Test func `random bytes anywhere in the files never crash a start`() async throws {
      let seed = CrashRun.seed
      var random = Seeded(seed)
      try await StoredHome.run { home in
        try await home.leaveLog()
        let whole = try Data(contentsOf: home.database)
        let log = try Data(contentsOf: home.log)
        var refused = 0
        for round in 0..<60 {
          var (first, second) = (whole, log)
          for _ in 0..<Int.random(in: 1...4, using: &random) {
            let byte = UInt8.random(in: 1...255, using: &random)
            if Bool.random(using: &random) {
              first[Int.random(in: 0..<first.count, using: &random)] ^= byte
            } else {
              second[Int.random(in: 0..<second.count, using: &random)] ^= byte
            }
          }
          try first.write(to: home.database)
          try second.write(to: home.log)
          try? FileManager.default.removeItem(atPath: home.database.path + "-shm")
          let before = try home.digests()
          do {
            let database = try await SQLiteDatabase.open(path: home.database.path)
            do {
              try await database.migrate(Schema.migrations)
              _ = try? await database.check()
              await database.close()
            } catch {
              await database.close()
              throw error
            }
          } catch {
            refused += 1
            #expect(error is EngineError, "round \(round), SEED=\(seed): \(error)")
            let altered = try home.alterations(since: before)
            #expect(altered == [], "round \(round), SEED=\(seed)")
          }
        }
        #expect(refused > 10, "SEED=\(seed)")
      }
    }
  }
}
