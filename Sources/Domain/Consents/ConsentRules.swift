package import Primitives

/// Why something about a consent is refused.
package enum ConsentError: Refusal, Equatable {
  case notFound
  case noAgreement(bank: String)
  case notOwn
  case state(Consent.State)
  case missing(bank: String)

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .notOwn: .denied
    default: .failedPrecondition
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "CONSENT_NOT_FOUND"
    case .noAgreement: "CONSENT_NO_AGREEMENT"
    case .notOwn: "CONSENT_NOT_OWN"
    case .state: "CONSENT_STATE"
    case .missing: "CONSENT_MISSING"
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such consent."
    case .noAgreement(let bank):
      "The company has no active agreement with \(bank); have one signed first."
    case .notOwn: "Consent is personal: only the person who gave it can revoke it (C-05)."
    case .state(let state): "The consent is \(state.rawValue)."
    case .missing(let bank):
      "You have no active consent of your own for \(bank); run `bureau consent give` first (C-01)."
    }
  }
}

package enum ConsentRules {
  /// A consent may be given where the company has an active agreement with the bank (C-01).
  package static func opening(bank: String, agreements: [Agreement]) throws(ConsentError)
    -> (profile: BankProfile, accounts: [Agreement])
  {
    let accounts = agreements.filter { $0.bank == bank && $0.state == .active }
    guard let profile = BankProfile.named(bank), !accounts.isEmpty else {
      throw .noAgreement(bank: String(bank.prefix(40)))
    }
    return (profile, accounts)
  }

  package static func giving(
    _ id: ID<Consent>, user: ID<User>, bank: String, with evidence: Evidence
  ) -> [Fact] {
    let consent = Consent(
      id: id, user: user, bank: bank, createTime: evidence.time,
      expireTime: evidence.time.adding(days: Consent.termDays), revokeTime: nil)
    return [.consentGiven(ConsentGiven(consent: consent, evidenceDigest: evidence.digest))]
  }

  /// The consent that lets `user` sign for `bank` now, or a refusal (C-01, C-05).
  package static func required(
    of user: ID<User>, bank: String, among consents: [Consent], at time: Instant
  ) throws(ConsentError) -> Consent {
    let own = consents.first {
      $0.user == user && $0.bank == bank && $0.state(at: time) == .active
    }
    guard let own else { throw .missing(bank: bank) }
    return own
  }
}

extension Consent {
  package func revoking(by actor: ID<User>, at time: Instant) throws(ConsentError) -> [Fact] {
    guard user == actor else { throw .notOwn }
    guard state(at: time) == .active else { throw .state(state(at: time)) }
    return [.consentRevoked(ConsentRevoked(consent: id, revokeTime: time))]
  }
}
