import EngineSQLite
import Foundation
import Server

/// `idle_memory`: resident MiB of a server that has started and serves nobody: `bureaud serve` of
/// the same build where it stands beside this program, else the same server in a process of this
/// program.
struct IdleMemory: Sendable {
  let folder: URL

  func measure() async throws -> Row {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let daemon = own.deletingLastPathComponent().appending(path: "bureaud")
    let isBuilt = FileManager.default.isExecutableFile(atPath: daemon.path())
    let home = folder.appending(path: "home").path()
    if isBuilt { try Self.start(daemon, ["init", "--home", home]).waitUntilExit() }
    let process =
      isBuilt
      ? try Self.start(daemon, ["serve", "--home", home, "--set", "listen.port=0"])
      : try Self.start(own, ["--idle", "--folder", folder.path()])
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    let mebibytes = try await Self.settled(process)
    print("  \(isBuilt ? "bureaud serve" : "the server in process"): \(mebibytes) MiB")
    return Row("idle_memory", mebibytes, "MiB", beside: "the aim", 64, aim: 1)
  }

  /// Serves until standard input ends.
  func serve() async throws {
    let database = try await Workload.open(folder.appending(path: "idle.db").path())
    let (service, _) = try BenchServer.service(database, folder: folder)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await service.run() }
      _ = try await service.boundPort
      _ = try FileHandle.standardInput.readToEnd()
      tasks.cancelAll()
      try? await tasks.waitForAll()
    }
    await database.close()
  }

  private static func start(_ program: URL, _ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = Pipe()
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// The memory once it has been the same for two seconds, within half a minute.
  private static func settled(_ process: Process) async throws -> Double {
    var last = 0.0, same = 0
    for _ in 0..<120 where same < 8 {
      try await Task.sleep(for: .milliseconds(250))
      let now = try resident(process.processIdentifier)
      same = now == last ? same + 1 : 0
      last = now
    }
    return last
  }

  private static func resident(_ process: Int32) throws -> Double {
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
      let kibibytes = Double(line.filter(\.isNumber))
    else { throw BenchError("the server ended before it was measured") }
    return kibibytes / 1024
  }
}
