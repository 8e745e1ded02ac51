// A realistic file of any size, the same for the same seed: to try the commands with, to show, and
// to measure. Every number is invented and has right check digits; national ids are test numbers.

import Crypto
import Domain
import Policies
package import Primitives
import Sealing

package struct BureauExample {
  package let file: BureauFile
  /// In the order of the people.
  package let nationalIDs: [(person: String, number: String)]

  /// - Parameter bureau: nil: an invented one.
  package init(clients: Int, seed: UInt64, bureau: OrganisationNumber? = nil) {
    var maker = ExampleMaker(seed: seed)
    let own = bureau ?? maker.organisationNumber(.no)
    // Three people a client in all: a team for each ten clients, and the client's own.
    let staffCount = max(2, clients / 10)
    let staff = (0..<staffCount).map { _ in maker.person(at: .no, domain: "regnskap.example") }
    var groups: [FileGroup] = []
    for start in stride(from: 0, to: staffCount, by: 4) {
      let members = staff[start..<min(start + 4, staffCount)].map(\.key)
      groups.append(FileGroup(key: "team-\(groups.count + 1)", members: members))
    }
    var people = staff
    var made: [FileClient] = []
    for index in 0..<clients {
      let country: CountryCode = maker.chance(30) ? .se : .no
      let name = maker.companyName(country)
      let domain = maker.domain(name, country)
      let director = maker.person(at: country, domain: domain)
      let second = maker.person(at: country, domain: domain)
      people += [director, second]
      var names: [Role: [String]] = [
        .accountant: [groups[index % groups.count].key],
        .approver: maker.chance(40) ? [director.key, second.key] : [director.key],
      ]
      if names[.approver]?.count == 1 { names[.reader] = [second.key] }
      if index < clients - staffCount {
        let third = maker.person(at: country, domain: domain)
        people.append(third)
        names[.companyAdministrator] = [third.key]
      }
      var client = maker.client(name, country, names, groups, signer: director.key)
      if names[.approver]?.count == 2 { client.company.policy = .example(country) }
      // Its private part is nowhere: who tries the example makes an own pair.
      if index % 10 == 3 { maker.addSigningKey(to: &client.company, of: own) }
      let banks = client.company.agreements.map(\.bank)
      if index % 5 != 4 {
        // Who approves consents, at each bank.
        var seen: Set<String> = []
        for bank in banks where seen.insert(bank).inserted {
          client.company.consents += (names[.approver] ?? []).map {
            DesiredConsent(person: $0, bank: bank)
          }
        }
      }
      if index % 3 == 1 { client.company.reminders = .example(country, index) }
      made.append(client)
    }
    file = BureauFile(
      bureau: own, people: people.map { FilePerson(person: $0) }, groups: groups, clients: made)
    nationalIDs = people.map { ($0.key, maker.nationalIDs[$0.key] ?? "") }
  }
}

private struct ExampleMaker {
  private var state: UInt64
  private(set) var nationalIDs: [String: String] = [:]
  private var used: Set<String> = []

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

  private mutating func pick(_ items: [String]) -> String { items[number(0...(items.count - 1))] }

  private mutating func digits(_ count: Int) -> String {
    (0..<count).map { _ in String(number(0...9)) }.joined()
  }

  /// Draws until a number is right and new: its check digit is one of ten or eleven.
  private mutating func drawn<Value>(
    _ draw: (inout Self) -> String, _ check: (String) -> Value?
  ) -> (text: String, value: Value) {
    while true {
      let text = draw(&self)
      if let value = check(text), used.insert(text).inserted { return (text, value) }
    }
  }

  mutating func organisationNumber(_ country: CountryCode) -> OrganisationNumber {
    drawn {
      country == .no ? "9" + $0.digits(8) : "55" + String($0.number(6...9)) + $0.digits(7)
    } _: {
      try? OrganisationNumber($0, country: country)
    }.value
  }

  // MARK: People

  mutating func person(at country: CountryCode, domain: String) -> DesiredPerson {
    let first = pick(country == .no ? Self.norwegianFirst : Self.swedishFirst)
    let last = pick(country == .no ? Self.norwegianLast : Self.swedishLast)
    let base = Self.plain("\(first).\(last)")
    var key = base, count = 1
    while !used.insert("person " + key).inserted {
      count += 1
      key = "\(base)-\(count)"
    }
    nationalIDs[key] = country == .no ? norwegianID() : swedishID()
    let mobile = country == .no ? "+479" + digits(7) : "+4670" + digits(7)
    return DesiredPerson(
      key: key, displayName: "\(first) \(last)", email: "\(key)@\(domain)", mobile: mobile,
      user: nil, reference: nil)
  }

