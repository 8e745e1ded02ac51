// A throw-away PostgreSQL for the tests of one process: on a Unix socket, without TCP, in a folder
// of its own. It is made with its first use and gone with the process, however that ends.

import CPostgres
import Engine
import EnginePostgres
import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

package final class PostgresCluster: Sendable {
  /// The cluster of this process. Its folder, sockets and servers end with the process.
  package static let shared = PostgresCluster()

  /// Where `initdb` and `postgres` are; `nil` where PostgreSQL is not installed.
  package static let programs: String? = {
    let manager = FileManager.default
    let versions = (try? manager.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    let newestFirst = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
      .map { "/usr/lib/postgresql/\($0)/bin" }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return (newestFirst + path.split(separator: ":").map(String.init)).first { folder in
      ["initdb", "postgres", "pg_isready"].allSatisfy {
        manager.isExecutableFile(atPath: "\(folder)/\($0)")
      }
    }
  }()

  private let lanes: Lanes<Box>
  private let counter = Atomic<Int>(0)

  /// What the cluster's thread owns.
  private final class Box {
    let folder: String
    let administrator: Administrator
    init(folder: String, administrator: Administrator) {
      self.folder = folder
      self.administrator = administrator
    }
  }

  /// - Parameter isDurable: Syncs at each commit, as a real one does: for measuring, not for tests.
  package init(isDurable: Bool = false) {
    lanes = Lanes(1, name: "test-cluster") { () throws(EngineError) in
      let folder = try Self.start(isDurable ? Self.durable : Self.fast)
      let administrator = try Administrator(folder)
      try administrator.run("CREATE ROLE bureau LOGIN NOSUPERUSER NOBYPASSRLS")
      return Box(folder: folder, administrator: administrator)
    }
  }

  /// Runs statements as superuser, one after the other.
  package func administer(_ statements: String..., database: String = "postgres") async throws {
    try await lanes.run { box in
      let administrator =
        database == "postgres" ? box.administrator : try Administrator(box.folder, database)
      for statement in statements { try administrator.run(statement) }
    }
  }

  /// A database of its own for one test, as a copy of `template` if there is one.
  package func makeDatabase(template: String? = nil) async throws -> String {
    let name = "t\(counter.add(1, ordering: .relaxed).newValue)"
    let copy = template.map { " TEMPLATE \($0)" } ?? ""
    try await administer("CREATE DATABASE \(name) OWNER bureau\(copy)")
    return name
  }

  package func drop(_ database: String) async throws {
    try await administer("DROP DATABASE IF EXISTS \(database) WITH (FORCE)")
  }

  /// How the database is opened, as the role that owns it or as another.
  package func url(_ database: String, user: String = "bureau") async throws -> String {
    let folder = try await lanes.run { $0.folder }
    return "postgres://\(user)@/\(database)?host=\(folder)"
  }

  // MARK: Starting

  /// Makes and starts the server. It is stopped, and its folder removed, when this process lets go
  /// of the pipe, which it does by ending.
  private static func start(_ settings: String) throws(EngineError) -> String {
    guard let programs else { throw .unavailable("PostgreSQL is not installed") }
    // Short: a socket's path has at most 107 bytes. Not the process's own temporary folder, which
    // the user postgres may not enter.
    var template = Array("/tmp/bureau-postgres-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw .unavailable("no temporary folder") }
    let folder = String(cString: made)
    let output = try spawn(["/bin/sh", "-c", script, "sh", programs, folder, settings])
    defer { close(output) }
    var byte: UInt8 = 0
    guard read(output, &byte, 1) == 1 else {
      throw .unavailable("PostgreSQL did not start, see above")
    }
    return folder
  }

  /// Runs a program whose input is a pipe that this process holds. Returns where its output comes.
  private static func spawn(_ arguments: [String]) throws(EngineError) -> Int32 {
    var input: [Int32] = [0, 0]
    var output: [Int32] = [0, 0]
    guard pipe(&input) == 0, pipe(&output) == 0 else { throw .unavailable("no pipe") }
    // Closed in other programs that are started: only the end of this process ends the input.
    for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, input[0], 0)
    posix_spawn_file_actions_adddup2(&actions, output[1], 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // A session of its own: the terminal's signals are for us.
    posix_spawnattr_setflags(&attributes, 0x80)  // POSIX_SPAWN_SETSID, a GNU macro
    var child = pid_t()
    let words = arguments.map { strdup($0) } + [nil]
    let code = posix_spawn(&child, arguments[0], &actions, &attributes, words, environ)
    for word in words { free(word) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    close(input[0])
    close(output[1])
    guard code == 0 else {
      throw .unavailable("\(arguments[0]): \(String(cString: strerror(code)))")
    }
    return output[0]
  }

  /// Safe from crashes of the machine it is not: tests need not wait for disks.
  private static let fast = """
    -c fsync=off -c full_page_writes=off -c autovacuum=off -c wal_level=minimal \
    -c max_wal_senders=0
    """
  private static let durable = "-c fsync=on -c synchronous_commit=on"

  private static let script = """
    bin=$1 dir=$2 settings=$3 server=
    trap '' INT TERM HUP
    finish() {
      [ -z "$server" ] || { kill -QUIT "$server" 2>/dev/null; wait "$server"; }
      cd / && rm -rf "$dir"
    }
    trap finish EXIT
    as=
    if [ "$(id -u)" = 0 ]; then
      # The server refuses to run as root.
      chown postgres "$dir" || exit 1
      as="setpriv --reuid=postgres --regid=postgres --init-groups"
    fi
    cd "$dir"
    $as "$bin/initdb" -D "$dir/data" -U postgres --auth=trust --no-sync --no-instructions \
      -E UTF8 --locale=C </dev/null >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
    $as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= $settings \
      -c max_wal_size=512MB -c shared_buffers=64MB -c max_connections=800 \
      -c deadlock_timeout=100ms -c logging_collector=off </dev/null >>"$dir/log" 2>&1 &
    server=$!
    tries=0
    until "$bin/pg_isready" -q -h "$dir"; do
      tries=$((tries + 1))
      if [ $tries -gt 600 ] || ! kill -0 "$server" 2>/dev/null; then
        cat "$dir/log" >&2
        exit 1
      fi
      sleep 0.05
    done
    echo
    read -r rest
    """
}

/// A superuser's connection.
private final class Administrator {
  private let handle: OpaquePointer

  init(_ folder: String, _ database: String = "postgres") throws(EngineError) {
    guard let handle = PQconnectdb("host=\(folder) user=postgres dbname=\(database)") else {
      throw .unavailable("no memory")
    }
    self.handle = handle
    guard PQstatus(handle) == CONNECTION_OK else {
      throw .unavailable(String(cString: PQerrorMessage(handle)))
    }
  }

  deinit { PQfinish(handle) }

  func run(_ statement: String) throws(EngineError) {
    let result = PQexec(handle, statement)
    defer { PQclear(result) }
    guard [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) else {
      throw .engine("\(statement): \(String(cString: PQresultErrorMessage(result)))")
    }
  }
}
