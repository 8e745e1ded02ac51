import Domain
import Engine
import Primitives
import Storage

extension ConsentService {
  /// A consent as its giver sees it, wherever in the bureau it is.
  struct Own: Sendable {
    var place: Place
    var company: Company
    var consent: Consent
    var state: Consent.State
  }

  /// All consents that one person has given in a bureau, newest first; the newest 200.
  func own(_ user: ID<User>, of bureau: ID<Bureau>) async throws -> [Own] {
    let time = commands.sources.now()
    return try await commands.database.read(as: .bureau(TenantKey(bureau))) { tx in
      try ConsentTables.own(user, of: bureau, limit: 200, in: tx).compactMap { place, consent in
        try TenancyTables.company(place, in: tx).map {
          Own(place: place, company: $0, consent: consent, state: consent.state(at: time))
        }
      }
    }
  }
}
