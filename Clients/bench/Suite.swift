import Foundation

/// How much is measured.
struct Load: Sendable {
  var rounds: Int
  var commands: Int
  var calls: Int
  var callers: Int
  /// Payments that stand in the full database of `payments_1000000_cost`.
  var payments: Int
  /// Companies of the full database of `companies_10000_cost`.
  var companies: Int
  /// Payments that live from their invoice to their voucher in `payment_life`.
  var lives: Int
  /// Payments among which `queue_page` reads.
  var queued: Int

  static let full = Load(
    rounds: 9, commands: 3_200, calls: 1_600, callers: 64, payments: 1_000_000, companies: 10_000,
    lives: 100_000, queued: 1_000_000)
  static let quick = Load(
    rounds: 3, commands: 960, calls: 480, callers: 64, payments: 100_000, companies: 1_000,
    lives: 4_000, queued: 100_000)
}

/// Something that is measured, in a folder of its own that is removed afterwards. It may give
/// several rows where they come from the same rounds.
struct BenchRow: Sendable {
  let names: [String]
  let measure: @Sendable (Load, URL) async throws -> [Row]
}

struct Suite: Sendable {
  /// Every row of `bench.json`: a file each.
  static let all: [BenchRow] = [
    DurableCommand.row, GRPCCommand.row, GRPCStream.row, PostgresCommand.row, CompaniesCost.row,
    PaymentsCost.row, FairShare.row, StartTime.row, IdleMemory.row, ReplayFacts.row,
    VerifyFacts.row, PermissionCheck.row, Onboard.row, BoardTime.row,
    PaymentLife.row, QueuePage.row,
  ]

  var load: Load
  var parent: URL
  var rows: [BenchRow]

  func run() async throws -> [Row] {
    var measured: [Row] = []
    for row in rows {
      print("\(row.names.joined(separator: ", ")) …")
      measured += try await inFolder { try await row.measure(load, $0) }
    }
    return measured
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
