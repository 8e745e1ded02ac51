import AuditTrail
import BureauAPI
import Domain
import Engine
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf
import Synchronization
import EngineKit
import TestKit
import Testing

@Suite(.everyEngine) struct ExportTests {
  /// The export as `person` gets it; `company` nil: all journals.
  private func export(
    _ person: Person, _ company: TestCompany?, withoutBodies: Bool = false
  ) async throws -> String {
    let bureau = person.bureau.name
    return try await person.calls { connection, metadata in
      let text = Mutex("")
      let take: @Sendable (StreamingClientResponse<Bureau_V1_JournalExport>) async throws -> Void =
        { response in
          for try await piece in response.messages {
            text.withLock { $0 += String(decoding: piece.content, as: UTF8.self) }
          }
        }
      if let company {
        try await connection.audit.exportCompanyJournal(
          .with {
            $0.name = company.name
            $0.withoutBodies = withoutBodies
          }, metadata: metadata, onResponse: take)
      } else {
        try await connection.audit.exportJournals(
          .with { $0.parent = bureau }, metadata: metadata, onResponse: take)
      }
      return text.withLock { $0 }
    }
  }

  private func verdict(_ text: String, _ statements: [SignedStatement]) throws -> AuditVerdict {
    var checker = ExportChecker(
      evidence: WitnessEvidence(WitnessChain(statements, isWhole: true), leaves: nil))
    for line in text.split(separator: "\n") { try checker.take(String(line)) }
    return try checker.finish()
  }

  /// Two companies with payments, and a checkpoint over all.
  private func withCompanies(
    _ body: @Sendable (TestBureau, TestCompany, [SignedStatement]) async throws -> Void
  ) async throws {
    try await withBureau { bureau in
      let other = try await bureau.makeCompany("Annen AS")
      for (number, company) in [try bureau.company, other].enumerated() {
        let kim = try await bureau.accountant("Kim\(number)", at: company)
        for invoice in 0..<3 {
          _ = try await kim.imports(SupplierInvoice(number: "\(number)-\(invoice)"), at: company)
        }
      }
      _ = try await bureau.administrator.leavesCheckpoint()
      let witness = bureau.world.witness
      let count = try witness.newestNumber(of: bureau.id)
      let statements = try (1...count).compactMap { try witness.statement($0, of: bureau.id) }
      try await body(bureau, other, statements)
    }
  }

  @Test func `T a company's reader can check its journal and learns nothing of others`()
    async throws
  {
    try await withCompanies { bureau, other, statements in
      let reader = try await bureau.reader("Ruth")
      let own = try bureau.company
      let text = try await export(reader, own)
      let found = try verdict(text, statements)
      #expect(found.findings == [] && found.completeness == .ok && found.companies == 1)
      #expect(!text.contains(other.place.company.hex))
      #expect(!text.contains("journal \(bureau.id.hex)"))
      for head in try await bureau.journals() where head.company != own.place.company {
        #expect(!text.contains(head.company.hex) || head.company.hex == bureau.id.hex)
        #expect(!text.contains(head.hash.hexadecimal))
      }
      let refused = try await bureau.refusal { try await self.export(reader, other) }
      #expect(refused.reason == "ACCESS_DENIED")
      let everything = try await bureau.refusal { try await self.export(reader, nil) }
      #expect(everything.reason == "ACCESS_DENIED")
    }
  }

  @Test func `a customer administrator's export holds all journals`() async throws {
    try await withCompanies { bureau, _, statements in
      let text = try await export(try bureau.administrator, nil)
      let found = try verdict(text, statements)
      #expect(found.findings == [] && found.completeness == .ok)
      #expect(found.companies == 3)
      let facts = try await bureau.journals().reduce(0) { $0 + $1.sequence }
      #expect(found.facts == facts)
      let bare = try await export(
        try bureau.administrator, try bureau.company, withoutBodies: true)
      #expect(try verdict(bare, statements).completeness == .ok)
      #expect(bare.utf8.count < text.utf8.count / 3)
    }
  }

