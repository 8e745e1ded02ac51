package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct AgreementService: Bureau_V1_AgreementService.SimpleServiceProtocol {
  let commands: Commands
  let orders: Orders
  let key: NationalIDKey
  let allowsSynthetic: Bool
  let access: Access

  private var sources: Sources { commands.sources }

  package func createAgreement(
    request: Bureau_V1_CreateAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let draft = try AgreementDraft(
      request.agreement, key: key, allowsSynthetic: allowsSynthetic)
    let id = sources.id(Agreement.self)
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      if try TenancyTables.company(place, in: tx) == nil { throw TenancyError.companyNotFound }
      return try draft.drafting(
        as: id, taken: { try AgreementTables.isTaken($0, of: place, in: tx) },
        at: context.time)
    } answer: { id, context in
      try Self.answer(id, context)
    }
  }

  package func getAgreement(
    request: Bureau_V1_GetAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let moment = try request.moment(now: sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try Self.read(id, at: place, in: $0) }
  }

  package func listAgreements(
    request: Bureau_V1_ListAgreementsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListAgreementsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<Agreement>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try AgreementTables.list(of: place, after: page.after, limit: page.limit, in: $0) }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.agreements = items.map { Bureau_V1_Agreement($0, at: place) }
      $0.nextPageToken = next
    }
  }

  package func sendAgreement(
    request: Bureau_V1_SendAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_Agreement {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let secret = sources.secret(), message = sources.id(OutgoingMessage.self)
    return try await commands.run(call, at: place, subject: id) { context in
      try Self.load(id, context).sending(linkHash: Access.hash(secret))
    } apply: { [secrets = commands.secrets] context in
      let agreement = try Self.load(id, context)
      try MessageTables.insert(
        OutgoingMessage(
          id: message, mobile: agreement.signer.mobile, email: agreement.signer.email,
          subject: "A bank agreement waits for your signature",
          body: ResourceName.child("agreements", id, of: place), secret: secret),
        sealedBy: secrets, of: place, at: context.time, in: context.transaction)
    } answer: { id, context in
      try Self.answer(id, context)
    }
  }

  package func startAgreementSignature(
    request: Bureau_V1_StartAgreementSignatureRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let hash = Access.hash(request.linkSecret)
    let text = try await commands.database.read(as: place.scope) { tx in
      // One answer for a wrong link and for an agreement that is not there.
      guard let agreement = try AgreementTables.load(id, of: place, in: tx) else {
        throw AgreementError.linkRefused
      }
      try agreement.opening(linkHash: hash)
      return try Self.text(agreement, at: place, in: tx)
    }
    let status = try await orders.start(
      .agreement(id), company: place.company, user: nil, text: text,
      data: Array("bureau/agreement/v1\n\(id.hex)\n".utf8), of: place.bureau,
      from: context.clientAddress)
    return Bureau_V1_Order(status, of: place.bureau, access.sessionLimits)
  }

  private static func load(_ id: ID<Agreement>, _ context: Commands.Context) throws -> Agreement {
    guard
      let found = try AgreementTables.load(id, of: context.place, in: context.transaction)
    else { throw AgreementError.notFound }
    return found
  }

  private static func answer(_ id: ID<Agreement>, _ context: Commands.Context) throws
    -> Bureau_V1_Agreement
  {
    try read(id, at: context.place, in: context.transaction)
  }

  private static func read(_ id: ID<Agreement>, at place: Place, in tx: any Transaction) throws
    -> Bureau_V1_Agreement
  {
    guard let found = try AgreementTables.load(id, of: place, in: tx) else {
      throw AgreementError.notFound
    }
    var message = Bureau_V1_Agreement(found, at: place)
    message.text = try text(found, at: place, in: tx)
    return message
  }

  private static func text(_ agreement: Agreement, at place: Place, in tx: any Transaction) throws
    -> String
  {
    guard let company = try TenancyTables.company(place, in: tx),
      let bureau = try TenancyTables.bureau(place.bureau, in: tx)
    else { throw TenancyError.companyNotFound }
    return agreement.text(company: company, bureau: bureau)
  }
}
