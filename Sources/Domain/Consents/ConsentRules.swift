package import Primitives

package enum ConsentRules {
  /// A consent may be given where the company has an active agreement with the bank (C-01).
  package static func opening(bank: String, agreements: [Agreement]) throws(ConsentError)
    -> (profile: BankProfile, accounts: [Agreement])
  {
    let accounts = agreements.filter { $0.bank == bank && $0.state == .active }
    guard let profile = BankProfile.named(bank), !accounts.isEmpty else {
      throw .noAgreement(bank: String(bank.prefix(40)))
    }
    // An account with two kinds of agreement is named once.
    var seen: Set<AccountNumber> = []
    return (profile, accounts.filter { seen.insert($0.account).inserted })
  }

  /// The consent that was signed. The bank's term counts from the strong authentication; the text
  /// was made a little earlier, and its day is what counts.
  package static func giving(
    _ id: ID<Consent>, user: ID<User>, bank: String, accounts: [Agreement] = [],
    startedAt start: Instant? = nil, with evidence: Evidence
  ) -> [Fact] {
    var consent = Consent(
      id: id, user: user, bank: bank, createTime: evidence.time,
      expireTime: min(start ?? evidence.time, evidence.time).adding(days: Consent.termDays),
      revokeTime: nil)
    consent.accounts = accounts.map(\.named)
    consent.rights = Set(Consent.Right.allCases)
    return [.consentGiven(ConsentGiven(consent: consent, evidenceDigest: evidence.digest))]
  }

  /// The consent that lets `user` sign for `bank` now, or a refusal (C-01, C-05).
  package static func required(
    of user: ID<User>, bank: String, among consents: [Consent], at time: Instant
  ) throws(ConsentError) -> Consent {
    let own = consents.first {
      $0.user == user && $0.bank == bank && $0.state(at: time).counts
    }
    guard let own else { throw .missing(bank: bank) }
    return own
  }

  /// Refuses those who may not approve payments in the company (C-03).
  package static func requireBankRights(_ roles: [RoleAssignment], in company: ID<Company>)
    throws(ConsentError)
  {
    guard
      roles.contains(where: {
        $0.role == .approver && ($0.company == nil || $0.company == company)
      })
    else { throw .noBankRights }
  }

  /// Where a link is sent: to what is given, the user's own address where nothing is.
  package static func contact(mobile: String, email: String, user: User) throws(ConsentError)
    -> (mobile: String, email: String)
  {
    let email = mobile.isEmpty && email.isEmpty ? user.email : email
    guard !mobile.isEmpty || !email.isEmpty else { throw .contactMissing }
    if !mobile.isEmpty {
      do { _ = try PhoneNumber(mobile) } catch {
        throw .contactInvalid(field: "mobile", error.message)
      }
    }
    if !email.isEmpty {
      do { _ = try EmailAddress(email) } catch {
        throw .contactInvalid(field: "email", error.message)
      }
    }
    return (mobile, email)
  }

  /// An invitation to renew a consent that ends soon; none for whoever may not give it any more, or
  /// cannot be reached.
  package static func renewing(
    _ consent: Consent, by id: ID<ConsentInvitation>, user: User, roles: [RoleAssignment],
    agreements: [Agreement], company: ID<Company>, linkHash: [UInt8], at time: Instant
  ) -> [Fact] {
    guard !user.isBlocked, !user.email.isEmpty else { return [] }
    let facts = try? inviting(
      id, user: user, roles: roles, bank: consent.bank, agreements: agreements,
      company: company, linkHash: linkHash, at: time)
    return facts ?? []
  }

  package static func inviting(
    _ id: ID<ConsentInvitation>, user: User, roles: [RoleAssignment], bank: String,
    agreements: [Agreement], company: ID<Company>, linkHash: [UInt8], at time: Instant
  ) throws(ConsentError) -> [Fact] {
    try requireBankRights(roles, in: company)
    let (profile, _) = try opening(bank: bank, agreements: agreements)
    return [
      .consentInvited(
        ConsentInvited(
          invitation: ConsentInvitation(
            id: id, user: user.id, bank: profile.id, linkHash: linkHash, createTime: time,
            expireTime: time.adding(days: ConsentInvitation.linkDays))))
    ]
  }
}

extension Consent {
  package func revoking(by actor: ID<User>, at time: Instant) throws(ConsentError) -> [Fact] {
    guard user == actor else { throw .notOwn }
    guard state(at: time).counts else { throw .state(state(at: time)) }
    return [.consentRevoked(ConsentRevoked(consent: id, revokeTime: time))]
  }
}

extension ConsentInvitation {
  /// Whether the holder of the link may be shown and asked for the consent.
  package func opening(linkHash: [UInt8], at time: Instant) throws(ConsentError) {
    guard linkHash == self.linkHash else { throw .linkRefused }
    switch state(at: time) {
    case .open: return
    case .expired: throw .linkExpired
    case .replaced: throw .linkRefused
    case .used, .declined: throw .linkUsed
    }
  }

  package func declining(linkHash: [UInt8], reason: String, at time: Instant)
    throws(ConsentError) -> [Fact]
  {
    try opening(linkHash: linkHash, at: time)
    do {
      return [
        .consentDeclined(
          ConsentDeclined(invitation: id, reason: try Agreement.reason(reason)))
      ]
    } catch { throw .reasonInvalid }
  }
}
