import Foundation
import TestKit
import Testing

extension Crashes {
  /// What stands in the way of a backup, and of its restore: said in words, a code that scripts see,
  /// and everything lies there as before.
  @Suite(.serialized) struct BackupFaultTests {
    /// Runs `bureaud ARGUMENTS` on the home.
    private func bureaud(
      _ home: StoredHome, _ arguments: String..., at place: URL? = nil
    ) async throws -> Ending {
      try await Program.run(
        try Program.built("bureaud"), arguments + ["--home", (place ?? home.home).path],
        in: home.folder)
    }

    /// Runs `bureaud ARGUMENTS` with a disk mounted at `disk`, in a mount namespace of its own that
    /// goes with its last process. Tells how it ended and what lay there before and after.
    private func onDisk(
      _ state: String, size: String, _ home: StoredHome, _ arguments: [String]
    ) async throws -> (ending: Ending, before: String, after: String) {
      let disk = home.folder.appending(path: "disk")
      try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
      let script = """
        set -eu
        mount -t tmpfs -o size="$SIZE" tmpfs "$DISK"
        echo mine > "$DISK/note"
        [ "$1" != read-only ] || mount -o remount,ro "$DISK"
        list() { (cd "$DISK" && find . -type f -exec sha256sum {} + | sort) > "$DISK.$1"; }
        list before
        shift
        code=0
        "$BUREAUD" "$@" --home "$BUREAU" || code=$?
        list after
        exit $code
        """
      let ending = try await Program.run(
        URL(filePath: "/usr/bin/unshare"),
        ["-m", "bash", "-c", script, "script", state] + arguments,
        in: home.folder,
        environment: [
          "DISK": disk.path, "SIZE": size, "BUREAU": home.home.path,
          "BUREAUD": try Program.built("bureaud").path,
        ])
      func text(_ name: String) throws -> String {
        try String(contentsOf: disk.appendingPathExtension(name), encoding: .utf8)
      }
      return (ending, try text("before"), try text("after"))
    }

    private static let disks = [
      ("full", "64k", "no room left"), ("read-only", "8m", "read-only"),
    ]

    @Test(.enabled(if: geteuid() == 0, "mounting a small disk needs root"), arguments: disks)
    func `a backup that finds no place leaves nothing behind`(
      state: String, size: String, words: String
    ) async throws {
      try await StoredHome.run { home in
        let untouched = try home.digests()
        let file = home.folder.appending(path: "disk/a.backup").path
        let (ending, before, after) = try await onDisk(state, size: size, home, ["backup", file])
        #expect(ending.status != 0 && !ending.bySignal, "\(ending)")
        let notes = ending.notes.lowercased()
        #expect(notes.contains(words) && notes.contains("a.backup"), "\(ending.notes)")
        #expect(before == after)
        let altered = try home.alterations(since: untouched)
        #expect(altered == [])
      }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a small disk needs root"), arguments: disks)
    func `a restore that finds no place leaves nothing behind`(
      state: String, size: String, words: String
    ) async throws {
      try await StoredHome.run { home in
        let backup = home.folder.appending(path: "a.backup").path
        let made = try await bureaud(home, "backup", backup)
        #expect(made.status == 0, "\(made.notes)")
        let untouched = try home.digests()
        let target = "database=sqlite:\(home.folder.path)/disk/bureau.db"
        let (ending, before, after) = try await onDisk(
          state, size: size, home, ["restore", backup, "--set", target])
        #expect(ending.status != 0 && !ending.bySignal, "\(ending)")
        #expect(ending.notes.lowercased().contains(words), "\(ending.notes)")
        #expect(before == after)
        let altered = try home.alterations(since: untouched)
        #expect(altered == [])
      }
    }

    /// What is wrong with a restore, and what is said of it.
    enum Wrong: String, CaseIterable, Sendable {
      case auditKey, identityKey, foreign, damaged
    }

    @Test(arguments: Wrong.allCases)
    func `a restore that would not serve is refused, and nothing is altered`(wrong: Wrong)
      async throws
    {
      try await StoredHome.run { home in
        let backup = home.folder.appending(path: "a.backup")
        let made = try await bureaud(home, "backup", backup.path)
        #expect(made.status == 0, "\(made.notes)")
        var place = home.home
        for file in [home.database, home.log] { try? FileManager.default.removeItem(at: file) }
        switch wrong {
        case .auditKey: try Data(repeating: 7, count: 32).write(to: home.auditKey)
        case .identityKey:
          try Data(repeating: 7, count: 32)
            .write(to: home.home.appending(path: "secrets/identity.key"))
        case .foreign:
          place = home.folder.appending(path: "other")
          let initialized = try await bureaud(home, "init", at: place)
          #expect(initialized.status == 0)
        case .damaged:
          var bytes = try Data(contentsOf: backup)
          bytes[bytes.count / 2] ^= 1
          try bytes.write(to: backup)
        }
        let words = [
          Wrong.auditKey: "another installation", .identityKey: "nobody could log in",
          .foreign: "another installation", .damaged: "damaged",
        ]
        let untouched = try home.digests()
        let ending = try await bureaud(home, "restore", backup.path, at: place)
        #expect(ending.status != 0 && !ending.bySignal, "\(ending)")
        #expect(ending.notes.contains(try #require(words[wrong])), "\(ending.notes)")
        let altered = try home.alterations(since: untouched)
        #expect(altered == [])
        if place != home.home {
          let found = FileManager.default.fileExists(
            atPath: place.appending(path: "bureau.db").path)
          #expect(!found)
        }
      }
    }
  }
}
