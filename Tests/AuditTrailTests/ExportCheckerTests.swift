import AuditTrail
import Crypto
import Facts
import Foundation
import Primitives
import SwiftProtobuf
import Testing

/// A bureau's journals in memory, with a witness.
struct Journals {
  let signer = Signer()
  let bureau = [UInt8](repeating: 0xB0, count: 16)
  var companies: [[UInt8]] = [1, 2, 3].map { [UInt8](repeating: $0, count: 16) }
  /// Envelope, body and hash of each fact, by company.
  var facts: [[UInt8]: [(envelope: [UInt8], body: [UInt8], hash: [UInt8])]] = [:]

  init(facts count: Int) throws {
    for company in companies { for _ in 0..<count { try append(to: company) } }
  }

  mutating func append(to company: [UInt8]) throws {
    let number = (facts[company]?.count ?? 0) + 1
    let body: [UInt8] = try Bureau_Facts_V1_Body.with {
      $0.salt = Data(repeating: UInt8(truncatingIfNeeded: number), count: 16)
    }.serializedBytes()
    let envelope: [UInt8] = try Bureau_Facts_V1_Envelope.with {
      $0.bureau = Data(bureau)
      $0.company = Data(company)
      $0.sequence = Int64(number)
      $0.previousHash = Data(facts[company]?.last?.hash ?? Statement.nothingBefore)
      $0.bodyHash = Data(SHA256.hash(data: body))
    }.serializedBytes()
    facts[company, default: []].append(
      (envelope, body, Array(SHA256.hash(data: envelope))))
  }

  var leaves: [Leaf] {
    companies.map {
      Leaf(
        company: $0, sequence: Int64(facts[$0]?.count ?? 0), hash: facts[$0]?.last?.hash ?? [])
    }
  }

  func checkpoint(after last: Statement? = nil) throws -> SignedStatement {
    try signer.sign(
      signer.statement(
        .checkpoint(size: Int64(leaves.count), root: MerkleTree(leaves).root), after: last))
  }

  /// The lines of an export, with the proof of `checkpoint` over `leaves`.
  func export(
    of checkpoint: SignedStatement?, over leaves: [Leaf]? = nil, only: [UInt8]? = nil,
    erased: Bool = false
  ) -> [String] {
    let leaves = leaves ?? self.leaves, tree = MerkleTree(leaves)
    var text = AuditExport.header(
      bureau: bureau, extent: only.map { .company($0) } ?? .bureau,
      time: Instant(microseconds: 0), withBodies: true)
    if let checkpoint { text += AuditExport.statement(checkpoint) }
    var journals: Int64 = 0, count: Int64 = 0
    for company in companies where only == nil || only == company {
      text += AuditExport.journal(company)
      if let checkpoint, let index = leaves.firstIndex(where: { $0.company == company }) {
        text += AuditExport.proof(
          checkpoint.statement.number, index: index, leaf: leaves[index],
          path: tree.path(to: index))
      }
      for (index, fact) in (facts[company] ?? []).enumerated() {
        text += AuditExport.fact(
          Int64(index) + 1, envelope: fact.envelope, body: erased ? .erased : .bytes(fact.body))
        count += 1
      }
      text += AuditExport.head(Int64(facts[company]?.count ?? 0), facts[company]?.last?.hash ?? [])
      journals += 1
    }
    text += AuditExport.end(journals: journals, facts: count)
    return text.split(separator: "\n").map(String.init)
  }
}

@Suite struct ExportCheckerTests {
  private func verdict(
    _ lines: [String], _ statements: [SignedStatement]?, leaves: [Leaf]? = nil, key: [UInt8]? = nil
  ) throws -> AuditVerdict {
    let evidence = try statements.map {
      try #require(WitnessEvidence(WitnessChain($0, isWhole: true), leaves: leaves))
    }
    var checker = ExportChecker(evidence: evidence, publicKey: key)
    for line in lines { try checker.take(line) }
    return try checker.finish()
  }

