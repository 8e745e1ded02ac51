package import BureauAPI
import Domain
import Engine
import Foundation
package import GRPCCore
import Primitives
import Sealing
import Storage
import SwiftProtobuf

package struct SigningKeyService: Bureau_V1_SigningKeyService.SimpleServiceProtocol {
  let commands: Commands

  package func createSigningKey(
    request: Bureau_V1_CreateSigningKeyRequest, context: ServerContext
  ) async throws -> Bureau_V1_SigningKey {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    return try await make(
      request.signingKey, at: place, request, request.requestID, request.validateOnly, context
    ) { id, new, keys, time in
      try SigningKeyRules.creating(
        id, new, company: ResourceName.company(place), besides: keys, at: time)
    }
  }

  package func rotateSigningKey(
    request: Bureau_V1_RotateSigningKeyRequest, context: ServerContext
  ) async throws -> Bureau_V1_SigningKey {
    let (place, current) = try ResourceName.parse(
      request.name, "signingKeys", as: SigningKey.self)
    // A part of a second is none that anybody means.
    let overlap = request.overlap.nanos == 0 ? Int(clamping: request.overlap.seconds) : -1
    return try await make(
      request.signingKey, at: place, request, request.requestID, request.validateOnly, context
    ) { id, new, keys, time in
      guard let old = keys.first(where: { $0.id == current }) else {
        throw SigningKeyError.notFound
      }
      return try SigningKeyRules.rotating(
        old, to: id, new, overlapSeconds: overlap, company: ResourceName.company(place),
        besides: keys, at: time)
    }
  }

  package func getSigningKey(
    request: Bureau_V1_GetSigningKeyRequest, context: ServerContext
  ) async throws -> Bureau_V1_SigningKey {
    let (place, id) = try ResourceName.parse(request.name, "signingKeys", as: SigningKey.self)
    let now = commands.sources.now(), moment = try request.moment(now: now)
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try SigningKeyTables.load(id, of: place, in: $0) }
    guard let found else { throw SigningKeyError.notFound }
    return Bureau_V1_SigningKey(found, at: place, moment ?? now)
  }

  package func listSigningKeys(
    request: Bureau_V1_ListSigningKeysRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListSigningKeysResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<SigningKey>(size: request.pageSize, token: request.pageToken)
    let now = commands.sources.now(), moment = try request.moment(now: now)
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try SigningKeyTables.list(of: place, after: page.after, limit: page.limit, in: $0) }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.signingKeys = items.map { Bureau_V1_SigningKey($0, at: place, moment ?? now) }
      $0.nextPageToken = next
    }
  }

  package func revokeSigningKey(
    request: Bureau_V1_RevokeSigningKeyRequest, context: ServerContext
  ) async throws -> Bureau_V1_SigningKey {
    let (place, id) = try ResourceName.parse(request.name, "signingKeys", as: SigningKey.self)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: id) { context in
      try Self.load(id, context).revoking(at: context.time)
    } answer: { id, context in
      Bureau_V1_SigningKey(try Self.load(id, context), at: place, context.time)
    }
  }

  // MARK: What they share

  /// Puts a new key in use. The private part of one that the server makes lives in this call
  /// alone: its answer shows it, and nothing keeps it.
  private func make(
    _ wanted: Bureau_V1_NewSigningKey, at place: Place,
    _ request: some SwiftProtobuf.Message & Sendable, _ requestID: String, _ isDryRun: Bool,
    _ context: ServerContext,
    decide:
      @escaping @Sendable (ID<SigningKey>, NewSigningKey, [SigningKey], Instant) throws ->
      [Fact]
  ) async throws -> Bureau_V1_SigningKey {
    let call = try Call(
      context, context.caller, request, requestID: requestID, isDryRun: isDryRun)
    let sources = commands.sources, id = sources.id(SigningKey.self)
    let isClients = !wanted.publicKey.isEmpty || !wanted.proof.isEmpty
    let secret = isClients ? nil : try SealingSecret(seed: sources.random(32))
    let new = NewSigningKey(
      maker: isClients ? .client : .server,
      publicKey: secret?.publicKey.bytes ?? Array(wanted.publicKey), proof: Array(wanted.proof))
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      guard try TenancyTables.company(place, in: tx) != nil else {
        throw TenancyError.companyNotFound
      }
      return try decide(id, new, try SigningKeyTables.all(of: place, in: tx), context.time)
    } answer: { made, context in
      var key = Bureau_V1_SigningKey(try Self.load(made, context), at: place, context.time)
      // A repeat of the request finds the key, but its private part is gone.
      if made == id, !isDryRun { key.privateKeyPem = secret?.pem ?? "" }
      return key
    }
  }

  private static func load(_ id: ID<SigningKey>, _ context: Commands.Context) throws -> SigningKey {
    guard let key = try SigningKeyTables.load(id, of: context.place, in: context.transaction)
    else { throw SigningKeyError.notFound }
    return key
  }
}

extension Bureau_V1_SigningKey {
  init(_ key: SigningKey, at place: Place, _ time: Instant) {
    self.init()
    name = ResourceName.child("signingKeys", key.id, of: place)
    state =
      switch key.state(at: time) {
      case .current: .current
      case .overlapping: .overlapping
      case .superseded: .superseded
      case .revoked: .revoked
      }
    number = Int32(key.number)
    publicKey = Data(key.publicKey.bytes)
    publicKeyPem = key.publicKey.pem
    fingerprint = key.publicKey.fingerprint
    maker =
      switch key.maker {
      case .client: .client
      case .server: .server
      }
    createTime = key.createTime.timestamp
    if let end = key.endTime { endTime = end.timestamp }
    if let revoked = key.revokeTime { revokeTime = revoked.timestamp }
  }
}

extension Bureau_V1_GetSigningKeyRequest: AsOfRequest {}
extension Bureau_V1_ListSigningKeysRequest: AsOfRequest {}

extension AccessTable {
  /// "Regenerate or copy the signing key" (§2.11): neither approvers nor service users.
  private static let keepers: AccessRule.Gate = .company([
    .customerAdministrator, .companyAdministrator, .accountant,
  ])

  static let signingKeys: [AccessRule] = [
    rule("SigningKeyService", "CreateSigningKey", keepers, leavesFact: true),
    rule("SigningKeyService", "RotateSigningKey", keepers, leavesFact: true),
    rule("SigningKeyService", "GetSigningKey", keepers),
    rule("SigningKeyService", "ListSigningKeys", keepers),
    rule("SigningKeyService", "RevokeSigningKey", keepers, leavesFact: true),
  ]

  static let submissions: [AccessRule] = [
    rule(
      "SubmissionService", "SubmitBatch", .company([.accountant, .serviceUser]), leavesFact: true)
  ]
}
