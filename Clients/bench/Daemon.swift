import BureauAPI
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import Server

#if canImport(Glibc)
  import Glibc
#endif

/// `bureaud` of the same build as a process of its own, with a folder that is gone afterwards.
struct Daemon {
  let home: URL
  private let program: URL

  /// Makes the folder as `bureaud init` does.
  init(in folder: URL) throws {
    home = folder.appending(path: "home")
    program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "bureaud")
    guard FileManager.default.isExecutableFile(atPath: program.path()) else {
      throw BenchError("build bureaud first: it must stand beside this program")
    }
    let process = try start(["init", "--home", home.path()])
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw BenchError("bureaud init failed") }
  }

  /// The database that `serve` opens.
  var database: String { home.appending(path: "bureau.db").path() }

  /// Serves while `body` runs.
  func serving<Result: Sendable>(
    _ body: (Serving) async throws -> Result
  ) async throws -> Result {
    let port = try Self.freePort(), start = ContinuousClock.now
    let process = try self.start([
      "serve", "--home", home.path(), "--set", "listen.port=\(port)", "--set",
      "listen.host=127.0.0.1",
    ])
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    let authority = try Authority.load(from: home.appending(path: "tls"))
    return try await body(
      Serving(process: process, port: port, start: start, authority: authority))
  }

  private func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// A port that was free a moment ago.
  private static func freePort() throws -> Int {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { Glibc.close(socket) }
    var address = loopback(port: 0), length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 ? getsockname(socket, $0, &length) : -1
      }
    }
    guard code == 0 else { throw BenchError("no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  fileprivate static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  struct Serving {
    let process: Process
    let port: Int
    /// When the process was asked for.
    let start: ContinuousClock.Instant
    let authority: Authority

    /// Waits until the server answers a health check over TLS that it serves, and returns how long
    /// that took from the start.
    func healthy() async throws -> Double {
      while !accepts() {
        guard process.isRunning, ContinuousClock.now - start < .seconds(30) else {
          throw BenchError("bureaud does not serve")
        }
        try await Task.sleep(for: .microseconds(500))
      }
      return try await Served.connect(port, authority) { client in
        let health = Grpc_Health_V1_Health.Client(wrapping: client)
        let answer = try await health.check(Grpc_Health_V1_HealthCheckRequest())
        guard answer.status == .serving else { throw BenchError("bureaud is not healthy") }
        return (ContinuousClock.now - start) / .milliseconds(1)
      }
    }

    private func accepts() -> Bool {
      let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { Glibc.close(socket) }
      var address = Daemon.loopback(port: port)
      return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
    }

    /// Resident MiB, once it has been the same for two seconds, within half a minute.
    func settledMebibytes() async throws -> Double {
      var last = 0.0, same = 0
      for _ in 0..<120 where same < 8 {
        try await Task.sleep(for: .milliseconds(250))
        let now = try resident()
        same = now == last ? same + 1 : 0
        last = now
      }
      return last
    }

    private func resident() throws -> Double {
      let path = "/proc/\(process.processIdentifier)/status"
      let status = try String(contentsOfFile: path, encoding: .utf8)
      guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
        let kibibytes = Double(line.filter(\.isNumber))
      else { throw BenchError("the server ended before it was measured") }
      return kibibytes / 1024
    }
  }
}
