/// What a check of journals came to: two questions, answered apart.
package struct AuditVerdict: Sendable, Equatable {
  package enum Answer: String, Sendable {
    case ok, broken
    /// Nothing outside vouches for where the journals must reach.
    case notShown = "not shown"
  }

  /// What was altered: chain, hashes, bodies, signatures, or a fact that a checkpoint vouches for.
  package private(set) var integrityFindings: [String] = []
  /// What is missing of that which the newest checkpoint vouches for.
  package private(set) var completenessFindings: [String] = []
  /// What keeps completeness from being shown.
  package private(set) var notes: [String] = []
  package var companies: Int64 = 0
  package var facts: Int64 = 0
  /// Bodies that were lawfully erased; their hashes still stand in the chain.
  package var erased: Int64 = 0
  /// The checkpoint that completeness was held against.
  package var checkpoint: Statement?

  package init() {}

  package var integrity: Answer { integrityFindings.isEmpty ? .ok : .broken }

  package var completeness: Answer {
    if !completenessFindings.isEmpty { return .broken }
    return checkpoint == nil || !notes.isEmpty ? .notShown : .ok
  }

  package var findings: [String] { integrityFindings + completenessFindings + notes }

  private static let limit = 1_000

  package mutating func findAltered(_ text: String) {
    if integrityFindings.count < Self.limit { integrityFindings.append(text) }
  }

  package mutating func findMissing(_ text: String) {
    if completenessFindings.count < Self.limit { completenessFindings.append(text) }
  }

  package mutating func note(_ text: String) {
    if notes.count < Self.limit { notes.append(text) }
  }

  /// Counts a journal that has been read to its end, and compares it with what is vouched for it.
  package mutating func count(_ checker: JournalChecker, company: [UInt8], vouched: Leaf?) {
    companies += 1
    facts += checker.count
    erased += checker.erased
    for finding in checker.findings { findAltered(finding) }
    guard let vouched else { return }
    let name = company.hexadecimal
    if let hash = checker.hashes[vouched.sequence] {
      if hash != vouched.hash {
        findAltered(
          "Company \(name): fact \(vouched.sequence) is not the one that the checkpoint"
            + " vouches for")
      }
    } else {
      findMissing(
        "Company \(name): ends at fact \(checker.sequence), the checkpoint vouches for"
          + " \(vouched.sequence)")
    }
  }
}
