package import BureauAPI
import AuditTrail
import Domain
import Engine
import Foundation
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct AuditService: Bureau_V1_AuditService.SimpleServiceProtocol {
  let commands: Commands
  let publisher: CheckpointPublisher
  let watch: StreamWatch

  package func verifyAudit(
    request: Bureau_V1_VerifyAuditRequest, context: ServerContext
  ) async throws -> Bureau_V1_VerifyAuditResponse {
    let bureau = try ResourceName.parseBureau(request.name)
    try await commands.read(context.method, by: context.caller, at: Place(bureau: bureau)) { _ in }
    let audit = StoredAudit(database: commands.database, witness: publisher.witness)
    let verdict = try await audit.verify(bureau, publicKey: publisher.publicKey)
    return .with {
      $0.integrity = verdict.integrity == .ok
      $0.completeness = verdict.completeness != .broken
      $0.findings = verdict.findings
      $0.companyCount = verdict.companies
      $0.factCount = verdict.facts
      $0.completenessShown = verdict.completeness == .ok
      $0.erasedBodyCount = verdict.erased
      if let checkpoint = verdict.checkpoint {
        $0.checkpointTime = checkpoint.time.timestamp
        $0.checkpointNumber = checkpoint.number
      }
    }
  }

  package func createCheckpoint(
    request: Bureau_V1_CreateCheckpointRequest, context: ServerContext
  ) async throws -> Bureau_V1_Checkpoint {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    try await commands.read(context.method, by: context.caller, at: Place(bureau: bureau)) { _ in }
    let checkpoint = try await publisher.publish(bureau)
    return .with {
      $0.root = MerkleTree(checkpoint.leaves).root.hexadecimal
      $0.createTime = checkpoint.time.timestamp
      $0.headCount = Int64(checkpoint.leaves.count)
      $0.content = Data(checkpoint.signed.file)
      $0.number = checkpoint.number
    }
  }

  package func getCheckpointProof(
    request: Bureau_V1_GetCheckpointProofRequest, context: ServerContext
  ) async throws -> Bureau_V1_CheckpointProof {
    let place = try ResourceName.parseCompany(request.name)
    try await commands.read(context.method, by: context.caller, at: place) { _ in }
    let number = request.checkpointNumber, witness = publisher.witness
    let found =
      number == 0
      ? try witness.newestCheckpoint(of: place.bureau)
      : try witness.checkpoint(number, of: place.bureau)
    guard let found,
      let index = found.leaves.firstIndex(where: { $0.company == place.company.bytes })
    else { throw WitnessError.noCheckpoint }
    let leaf = found.leaves[index]
    return .with {
      $0.checkpoint = Data(found.signed.file)
      $0.checkpointNumber = found.number
      $0.sequence = leaf.sequence
      $0.hash = leaf.hash.hexadecimal
      $0.leafIndex = Int64(index)
      $0.path = MerkleTree(found.leaves).path(to: index).map(\.hexadecimal)
    }
  }

  package func exportCompanyJournal(
    request: Bureau_V1_ExportCompanyJournalRequest,
    response: RPCWriter<Bureau_V1_JournalExport>, context: ServerContext
  ) async throws {
    let place = try ResourceName.parseCompany(request.name)
    let sight = try await commands.read(context.method, by: context.caller, at: place) { $1 }
    try await watch.guarding(context.method, context.call, at: place) {
      try await exporter.export(
        .company(place), for: sight, withBodies: !request.withoutBodies,
        checkpoints: request.checkpointNumbers
      ) { piece in try await response.write(.with { $0.content = Data(piece) }) }
    }
  }

  package func exportJournals(
    request: Bureau_V1_ExportJournalsRequest,
    response: RPCWriter<Bureau_V1_JournalExport>, context: ServerContext
  ) async throws {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    // Who sees salaries in the whole bureau.
    let sight = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { $1 }
    try await watch.guarding(context.method, context.call, at: Place(bureau: bureau)) {
      try await exporter.export(
        .bureau(bureau), for: sight, withBodies: !request.withoutBodies,
        checkpoints: request.checkpointNumbers
      ) { piece in try await response.write(.with { $0.content = Data(piece) }) }
    }
  }

  package func exportPaymentProof(
    request: Bureau_V1_ExportPaymentProofRequest,
    response: RPCWriter<Bureau_V1_JournalExport>, context: ServerContext
  ) async throws {
    let (place, payment) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    let caller = try context.caller, withFiles = !request.withoutFiles
    let sight = try await commands.read(context.method, by: caller, at: place) { _, sight in sight }
    // Who may export the bureau's own journal sees its envelopes here too.
    let whole = "bureau.v1.AuditService/ExportJournals"
    let isAdministrator: Bool
    do {
      try await commands.stillAllows(whole, to: caller, at: Place(bureau: place.bureau))
      isAdministrator = true
    } catch is AccessError { isAdministrator = false }
    let proof = PaymentProofExporter(
      database: commands.database, publisher: publisher, now: commands.sources.now)
    try await watch.guarding(context.method, context.call, at: place) {
      try await proof.export(
        payment, of: place, for: sight, withFiles: withFiles, showsBureau: isAdministrator
      ) { piece in try await response.write(.with { $0.content = Data(piece) }) }
    }
  }

  private var exporter: JournalExporter {
    JournalExporter(
      database: commands.database, witness: publisher.witness, now: commands.sources.now)
  }

  package func listFacts(
    request: Bureau_V1_ListFactsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListFactsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let after = request.pageToken.isEmpty ? 0 : Int64(request.pageToken)
    guard let after, after >= 0 else { throw NameError.pageTokenInvalid }
    let page = try Page<Never>(size: request.pageSize, token: "")
    let found = try await commands.read(context.method, by: context.caller, at: place) {
      try AuditTables.facts(of: place, after: after, limit: page.limit, in: $0)
        .withholding($1, at: place, in: $0)
    }
    let facts = try found.prefix(page.size).map { try Bureau_V1_FactRecord($0, at: place) }
    return .with {
      $0.facts = facts
      if found.count > page.size { $0.nextPageToken = String($0.facts.last?.sequence ?? 0) }
    }
  }
}

extension Bureau_V1_FactRecord {
  init(_ stored: AuditTables.StoredFact, at place: Place) throws {
    let origin = try Journal.origin(stored)
    self.init()
    name = "\(ResourceName.company(place))/facts/\(stored.sequence)"
    sequence = stored.sequence
    createTime = origin.time.timestamp
    kind = try Journal.fact(stored)?.name ?? ""
    actor = origin.actor.map { ResourceName.child("users", $0, of: place.bureau) } ?? ""
    requestID = origin.requestID
    hash = stored.hash.hexadecimal
    envelope = Data(stored.envelope)
    body = Data(stored.body)
  }
}
