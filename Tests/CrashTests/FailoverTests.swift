import Checker
import EngineKit
import Foundation
import Synchronization
import TestKit
import Testing

extension Crashes {
  /// `make failover`: the primary dies under load and its synchronous standby takes over. Not part of
  /// `make test`: it runs two PostgreSQL clusters that sync.
  @Suite(
    .serialized,
    .enabled(
      if: PostgresCluster.programs != nil
        && ProcessInfo.processInfo.environment["FAILOVER"] == "1", "make failover runs it"))
  struct FailoverTests {
    private static let time = "2026-03-02T08:00:00Z"

    @Test(.timeLimit(.minutes(5)))
    func `O the primary is killed and its standby promoted: all acknowledged is stored once`()
      async throws
    {
      let clusters = try await TwoClusters()
      let database = ["database=\(clusters.url)"]
      try await CrashRig.run(
        at: Self.time, settings: database, tables: { try PostgresTables(clusters.standby) }
      ) { rig, sheet in
        try await rig.accountant.meets(sheet, bureau: rig.bureau)
        let token = try await rig.connected(sheet) { try await rig.token($0) }
        let clients = (1...4).map { LoadClient("client\($0)", company: rig.company, log: rig.log) }
        let start = rig.log.all.count
        try await rig.work(clients, sheet, token, limit: 60) { count in
          if count >= start + 40 { clusters.failOver() }
        }
        try await clusters.promoted()
        let before = rig.log.all.count
        #expect(before >= start + 40)
        // Callers whose calls were refused meanwhile repeat them, with the same request ids.
        for _ in 1...10 where rig.log.all.count < before + 20 {
          try await rig.work(clients, sheet, token, limit: 5)
        }
        #expect(rig.log.all.count >= before + 20)
        for client in clients {
          let faults = await client.faults
          #expect(faults == [])
        }
        let findings = try await rig.findings()
        #expect(findings == [])
      }
      await clusters.end()
    }
  }
}

/// A primary with a synchronous standby, on Unix sockets. They end with this process, which holds the
/// input of the script that runs them.
private final class TwoClusters: Sendable {
  let folder: String
  private let process: Running
  private let input: FileHandle
  private let output: FileHandle
  private let hasFailed = Mutex(false)

  /// Whichever of the two takes writes.
  var url: String {
    "postgres://bureau@/bureau?host=\(folder)/a,\(folder)/b&target_session_attrs=read-write"
  }
  /// The standby, as superuser.
  var standby: String { "postgres://postgres@/bureau?host=\(folder)/b" }

  private static let script = """
    set -eu
    dir=$1 bin=$2
    as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
    end() {
      for name in b a; do as "$bin/pg_ctl" -D "$dir/p$name" -m immediate stop || true; done
      rm -rf "$dir"
    }
    mkdir -p "$dir/a" "$dir/b"
    if [ "$(id -u)" = 0 ]; then chown -R postgres "$dir"; fi
    trap end EXIT
    as "$bin/initdb" -D "$dir/pa" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8
    as tee -a "$dir/pa/postgresql.conf" <<END
    listen_addresses = ''
    unix_socket_directories = '$dir/a'
    synchronous_standby_names = '*'
    END
    as "$bin/pg_ctl" -D "$dir/pa" -w -l "$dir/pa.log" start
    as "$bin/pg_basebackup" -h "$dir/a" -U postgres -D "$dir/pb" -R -X stream
    as tee -a "$dir/pb/postgresql.conf" <<END
    unix_socket_directories = '$dir/b'
    synchronous_standby_names = ''
    END
    as "$bin/pg_ctl" -D "$dir/pb" -w -l "$dir/pb.log" start
    as psql -h "$dir/a" -U postgres -c 'CREATE ROLE bureau LOGIN NOSUPERUSER NOBYPASSRLS'
    as psql -h "$dir/a" -U postgres -c 'CREATE DATABASE bureau OWNER bureau'
    echo ready >&3
    read -r word
    pid=$(head -1 "$dir/pa/postmaster.pid")
    kill -9 "$pid" $(pgrep -P "$pid")
    as "$bin/pg_ctl" -D "$dir/pb" -w promote
    echo promoted >&3
    cat
    """

  init() async throws {
    // Short, since a socket's path is; and one that the user postgres may enter.
    folder = "/tmp/bureau-failover-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    let process = Process(), commands = Pipe(), answers = Pipe()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [
      "-c", "exec 3>&1 >\"$1.log\" 2>&1\n" + Self.script, "bash", folder,
      PostgresCluster.programs ?? "",
    ]
    process.standardInput = commands
    process.standardOutput = answers
    input = commands.fileHandleForWriting
    output = answers.fileHandleForReading
    self.process = Running(process)
    try process.run()
    try await says("ready")
  }

  /// Kills the primary; said once.
  @Sendable func failOver() {
    let isFirst = hasFailed.withLock { failed in
      defer { failed = true }
      return !failed
    }
    if isFirst { input.write(Data("fail\n".utf8)) }
  }

  func promoted() async throws { try await says("promoted") }

  func end() async {
    try? input.close()
    await process.ended()
    try? FileManager.default.removeItem(atPath: folder + ".log")
  }

  private func says(_ word: String) async throws {
    let line = await withCheckedContinuation { done in
      DispatchQueue.global().async { [output] in
        done.resume(returning: String(decoding: output.availableData, as: UTF8.self))
      }
    }
    guard line.contains(word) else {
      let log = try? String(contentsOfFile: folder + ".log", encoding: .utf8)
      throw TestFault("the clusters say \"\(line)\": \((log ?? "").suffix(1_000))")
    }
  }
}
