import BureauAPI
import Checker
import Foundation
import GRPCCore
import SwiftProtobuf
import TestKit
import Testing

extension Crashes {
  /// kill -9 of the client and of the server while a bureau file is applied.
  @Suite(.serialized) struct OnboardCrashTests {
    private static let time = "2026-03-02T08:00:00Z"
    private static let clients = 200

    @Test func `O onboarding killed at random points and applied again comes to the same state`()
      async throws
    {
      let seed = CrashRun.seed
      var random = Seeded(seed)
      try await CrashRig.run(at: Self.time) { rig, first in
        var sheet = first
        let files = try await write(rig, seed: seed)
        var broken = 0
        for round in 1...CrashRun.rounds(4) {
          // Every other round starts from where the last one was broken off.
          let target = min(
            Self.clients, try await companies(rig, sheet) + Int.random(in: 1...60, using: &random))
          let isClient = round.isMultiple(of: 2)
          if try await apply(files, rig, sheet, killsClient: isClient, at: target) { broken += 1 }
          if !isClient {
            await rig.daemon.ended()
            let findings = try await rig.findings()
            #expect(findings == [], "round \(round), SEED=\(seed)")
            sheet = try await rig.restart(at: Self.time)
            try await rig.administrator.meets(sheet, bureau: rig.bureau)
          }
          if try await companies(rig, sheet) >= Self.clients { break }
        }
        // In a few rounds all of it may be done before its end is drawn; in many it is not.
        if CrashRun.rounds(4) > 4 { #expect(broken > 0, "nothing was broken off, SEED=\(seed)") }
        let last = try await bureau(["onboard", "apply"] + files, rig)
        #expect(last.status == 0, "\(last.notes.suffix(400)) SEED=\(seed)")
        let plan = try await bureau(["onboard", "plan"] + files, rig)
        #expect(plan.status == 0, "\(plan.output.prefix(400)) SEED=\(seed)")
        let drift = try await bureau(["onboard", "drift"] + files, rig)
        // The rig's own company is not in the file.
        #expect(drift.output == "Nordlys Verksted AS is not in the file\n", "SEED=\(seed)")
        try await check(rig, sheet, seed)
        // The links go out.
        try await rig.administrator.bureau("sandbox", "clock", "--advance", "1s")
        try await rig.daemon.stop()
        let findings = try await rig.findings(isSettled: true)
        #expect(findings == [], "SEED=\(seed)")
      }
    }

    /// The example's two files; returns how commands are given them.
    private func write(_ rig: CrashRig, seed: UInt64) async throws -> [String] {
      let ids = rig.folder.appending(path: "ids.yaml").path
      let file = rig.folder.appending(path: "bureau.yaml")
      let text = try await rig.administrator.bureau(
        "onboard", "example", "--clients", "\(Self.clients)", "--seed", "\(seed)", "--bureau",
        "974760673", "--national-ids", ids)
      try Data(text.utf8).write(to: file)
      return [file.path, "--national-ids", ids]
    }

    private func environment(_ rig: CrashRig) -> [String: String] {
      ["BUREAU_CONFIG": rig.administrator.folder.appending(path: rig.administrator.nationalID).path]
    }

    private func bureau(_ arguments: [String], _ rig: CrashRig) async throws -> Ending {
      try await Program.run(
        try Program.built("bureau"), arguments, in: rig.folder, environment: environment(rig))
    }

    /// How many of the file's clients there are.
    private func companies(_ rig: CrashRig, _ sheet: Sheet) async throws -> Int {
      struct List: Decodable {
        struct Company: Decodable { var name: String }
        var companies: [Company]
      }
      let text = try await rig.administrator.bureau(
        "company", "list", "--limit", "10000", "-o", "json")
      return try JSONDecoder().decode(List.self, from: Data(text.utf8)).companies.count - 1
    }

    /// Applies the file and kills client or server once so many clients are there. False where it
    /// came to its end before.
    private func apply(
      _ files: [String], _ rig: CrashRig, _ sheet: Sheet, killsClient: Bool, at target: Int
    ) async throws -> Bool {
      let process = Process()
      process.executableURL = try Program.built("bureau")
      process.arguments = ["onboard", "apply", "--retry", "1s"] + files
      process.environment = ProcessInfo.processInfo.environment.merging(environment(rig)) { $1 }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      let running = Running(process)
      try process.run()
      let pid = process.processIdentifier
      let watching = Task {
        // Each look is a program's run: that is the pace.
        while process.isRunning, try await companies(rig, sheet) < target {}
        guard process.isRunning else { return false }
        if killsClient { _ = kill(pid, SIGKILL) } else { rig.daemon.kill() }
        return true
      }
      await running.ended()
      let wasKilled = (try? await watching.value) ?? false
      // A server that is to die dies, also where the client was faster.
      if !killsClient { rig.daemon.kill() }
      return wasKilled && process.terminationStatus != 0
    }

    /// Everything is there once: whatever was begun twice was done once.
    private func check(_ rig: CrashRig, _ sheet: Sheet, _ seed: UInt64) async throws {
      struct Rows: Decodable {
        struct Row: Decodable {
          var what: String
          var state: String
        }
        var rows: [Row]
      }
      let text = try await rig.administrator.bureau("onboard", "status", "-o", "json")
      let rows = try JSONDecoder().decode(Rows.self, from: Data(text.utf8)).rows
      let agreements = rows.filter { $0.what.hasPrefix("agreement") }
      #expect(agreements.count == 2 * Self.clients, "SEED=\(seed)")
      #expect(agreements.allSatisfy { $0.state == "SENT_FOR_SIGNING" }, "SEED=\(seed)")
      #expect(Set(agreements.map(\.what)).count == 2 * Self.clients, "SEED=\(seed)")
      #expect(try await companies(rig, sheet) == Self.clients, "SEED=\(seed)")
      struct Users: Decodable {
        struct User: Decodable { var email: String? }
        var users: [User]
      }
      let people = try await rig.administrator.bureau(
        "user", "list", "--limit", "10000", "-o", "json")
      let users = try JSONDecoder().decode(Users.self, from: Data(people.utf8)).users
      // Three a client, and the three of the rig.
      #expect(users.count == 3 * Self.clients + 3, "SEED=\(seed)")
      #expect(Set(users.compactMap(\.email)).count == users.count, "SEED=\(seed)")
      // What is is what the file says: written out and read in, nothing is to be done.
      let imported = rig.folder.appending(path: "imported.yaml")
      try Data(try await rig.administrator.bureau("onboard", "import").utf8).write(to: imported)
      let plan = try await bureau(["onboard", "plan", imported.path], rig)
      #expect(plan.status == 0, "\(plan.output.prefix(300))\(plan.notes.suffix(300)) SEED=\(seed)")
    }
  }
}
