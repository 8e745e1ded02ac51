// Links by which a user gives consent without a session: made by the bureau, opened by whoever holds
// them, signed by that user alone.

package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension ConsentService {
  package func createConsentInvitation(
    request: Bureau_V1_CreateConsentInvitationRequest, context: ServerContext
  ) async throws -> Bureau_V1_ConsentInvitation {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let wanted = request.consentInvitation
    let named = try? ResourceName.parseBureauChild(
      wanted.user, "users", as: User.self, field: "consent_invitation.user")
    let sources = commands.sources
    let secret = sources.secret(), message = sources.id(OutgoingMessage.self)
    let id = sources.id(ConsentInvitation.self)
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      let user = try Self.user(named, of: place, in: tx)
      _ = try ConsentRules.contact(mobile: wanted.mobile, email: wanted.email, user: user)
      return try ConsentRules.inviting(
        id, user: user, roles: TenancyTables.roles(of: user.id, in: place.bureau, tx),
        bank: wanted.bank, agreements: AgreementTables.active(of: place, in: tx),
        company: place.company, linkHash: Access.hash(secret), at: context.time)
    } apply: { [secrets = commands.secrets] context in
      let user = try Self.user(named, of: place, in: context.transaction)
      let contact = try ConsentRules.contact(
        mobile: wanted.mobile, email: wanted.email, user: user)
      try MessageTables.insert(
        .invitation(
          id, to: contact, subject: "Your personal consent is asked for", secret: secret,
          at: place, as: message),
        sealedBy: secrets, of: place, at: context.time, in: context.transaction)
    } answer: { id, context in
      try Self.invitation(id, context)
    }
  }

  private static func user(
    _ named: (bureau: ID<Bureau>, id: ID<User>)?, of place: Place, in tx: any Transaction
  ) throws -> User {
    // One answer for a name that is none, another bureau's and nobody's.
    guard let named, named.bureau == place.bureau,
      let user = try TenancyTables.user(named.id, of: place.bureau, in: tx), user.kind == .person
    else { throw TenancyError.userNotFound }
    return user
  }

  package func listConsentInvitations(
    request: Bureau_V1_ListConsentInvitationsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListConsentInvitationsResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<ConsentInvitation>(size: request.pageSize, token: request.pageToken)
    let now = commands.sources.now(), moment = try request.moment(now: now)
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try InvitationTables.list(of: place, after: page.after, limit: page.limit, in: $0) }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.consentInvitations = items.map {
        Bureau_V1_ConsentInvitation($0, at: place, moment ?? now)
      }
      $0.nextPageToken = next
    }
  }

  package func openConsentLink(
    request: Bureau_V1_OpenConsentLinkRequest, context: ServerContext
  ) async throws -> Bureau_V1_ConsentOffer {
    let (place, id) = try ResourceName.parse(
      request.name, "consentInvitations", as: ConsentInvitation.self)
    let hash = Access.hash(request.linkSecret), time = commands.sources.now()
    return try await commands.database.read(as: place.scope) { tx in
      let (invitation, asked) = try Self.opened(id, hash, at: time, place, tx)
      guard let bureau = try TenancyTables.bureau(place.bureau, in: tx) else {
        throw ConsentError.linkRefused
      }
      return .with {
        $0.name = request.name
        $0.companyDisplayName = asked.company.displayName
        $0.bureauDisplayName = bureau.displayName
        $0.userDisplayName = asked.user.displayName
        $0.bankDisplayName = asked.profile.displayName
        $0.accounts = asked.accounts.map { "\($0.account.display) \($0.currency.code)" }
        $0.text = asked.text
        $0.consentExpireTime = asked.until.timestamp
        $0.expireTime = invitation.expireTime.timestamp
      }
    }
  }

  package func startInvitedConsent(
    request: Bureau_V1_StartInvitedConsentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let (place, id) = try ResourceName.parse(
      request.name, "consentInvitations", as: ConsentInvitation.self)
    let hash = Access.hash(request.linkSecret), time = commands.sources.now()
    let asked = try await commands.database.read(as: place.scope) { tx in
      try Self.opened(id, hash, at: time, place, tx).asked
    }
    return try await start(
      asked, invitation: id, with: Eid(request.eid), at: place, context)
  }

  package func declineConsentInvitation(
    request: Bureau_V1_DeclineConsentInvitationRequest, context: ServerContext
  ) async throws -> Bureau_V1_ConsentInvitation {
    let (place, id) = try ResourceName.parse(
      request.name, "consentInvitations", as: ConsentInvitation.self)
    let hash = Access.hash(request.linkSecret)
    let call = try Call(
      context, nil, request, requestID: request.requestID, isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: id) { context in
      guard let found = try InvitationTables.load(id, of: place, in: context.transaction) else {
        throw ConsentError.linkRefused
      }
      return try found.declining(linkHash: hash, reason: request.reason, at: context.time)
    } answer: { id, context in
      guard let found = try InvitationTables.load(id, of: place, in: context.transaction),
        found.linkHash == hash
      else { throw ConsentError.linkRefused }
      return Bureau_V1_ConsentInvitation(found, at: place, context.time)
    }
  }

  /// One answer for a wrong link and for an invitation that is not there.
  private static func opened(
    _ id: ID<ConsentInvitation>, _ hash: [UInt8], at time: Instant, _ place: Place,
    _ tx: any Transaction
  ) throws -> (invitation: ConsentInvitation, asked: Asked) {
    guard let invitation = try InvitationTables.load(id, of: place, in: tx) else {
      throw ConsentError.linkRefused
    }
    try invitation.opening(linkHash: hash, at: time)
    try ConsentRules.requireBankRights(
      TenancyTables.roles(of: invitation.user, in: place.bureau, tx), in: place.company)
    return (
      invitation,
      try Asked(invitation.user, bank: invitation.bank, startedAt: time, at: place, in: tx)
    )
  }

  private static func invitation(_ id: ID<ConsentInvitation>, _ context: Commands.Context) throws
    -> Bureau_V1_ConsentInvitation
  {
    guard
      let found = try InvitationTables.load(id, of: context.place, in: context.transaction)
    else { throw ConsentError.invitationNotFound }
    return Bureau_V1_ConsentInvitation(found, at: context.place, context.time)
  }
}

extension Bureau_V1_ConsentInvitation {
  init(_ invitation: ConsentInvitation, at place: Place, _ time: Instant) {
    self.init()
    name = ResourceName.child("consentInvitations", invitation.id, of: place)
    state =
      switch invitation.state(at: time) {
      case .open: .open
      case .used: .used
      case .declined: .declined
      case .replaced: .replaced
      case .expired: .expired
      }
    user = ResourceName.child("users", invitation.user, of: place.bureau)
    bank = invitation.bank
    createTime = invitation.createTime.timestamp
    expireTime = invitation.expireTime.timestamp
    note = invitation.note
  }
}

extension OutgoingMessage {
  /// The link with which its user opens an invitation to consent.
  static func invitation(
    _ id: ID<ConsentInvitation>, to contact: (mobile: String, email: String), subject: String,
    secret: String, at place: Place, as message: ID<OutgoingMessage>
  ) -> OutgoingMessage {
    OutgoingMessage(
      id: message, mobile: contact.mobile, email: contact.email, subject: subject,
      body: ResourceName.child("consentInvitations", id, of: place), secret: secret)
  }
}