  /// As Skatteetaten's Tenor makes them: 80 added to the month.
  private mutating func norwegianID() -> String {
    let born = Self.two(number(1...28)) + Self.two(number(81...92)) + Self.two(number(55...99))
    return drawn {
      born + $0.digits(5)
    } _: {
      try? NorwegianNationalID($0, allowsSynthetic: true)
    }.text
  }

  /// With the serials 980 to 999, which Skatteverket keeps for tests.
  private mutating func swedishID() -> String {
    drawn {
      "19" + Self.two($0.number(40...99)) + Self.two($0.number(1...12))
        + Self.two($0.number(1...28)) + "9\($0.number(80...99))" + $0.digits(1)
    } _: {
      try? PersonalNumber($0)
    }.text
  }

  // MARK: Clients

  mutating func companyName(_ country: CountryCode) -> String {
    let isNorwegian = country == .no
    let place = pick(isNorwegian ? Self.norwegianTowns.map(\.town) : Self.swedishTowns.map(\.town))
    let trade = pick(isNorwegian ? Self.norwegianTrades : Self.swedishTrades)
    let owner = pick(isNorwegian ? Self.norwegianLast : Self.swedishLast)
    return (chance(50) ? "\(place) \(trade)" : "\(owner) \(trade)") + (isNorwegian ? " AS" : " AB")
  }

  mutating func domain(_ name: String, _ country: CountryCode) -> String {
    let base = Self.plain(name.dropLast(3).lowercased())
    var text = base, count = 1
    while !used.insert("domain " + text).inserted {
      count += 1
      text = "\(base)-\(count)"
    }
    return text.split(separator: ".").joined(separator: "-") + ".example"
  }

  mutating func client(
    _ name: String, _ country: CountryCode, _ names: [Role: [String]], _ groups: [FileGroup],
    signer: String
  ) -> FileClient {
    let towns = country == .no ? Self.norwegianTowns : Self.swedishTowns
    let town = towns[number(0...(towns.count - 1))]
    let street = pick(country == .no ? Self.norwegianStreets : Self.swedishStreets)
    let members = Dictionary(
      groups.map { ($0.key, $0.members) }, uniquingKeysWith: { first, _ in first })
    var roles: [DesiredRole] = []
    for role in Role.allCases {
      for name in names[role] ?? [] {
        roles += (members[name] ?? [name]).map { DesiredRole(person: $0, role: role) }
      }
    }
    let number = organisationNumber(country)
    let agreements = (0..<2).map { _ in agreement(country, signer: signer) }
    return FileClient(
      company: DesiredCompany(
        displayName: name, organisationNumber: number, street: "\(street) \(self.number(1...120))",
        postalCode: town.code, town: town.town, roles: roles, agreements: agreements),
      roleNames: names)
  }

  private mutating func agreement(_ country: CountryCode, signer: String) -> DesiredAgreement {
    let banks = country == .no ? Self.norwegianBanks : Self.swedishBanks
    let bank = banks[number(0...(banks.count - 1))]
    let account = drawn {
      country == .no
        ? String($0.number(bank.first)) + $0.digits(7)
        : "\($0.number(bank.first))-\($0.digits(bank.digits))"
    } _: {
      try? AccountNumber(form: country == .no ? .norwegian : .swedish, text: $0)
    }.value
    return DesiredAgreement(
      kind: .remittance, bank: bank.id, account: account, currency: country == .no ? .nok : .sek,
      signer: signer)
  }

