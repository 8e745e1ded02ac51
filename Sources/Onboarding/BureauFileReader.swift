import Domain
import Policies
import Primitives
import Sealing

extension BureauFile {
  /// Reads a file and, where one is given, the file with its people's national ids: all findings
  /// of both at once.
  package static func read(_ bytes: [UInt8], nationalIDs: [UInt8]? = nil) throws(FileRefused)
    -> (file: BureauFile, nationalIDs: [String: String])
  {
    var reader = BureauFileReader()
    let file = reader.read(bytes)
    var ids = NationalIDReader(people: reader.personKeys)
    if let nationalIDs { ids.read(nationalIDs) }
    guard let file, reader.log.findings.isEmpty, ids.log.findings.isEmpty else {
      throw FileRefused(
        findings: reader.log.findings.inOrder, nationalIDs: ids.log.findings.inOrder)
    }
    return (file, ids.numbers)
  }
}

/// Why a file is not worked on: everything that was found.
package struct FileRefused: Error, Sendable, Equatable {
  package var findings: [Finding]
  /// In the file with the national ids.
  package var nationalIDs: [Finding]
}

/// Reads a bureau file; goes on after what is wrong, so that all of it is told.
struct BureauFileReader {
  var log = FindingLog()
  /// Every key that stands in `people`, also of entries that are wrong otherwise.
  private(set) var personKeys: Set<String> = []

  mutating func read(_ bytes: [UInt8]) -> BureauFile? {
    guard let text = log.text(of: bytes, limit: BureauFile.Limit.bytes) else { return nil }
    let tree: Tree
    do throws(Finding) { tree = try Tree.read(text) } catch {
      log.add(error)
      return nil
    }
    guard let table = TableReader<FileKey>(tree, at: "", &log) else { return nil }
    if let version = table.text(.version, limit: 10, &log), version != BureauFile.version {
      log.add(
        .versionUnknown, at: table.located(.version),
        "This program reads version \(BureauFile.version).")
    }
    let bureau = table.tree(.bureau).flatMap { readBureau($0) }
    let people = table.list(.people, limit: BureauFile.Limit.people, &log)
      .compactMap { readPerson($0.tree, $0.path) }
    checkPeople(people)
    var names = FileNames(people: personKeys)
    for item in table.list(.groups, limit: BureauFile.Limit.groups, &log) {
      readGroup(item.tree, item.path, into: &names)
    }
    names.open(&log)
    let clients = table.list(.clients, limit: BureauFile.Limit.clients, &log)
      .compactMap { readClient($0.tree, $0.path, names, of: bureau) }
    checkClients(clients)
    guard let bureau, log.findings.isEmpty else { return nil }
    return BureauFile(bureau: bureau, people: people, groups: names.groups, clients: clients)
  }

  private mutating func readBureau(_ tree: Tree) -> OrganisationNumber? {
    guard let table = TableReader<BureauKey>(tree, at: FileKey.bureau.rawValue, &log) else {
      return nil
    }
    return organisationNumber(
      table.text(.organisationNumber, limit: 40, &log), table.located(.organisationNumber),
      country: table.text(.country, limit: 10, &log), table.located(.country))
  }

  private mutating func organisationNumber(
    _ text: String?, _ place: Located, country: String?, _ countryPlace: Located
  ) -> OrganisationNumber? {
    guard let country else { return nil }
    guard let code = try? CountryCode(country), code == .no || code == .se else {
      log.add(
        .countryNotSupported, at: countryPlace, "The country must be NO or SE, not \(country).")
      return nil
    }
    guard let text else { return nil }
    do throws(IdentifierError) { return try OrganisationNumber(text, country: code) } catch {
      log.add(.organisationNumberInvalid, at: place, "It is not valid: \(error.message)")
      return nil
    }
  }

  // MARK: People

