// What the holder of a signer's link may do: read, sign, decline. No session: the link's secret
// stands for one.

package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension AgreementService {
  package func openAgreementLink(
    request: Bureau_V1_OpenAgreementLinkRequest, context: ServerContext
  ) async throws -> Bureau_V1_AgreementOffer {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    return try await opened(id, at: place, secret: request.linkSecret).offer(at: place)
  }

  package func startAgreementSignature(
    request: Bureau_V1_StartAgreementSignatureRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let opened = try await opened(id, at: place, secret: request.linkSecret)
    let status = try await orders.start(
      .agreement(id), company: place.company, user: nil, text: opened.text,
      data: opened.agreement.signedData, of: place.bureau, from: context.clientAddress,
      with: Eid(request.eid))
    return Bureau_V1_Order(status, of: place.bureau, access.sessionLimits)
  }

  package func declineAgreement(
    request: Bureau_V1_DeclineAgreementRequest, context: ServerContext
  ) async throws -> Bureau_V1_AgreementOffer {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let hash = Access.hash(request.linkSecret)
    let call = try Call(
      context, nil, request, requestID: request.requestID, isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: id) { context in
      guard let agreement = try AgreementTables.load(id, of: place, in: context.transaction)
      else { throw AgreementError.linkRefused }
      return try agreement.declining(
        linkHash: hash, reason: request.reason, at: context.time)
    } answer: { id, context in
      // A repeat comes after the link was used: what it was for is shown all the same.
      guard let agreement = try AgreementTables.load(id, of: place, in: context.transaction),
        agreement.linkHash == hash
      else { throw AgreementError.linkRefused }
      return try Opened(agreement, at: place, in: context.transaction).offer(at: place)
    }
  }

  /// Opens a link: its secret stands for the caller. One answer for a wrong link and for an
  /// agreement that is not there.
  func opened(_ id: ID<Agreement>, at place: Place, secret: String) async throws -> Opened {
    let hash = Access.hash(secret), time = sources.now()
    return try await commands.database.read(as: place.scope) { tx in
      guard let agreement = try AgreementTables.load(id, of: place, in: tx) else {
        throw AgreementError.linkRefused
      }
      try agreement.opening(linkHash: hash, at: time)
      return try Opened(agreement, at: place, in: tx)
    }
  }

  /// An agreement with those whom its text names.
  struct Opened: Sendable {
    var agreement: Agreement
    var company: Company
    var bureau: Bureau

    init(_ agreement: Agreement, at place: Place, in tx: any Transaction) throws {
      guard let company = try TenancyTables.company(place, in: tx),
        let bureau = try TenancyTables.bureau(place.bureau, in: tx)
      else { throw TenancyError.companyNotFound }
      self.agreement = agreement
      self.company = company
      self.bureau = bureau
    }

    var text: String { agreement.text(company: company, bureau: bureau) }

    func offer(at place: Place) -> Bureau_V1_AgreementOffer {
      .with {
        $0.name = ResourceName.child("agreements", agreement.id, of: place)
        $0.companyDisplayName = company.displayName
        $0.bureauDisplayName = bureau.displayName
        $0.signerDisplayName = agreement.signer.displayName
        $0.bankDisplayName = BankProfile.named(agreement.bank)?.displayName ?? agreement.bank
        $0.text = text
        if let time = agreement.linkExpireTime { $0.expireTime = time.timestamp }
      }
    }
  }
}
