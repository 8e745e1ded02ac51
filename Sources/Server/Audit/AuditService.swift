package import BureauAPI
import Domain
import Engine
import Foundation
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct AuditService: Bureau_V1_AuditService.SimpleServiceProtocol {
  let commands: Commands
  let key: AuditKey
  let witness: any Witness

  package func verifyAudit(
    request: Bureau_V1_VerifyAuditRequest, context: ServerContext
  ) async throws -> Bureau_V1_VerifyAuditResponse {
    let bureau = try ResourceName.parseBureau(request.name)
    let caller = try context.caller
    try await commands.read(context.method, by: caller, at: Place(bureau: bureau)) { _ in }
    let kept = try witness.newest(of: bureau)
    let checkpoint = kept.flatMap(key.read)
    var result = try await commands.read(
      context.method, by: caller, at: Place(bureau: bureau)
    ) { tx in try Self.verify(bureau, against: checkpoint, in: tx) }
    if kept != nil, checkpoint == nil || checkpoint?.bureau != bureau {
      result.completeness = false
      result.findings.append("The newest checkpoint is not one that this server has signed.")
    }
    return result
  }

  private static func verify(
    _ bureau: ID<Bureau>, against checkpoint: Checkpoint?, in tx: any Transaction
  ) throws -> Bureau_V1_VerifyAuditResponse {
    var findings: [AuditFinding] = []
    var facts: Int64 = 0
    let vouched = Dictionary(
      (checkpoint?.heads ?? []).map { ($0.company, $0) }, uniquingKeysWith: { first, _ in first })
    let heads = try AuditTables.heads(of: bureau, in: tx)
    for head in heads {
      let place = Place(bureau: bureau, company: head.company)
      let expected = vouched[head.company]
      var matches = expected == nil
      let (found, count) = try AuditTables.walk(place, in: tx) { sequence, hash in
        if sequence == expected?.sequence { matches = hash == expected?.hash }
      }
      findings += found
      facts += count
      if !matches {
        findings.append(
          AuditFinding(
            .completeness,
            "Company \(head.company.hex): the journal is not the one that the"
              + " checkpoint vouches for"))
      }
    }
    let present = Set(heads.map(\.company))
    for company in vouched.keys.sorted() where !present.contains(company) {
      findings.append(
        AuditFinding(.completeness, "Company \(company.hex): the whole journal is missing"))
    }
    return .with {
      $0.integrity = !findings.contains { $0.kind == .integrity }
      $0.completeness = !findings.contains { $0.kind == .completeness }
      $0.findings = findings.map(\.text)
      $0.companyCount = Int64(heads.count)
      $0.factCount = facts
      if let checkpoint { $0.checkpointTime = checkpoint.time.timestamp }
    }
  }

  package func createCheckpoint(
    request: Bureau_V1_CreateCheckpointRequest, context: ServerContext
  ) async throws -> Bureau_V1_Checkpoint {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let time = commands.sources.now()
    let heads = try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { try AuditTables.heads(of: bureau, in: $0) }
    let checkpoint = try key.checkpoint(heads, of: bureau, at: time)
    try witness.keep(checkpoint)
    return .with {
      $0.root = checkpoint.root.hexText
      $0.createTime = time.timestamp
      $0.headCount = Int64(heads.count)
      $0.content = Data(checkpoint.content)
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
    hash = entry.hash.hexText
    envelope = Data(entry.envelope)
    body = Data(entry.body)
  }
}
