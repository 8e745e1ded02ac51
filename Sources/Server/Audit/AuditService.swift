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
      if let checkpoint = verdict.checkpoint { $0.checkpointTime = checkpoint.time.timestamp }
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
    }
  }

  package func listFacts(
    request: Bureau_V1_ListFactsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListFactsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let after = request.pageToken.isEmpty ? 0 : Int64(request.pageToken)
    guard let after, after >= 0 else { throw NameError.pageTokenInvalid }
    let page = try Page<Never>(size: request.pageSize, token: "")
    let found = try await commands.read(context.method, by: context.caller, at: place) {
      try Journal.entries(of: place, after: after, limit: page.limit, in: $0)
    }
    return .with {
      $0.facts = found.prefix(page.size).map { Bureau_V1_FactRecord($0, at: place) }
      if found.count > page.size { $0.nextPageToken = String($0.facts.last?.sequence ?? 0) }
    }
  }
}

extension Bureau_V1_FactRecord {
  init(_ entry: JournalEntry, at place: Place) {
    self.init()
    name = "\(ResourceName.company(place))/facts/\(entry.sequence)"
    sequence = entry.sequence
    createTime = entry.time.timestamp
    kind = entry.fact.name
    actor = entry.actor.map { ResourceName.child("users", $0, of: place.bureau) } ?? ""
    requestID = entry.requestID
    hash = entry.hash.hexadecimal
    envelope = Data(entry.envelope)
    body = Data(entry.body)
  }
}
