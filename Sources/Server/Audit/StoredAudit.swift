// The journals as they lie in the database, held against the witness.

package import AuditTrail
package import Domain
package import Engine
package import Primitives
import Storage

package struct StoredAudit: Sendable {
  private let database: any Database
  private let witness: any Witness

  package init(database: any Database, witness: any Witness) {
    self.database = database
    self.witness = witness
  }

  /// Recomputes every journal of a bureau and every file that facts name. Reads a page at a time, so that no snapshot is held.
  /// - Parameter publicKey: The audit key that must be in force at the witness, where it is known.
  package func verify(_ bureau: ID<Bureau>, publicKey: [UInt8]?) async throws -> AuditVerdict {
    var verdict = AuditVerdict()
    let vouched = readWitness(bureau, publicKey, &verdict)
    let byCompany = Dictionary(
      (vouched?.leaves ?? []).map { ($0.company, $0) }, uniquingKeysWith: { first, _ in first })
    let scope = Place(bureau: bureau).scope
    let extents = try await database.read(as: scope) { tx in
      try AuditTables.extents(of: bureau, in: tx)
    }
    for extent in extents {
      let company = extent.company.bytes
      let checker = try await check(extent, of: bureau, watching: byCompany[company]?.sequence)
      verdict.count(checker, company: company, vouched: byCompany[company])
    }
    try await checkFiles(of: bureau, &verdict)
    let present = Set(extents.map(\.company.bytes))
    for leaf in vouched?.leaves ?? [] where !present.contains(leaf.company) {
      verdict.findMissing("Company \(leaf.company.hexadecimal): the whole journal is missing")
    }
    return verdict
  }

  /// Invoices, bank files and signatures lie beside the facts that name them by their digests.
  private func checkFiles(of bureau: ID<Bureau>, _ verdict: inout AuditVerdict) async throws {
    var last: AuditTables.KeptFile?
    repeat {
      let after = last
      let found = try await database.read(as: Place(bureau: bureau).scope) { tx in
        try AuditTables.checkFiles(of: bureau, after: after, limit: 64, in: tx)
      }
      for file in found.changed {
        verdict.findAltered(
          "Company \(file.company.hex): the kept file \(file.digest.hexadecimal) was changed")
      }
      last = found.last
    } while last != nil
  }

  private func check(_ extent: JournalExtent, of bureau: ID<Bureau>, watching: Int64?)
    async throws -> JournalChecker
  {
    let place = Place(bureau: bureau, company: extent.company)
    var checker = JournalChecker(
      bureau: bureau.bytes, company: extent.company.bytes,
      watching: watching.map { [$0] } ?? [])
    while true {
      let after = checker.sequence
      let facts = try await database.read(as: Place(bureau: bureau).scope) { tx in
        try AuditTables.facts(
          of: place, after: after, through: extent.newestFact, limit: 500, in: tx)
      }
      for fact in facts { checker.take(fact) }
      if facts.count < 500 { break }
    }
    checker.finish(head: extent.sequence, extent.hash)
    return checker
  }

  /// The newest checkpoint, after the whole chain has been checked.
  private func readWitness(
    _ bureau: ID<Bureau>, _ publicKey: [UInt8]?, _ verdict: inout AuditVerdict
  ) -> VouchedCheckpoint? {
    do throws(WitnessError) {
      var statements: [SignedStatement] = []
      let newest = try witness.newestNumber(of: bureau)
      for number in stride(from: Int64(1), through: newest, by: 1) {
        if let signed = try witness.statement(number, of: bureau) { statements.append(signed) }
      }
      let chain = WitnessChain(statements, isWhole: true)
      for finding in chain.findings { verdict.findAltered(finding) }
      for signed in statements where signed.statement.bureau != bureau.bytes {
        verdict.findAltered("Witness: statement \(signed.statement.number) is another bureau's.")
      }
      if let publicKey, let last = statements.last, last.statement.nextKey != publicKey {
        verdict.findAltered("Witness: the newest statement is signed with another audit key.")
      }
      guard let signed = chain.newestCheckpoint else {
        verdict.note("There is no checkpoint: completeness cannot be shown.")
        return nil
      }
      verdict.checkpoint = signed.statement
      return try witness.checkpoint(signed.statement.number, of: bureau)
    } catch {
      if case .unavailable = error {
        verdict.note(error.message)
      } else {
        verdict.findAltered(error.message)
      }
      return nil
    }
  }
}
