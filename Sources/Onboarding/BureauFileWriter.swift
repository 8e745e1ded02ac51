// Writes what the reader reads. Every value is quoted: other programs' YAML takes NO for a truth
// value and an organisation number for a sum.

import Crypto
package import Domain
import Primitives

extension BureauFile {
  package var text: String {
    var writer = BureauFileWriter()
    writer.write(self)
    return writer.text
  }
}

extension FileClient {
  /// Changes with all that the file says of the client and its people; not with their national ids,
  /// which it must not show.
  package func digest(people: [String: DesiredPerson]) -> String {
    var writer = BureauFileWriter()
    for key in company.people.sorted() {
      guard let person = people[key] else { continue }
      writer.write(person, withUser: false)
    }
    var opened = self
    opened.roleNames = Dictionary(grouping: company.roles, by: \.role)
      .mapValues { $0.map(\.person).sorted() }
    writer.write(opened)
    return SHA256.hash(data: Array(writer.text.utf8)).prefix(16).map { byte in
      let digits = String(byte, radix: 16)
      return digits.utf8.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

struct BureauFileWriter {
  private(set) var text = ""

  mutating func write(_ file: BureauFile) {
    line(0, FileKey.version, BureauFile.version)
    line(0, FileKey.bureau)
    line(1, BureauKey.organisationNumber, file.bureau.digits)
    line(1, BureauKey.country, file.bureau.country.code)
    line(0, FileKey.people)
    for person in file.people { write(person.person, withUser: true) }
    if !file.groups.isEmpty { line(0, FileKey.groups) }
    for group in file.groups {
      text += "  - \(GroupKey.key.rawValue): \(Self.quoted(group.key))\n"
      line(2, GroupKey.members, list: group.members)
    }
    line(0, FileKey.clients)
    for client in file.clients { write(client) }
  }

  mutating func write(_ person: DesiredPerson, withUser: Bool) {
    text += "  - \(PersonKey.key.rawValue): \(Self.quoted(person.key))\n"
    line(2, PersonKey.name, person.displayName)
    if !person.email.isEmpty { line(2, PersonKey.email, person.email) }
    if !person.mobile.isEmpty { line(2, PersonKey.mobile, person.mobile) }
    if withUser, let user = person.user { line(2, PersonKey.user, user.hex) }
  }

  mutating func write(_ client: FileClient) {
    let company = client.company
    text += "  - \(ClientKey.name.rawValue): \(Self.quoted(company.displayName))\n"
    line(2, ClientKey.organisationNumber, company.organisationNumber.digits)
    line(2, ClientKey.country, company.organisationNumber.country.code)
    line(2, ClientKey.address)
    line(3, AddressKey.street, company.street)
    line(3, AddressKey.postalCode, company.postalCode)
    line(3, AddressKey.town, company.town)
    if !client.roleNames.isEmpty { line(2, ClientKey.roles) }
    for key in RoleKey.allCases {
      guard let role = Role(fileName: key.rawValue), let names = client.roleNames[role] else {
        continue
      }
      line(3, key, list: names)
    }
    if !company.agreements.isEmpty { line(2, ClientKey.agreements) }
    for agreement in company.agreements {
      text += "      - \(AgreementKey.kind.rawValue): \(Self.quoted(agreement.kind.rawValue))\n"
      line(4, AgreementKey.bank, agreement.bank)
      line(4, AgreementKey.account, agreement.account.typed)
      line(4, AgreementKey.currency, agreement.currency.code)
      line(4, AgreementKey.signer, agreement.signer)
    }
    writeConsents(company.consents)
    if let policy = company.policy {
      line(2, ClientKey.policy)
      for line in PolicyFile.lines(of: policy) { text += "      \(line)\n" }
    }
    for line in company.signingKey?.fileLines ?? [] { text += "    \(line)\n" }
    if let reminders = company.reminders {
      line(2, ClientKey.reminders)
      for line in ReminderFile.lines(of: reminders) { text += "      \(line)\n" }
    }
  }

  private mutating func writeConsents(_ consents: [DesiredConsent]) {
    if !consents.isEmpty { line(2, ClientKey.consents) }
    var written: Set<String> = []
    for bank in consents.map(\.bank) where written.insert(bank).inserted {
      text += "      - \(ConsentKey.bank.rawValue): \(Self.quoted(bank))\n"
      line(4, ConsentKey.people, list: consents.filter { $0.bank == bank }.map(\.person))
    }
  }

  private mutating func line(_ depth: Int, _ key: some FileKeys) {
    text += String(repeating: "  ", count: depth) + key.rawValue + ":\n"
  }

  private mutating func line(_ depth: Int, _ key: some FileKeys, _ value: String) {
    text += String(repeating: "  ", count: depth) + "\(key.rawValue): \(Self.quoted(value))\n"
  }

  private mutating func line(_ depth: Int, _ key: some FileKeys, list: [String]) {
    let items = list.map(Self.quoted).joined(separator: ", ")
    text += String(repeating: "  ", count: depth) + "\(key.rawValue): [\(items)]\n"
  }

  static func quoted(_ text: String) -> String {
    "\""
      + text.reduce(into: "") { result, character in
        if character == "\"" || character == "\\" { result.append("\\") }
        result.append(character)
      } + "\""
  }
}

extension BureauFile {
  /// The file with national ids, for whoever makes both.
  package static func nationalIDText(_ numbers: [(person: String, number: String)]) -> String {
    numbers.map {
      "\(BureauFileWriter.quoted($0.person)): \(BureauFileWriter.quoted($0.number))\n"
    }.joined()
  }
}
