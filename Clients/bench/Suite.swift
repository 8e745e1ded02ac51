import Foundation

/// How much is measured.
struct Load: Sendable {
  var rounds: Int
  var commands: Int
  var calls: Int
  var callers: Int
}

/// The rows of `bench.json`, each measured in a folder of its own that is removed afterwards.
struct Suite: Sendable {
  static let names = ["durable_command", "grpc_command", "idle_memory"]

  var load: Load
  var parent: URL
  var output: URL
  var names: [String]

  func run() async throws {
    var rows: [Row] = []
    for name in names {
      print("\(name) …")
      rows.append(
        try await inFolder { folder in
          switch name {
          case "durable_command": try await DurableCommand(load: load, folder: folder).measure()
          case "grpc_command": try await GRPCCommand(load: load, folder: folder).measure()
          default: try await IdleMemory(folder: folder).measure()
          }
        })
    }
    print(Row.table(rows))
    try Row.json(rows).write(to: output)
  }

  func serveIdle() async throws {
    try await inFolder { try await IdleMemory(folder: $0).serve() }
  }

  private func inFolder<Result: Sendable>(
    _ body: (URL) async throws -> Result
  ) async throws -> Result {
    let folder = parent.appending(path: ".bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }
}

/// What went wrong with a measurement.
struct BenchError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}
