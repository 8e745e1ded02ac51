// What a bureau file wants of one company, and what is known of it: the two sides of a plan. The
// command line computes with both to show a plan, the server to carry it out, with the same code.

import Crypto
package import Policies
package import Primitives
package import Sealing

/// Tells whether two records are of the same person, without telling who: from the keyed digest
/// of the national id, which only the server can compute.
package struct PersonReference: Hashable, Sendable {
  /// 32 hexadecimal digits.
  package let text: String

  package init(_ digest: NationalIDDigest) {
    let hash = SHA256.hash(data: Array("bureau/person/v1\n".utf8) + digest.bytes)
    text = hash.prefix(16).map { byte in
      let digits = String(byte, radix: 16)
      return digits.utf8.count == 1 ? "0" + digits : digits
    }.joined()
  }

  /// As the server has written it.
  package init(text: String) { self.text = text }
}

/// A person of the file.
package struct DesiredPerson: Sendable, Equatable {
  /// The person's name within the file.
  package var key: String
  package var displayName: String
  package var email: String
  package var mobile: String
  /// The user that the person is, where the file or the plan says so.
  package var user: ID<User>?
  /// Of the national id; nil where it is not given.
  package var reference: PersonReference?

  package init(
    key: String, displayName: String, email: String, mobile: String, user: ID<User>?,
    reference: PersonReference?
  ) {
    self.key = key
    self.displayName = displayName
    self.email = email
    self.mobile = mobile
    self.user = user
    self.reference = reference
  }
}

package struct DesiredRole: Hashable, Sendable {
  /// `DesiredPerson.key`.
  package var person: String
  package var role: Role

  package init(person: String, role: Role) {
    self.person = person
    self.role = role
  }
}

package struct DesiredAgreement: Sendable, Equatable {
  package var kind: Agreement.Kind
  /// `BankProfile.id`.
  package var bank: String
  package var account: AccountNumber
  package var currency: Currency
  /// `DesiredPerson.key` of who shall sign.
  package var signer: String

  package init(
    kind: Agreement.Kind, bank: String, account: AccountNumber, currency: Currency, signer: String
  ) {
    self.kind = kind
    self.bank = bank
    self.account = account
    self.currency = currency
    self.signer = signer
  }
}

/// A signing key whose private part stays with who has made it.
package struct DesiredSigningKey: Sendable, Equatable {
  package var publicKey: SealingKey
  /// That its sender has the private part and means this company; empty where the key is known.
  package var proof: [UInt8]

  package init(publicKey: SealingKey, proof: [UInt8]) {
    self.publicKey = publicKey
    self.proof = proof
  }
}

/// A consent that somebody is asked for; only that person can give it.
package struct DesiredConsent: Sendable, Hashable {
  /// The key of a person in the same file.
  package var person: String
  package var bank: String

  package init(person: String, bank: String) {
    self.person = person
    self.bank = bank
  }
}

package struct DesiredCompany: Sendable, Equatable {
  package var displayName: String
  package var organisationNumber: OrganisationNumber
  package var street, postalCode, town: String
  package var roles: [DesiredRole]
  package var agreements: [DesiredAgreement]
  /// nil: the file says nothing of it, and it stays as it is.
  package var policy: CompanyPolicy?
  /// nil: as `policy`.
  package var signingKey: DesiredSigningKey?
  package var consents: [DesiredConsent]
  /// nil: as `policy`.
  package var reminders: ReminderSettings?

  package init(
    displayName: String, organisationNumber: OrganisationNumber, street: String,
    postalCode: String, town: String, roles: [DesiredRole], agreements: [DesiredAgreement],
    policy: CompanyPolicy? = nil, signingKey: DesiredSigningKey? = nil,
    consents: [DesiredConsent] = [], reminders: ReminderSettings? = nil
  ) {
    self.displayName = displayName
    self.organisationNumber = organisationNumber
    self.street = street
    self.postalCode = postalCode
    self.town = town
    self.roles = roles
    self.agreements = agreements
    self.policy = policy
    self.signingKey = signingKey
    self.consents = consents
    self.reminders = reminders
  }

  /// The keys of all people it speaks of, each once, in order.
  package var people: [String] {
    var seen: Set<String> = []
    return (roles.map(\.person) + agreements.map(\.signer) + consents.map(\.person))
      .filter { seen.insert($0).inserted }
  }
}

