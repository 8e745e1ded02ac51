import Foundation
import Synchronization
import TestKit

/// A PostgreSQL of its own that syncs to the disk, can be killed and is started again. (That of the
/// other tests does not sync, and nobody may kill it.)
final class CrashCluster: Sendable {
  static let database = "crash"

  /// Where its programs are; nil where PostgreSQL is not installed.
  static let programs: URL? = {
    let root = URL(filePath: "/usr/lib/postgresql")
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
      .map { root.appending(path: "\($0)/bin") }
      .first { FileManager.default.isExecutableFile(atPath: $0.appending(path: "initdb").path) }
  }()

  let folder: URL
  private let programs: URL
  private let server = Mutex<Running?>(nil)

  /// Makes and starts it, with an empty database and the role that owns it.
  static func make() async throws -> CrashCluster {
    guard let programs else { throw TestFault("PostgreSQL is not installed") }
    // Short: a socket's path has at most 107 bytes.
    var template = Array("/tmp/bureau-cluster-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw TestFault("no temporary folder") }
    let cluster = CrashCluster(URL(filePath: String(cString: made)), programs)
    do {
      // It refuses to run as root.
      if geteuid() == 0, let user = getpwnam("postgres") {
        chown(cluster.folder.path, user.pointee.pw_uid, user.pointee.pw_gid)
      }
      try await cluster.succeeding(
        "initdb",
        ["-D", cluster.data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C"])
      try await cluster.start()
      for statement in [
        "CREATE ROLE bureau LOGIN NOSUPERUSER NOBYPASSRLS",
        "CREATE DATABASE \(database) OWNER bureau",
      ] {
        try await cluster.succeeding(
          "psql", ["-h", cluster.folder.path, "-U", "postgres", "-q", "-c", statement])
      }
      return cluster
    } catch {
      await cluster.remove()
      throw error
    }
  }

  private init(_ folder: URL, _ programs: URL) {
    self.folder = folder
    self.programs = programs
  }

  var url: String { "postgres://bureau@/\(Self.database)?host=\(folder.path)" }
  /// As superuser.
  var superuserURL: String { "postgres://postgres@/\(Self.database)?host=\(folder.path)" }
  private var data: String { folder.appending(path: "data").path }

  /// The command as the user postgres, where we are root.
  private func command(_ name: String, _ arguments: [String]) -> (URL, [String]) {
    let program = programs.appending(path: name)
    guard geteuid() == 0 else { return (program, arguments) }
    return (
      URL(filePath: "/usr/bin/setpriv"),
      ["--reuid=postgres", "--regid=postgres", "--init-groups", program.path] + arguments
    )
  }

  private func succeeding(_ name: String, _ arguments: [String]) async throws {
    let (program, all) = command(name, arguments)
    let ending = try await Program.run(program, all, in: folder)
    guard ending.status == 0 else { throw TestFault("\(name): \(ending.notes)") }
  }

  /// Starts the server and waits until it takes connections. After a kill its orphans may hold the
  /// shared memory for a moment: then it is started once more.
  func start() async throws {
    for _ in 0..<50 {
      let process = Process()
      (process.executableURL, process.arguments) = command(
        "postgres",
        [
          "-D", data, "-k", folder.path, "-c", "listen_addresses=", "-c", "fsync=on",
          "-c", "shared_buffers=32MB", "-c", "max_connections=60", "-c", "logging_collector=off",
        ])
      process.currentDirectoryURL = folder
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      let running = Running(process)
      try process.run()
      server.withLock { $0 = running }
      while process.isRunning {
        let ready = try await Program.run(
          programs.appending(path: "pg_isready"), ["-q", "-h", folder.path], in: folder)
        if ready.status == 0 { return }
      }
    }
    throw TestFault("PostgreSQL does not start again")
  }

  private var pid: pid_t? {
    server.withLock { $0.flatMap { $0.process.isRunning ? $0.process.processIdentifier : nil } }
  }

  /// Kills the whole server at once.
  @Sendable func kill() { if let pid { _ = Foundation.kill(pid, SIGKILL) } }

  /// Kills one of the processes that serve the daemon; the server then throws out all of them.
  @Sendable func killBackend() {
    guard let pid,
      let children = try? String(
        contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)
    else { return }
    let backends = children.split(separator: " ").compactMap { pid_t($0) }.filter { child in
      let title = (try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)) ?? ""
      return title.contains("bureau \(Self.database)")
    }
    if let one = backends.first { _ = Foundation.kill(one, SIGKILL) }
  }

  func ended() async { if let running = server.withLock({ $0 }) { await running.ended() } }

  /// Ends it, and removes all of it.
  func remove() async {
    if let pid { _ = Foundation.kill(pid, SIGQUIT) }
    await ended()
    try? FileManager.default.removeItem(at: folder)
  }
}