  private mutating func readPerson(_ tree: Tree, _ path: String) -> FilePerson? {
    guard let table = TableReader<PersonKey>(tree, at: path, &log) else { return nil }
    let key = table.text(.key, limit: 60, &log).flatMap {
      self.key($0, table.located(.key))
    }
    if let key, !personKeys.insert(key).inserted {
      log.add(.personTwice, at: table.located(.key), "There are two people with the key \(key).")
    }
    let name = table.text(.name, limit: 140, &log)
    let email = table.text(.email, limit: 254, &log)
    if let email {
      do throws(IdentifierError) { _ = try EmailAddress(email) } catch {
        log.add(.emailInvalid, at: table.located(.email), "It is not valid: \(error.message)")
      }
    }
    let mobile = table.text(.mobile, limit: 20, &log)
    if let mobile {
      do throws(IdentifierError) { _ = try PhoneNumber(mobile) } catch {
        log.add(.mobileInvalid, at: table.located(.mobile), "It is not valid: \(error.message)")
      }
    }
    var user: ID<User>?
    if let text = table.text(.user, limit: 40, &log) {
      user = ID(hex: text)
      if user == nil {
        log.add(.userInvalid, at: table.located(.user), "A user is named by 32 hexadecimal digits.")
      }
    }
    guard let key, let name else { return nil }
    return FilePerson(
      person: DesiredPerson(
        key: key, displayName: name, email: email ?? "", mobile: mobile ?? "", user: user,
        reference: nil),
      place: table.place)
  }