/// A user of the bureau, as far as a plan needs it.
package struct KnownUser: Sendable, Equatable {
  package var id: ID<User>
  package var kind: User.Kind
  package var displayName: String
  package var email: String
  /// nil for service users.
  package var reference: PersonReference?

  package init(
    id: ID<User>, kind: User.Kind, displayName: String, email: String, reference: PersonReference?
  ) {
    self.id = id
    self.kind = kind
    self.displayName = displayName
    self.email = email
    self.reference = reference
  }

  package init(_ user: User) {
    self.init(
      id: user.id, kind: user.kind, displayName: user.displayName, email: user.email,
      reference: user.nationalIDDigest.map { PersonReference($0) })
  }
}

package struct KnownAgreement: Sendable, Equatable {
  package var id: ID<Agreement>
  package var state: AgreementState
  package var kind: Agreement.Kind
  package var bank: String
  package var account: AccountNumber
  package var currency: Currency
  package var signer: PersonReference

  package init(
    id: ID<Agreement>, state: AgreementState, kind: Agreement.Kind, bank: String,
    account: AccountNumber, currency: Currency, signer: PersonReference
  ) {
    self.id = id
    self.state = state
    self.kind = kind
    self.bank = bank
    self.account = account
    self.currency = currency
    self.signer = signer
  }

  package init(_ agreement: Agreement) {
    self.init(
      id: agreement.id, state: agreement.state, kind: agreement.kind, bank: agreement.bank,
      account: agreement.account, currency: agreement.currency,
      signer: PersonReference(agreement.signer.nationalIDDigest))
  }
}

package struct KnownSigningKey: Sendable, Equatable {
  package var publicKey: SealingKey
  package var state: SigningKey.State

  package init(publicKey: SealingKey, state: SigningKey.State) {
    self.publicKey = publicKey
    self.state = state
  }
}

/// What was asked of one person for one bank, or given.
package struct KnownConsent: Sendable, Equatable {
  package enum State: Sendable, Hashable {
    case consent(Consent.State)
    case link(ConsentInvitation.State)
  }

  package var user: ID<User>
  package var bank: String
  package var state: State
  package var createTime: Instant

  package init(user: ID<User>, bank: String, state: State, createTime: Instant) {
    self.user = user
    self.bank = bank
    self.state = state
    self.createTime = createTime
  }

  /// Whether a file that says what is names it.
  package var isWanted: Bool { state == .consent(.active) || state == .link(.open) }

  /// Whether a new link would be asked for by nobody: it is given, or asked for, or was refused by
  /// the person, whose word stands until somebody sends a link by hand.
  fileprivate var isSettled: Bool {
    switch state {
    case .consent(.active), .consent(.revoked), .link(.open), .link(.declined): true
    case .consent, .link: false
    }
  }
}

extension [KnownConsent] {
  /// Whether `user` shall be sent a link for `bank`: by what happened last between the two.
  package func isSettled(of user: ID<User>, at bank: String) -> Bool {
    let own = filter { $0.user == user && $0.bank == bank }
    // An open link is the newest word also where the consent that it renews counts still.
    if own.contains(where: { $0.state == .link(.open) }) { return true }
    return own.max { $0.createTime < $1.createTime }?.isSettled ?? false
  }
}

package struct KnownCompany: Sendable, Equatable {
  package var company: Company
  /// In this company; not those in the whole bureau.
  package var roles: [RoleAssignment]
  package var agreements: [KnownAgreement]
  /// nil: none was set, the standard one is in force.
  package var policy: CompanyPolicy?
  /// All that the company has had, oldest first.
  package var signingKeys: [KnownSigningKey]
  /// Consents and links to them, in any order.
  package var consents: [KnownConsent]
  package var reminders: ReminderSettings?

  package init(
    company: Company, roles: [RoleAssignment], agreements: [KnownAgreement],
    policy: CompanyPolicy? = nil, signingKeys: [KnownSigningKey] = [],
    consents: [KnownConsent] = [], reminders: ReminderSettings? = nil
  ) {
    self.company = company
    self.roles = roles
    self.agreements = agreements
    self.policy = policy
    self.signingKeys = signingKeys
    self.consents = consents
    self.reminders = reminders
  }
}
