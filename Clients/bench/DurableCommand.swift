import CBenchReference
import Engine
import EngineSQLite
import Foundation

/// `durable_command`: the command of `InProcess` beside plain C that writes the same rows and
/// computes the same hashes in grouped transactions at full sync.
struct DurableCommand: Sendable {
  static let row = BenchRow(names: ["durable_command"]) { load, folder in
    [try await DurableCommand(load: load, folder: folder).measure()]
  }

  let load: Load
  let folder: URL

  func measure() async throws -> Row {
    let path = folder.appending(path: "own.db").path(),
      plain = folder.appending(path: "c.db").path()
    let filled = try await Workload.open(path)
    try await Workload.fill(filled)
    // Every company knows its suppliers' accounts: a command that finds a new one writes more.
    let known = Workload.companyCount * Workload.suppliers.count
    let first = try await InProcess(filled)
    _ = try await first.measure(first.submissions(0..<known), callers: load.callers)
    await filled.close()
    try FileManager.default.copyItem(atPath: path, toPath: plain)

    let database = try await Workload.open(path)
    let own = try await InProcess(database)
    guard let reference = Reference(plain) else { throw BenchError("no memory") }
    var c = Side("C SQLite", count: load.commands), server = Side("server", count: load.commands)
    // The first round of each warms up and does not count.
    for round in 0...load.rounds {
      let start = known + round * load.commands
      let submissions = try own.submissions(start..<start + load.commands)
      let took = try await own.measure(submissions, callers: load.callers)
      try reference.load(from: path, count: load.commands)
      let plainTook = try await measured { try reference.write(batch: load.callers) }
      if round == 0 { continue }
      server.samples.append(took)
      c.samples.append(plainTook)
    }
    reference.close()
    let average = Double((load.rounds + 1) * load.commands) / Double(own.group.batches)
    await database.close()
    try Self.compare(path, plain)
    print(c.line, server.line, String(format: "  %.1f commands a commit", average), separator: "\n")
    return Row(
      "durable_command", server.rate, "commands/s", beside: "C SQLite, the same rows", c.rate,
      aim: 0.7, details: ["commands_a_commit": average])
  }

  /// The two databases must hold the same rows in about as many bytes, or nothing was compared.
  private static func compare(_ own: String, _ plain: String) throws {
    var rows: Int64 = 0
    guard let difference = reference_difference(own, plain, &rows) else {
      throw BenchError("the databases cannot be compared")
    }
    let table = String(cString: difference)
    guard table.isEmpty else {
      throw BenchError("the table \(table) differs between the two sides")
    }
    let sizes = try [own, plain].map { path in
      try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
    guard abs(sizes[0] - sizes[1]) * 20 <= sizes[1] else {
      throw BenchError("the files' sizes differ: \(sizes[0]) and \(sizes[1]) bytes")
    }
    print("  both hold the same \(rows) rows, in \(sizes[0] >> 10) and \(sizes[1] >> 10) KiB")
  }
}

/// The C side; see `CBenchReference.h`.
private struct Reference {
  private let pointer: OpaquePointer

  init?(_ path: String) {
    guard let pointer = reference_open(path) else { return nil }
    self.pointer = pointer
  }

  /// Reads what the other database has more.
  func load(from path: String, count: Int) throws {
    let code = reference_load(pointer, path)
    guard code == 0, reference_count(pointer) == count else {
      throw BenchError("reference: loading failed with SQLite code \(code)")
    }
  }

  func write(batch: Int) throws {
    let code = reference_write(pointer, Int64(batch))
    guard code == 0 else { throw BenchError("reference: writing failed with SQLite code \(code)") }
  }

  func close() { reference_close(pointer) }
}