  /// What names a person or group: letters, digits, dots, hyphens and underscores.
  mutating func key(_ text: String, _ place: Located) -> String? {
    let isKey = text.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || [".", "-", "_"].contains(scalar)
    }
    if isKey { return text }
    log.add(.keyInvalid, at: place, "A key is made of letters, digits, '.', '-' and '_'.")
    return nil
  }

  private mutating func checkPeople(_ people: [FilePerson]) {
    var emails: [String: String] = [:]
    var users: [ID<User>: String] = [:]
    for item in people {
      let person = item.person
      if !person.email.isEmpty {
        let first = emails[person.email.lowercased()]
        if let first {
          log.add(
            .emailTwice, at: item.place,
            "\(first) and \(person.key) have one mail address: they would be one user.")
        } else {
          emails[person.email.lowercased()] = person.key
        }
      }
      if let user = person.user {
        if let first = users[user] {
          log.add(.personTwice, at: item.place, "\(first) and \(person.key) are the same user.")
        } else {
          users[user] = person.key
        }
      }
    }
  }

  private mutating func readGroup(_ tree: Tree, _ path: String, into names: inout FileNames) {
    guard let table = TableReader<GroupKey>(tree, at: path, &log) else { return }
    let members = readNames(
      table.list(.members, limit: BureauFile.Limit.members, &log))
    guard let text = table.text(.key, limit: 60, &log), let key = key(text, table.located(.key))
    else { return }
    names.add(key, members, at: table.place, &log)
  }

  mutating func readNames(_ items: [(tree: Tree, path: String)]) -> [FileNames.Named] {
    items.compactMap { item in
      TableReader<GroupKey>.text(item.tree, at: item.path, isRequired: true, 60, &log).map {
        FileNames.Named(name: $0, place: item.tree.located(item.path))
      }
    }
  }

  // MARK: Clients

  private mutating func readClient(
    _ tree: Tree, _ path: String, _ names: FileNames, of bureau: OrganisationNumber?
  ) -> FileClient? {
    guard let table = TableReader<ClientKey>(tree, at: path, &log) else { return nil }
    let name = table.text(.name, limit: 140, &log)
    let number = organisationNumber(
      table.text(.organisationNumber, limit: 40, &log), table.located(.organisationNumber),
      country: table.text(.country, limit: 10, &log), table.located(.country))
    var street: String?, postalCode: String?, town: String?
    if let tree = table.tree(.address),
      let address = TableReader<AddressKey>(tree, at: table.path(.address), &log)
    {
      street = address.text(.street, limit: 140, &log)
      postalCode = address.text(.postalCode, limit: 16, &log)
      town = address.text(.town, limit: 70, &log)
    }
    let (roleNames, roles) = readRoles(table, names)
    var agreements: [DesiredAgreement] = []
    var places: [Located] = []
    for item in table.list(.agreements, limit: BureauFile.Limit.agreements, &log) {
      guard let agreement = readAgreement(item.tree, item.path) else { continue }
      let isTwice = agreements.contains {
        $0.account == agreement.account && $0.kind == agreement.kind
      }
      if isTwice {
        log.add(
          .accountTwice, at: item.tree.located(item.path),
          "The account has two agreements of one kind here (A-18: one per account).")
      }
      agreements.append(agreement)
      places.append(item.tree.located(item.path))
    }
    let policy = readPolicy(table), reminders = readReminders(table)
    let consents = readConsents(table, names, approvers: roles)
    let keys = table.list(.signingKeys, limit: BureauFile.Limit.signingKeys, &log)
    let key = keys.first.flatMap {
      readSigningKey($0.tree, $0.path, of: number, at: bureau)
    }
    guard let name, let number, let street, let postalCode, let town else { return nil }
    return FileClient(
      company: DesiredCompany(
        displayName: name, organisationNumber: number, street: street, postalCode: postalCode,
        town: town, roles: roles, agreements: agreements, policy: policy, signingKey: key,
        consents: consents.map(\.wish), reminders: reminders),
      roleNames: roleNames, place: table.place, agreementPlaces: places,
      signingKeyPlace: keys.first.map { $0.tree.located($0.path) },
      consentPlaces: Dictionary(
        consents.map { ($0.wish, $0.place) }, uniquingKeysWith: { first, _ in first }))
  }

  private mutating func readPolicy(_ table: TableReader<ClientKey>) -> CompanyPolicy? {
    guard let tree = table.tree(.policy) else { return nil }
    if case .empty = tree.content { return nil }
    var reader = PolicyReader(at: table.path(.policy))
    let policy = reader.read(tree)
    for finding in reader.log.findings { log.add(finding) }
    return policy
  }

  private mutating func readRoles(_ table: TableReader<ClientKey>, _ names: FileNames)
    -> (names: [Role: [String]], roles: [DesiredRole])
  {
    guard let tree = table.tree(.roles) else { return ([:], []) }
    if case .empty = tree.content { return ([:], []) }
    guard let found = TableReader<RoleKey>(tree, at: table.path(.roles), &log) else {
      return ([:], [])
    }
    var roleNames: [Role: [String]] = [:], roles: [DesiredRole] = []
    for key in RoleKey.allCases {
      guard let role = Role(fileName: key.rawValue) else { continue }
      let named = readNames(found.list(key, limit: BureauFile.Limit.members, &log))
      if named.isEmpty { continue }
      roleNames[role] = named.map(\.name)
      for person in names.people(of: named, &log) {
        roles.append(DesiredRole(person: person, role: role))
      }
    }
    return (roleNames, roles)
  }

  private mutating func checkClients(_ clients: [FileClient]) {
    var numbers: [OrganisationNumber: String] = [:]
    var keys: [SealingKey: String] = [:]
    for client in clients {
      if let key = client.company.signingKey?.publicKey {
        if let first = keys[key] {
          log.add(
            .signingKeyTwice, at: client.signingKeyPlace ?? client.place,
            "\(client.company.displayName) has the signing key of \(first): each has its own (K-01)."
          )
        } else {
          keys[key] = client.company.displayName
        }
      }
      let number = client.company.organisationNumber
      if let first = numbers[number] {
        log.add(
          .clientTwice, at: client.place,
          "\(client.company.displayName) has the organisation number of \(first).")
      } else {
        numbers[number] = client.company.displayName
      }
    }
  }
}

extension FindingLog {
  mutating func add(_ finding: Finding) {
    if let reason = Finding.Reason(rawValue: finding.reason) {
      add(
        reason, at: Located(path: finding.path, line: finding.line, column: finding.column),
        finding.message)
    }
  }
}
