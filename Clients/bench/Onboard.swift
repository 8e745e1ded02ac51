import Domain
import EngineSQLite
import Foundation
import Server

/// `onboard_1000`: a bureau file of 1,000 clients, 3,000 people and 2,000 agreements, planned, applied
/// and planned again by the program `bureau` over TLS: from its start to its end, as a person waits
/// for it. The second plan must be empty.
enum Onboard {
  static let row = BenchRow(names: ["onboard_1000", "onboard_plan_1000"]) { load, folder in
    var plans: [Double] = [], applications: [Double] = [], again: [Double] = []
    // Each application takes a whole bureau: a few are enough.
    for round in 0..<min(load.rounds, 3) {
      let home = folder.appending(path: "round-\(round)")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      let times = try await Round(folder: home).run()
      plans.append(times.plan)
      applications.append(times.apply)
      again.append(times.again)
    }
    return [
      Row(
        "onboard_1000", median(applications), "ms to apply 1,000 clients", beside: "the budget",
        10_000, aim: 1, better: .less,
        details: [
          "plan_ms": median(plans), "apply_ms": median(applications),
          "plan_again_ms": median(again),
        ]),
      Row(
        "onboard_plan_1000", median(again), "ms to plan 1,000 clients that are there",
        beside: "the budget", 2_000, aim: 1, better: .less),
    ]
  }

  private struct Round: Sendable {
    let folder: URL

    func run() async throws -> (plan: Double, apply: Double, again: Double) {
      let database = try await Workload.open(folder.appending(path: "own.db").path())
      try await Workload.fill(database, companies: 0, role: .customerAdministrator)
      let (service, authority) = try BenchServer.service(
        database, folder: folder, allowsSynthetic: true)
      let times = try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await service.run() }
        let ca = folder.appending(path: "ca.pem")
        try authority.authorityCertificate.write(to: ca, atomically: true, encoding: .utf8)
        let times = try work(port: try await service.boundPort, ca: ca.path())
        tasks.cancelAll()
        try? await tasks.waitForAll()
        return times
      }
      await database.close()
      return times
    }

    private func work(port: Int, ca: String) throws -> (plan: Double, apply: Double, again: Double)
    {
      let ids = folder.appending(path: "ids.yaml").path()
      let file = folder.appending(path: "bureau.yaml").path()
      let example = try bureau([
        "onboard", "example", "--clients", "1000", "--seed", "1", "--bureau", "923609016",
        "--national-ids", ids,
      ])
      try example.output.write(to: URL(fileURLWithPath: file))
      _ = try bureau([
        "context", "add", "bench", "--server", "localhost:\(port)", "--ca", ca, "--bureau",
        ResourceName.bureau(Workload.bureau),
      ])
      let given = [file, "--national-ids", ids, "--timeout", "60s"]
      let plan = try bureau(["onboard", "plan"] + given, ends: 11)
      let apply = try bureau(["onboard", "apply"] + given)
      let again = try bureau(["onboard", "plan"] + given)
      print(
        "  plan \(Int(plan.milliseconds)) ms, apply \(Int(apply.milliseconds)) ms,"
          + " plan again \(Int(again.milliseconds)) ms")
      return (plan.milliseconds, apply.milliseconds, again.milliseconds)
    }

    private func bureau(
      _ arguments: [String], ends status: Int32 = 0
    ) throws -> (output: Data, milliseconds: Double) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "bureau")
      process.arguments = arguments
      process.environment = [
        "BUREAU_CONFIG": folder.appending(path: "config").path(), "BUREAU_TOKEN": Workload.secret,
      ]
      // Into files: a pipe would have to be read meanwhile.
      let out = folder.appending(path: "out"), notes = folder.appending(path: "notes")
      for file in [out, notes] { try Data().write(to: file) }
      process.standardOutput = try FileHandle(forWritingTo: out)
      process.standardError = try FileHandle(forWritingTo: notes)
      process.standardInput = FileHandle.nullDevice
      let start = ContinuousClock.now
      try process.run()
      process.waitUntilExit()
      let time = (ContinuousClock.now - start) / .milliseconds(1)
      guard process.terminationStatus == status else {
        let text = try String(contentsOf: notes, encoding: .utf8)
        throw BenchError(
          "bureau \(arguments.prefix(2)) ended with \(process.terminationStatus): "
            + text.suffix(500))
      }
      return (try Data(contentsOf: out), time)
    }
  }
}
