package import Primitives

/// One person's own consent for one company at one bank (C-01, C-05; RTS art. 10).
package struct Consent: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case active, expired, revoked
  }

  package var id: ID<Consent>
  package var user: ID<User>
  package var bank: String
  package var createTime: Instant
  package var expireTime: Instant
  package var revokeTime: Instant?

  package init(
    id: ID<Consent>, user: ID<User>, bank: String, createTime: Instant, expireTime: Instant,
    revokeTime: Instant?
  ) {
    self.id = id
    self.user = user
    self.bank = bank
    self.createTime = createTime
    self.expireTime = expireTime
    self.revokeTime = revokeTime
  }

  package func state(at time: Instant) -> State {
    if revokeTime != nil { return .revoked }
    return time < expireTime ? .active : .expired
  }

  /// Days a consent lasts after the signature at most (RTS art. 10a, 2022/2360).
  package static let termDays = 180

  /// What the person reads and signs.
  package static func text(
    user: User, company: Company, bank: BankProfile, accounts: [Agreement], until: Instant
  ) -> String {
    let list = accounts.map { "  \($0.account.display) \($0.currency.code)" }
    return """
      Personal consent

      \(user.displayName) consents to \(bank.displayName) being asked, in my name, for balances \
      and entries of these accounts, and confirms having the right to approve payments from them:
      \(list.joined(separator: "\n"))

      Company: \(company.displayName) (\(company.organisationNumber.digits))
      Valid until: \(until.date(in: bank.zone).iso)
      """
  }
}

package struct ConsentGiven: Sendable, Equatable {
  package var consent: Consent
  package var evidenceDigest: [UInt8]
  package init(consent: Consent, evidenceDigest: [UInt8]) {
    self.consent = consent
    self.evidenceDigest = evidenceDigest
  }
}

package struct ConsentRevoked: Sendable, Equatable {
  package var consent: ID<Consent>
  package var revokeTime: Instant
  package init(consent: ID<Consent>, revokeTime: Instant) {
    self.consent = consent
    self.revokeTime = revokeTime
  }
}
