package import Domain
package import Primitives

/// A bureau file that has been read and found right.
package struct BureauFile: Sendable, Equatable {
  /// Of the bureau that the file is about, so that it is not applied to another.
  package var bureau: OrganisationNumber
  package var people: [FilePerson]
  package var groups: [FileGroup]
  package var clients: [FileClient]

  package init(
    bureau: OrganisationNumber, people: [FilePerson], groups: [FileGroup], clients: [FileClient]
  ) {
    self.bureau = bureau
    self.people = people
    self.groups = groups
    self.clients = clients
  }

  package static let version = "1"

  /// Bounds of a file; more is refused before it is worked on.
  package enum Limit {
    package static let bytes = 16 << 20
    package static let clients = 10_000
    package static let people = 50_000
    package static let groups = 1_000
    package static let members = 1_000
    package static let agreements = 200
    /// K-01: a company has one.
    package static let signingKeys = 1
    package static let consents = 50
  }
}

package struct FilePerson: Sendable, Equatable {
  package var person: DesiredPerson
  package var place: Located

  package init(person: DesiredPerson, place: Located = Located(path: "", line: 0, column: 0)) {
    self.person = person
    self.place = place
  }
}

/// Several people under one name; a group may be made of groups.
package struct FileGroup: Sendable, Equatable {
  package var key: String
  package var members: [String]

  package init(key: String, members: [String]) {
    self.key = key
    self.members = members
  }
}

package struct FileClient: Sendable, Equatable {
  /// With the people of its roles, groups opened.
  package var company: DesiredCompany
  /// As the file has them: people and groups.
  package var roleNames: [Role: [String]]
  package var place: Located
  package var agreementPlaces: [Located]
  package var signingKeyPlace: Located?
  package var consentPlaces: [DesiredConsent: Located]

  package init(
    company: DesiredCompany, roleNames: [Role: [String]],
    place: Located = Located(path: "", line: 0, column: 0), agreementPlaces: [Located] = [],
    signingKeyPlace: Located? = nil, consentPlaces: [DesiredConsent: Located] = [:]
  ) {
    self.company = company
    self.roleNames = roleNames
    self.place = place
    self.agreementPlaces = agreementPlaces
    self.signingKeyPlace = signingKeyPlace
    self.consentPlaces = consentPlaces
  }
}

extension Role {
  /// As a file writes it: `company_administrator`.
  package var fileName: String {
    rawValue.reduce(into: "") { text, character in
      if character.isUppercase { text.append("_") }
      text.append(contentsOf: character.lowercased())
    }
  }

  package init?(fileName: String) {
    guard let role = Self.allCases.first(where: { $0.fileName == fileName }) else { return nil }
    self = role
  }
}

// The keys of a file: the reader knows these and no others, and the schema in docs/ has the same.

package protocol FileKeys: Hashable, CaseIterable, RawRepresentable<String>, Sendable
where AllCases: Sendable {
  /// Without these the reader refuses the table.
  static var required: Set<Self> { get }
}

package enum FileKey: String, FileKeys {
  case version, bureau, people, groups, clients
  package static let required: Set<Self> = [.version, .bureau, .clients]
}

package enum BureauKey: String, FileKeys {
  case organisationNumber = "organisation_number"
  case country
  package static let required: Set<Self> = [.organisationNumber, .country]
}

package enum PersonKey: String, FileKeys {
  case key, name, email, mobile, user
  package static let required: Set<Self> = [.key, .name]
}

package enum GroupKey: String, FileKeys {
  case key, members
  package static let required: Set<Self> = [.key, .members]
}

package enum ClientKey: String, FileKeys {
  case name, country, address, roles, agreements, consents, policy, reminders
  case organisationNumber = "organisation_number"
  case signingKeys = "signing_keys"
  // U-03: all five fields of a company.
  package static let required: Set<Self> = [.name, .organisationNumber, .country, .address]
}

package enum AddressKey: String, FileKeys {
  case street, town
  case postalCode = "postal_code"
  package static let required: Set<Self> = [.street, .postalCode, .town]
}

package enum RoleKey: String, FileKeys {
  case customerAdministrator = "customer_administrator"
  case companyAdministrator = "company_administrator"
  case accountant, approver, reader, payroll
  case serviceUser = "service_user"
  package static let required: Set<Self> = []
}

package enum AgreementKey: String, FileKeys {
  case kind, bank, account, currency, signer
  package static let required: Set<Self> = [.bank, .account, .currency, .signer]
}

package enum ConsentKey: String, FileKeys {
  case bank, people
  package static let required: Set<Self> = [.bank, .people]
}

package enum SigningKeyKey: String, FileKeys {
  case proof
  case publicKey = "public_key"
  package static let required: Set<Self> = [.publicKey]
}
