package import Domain
package import Primitives

extension BureauFile {
  /// The file that says what is: a plan of it is empty.
  /// - Parameter signers: Name, mobile and mail of each agreement's signer.
  package init(
    of state: BureauState, signers: [ID<Agreement>: DesiredPerson]
  ) {
    var people = ImportedPeople(state.users)
    var clients: [FileClient] = []
    // Users before signers: who signs and is a user has one entry.
    for role in state.clients.filter({ $0.known.company.state == .active }).flatMap(\.known.roles) {
      _ = people.key(of: role.user)
    }
    for client in state.clients where client.known.company.state == .active {
      let company = client.known.company
      var roles: [DesiredRole] = []
      for role in client.known.roles.sorted(by: { ($0.role, $0.user) < ($1.role, $1.user) }) {
        guard let key = people.key(of: role.user) else { continue }
        roles.append(DesiredRole(person: key, role: role.role))
      }
      var agreements: [DesiredAgreement] = []
      for agreement in client.known.agreements where agreement.state != .terminated {
        guard let signer = signers[agreement.id] else { continue }
        agreements.append(
          DesiredAgreement(
            kind: agreement.kind, bank: agreement.bank, account: agreement.account,
            currency: agreement.currency, signer: people.key(of: signer, agreement.signer)))
      }
      // Who has consented, and who is asked to; whoever may not sign any more is left out (C-03).
      var consents: [DesiredConsent] = []
      for known in client.known.consents.sorted(by: { ($0.bank, $0.user) < ($1.bank, $1.user) })
      where known.isWanted {
        guard let key = people.key(of: known.user),
          roles.contains(DesiredRole(person: key, role: .approver)),
          agreements.contains(where: { $0.bank == known.bank })
        else { continue }
        let wish = DesiredConsent(person: key, bank: known.bank)
        if !consents.contains(wish) { consents.append(wish) }
      }
      clients.append(
        FileClient(
          company: DesiredCompany(
            displayName: company.displayName, organisationNumber: company.organisationNumber,
            street: company.street, postalCode: company.postalCode, town: company.town,
            roles: roles, agreements: agreements, policy: client.known.policy,
            signingKey: client.known.signingKeys.first { $0.state == .current }
              .map { DesiredSigningKey(publicKey: $0.publicKey, proof: []) },
            consents: consents, reminders: client.known.reminders),
          roleNames: Dictionary(grouping: roles, by: \.role).mapValues { $0.map(\.person) }))
    }
    self.init(
      bureau: state.bureau, people: people.all, groups: [],
      clients: clients.sorted { $0.company.displayName < $1.company.displayName })
  }
}

/// Gives users and signers their entries in a file, one a person.
private struct ImportedPeople {
  private var users: [ID<User>: KnownUser]
  private var byReference: [PersonReference: ID<User>] = [:]
  /// Mail addresses that name one user and no other.
  private let emailCounts: [String: Int]
  private var entries: [DesiredPerson] = []
  private var indexByUser: [ID<User>: Int] = [:]
  private var indexBySigner: [PersonReference: Int] = [:]
  private var keys: Set<String> = []
  private var emails: Set<String> = []

  init(_ users: [KnownUser]) {
    self.users = Dictionary(users.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    emailCounts = Dictionary(
      users.filter { !$0.email.isEmpty }.map { ($0.email.lowercased(), 1) }, uniquingKeysWith: +)
    for user in users {
      if let reference = user.reference { byReference[reference] = user.id }
    }
  }

  var all: [FilePerson] { entries.map { FilePerson(person: $0) } }

  mutating func key(of id: ID<User>) -> String? {
    guard let user = users[id] else { return nil }
    if let index = indexByUser[id] { return entries[index].key }
    let isOnlyOne = emailCounts[user.email.lowercased()] == 1
    indexByUser[id] = entries.count
    let email = keep(user.email)
    entries.append(
      DesiredPerson(
        key: newKey(user.displayName), displayName: user.displayName, email: email, mobile: "",
        user: isOnlyOne && !email.isEmpty ? nil : id, reference: nil))
    return entries.last?.key
  }

  /// The entry of a signer: that of the user with the same national id, or one of its own.
  mutating func key(of signer: DesiredPerson, _ reference: PersonReference) -> String {
    if let user = byReference[reference], let key = key(of: user), let index = indexByUser[user] {
      if entries[index].mobile.isEmpty { entries[index].mobile = signer.mobile }
      return key
    }
    if let index = indexBySigner[reference] { return entries[index].key }
    indexBySigner[reference] = entries.count
    var signer = signer
    signer.key = newKey(signer.displayName)
    // A mail address that a user has would make the signer that user.
    signer.email = emailCounts[signer.email.lowercased()] == nil ? keep(signer.email) : ""
    entries.append(signer)
    return signer.key
  }

  /// A mail address stands once in a file.
  private mutating func keep(_ email: String) -> String {
    emails.insert(email.lowercased()).inserted ? email : ""
  }

  /// `kari.nordmann`, `kari.nordmann-2`
  private mutating func newKey(_ name: String) -> String {
    var base = ""
    for character in name.lowercased() {
      if character.isLetter || ("0"..."9").contains(character) {
        base.append(character)
      } else if !base.isEmpty, base.last != "." {
        base.append(".")
      }
    }
    while base.last == "." { base.removeLast() }
    if base.isEmpty { base = "person" }
    base = String(base.prefix(40))
    var key = base, number = 1
    while !keys.insert(key).inserted {
      number += 1
      key = "\(base)-\(number)"
    }
    return key
  }
}
