import AuditTrail
import Crypto
import Engine
import EngineSQLite
import Foundation
import Storage

/// `verify_facts`: facts a second whose hashes, links and bodies the audit checks, beside SHA-256
/// alone over bytes as many and in pieces as long.
enum VerifyFacts {
  static let row = BenchRow(names: ["verify_facts"]) { load, folder in
    let database = try await Workload.open(folder.appending(path: "own.db").path())
    try await Workload.fill(database)
    let payments = load.commands * 5
    try await BulkLoad.fill(database, payments: payments)
    var facts: Int64 = 0
    var verify = Side("verify", count: 2 * payments), hash = Side("SHA-256", count: 2 * payments)
    for round in 0...load.rounds {
      let verified = try await measured { facts = try await walk(database) }
      let hashed = try await measured { try await hashAll(database) }
      if round == 0 { continue }
      verify.samples.append(verified)
      hash.samples.append(hashed)
    }
    await database.close()
    guard facts == 2 * payments else { throw BenchError("\(facts) facts of \(2 * payments)") }
    print(hash.line, verify.line, separator: "\n")
    return [
      Row(
        "verify_facts", verify.rate, "facts/s", beside: "reading and hashing them alone",
        hash.rate, aim: 0.5)
    ]
  }

  private static func walk(_ database: any Database) async throws -> Int64 {
    var facts: Int64 = 0
    for index in 0..<Workload.companyCount {
      let place = Workload.place(index)
      let checker = try await database.read(as: place.scope) { tx in
        try AuditTables.check(place, in: tx)
      }
      if let finding = checker.findings.first { throw BenchError("the audit finds \(finding)") }
      facts += checker.count
    }
    return facts
  }

  /// The least that any audit must do.
  private static func hashAll(_ database: any Database) async throws {
    for index in 0..<Workload.companyCount {
      let place = Workload.place(index)
      _ = try await database.read(as: place.scope) { tx in
        try tx.query(
          """
          SELECT envelope, body FROM fact
          WHERE bureau = \(place.bureau) AND company = \(place.company) ORDER BY seq
          """
        ) { row in
          _ = SHA256.hash(data: try row.blob(0))
          _ = SHA256.hash(data: try row.blob(1))
        }
      }
    }
  }
}
