import BureauAPI
import CBenchReference
import Engine
import EngineSQLite
import Foundation
import Primitives
import Server
import Storage
import SwiftProtobuf
import Synchronization

/// `payment_life`: the whole life of payments of many companies, by the functions behind the RPCs
/// with durable commits: imported from their invoices, acknowledged and signed in bulk, sent, answered
/// by the sandbox's bank (whose work does not count) and posted. Beside it C SQLite that writes what
/// is there in the end, table by table. `payment_life_cpu`: what CPU that takes.
struct PaymentLife: Sendable {
  static let row = BenchRow(names: ["payment_life", "payment_life_cpu"]) { load, folder in
    try await PaymentLife(
      count: load.lives, companies: load.lives >= 100_000 ? 200 : 20, callers: load.callers,
      folder: folder
    ).measure()
  }

  /// The rows of about 64 commands.
  private static let rowsACommit: Int64 = 1_000
  private static let cpuBudgetMilliseconds = 1.0

  let count: Int
  let companies: Int
  let callers: Int
  let folder: URL

  func measure() async throws -> [Row] {
    let path = folder.appending(path: "own.db").path(),
      plain = folder.appending(path: "c.db").path()
    await (try Workload.open(plain)).close()
    let database = try await Workload.open(path)
    let town = try await LifeTown(database, companies: companies, folder: folder)
    let stages = try await live(town)
    try await check(database)
    await database.close()
    var plainSeconds = 0.0
    let rows = reference_copy(path, plain, Self.rowsACommit, &plainSeconds)
    guard rows > 0 else { throw BenchError("reference: SQLite code \(-rows)") }
    let seconds = stages.map(\.sample.seconds).reduce(0, +)
    let cpu = stages.map(\.sample.cpuSeconds).reduce(0, +) * 1000 / Double(count)
    var details: [String: Double] = ["payments": Double(count), "rows": Double(rows)]
    for (name, sample) in stages {
      details["\(name)_cpu_us"] = sample.cpuSeconds / Double(count) * 1e6
      details["\(name)_a_second"] = Double(count) / sample.seconds
      print(
        String(
          format: "  %@: %.0f payments/s, %.0f µs CPU each", name, Double(count) / sample.seconds,
          sample.cpuSeconds / Double(count) * 1e6))
    }
    return [
      Row(
        "payment_life", Double(count) / seconds, "payments/s, whole lives",
        beside: "C SQLite, the same rows", Double(count) / plainSeconds, aim: 0.5,
        details: details),
      Row(
        "payment_life_cpu", cpu, "ms CPU a payment", beside: "its budget",
        Self.cpuBudgetMilliseconds, aim: 1, better: .less),
    ]
  }

  private func live(_ town: LifeTown) async throws -> [(name: String, sample: Sample)] {
    let names = Names(count)
    var stages: [(name: String, sample: Sample)] = []
    func stage(_ name: String, _ work: () async throws -> Void) async throws {
      stages.append((name, try await measured(work)))
    }
    try await stage("import") {
      try await byCallers(callers, count: count) { index in
        let payment = try await town.call(
          Bureau_V1_PaymentService.Method.ImportInvoice.descriptor,
          Workload.request(index, of: companies)
        ) { try await town.payments.importInvoice(request: $0, context: $1) }
        names[index] = payment.name
      }
    }
    try await stage("acknowledge") {
      for (number, part) in names.parts(of: 1_000).enumerated() {
        try await acknowledge(part, "acknowledge-\(number)", town)
      }
    }
    try await stage("sign") {
      for part in names.parts(of: 500) { try await town.sign(part) }
    }
    // The day that the invoices are due.
    if let due = Instant(rfc3339: "2026-03-16T07:00:00Z") { town.turn(to: due) }
    try await stage("transfer") { try await town.jobs.runUntilIdle() }
    for _ in 0..<3 {
      try town.bankWorks()
      try await stage("answer") { try await town.jobs.runUntilIdle() }
      town.wait(minutes: 60)
    }
    try await stage("post") {
      try await byCallers(callers, count: count) { index in
        let request = Bureau_V1_PostPaymentRequest.with {
          $0.name = names[index]
          $0.requestID = "post-\(index)"
        }
        _ = try await town.call(
          Bureau_V1_PostingService.Method.PostPayment.descriptor, request
        ) { try await town.postings.postPayment(request: $0, context: $1) }
      }
    }
    return Self.summed(stages)
  }

  private func acknowledge(_ names: [String], _ id: String, _ town: LifeTown) async throws {
    let request = Bureau_V1_HandlePaymentsRequest.with {
      $0.parent = ResourceName.bureau(Workload.bureau)
      $0.names = names
      $0.action = .acknowledge
      $0.requestID = id
    }
    let answer = try await town.call(
      Bureau_V1_PaymentService.Method.HandlePayments.descriptor, request
    ) { try await town.payments.handlePayments(request: $0, context: $1) }
    for case .error(let error) in answer.results.map(\.result) { throw BenchError(error.message) }
  }

  /// The rounds of one stage as one.
  private static func summed(
    _ stages: [(name: String, sample: Sample)]
  ) -> [(name: String, sample: Sample)] {
    var all: [(name: String, sample: Sample)] = []
    for (name, sample) in stages {
      if let index = all.firstIndex(where: { $0.name == name }) {
        all[index].sample.seconds += sample.seconds
        all[index].sample.cpuSeconds += sample.cpuSeconds
      } else {
        all.append((name, sample))
      }
    }
    return all
  }

  /// All of them must have come to their end, or nothing was measured.
  private func check(_ database: any Database) async throws {
    let posted = try await database.read(as: .bureau(TenantKey(Workload.bureau))) { tx in
      try tx.first(
        "SELECT CAST(count(*) AS BIGINT) FROM payment WHERE state = 'posted'", as: Int.self) ?? 0
    }
    guard posted == count else { throw BenchError("\(posted) of \(count) payments were posted") }
  }
}

/// The payments' names by their invoices' numbers, kept by many callers.
private final class Names: Sendable {
  private let names: Mutex<[String]>

  init(_ count: Int) { names = Mutex(Array(repeating: "", count: count)) }

  subscript(index: Int) -> String {
    get { names.withLock { $0[index] } }
    set { names.withLock { $0[index] = newValue } }
  }

  func parts(of size: Int) -> [[String]] {
    names.withLock { names in
      stride(from: 0, to: names.count, by: size).map {
        Array(names[$0..<min($0 + size, names.count)])
      }
    }
  }
}
