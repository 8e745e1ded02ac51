package import Primitives

/// One person's own consent for one company at one bank (C-01, C-05; RTS art. 10).
package struct Consent: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case active
    /// Still active, and soon over: to be renewed.
    case expiring
    case expired, revoked
    /// A newer one of the same person took its place.
    case superseded

    /// Whether it lets its person sign and the bank be asked.
    package var counts: Bool { self == .active || self == .expiring }
  }

  /// What the bank may be asked for and told in the person's name.
  package enum Right: String, Sendable, CaseIterable {
    case balances, transactions, payments
  }

  package var id: ID<Consent>
  package var user: ID<User>
  package var bank: String
  package var createTime: Instant
  package var expireTime: Instant
  package var revokeTime: Instant?
  /// When a newer one took its place.
  package var supersedeTime: Instant?
  /// The accounts that its text names, as written there; empty in journals of before.
  package var accounts: [String] = []
  package var rights: Set<Right> = []

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
    if supersedeTime != nil { return .superseded }
    guard time < expireTime else { return .expired }
    return time < expireTime.adding(days: -Self.warnDays) ? .active : .expiring
  }

  /// The day on which it ends, as the bank counts days: 2026-08-29.
  package var lastDay: String {
    expireTime.date(in: BankProfile.named(bank)?.zone ?? .centralEuropean).iso
  }

  /// Days a consent lasts after the signature at most (RTS art. 10a, 2022/2360).
  package static let termDays = 180
  /// Days before its end on which a consent begins to be called expiring.
  package static let warnDays = 14
  /// How often a day the bank may be asked without the person (RTS art. 36(5)(b)).
  package static let frequencyPerDay = 4

  /// What the person reads and signs.
  package static func text(
    user: User, company: Company, bank: BankProfile, accounts: [Agreement], until: Instant
  ) -> String {
    let list = accounts.map { "  \($0.named)" }
    return """
      Personal consent

      \(user.displayName) consents to \(bank.displayName) being asked, in my name, for balances \
      and transactions of these accounts, at most \(frequencyPerDay) times a day, and to payments \
      being sent from them, and confirms having the right to approve payments from them:
      \(list.joined(separator: "\n"))

      Company: \(company.displayName) (\(company.organisationNumber.digits))
      Valid until: \(until.date(in: bank.zone).iso)
      It replaces an earlier consent of mine for this company and bank, and I can revoke it at \
      any time.
      """
  }
}

extension Agreement {
  /// The account as a consent names it.
  var named: String { "\(account.display) \(currency.code)" }
}

/// A link by which one user gives the consent of one company and bank, without a session.
package struct ConsentInvitation: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case open, used, declined, replaced, expired
  }

  package var id: ID<ConsentInvitation>
  package var user: ID<User>
  package var bank: String
  /// SHA-256 of the link's secret.
  package var linkHash: [UInt8]
  package var createTime: Instant
  package var expireTime: Instant
  /// As it was left; `state(at:)` knows the time.
  package var kept: State
  /// The person's words, where declined.
  package var note: String

  package init(
    id: ID<ConsentInvitation>, user: ID<User>, bank: String, linkHash: [UInt8],
    createTime: Instant, expireTime: Instant, kept: State = .open, note: String = ""
  ) {
    self.id = id
    self.user = user
    self.bank = bank
    self.linkHash = linkHash
    self.createTime = createTime
    self.expireTime = expireTime
    self.kept = kept
    self.note = note
  }

  package func state(at time: Instant) -> State {
    kept == .open && expireTime <= time ? .expired : kept
  }

  /// Days that a link works.
  package static let linkDays = 14
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

/// An earlier link to the same user for the same bank stops working.
package struct ConsentInvited: Sendable, Equatable {
  package var invitation: ConsentInvitation
  package init(invitation: ConsentInvitation) { self.invitation = invitation }
}

package struct ConsentDeclined: Sendable, Equatable {
  package var invitation: ID<ConsentInvitation>
  package var reason: String
  package init(invitation: ID<ConsentInvitation>, reason: String) {
    self.invitation = invitation
    self.reason = reason
  }
}