  mutating func addSigningKey(to company: inout DesiredCompany, of bureau: OrganisationNumber) {
    // Of the bureau too: a key is one company's on a server.
    let number = company.organisationNumber
    let seed = SHA256.hash(
      data: Array("bureau/example-key/v1\n\(bureau.digits)\n\(number.digits)\n\(next())".utf8))
    guard let secret = try? SealingSecret(seed: Array(seed)),
      let proof = try? secret.sign(secret.publicKey.proofBytes(bureau: bureau, company: number))
    else { return }
    company.signingKey = DesiredSigningKey(publicKey: secret.publicKey, proof: proof)
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

  /// `Åse Bø` as `aase.boe`: for keys and mail addresses.
  private static func plain(_ text: some StringProtocol) -> String {
    let letters: [Character: String] = [
      "å": "aa", "ä": "ae", "æ": "ae", "ö": "oe", "ø": "oe", "é": "e",
    ]
    return text.lowercased().map { character in
      letters[character] ?? (character == " " ? "." : String(character))
    }.joined()
  }

  // MARK: Names

  /// The first four digits say the bank; in Sweden they are the clearing number.
  private typealias Bank = (id: String, first: ClosedRange<Int>, digits: Int)
  private static let norwegianBanks: [Bank] = [
    ("dnb", 1500...1644, 7), ("nordea-no", 6001...6099, 7), ("sparebank1", 1800...1899, 7),
  ]
  private static let swedishBanks: [Bank] = [
    ("seb", 5000...5899, 7), ("handelsbanken", 6000...6899, 9), ("nordea", 3000...3299, 7),
  ]
  private static let norwegianFirst = [
    "Anne", "Kari", "Ingrid", "Marit", "Liv", "Solveig", "Åse", "Ola", "Per", "Lars", "Knut",
    "Bjørn", "Øyvind", "Geir", "Hilde", "Silje",
  ]
  private static let norwegianLast = [
    "Hansen", "Johansen", "Olsen", "Larsen", "Andersen", "Nilsen", "Berg", "Haugen", "Hagen",
    "Bakken", "Solberg", "Lie", "Bø", "Dahl", "Moen", "Strand",
  ]
  private static let swedishFirst = [
    "Anna", "Eva", "Maria", "Karin", "Sara", "Åsa", "Lena", "Erik", "Lars", "Anders", "Johan",
    "Mikael", "Björn", "Göran", "Emma", "Linnéa",
  ]
  private static let swedishLast = [
    "Andersson", "Johansson", "Karlsson", "Nilsson", "Eriksson", "Larsson", "Olsson", "Persson",
    "Svensson", "Lindberg", "Lindström", "Bergström", "Sjöberg", "Åberg", "Ek", "Holm",
  ]
  private static let norwegianTrades = [
    "Bygg", "Elektro", "Rør", "Fisk", "Dekk", "Transport", "Kaffe", "Tannklinikk", "Bokhandel",
    "Snekkeri", "Renhold", "Marina",
  ]
  private static let swedishTrades = [
    "Bygg", "El", "Rör", "Bageri", "Åkeri", "Måleri", "Städ", "Tandvård", "Konsult", "Trädgård",
    "Plåt", "Verktyg",
  ]
  private static let norwegianStreets = [
    "Storgata", "Havnegata", "Kirkegata", "Skolegata", "Industriveien", "Strandveien",
  ]
  private static let swedishStreets = [
    "Storgatan", "Hamngatan", "Kungsgatan", "Skolgatan", "Industrigatan", "Strandvägen",
  ]
  private static let norwegianTowns: [(code: String, town: String)] = [
    ("0152", "Oslo"), ("5003", "Bergen"), ("7010", "Trondheim"), ("8006", "Bodø"),
    ("9008", "Tromsø"), ("4005", "Stavanger"), ("6002", "Ålesund"), ("3044", "Drammen"),
  ]
  private static let swedishTowns: [(code: String, town: String)] = [
    ("111 20", "Stockholm"), ("411 03", "Göteborg"), ("211 20", "Malmö"), ("753 10", "Uppsala"),
    ("903 26", "Umeå"), ("652 24", "Karlstad"), ("831 30", "Östersund"), ("702 11", "Örebro"),
  ]
}

extension ReminderSettings {
  /// Every third by hand.
  fileprivate static func example(_ country: CountryCode, _ index: Int) -> ReminderSettings {
    let isManual = index % 9 == 1
    return ReminderSettings(
      reminders: isManual ? .manual : .automatic, collection: .manual,
      firstRun: isManual ? nil : .nextDay,
      companies: Debtors(steps: [.reminder, .reminder, .collectionWarning], level: .medium),
      privatePersons: Debtors(steps: [.reminder, .collectionWarning], level: .mild),
      language: country == .no ? .norwegian : .swedish, isVATRegistered: true)
  }
}

extension CompanyPolicy {
  /// Where two may approve: both for what is large.
  fileprivate static func example(_ country: CountryCode) -> CompanyPolicy {
    let currency: Currency = country == .no ? .nok : .sek
    func money(_ whole: Int64) -> Money { Money(minorUnits: whole * 100, currency: currency) }
    return CompanyPolicy(
      perPayment: [.init(above: money(50_000), approvers: 2)],
      perDay: [.init(above: money(500_000), approvers: 2)],
      examples: [
        PolicyExample(
          name: "a large one needs two", asked: PolicyCase(amount: money(50_001)),
          expected: .approvers(2))
      ])
  }
}