  @Test func `an export holds, by proofs or by the heads themselves`() throws {
    let journals = try Journals(facts: 4), checkpoint = try journals.checkpoint()
    for leaves in [nil, journals.leaves] {
      let found = try verdict(
        journals.export(of: checkpoint), [checkpoint], leaves: leaves,
        key: journals.signer.publicKey)
      #expect(found.findings == [])
      #expect(found.integrity == .ok && found.completeness == .ok)
      #expect(found.companies == 3 && found.facts == 12)
    }
    let one = try verdict(
      journals.export(of: checkpoint, only: journals.companies[1]), [checkpoint])
    #expect(one.findings == [] && one.completeness == .ok && one.companies == 1)
    let erased = try verdict(journals.export(of: checkpoint, erased: true), [checkpoint])
    #expect(erased.findings == [] && erased.erased == 12)
    // Later facts and later companies than the checkpoint knows.
    var later = journals
    try later.append(to: later.companies[0])
    later.companies.append([UInt8](repeating: 4, count: 16))
    try later.append(to: later.companies[3])
    let longer = try verdict(
      later.export(of: checkpoint, over: journals.leaves), [checkpoint], leaves: journals.leaves)
    #expect(longer.findings == [] && longer.completeness == .ok)
  }

  @Test func `without a witness completeness is not shown`() throws {
    let journals = try Journals(facts: 3), checkpoint = try journals.checkpoint()
    let found = try verdict(journals.export(of: checkpoint), nil)
    #expect(found.integrity == .ok && found.completeness == .notShown)
    let none = try verdict(journals.export(of: nil), nil, key: journals.signer.publicKey)
    #expect(none.integrity == .ok && none.completeness == .notShown)
    // A key that somebody knows is held against the export's own checkpoint.
    #expect(
      try verdict(journals.export(of: checkpoint), nil, key: Signer().publicKey).integrity
        == .broken)
  }

  @Test func `a witness for which the export proves nothing shows a gap`() throws {
    let journals = try Journals(facts: 3), first = try journals.checkpoint()
    var later = journals
    try later.append(to: later.companies[2])
    let second = try later.checkpoint(after: first.statement)
    let old = journals.export(of: first)
    for only in [nil, journals.companies[0]] {
      let lines = journals.export(of: first, only: only)
      #expect(try verdict(lines, [first]).completeness == .ok)
      #expect(try verdict(lines, [first, second]).completeness == .broken)
    }
    // With the heads at hand it is known which journals fall short.
    let found = try verdict(old, [first, second], leaves: later.leaves)
    #expect(found.integrity == .ok)
    #expect(found.findings.count == 1 && found.findings[0].contains("ends at fact 3"))
    // What no later fact has moved is complete by the heads.
    let short = journals.export(of: first, only: journals.companies[0])
    #expect(try verdict(short, [first, second], leaves: later.leaves).completeness == .ok)
  }

  @Test func `journals made anew and signed anew do not pass`() throws {
    let journals = try Journals(facts: 3), checkpoint = try journals.checkpoint()
    let stranger = try Journals(facts: 3)
    // Same journals, another's key: the statement is not the witness's.
    let forged = try stranger.checkpoint()
    #expect(try verdict(stranger.export(of: forged), [checkpoint]).integrity == .broken)
    // The witness's own statement beside other journals.
    var other = journals
    other.facts = [:]
    for company in other.companies { for _ in 0..<4 { try other.append(to: company) } }
    for company in other.companies { other.facts[company]?.removeFirst() }
    #expect(try verdict(other.export(of: checkpoint), [checkpoint]).integrity == .broken)
  }

  @Test(arguments: 0..<8)
  func `any line that is missing, doubled, moved or changed is found`(seed: Int) throws {
    let journals = try Journals(facts: 3), checkpoint = try journals.checkpoint()
    let lines = journals.export(of: checkpoint)
    func isCaught(_ changed: [String]) -> Bool {
      guard let found = try? verdict(changed, [checkpoint]) else { return true }
      return found.integrity == .broken || found.completeness == .broken
    }
    #expect(!isCaught(lines))
    for index in lines.indices where index % 8 == seed {
      var changed = lines
      changed.remove(at: index)
      #expect(isCaught(changed), "without \(lines[index].prefix(20))")
      changed = lines
      changed.insert(lines[index], at: index)
      #expect(isCaught(changed), "twice \(lines[index].prefix(20))")
      if index + 1 < lines.count {
        changed = lines
        changed.swapAt(index, index + 1)
        #expect(isCaught(changed), "later \(lines[index].prefix(20))")
      }
      // The time of the export is the writer's word only.
      if lines[index].hasPrefix("time ") { continue }
      let bytes = Array(lines[index].utf8)
      for position in stride(from: seed % 3, to: bytes.count, by: 3) {
        var spoiled = bytes
        spoiled[position] ^= 1
        changed = lines
        changed[index] = String(decoding: spoiled, as: UTF8.self)
        #expect(isCaught(changed), "\(changed[index].prefix(60))")
      }
    }
    for length in 1..<lines.count where length % 8 == seed {
      #expect(isCaught(Array(lines.prefix(length))))
    }
  }
}
