import Domain
import Engine
import EngineSQLite
import Foundation
import Primitives
import Server
import Storage

/// `permission_check`: what one check of access costs, in a bureau of many companies whose people
/// and packages are there: roles, block, state, packages and the bureau's own cells in one statement.
enum PermissionCheck {
  /// What a check may take.
  private static let budgetMicroseconds = 10.0

  static let row = BenchRow(names: ["permission_check"]) { load, folder in
    [try await measure(load, folder)]
  }

  private static func measure(_ load: Load, _ folder: URL) async throws -> Row {
    let database = try await Workload.open(folder.appending(path: "permission.db").path())
    try await Workload.fill(database, companies: load.companies)
    let caller = Caller(
      bureau: Workload.bureau, user: Workload.accountant, session: nil, secretHash: [])
    let count = 20_000, companies = load.companies
    var rounds: [Double] = []
    for round in 0...load.rounds {
      let place = Workload.place(round * 7, of: companies)
      let nanoseconds = try await database.read(as: place.scope) { tx in
        let clock = ContinuousClock(), start = clock.now
        for _ in 0..<count {
          try Access.check(
            "bureau.v1.PaymentService/AcknowledgePayment", by: caller, at: place, in: tx)
        }
        return (clock.now - start) / .nanoseconds(1)
      }
      if round > 0 { rounds.append(nanoseconds / Double(count) / 1_000) }
    }
    await database.close()
    let median = rounds.sorted()[rounds.count / 2]
    print("  \(median) µs a check")
    return Row(
      "permission_check", median, "µs a check with \(companies) companies", beside: "its budget",
      budgetMicroseconds, aim: 1, better: .less)
  }
}
