import Domain
import Foundation
import Primitives
import TestKit
import Testing

@testable import Onboarding

/// A right file, whose lines a test may change.
enum Sample {
  static let text = """
    version: 1
    bureau:
      organisation_number: 923609016
      country: NO
    people:
      - key: kari
        name: Kari Nordmann
        email: kari@example.com
        mobile: "+4791234567"
      - key: ola
        name: Ola Nordmann
        email: ola@example.com
    groups:
      - key: team
        members: [ola]
      - key: seniors
        members: [team, kari]
    clients:
      - name: Fjord Fisk AS
        organisation_number: "\(Numbers.organisation(1))"
        country: NO
        address: {street: Havnegata 1, postal_code: 8006, town: Bodø}
        roles:
          accountant: [team]
          approver: [seniors]
        agreements:
          - bank: dnb
            account: \(Numbers.norwegianAccount(1))
            currency: NOK
            signer: kari

    """

  static func read(_ text: String, nationalIDs: String? = nil) throws(FileRefused)
    -> (file: BureauFile, nationalIDs: [String: String])
  {
    try BureauFile.read(Array(text.utf8), nationalIDs: nationalIDs.map { Array($0.utf8) })
  }

  /// `3:5 UNKNOWN_FIELD clients[0].x`, for each finding.
  static func findings(_ text: String, nationalIDs: String? = nil) -> [String] {
    do throws(FileRefused) {
      _ = try read(text, nationalIDs: nationalIDs)
      return []
    } catch {
      return (error.findings + error.nationalIDs).map {
        "\($0.line):\($0.column) \($0.reason)" + ($0.path.isEmpty ? "" : " \($0.path)")
      }
    }
  }
}