  @Test func `a company that leaves takes its whole journal with it, up to its closing`()
    async throws
  {
    try await withCompanies { bureau, other, _ in
      let robin = try bureau.administrator, reader = try await bureau.reader("Ruth")
      let company = try bureau.company
      try await robin.closes(company, reason: "Moved on")
      _ = try await robin.leavesCheckpoint()
      let witness = bureau.world.witness
      let count = try witness.newestNumber(of: bureau.id)
      let statements = try (1...count).compactMap { try witness.statement($0, of: bureau.id) }
      let facts = try await bureau.facts(of: company)
      #expect(facts.last?.fact.name == "CompanyClosed")
      // Whoever could read it can still take it along.
      for person in [robin, reader] {
        let text = try await export(person, company)
        let found = try verdict(text, statements)
        #expect(found.findings == [] && found.completeness == .ok && found.companies == 1)
        #expect(found.facts == Int64(facts.count))
        #expect(!text.contains(other.key))
      }
      // It never opens again here, and another bureau may take the company on.
      #expect(
        try await bureau.refusal { try await robin.activates(company) }.reason == "COMPANY_CLOSED")
      let next = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      let number = try await robin.seesCompany(company).organisationNumber
      let taken = try await next.administrator.calls { connection, metadata in
        try await connection.tenancy.createCompany(
          .with {
            $0.parent = next.name
            $0.company.displayName = company.displayName
            $0.company.organisationNumber = number
            $0.company.countryCode = "NO"
            $0.company.address.street = "Havnegata 14"
            $0.company.address.postalCode = "8006"
            $0.company.address.town = "Bodø"
            $0.requestID = "taken-on"
          }, metadata: metadata)
      }
      #expect(taken.state == .active)
    }
  }

  @Test func `a company's head is proven against a signed checkpoint`() async throws {
    try await withCompanies { bureau, other, _ in
      let reader = try await bureau.reader("Ruth")
      let company = try bureau.company
      @Sendable func proof(_ company: TestCompany, _ number: Int64) async throws
        -> Bureau_V1_CheckpointProof
      {
        try await reader.calls { connection, metadata in
          try await connection.audit.getCheckpointProof(
            .with {
              $0.name = company.name
              $0.checkpointNumber = number
            }, metadata: metadata)
        }
      }
      let given = try await proof(company, 0)
      let signed = try #require(SignedStatement(file: Array(given.checkpoint)))
      #expect(signed.isGenuine)
      guard case .checkpoint(let size, let root) = signed.statement.kind else {
        throw TestFault("no checkpoint")
      }
      let head = try #require(
        try await bureau.journals().first { $0.company == company.place.company })
      #expect(given.sequence == head.sequence && given.hash == head.hash.hexadecimal)
      let path = given.path.compactMap { $0.hexBytes(32) }
      #expect(
        MerkleTree.root(of: head.leaf, at: given.leafIndex, size: size, path: path) == root)
      #expect(try await proof(company, signed.statement.number) == given)
      let unknown = try await bureau.refusal { try await proof(company, 99) }
      #expect(unknown.reason == "CHECKPOINT_NOT_FOUND")
      let foreign = try await bureau.refusal { try await proof(other, 0) }
      #expect(foreign.reason == "ACCESS_DENIED")
    }
  }

  @Test func `an erased body is told where facts are listed, and breaks no audit`() async throws {
    try await withCompanies { bureau, _, statements in
      let place = try bureau.company.place
      let body = try #require(try await bureau.facts(of: try bureau.company).first?.body)
      @Sendable func stores(_ body: [UInt8]) async throws {
        try await bureau.world.database.alone { connection in
          // Where append-only is a matter of rights, whoever erases takes the right first.
          if connection.dialect == .postgres {
            try connection.script("GRANT UPDATE ON main.fact TO CURRENT_USER")
          }
          try connection.execute(
            """
            UPDATE main.fact SET body = \(body) WHERE bureau = \(place.bureau)
              AND company = \(place.company) AND seq = 1
            """)
          if connection.dialect == .postgres {
            try connection.script("REVOKE UPDATE ON main.fact FROM CURRENT_USER")
          }
        }
      }
      try await stores([])
      let audit = try await bureau.administrator.verifiesAudit()
      #expect(audit.integrity && audit.completeness && audit.completenessShown)
      #expect(audit.erasedBodyCount == 1)
      let text = try await export(try bureau.administrator, try bureau.company)
      #expect(try verdict(text, statements).erased == 1)
      let company = try bureau.company
      let listed = try await bureau.administrator.calls { connection, metadata in
        try await connection.audit.listFacts(.with { $0.parent = company.name }, metadata: metadata)
      }
      #expect(listed.facts.first?.kind == "" && listed.facts.dropFirst().first?.kind != "")
      // Every story ends with a replay, which needs what happened.
      try await stores(body)
    }
  }
}
