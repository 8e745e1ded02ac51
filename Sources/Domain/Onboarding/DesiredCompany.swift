// What a bureau file wants of one company, and what is known of it: the two sides of a plan. The
// command line computes with both to show a plan, the server to carry it out, with the same code.

import Crypto
package import Primitives

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

package struct DesiredCompany: Sendable, Equatable {
  package var displayName: String
  package var organisationNumber: OrganisationNumber
  package var street, postalCode, town: String
  package var roles: [DesiredRole]
  package var agreements: [DesiredAgreement]

  package init(
    displayName: String, organisationNumber: OrganisationNumber, street: String,
    postalCode: String, town: String, roles: [DesiredRole], agreements: [DesiredAgreement]
  ) {
    self.displayName = displayName
    self.organisationNumber = organisationNumber
    self.street = street
    self.postalCode = postalCode
    self.town = town
    self.roles = roles
    self.agreements = agreements
  }

  /// The keys of all people it speaks of, each once, in order.
  package var people: [String] {
    var seen: Set<String> = []
    return (roles.map(\.person) + agreements.map(\.signer)).filter { seen.insert($0).inserted }
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

package struct KnownCompany: Sendable, Equatable {
  package var company: Company
  /// In this company; not those in the whole bureau.
  package var roles: [RoleAssignment]
  package var agreements: [KnownAgreement]

  package init(company: Company, roles: [RoleAssignment], agreements: [KnownAgreement]) {
    self.company = company
    self.roles = roles
    self.agreements = agreements
  }
}