@Suite struct BureauFileTests {
  @Test func `a right file is read as it stands`() throws {
    let file = try Sample.read(Sample.text).file
    let client = try #require(file.clients.first)
    #expect(file.bureau.digits == "923609016")
    #expect(client.company.displayName == "Fjord Fisk AS")
    // Norway is not a truth value, and a postal code keeps what stands in it.
    #expect(client.company.organisationNumber.country == .no)
    #expect(client.company.postalCode == "8006")
    #expect(client.company.agreements.map(\.bank) == ["dnb"])
    // Groups are opened, in order and without repeats.
    #expect(
      client.company.roles == [
        DesiredRole(person: "ola", role: .accountant),
        DesiredRole(person: "ola", role: .approver), DesiredRole(person: "kari", role: .approver),
      ])
  }

  @Test func `what is written is read back as the same`() throws {
    let file = try Sample.read(Sample.text).file
    let again = try Sample.read(file.text).file
    #expect(again.people.map(\.person) == file.people.map(\.person))
    #expect(again.groups == file.groups)
    #expect(again.clients.map(\.company) == file.clients.map(\.company))
    #expect(again.text == file.text)
  }

  @Test func `names with quotes and backslashes survive`() throws {
    var file = try Sample.read(Sample.text).file
    file.clients[0].company.displayName = #"A "b" \ C: #1 [x] & 'y' ø"#
    let again = try Sample.read(file.text).file
    #expect(again.clients[0].company.displayName == file.clients[0].company.displayName)
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    var testDescription: String { reason.rawValue }
    var reason: Finding.Reason
    var old: String
    var new: String
    var expected: [String]

    init(_ reason: Finding.Reason, _ old: String, _ new: String, _ expected: String...) {
      self.reason = reason
      self.old = old
      self.new = new
      self.expected = expected
    }
  }

  static let wrong: [Wrong] = [
    Wrong(.versionUnknown, "version: 1", "version: 2", "1:10 VERSION_UNKNOWN version"),
    Wrong(
      .unknownField, "    name: Kari Nordmann", "    name: Kari\n    nmae: Nordmann",
      "8:5 UNKNOWN_FIELD people[0].nmae"),
    Wrong(
      .fieldMissing, ", town: Bodø", "", "22:14 FIELD_MISSING clients[0].address.town"),
    Wrong(
      .fieldTooLong, "8006", "80060000000000000",
      "22:49 FIELD_TOO_LONG clients[0].address.postal_code"),
    Wrong(
      .fieldNotPlain, "Kari Nordmann", "\"Kari\\u202ENordmann\"",
      "7:11 FIELD_NOT_PLAIN people[0].name"),
    Wrong(.wrongShape, "[ola]", "ola", "15:14 WRONG_SHAPE groups[0].members"),
    Wrong(
      .keyInvalid, "key: kari", "key: kari/nordmann", "6:10 KEY_INVALID people[0].key",
      "17:21 PERSON_UNKNOWN groups[1].members[1]",
      "30:17 PERSON_UNKNOWN clients[0].agreements[0].signer"),
    Wrong(
      .countryNotSupported, "    country: NO\n    address", "    country: XX\n    address",
      "21:14 COUNTRY_NOT_SUPPORTED clients[0].country"),
    Wrong(
      .organisationNumberInvalid, "\"\(Numbers.organisation(1))\"",
      Numbers.wrong(Numbers.organisation(1)),
      "20:26 ORGANISATION_NUMBER_INVALID clients[0].organisation_number"),
    Wrong(
      .personTwice, "key: ola", "key: kari", "10:10 PERSON_TWICE people[1].key",
      "15:15 PERSON_UNKNOWN groups[0].members[0]"),
    Wrong(.emailInvalid, "kari@example.com", "kari", "8:12 EMAIL_INVALID people[0].email"),
    Wrong(.emailTwice, "ola@example.com", "KARI@example.com", "10:5 EMAIL_TWICE people[1]"),
    Wrong(.mobileInvalid, "+4791234567", "91234567", "9:13 MOBILE_INVALID people[0].mobile"),
    Wrong(
      .userInvalid, "    email: ola@example.com", "    user: 12",
      "12:11 USER_INVALID people[1].user"),
    Wrong(
      .groupTwice, "key: seniors", "key: team", "16:5 GROUP_TWICE groups[1]",
      "25:18 PERSON_UNKNOWN clients[0].roles.approver[0]"),
    Wrong(
      .groupCycle, "members: [ola]", "members: [ola, seniors]",
      "17:15 GROUP_CYCLE groups[1].members[0]"),
    Wrong(
      .personUnknown, "approver: [seniors]", "approver: [nobody]",
      "25:18 PERSON_UNKNOWN clients[0].roles.approver[0]"),
    Wrong(
      .unknownField, "approver: [seniors]", "emperor: [seniors]",
      "25:7 UNKNOWN_FIELD clients[0].roles.emperor"),
    Wrong(
      .bankUnknown, "bank: dnb", "bank: dbn", "27:15 BANK_UNKNOWN clients[0].agreements[0].bank"),
    Wrong(
      .accountInvalid, Numbers.norwegianAccount(1), Numbers.wrong(Numbers.norwegianAccount(1)),
      "28:18 ACCOUNT_INVALID clients[0].agreements[0].account"),
    Wrong(
      .accountNotAtBank, "bank: dnb", "bank: seb",
      "28:18 ACCOUNT_NOT_AT_BANK clients[0].agreements[0].account"),
    Wrong(
      .currencyUnknown, "currency: NOK", "currency: NKR",
      "29:19 CURRENCY_UNKNOWN clients[0].agreements[0].currency"),
    Wrong(
      .kindUnknown, "- bank: dnb", "- kind: loan\n        bank: dnb",
      "27:15 KIND_UNKNOWN clients[0].agreements[0].kind"),
    Wrong(.keyTwice, "country: NO\npeople", "country: NO\n  country: SE\npeople", "4:3 KEY_TWICE"),
    Wrong(.syntax, "[team, kari]", "[team, kari", "18:8 YAML_SYNTAX"),
    Wrong(.alias, "members: [ola]", "members: &m [ola]", "15:14 YAML_ALIAS"),
  ]

  @Test(arguments: wrong)
  func `what is wrong is told with its place`(wrong: Wrong) throws {
    #expect(Sample.text.contains(wrong.old))
    let range = try #require(Sample.text.firstRange(of: wrong.old))
    let text = Sample.text.replacingCharacters(in: range, with: wrong.new)
    #expect(Sample.findings(text) == wrong.expected)
  }

  @Test func `every reason has an example`() {
    // The rest have tests of their own below.
    let own: Set<Finding.Reason> = [
      .fileTooLarge, .notUTF8, .clientTwice, .accountTwice, .tooMany, .personTwoIDs,
      .nationalIDTwice, .nationalIDInvalid, .nationalIDUnused,
    ]
    #expect(
      Set(Self.wrong.map(\.reason)).union(own).union(PolicyFileTests.reasons)
        .union(ClientSettingsTests.reasons).union(ConsentLinkTests.reasons)
        == Set(Finding.Reason.allCases))
  }

  @Test func `all findings are told at once, in the order of the file`() {
    var text = Sample.text.replacingOccurrences(of: "kari@example.com", with: "kari")
    text = text.replacingOccurrences(of: "bank: dnb", with: "bank: dbn")
    text = text.replacingOccurrences(of: "members: [ola]", with: "members: [seniors]")
    text += text.components(separatedBy: "clients:\n")[1]
    #expect(
      Sample.findings(text) == [
        "8:12 EMAIL_INVALID people[0].email", "17:15 GROUP_CYCLE groups[1].members[0]",
        "27:15 BANK_UNKNOWN clients[0].agreements[0].bank", "31:5 CLIENT_TWICE clients[1]",
        "39:15 BANK_UNKNOWN clients[1].agreements[0].bank",
      ])
  }

  @Test func `one account has one agreement (A-18)`() {
    let agreement = Sample.text.components(separatedBy: "    agreements:\n")[1]
    #expect(
      Sample.findings(Sample.text + agreement) == [
        "31:9 ACCOUNT_TWICE clients[0].agreements[1]"
      ])
  }

  @Test(arguments: [
    "name: Fjord Fisk AS\n    ",
    "address: {street: Havnegata 1, postal_code: 8006, town: Bodø}\n    ",
  ])
  func `a client without one of the five fields is refused (U-03)`(field: String) {
    let text = Sample.text.replacingOccurrences(of: field, with: "")
    #expect(Sample.findings(text).contains { $0.contains("FIELD_MISSING clients[0].") })
  }

  @Test func `a cycle over several groups is told once`() {
    let text = Sample.text.replacingOccurrences(
      of: "members: [ola]", with: "members: [third]\n  - key: third\n    members: [seniors]")
    let findings = Sample.findings(text)
    #expect(findings.count == 1)
    #expect(findings.first?.contains("GROUP_CYCLE") == true)
  }

  @Test func `what is no text, or too large, is refused whole`() {
    #expect(throws: FileRefused.self) { try BureauFile.read([0xFF, 0xFE, 0x41]) }
    let large = [UInt8](repeating: 0x20, count: BureauFile.Limit.bytes + 1)
    #expect {
      try BureauFile.read(large)
    } throws: { error in
      (error as? FileRefused)?.findings.map(\.reason) == ["FILE_TOO_LARGE"]
    }
  }

  @Test func `more clients than the bound are refused before they are read`() {
    let many = "clients:\n" + String(repeating: "  - x\n", count: BureauFile.Limit.clients + 1)
    let text = Sample.text.components(separatedBy: "clients:\n")[0] + many
    #expect(Sample.findings(text) == ["19:3 TOO_MANY clients"])
  }

  @Test(arguments: ["[", "{a: ", "- "])
  func `deep nesting is refused and breaks nothing`(opening: String) {
    let text = String(repeating: opening, count: 100_000)
    #expect(Sample.findings(text).count == 1)
  }

  @Test(arguments: [
    "", "# nothing", "[]", "x", "version: 1", "- a\n- b", "\u{0}", "a: *b", "a: !!binary x",
  ])
  func `whatever is given is refused with a finding`(text: String) {
    #expect(!Sample.findings(text).isEmpty)
  }

  @Test func `a file cut off anywhere is read or refused, never worse`() {
    let bytes = Array(Sample.text.utf8)
    for count in bytes.indices {
      do throws(FileRefused) { _ = try BureauFile.read(Array(bytes.prefix(count))) } catch {
        #expect(!error.findings.isEmpty)
      }
    }
  }
}

