import Domain
import Engine
import Primitives
import Storage

extension Jobs {
  /// A consent that ends soon: its person is sent a link by which it is renewed without a gap.
  func renew(_ item: WorkItem) async throws {
    guard let id = ID<Consent>(bytes: item.subject) else { return }
    let place = item.place, sources = commands.sources
    let invitation = sources.id(ConsentInvitation.self), secret = sources.secret()
    let message = sources.id(OutgoingMessage.self)
    try await commands.run(Self.call("renew-consent"), at: place, subject: invitation) { context in
      guard let ending = try Self.ending(id, context) else { return [] }
      let tx = context.transaction
      return try ConsentRules.renewing(
        ending.consent, by: invitation, user: ending.user,
        roles: TenancyTables.roles(of: ending.user.id, in: place.bureau, tx),
        agreements: AgreementTables.active(of: place, in: tx), company: place.company,
        linkHash: Access.hash(secret), at: context.time)
    } apply: { [secrets = commands.secrets] context in
      let tx = context.transaction
      try Work.finish(.consentEnd, id.bytes, of: place, in: tx)
      guard let ending = try Self.ending(id, context),
        try InvitationTables.load(invitation, of: place, in: tx) != nil
      else { return }
      try MessageTables.insert(
        .invitation(
          invitation, to: (mobile: "", email: ending.user.email),
          subject: "Your consent ends on \(ending.consent.lastDay): renew it", secret: secret,
          at: place, as: message),
        sealedBy: secrets, of: place, at: context.time, in: tx)
    } answer: { _, _ in
    }
  }

  /// The consent with its person, where there is still something to renew.
  private static func ending(_ id: ID<Consent>, _ context: Commands.Context) throws
    -> (consent: Consent, user: User)?
  {
    let tx = context.transaction, place = context.place
    guard let consent = try ConsentTables.load(id, of: place, in: tx),
      consent.state(at: context.time) == .expiring,
      let user = try TenancyTables.user(consent.user, of: place.bureau, in: tx),
      let company = try TenancyTables.company(place, in: tx), company.state == .active
    else { return nil }
    return (consent, user)
  }
}
