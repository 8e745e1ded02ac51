import Foundation
import Subprocess
import SystemPackage

/// What a sandbox says of itself when it is ready (sandbox.json).
struct Sandbox: Sendable, Decodable {
  struct TestPerson: Sendable, Decodable {
    let personalNumber: String
    let name: String

    enum CodingKeys: String, CodingKey {
      case personalNumber = "personal_number"
      case name
    }
  }

  /// HOST:PORT.
  let server: String
  let sandboxURL: String
  let authorityFile: String
  let bootstrapTokenFile: String
  let persons: [TestPerson]

  enum CodingKeys: String, CodingKey {
    case server, persons
    case sandboxURL = "sandbox_url"
    case authorityFile = "ca"
    case bootstrapTokenFile = "bootstrap_token_file"
  }
}

/// The daemon as a process of ours: started, waited for, and stopped by its own id whatever happens.
enum Daemon {
  private static let readySeconds = 60
  private static let stopSeconds = 15

  /// Runs `body` while a fresh sandbox serves.
  static func run(
    _ programs: Programs, keep: Keep, at start: String,
    _ body: @escaping @Sendable (Sandbox) async throws -> Void
  ) async throws {
    let log = try FileDescriptor.open(
      FilePath(keep.log.path), .writeOnly, options: [.create, .truncate],
      permissions: [.ownerReadWrite])
    defer { try? log.close() }
    var options = PlatformOptions()
    let stop = [TeardownStep.gracefulShutDown(allowedDurationToNextStep: .seconds(stopSeconds))]
    options.teardownSequence = stop
    let home = URL(filePath: keep.folder.path).path
    let result = try await Subprocess.run(
      .path(programs.bureaud), arguments: ["sandbox", "--home", home, "--at", start],
      platformOptions: options, input: .none,
      output: .fileDescriptor(log, closeAfterSpawningProcess: false),
      error: .fileDescriptor(log, closeAfterSpawningProcess: false)
    ) { process -> Result<Void, any Error> in
      let outcome: Result<Void, any Error>
      do {
        try await body(try await ready(keep, process.processIdentifier.value))
        outcome = .success(())
      } catch {
        outcome = .failure(error)
      }
      await process.teardown(using: stop)
      return outcome
    }
    try result.closureResult.get()
    guard result.terminationStatus.isSuccess else {
      throw DemoError("the server did not stop cleanly: \(result.terminationStatus)")
    }
  }

  /// Waits until the daemon says that it serves, as long as it lives.
  private static func ready(_ keep: Keep, _ process: pid_t) async throws -> Sandbox {
    let file = keep.folder.appending(path: "sandbox.json")
    for _ in 0..<(readySeconds * 20) {
      if let data = try? Data(contentsOf: file),
        let sandbox = try? JSONDecoder().decode(Sandbox.self, from: data)
      {
        return sandbox
      }
      var info = siginfo_t()
      // WNOWAIT: only looks, the process is reaped by its runner.
      if waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0,
        info.si_signo == SIGCHLD
      {
        throw DemoError("the server ended before it was ready")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw DemoError("the server was not ready within \(readySeconds) s")
  }
}