@Suite struct NationalIDTests {
  @Test func `national ids are read by person`() throws {
    let ids = try Sample.read(
      Sample.text, nationalIDs: "kari: \"10915596784\"\nola: 19121212-1212\n"
    ).nationalIDs
    #expect(ids == ["kari": "10915596784", "ola": "19121212-1212"])
  }

  @Test(arguments: [
    ("kari: 10915596785", "1:7 NATIONAL_ID_INVALID kari"),
    ("kari: 10915596784\nola: 109155 96784", "2:6 NATIONAL_ID_TWICE ola"),
    ("per: 10915596784", "1:1 NATIONAL_ID_UNUSED"),
    ("kari: 10915596784\nkari: 191212121212", "1:1 PERSON_TWO_IDS"),
    ("- 10915596784", "0:0 WRONG_SHAPE"), ("kari: [10915596784]", "1:1 WRONG_SHAPE"),
    ("\"kari: 10915596784", "1:19 YAML_SYNTAX"),
  ])
  func `a wrong one is told without its digits`(text: String, finding: String) {
    do throws(FileRefused) {
      _ = try Sample.read(Sample.text, nationalIDs: text)
      Issue.record("read")
    } catch {
      let found = error.nationalIDs
      #expect(
        found.map { "\($0.line):\($0.column) \($0.reason)\($0.path.isEmpty ? "" : " ")\($0.path)" }
          == [finding])
      #expect(!"\(found)".contains("10915596784") && !"\(found)".contains("191212121212"))
      #expect(!"\(found)".contains("10915596785"))
    }
  }
}
