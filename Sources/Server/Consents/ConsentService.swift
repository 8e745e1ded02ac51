package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct ConsentService: Bureau_V1_ConsentService.SimpleServiceProtocol {
  let commands: Commands
  let orders: Orders
  let access: Access

  package func startConsent(
    request: Bureau_V1_StartConsentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let caller = try context.caller
    let time = commands.sources.now()
    let asked = try await commands.read(context.method, by: caller, at: place) { tx in
      try Asked(caller.user, bank: request.bank, startedAt: time, at: place, in: tx)
    }
    return try await start(asked, invitation: nil, with: Eid(request.eid), at: place, context)
  }

  func start(
    _ asked: Asked, invitation: ID<ConsentInvitation>?, with eid: Eid?, at place: Place,
    _ context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let status = try await orders.start(
      .consent(bank: asked.profile.id, invitation: invitation), company: place.company,
      user: asked.user.id, text: asked.text, data: asked.signedData, of: place.bureau,
      from: context.clientAddress, with: eid)
    return Bureau_V1_Order(status, of: place.bureau, access.sessionLimits)
  }

  /// What one person is asked to consent to.
  struct Asked: Sendable {
    var user: User
    var company: Company
    var profile: BankProfile
    var accounts: [Agreement]
    /// At most so long lasts the consent (RTS art. 10a).
    var until: Instant

    init(
      _ id: ID<User>, bank: String, startedAt time: Instant, at place: Place,
      in tx: any Transaction
    ) throws {
      guard let company = try TenancyTables.company(place, in: tx),
        let user = try TenancyTables.user(id, of: place.bureau, in: tx)
      else { throw TenancyError.companyNotFound }
      (profile, accounts) = try ConsentRules.opening(
        bank: bank, agreements: AgreementTables.active(of: place, in: tx))
      self.user = user
      self.company = company
      until = time.adding(days: Consent.termDays)
    }

    var text: String {
      Consent.text(
        user: user, company: company, bank: profile, accounts: accounts, until: until)
    }

    var signedData: [UInt8] {
      Array("bureau/consent/v1\n\(company.id.hex)\n\(profile.id)\n".utf8)
    }
  }

  package func getConsent(
    request: Bureau_V1_GetConsentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Consent {
    let (place, id) = try ResourceName.parse(request.name, "consents", as: Consent.self)
    let now = commands.sources.now(), moment = try request.moment(now: now)
    let time = moment ?? now
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try ConsentTables.load(id, of: place, in: $0) }
    guard let found else { throw ConsentError.notFound }
    return Bureau_V1_Consent(found, at: place, time)
  }

  package func listConsents(
    request: Bureau_V1_ListConsentsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListConsentsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<Consent>(size: request.pageSize, token: request.pageToken)
    let now = commands.sources.now(), moment = try request.moment(now: now)
    let time = moment ?? now
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try ConsentTables.list(of: place, after: page.after, limit: page.limit, in: $0) }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.consents = items.map { Bureau_V1_Consent($0, at: place, time) }
      $0.nextPageToken = next
    }
  }

  package func revokeConsent(
    request: Bureau_V1_RevokeConsentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Consent {
    let (place, id) = try ResourceName.parse(request.name, "consents", as: Consent.self)
    let caller = try context.caller
    let call = try Call(
      context, caller, request, requestID: request.requestID, isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: id) { context in
      guard let found = try ConsentTables.load(id, of: place, in: context.transaction) else {
        throw ConsentError.notFound
      }
      return try found.revoking(by: caller.user, at: context.time)
    } answer: { id, context in
      guard let found = try ConsentTables.load(id, of: place, in: context.transaction) else {
        throw ConsentError.notFound
      }
      return Bureau_V1_Consent(found, at: place, context.time)
    }
  }
}

extension Bureau_V1_Consent {
  init(_ consent: Consent, at place: Place, _ time: Instant) {
    self.init()
    name = ResourceName.child("consents", consent.id, of: place)
    state =
      switch consent.state(at: time) {
      case .active: .active
      case .expired: .expired
      case .revoked: .revoked
      case .expiring: .expiring
      case .superseded: .superseded
      }
    user = ResourceName.child("users", consent.user, of: place.bureau)
    bank = consent.bank
    createTime = consent.createTime.timestamp
    expireTime = consent.expireTime.timestamp
    accounts = consent.accounts
    rights = Consent.Right.allCases.filter(consent.rights.contains).map { right in
      switch right {
      case .balances: .balances
      case .transactions: .transactions
      case .payments: .payments
      }
    }
  }
}
