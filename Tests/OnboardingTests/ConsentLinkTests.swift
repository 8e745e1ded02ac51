import Domain
import Foundation
import Primitives
import TestKit
import Testing

@testable import Onboarding

/// Who shall consent, and how reminders are sent, in a bureau file.
@Suite struct ConsentLinkTests {
  /// Reasons that are a consent's or the reminder settings' own.
  static let reasons: Set<Finding.Reason> = [
    .consentTwice, .consentWithoutRole, .remindersInvalid,
  ]

  private static let consents = """
        consents:
          - {bank: dnb, people: [seniors]}

    """
  private static let reminders = """
        reminders:
          reminders: automatic
          collection: manual
          first_run: next_day
          companies: {steps: [reminder, reminder, warning], level: strict}
          private_persons: {steps: [warning], level: mild}
          language: nb
          vat_registered: true
          start_invoice: "1024"

    """

  private func file(_ old: String = "", _ new: String = "") throws -> BureauFile {
    try Sample.read(try Self.text(old, new)).file
  }

  private static func text(_ old: String = "", _ new: String = "") throws -> String {
    let text = Sample.text + consents + reminders
    if old.isEmpty { return text }
    return text.replacingCharacters(in: try #require(text.range(of: old)), with: new)
  }

  private func plan(_ file: BureauFile, on model: ModelBureau) -> BureauPlan {
    BureauPlan(file, on: model.state, references: PlanTests.references)
  }

  private func applied(_ file: BureauFile) throws -> ModelBureau {
    var model = ModelBureau(of: file)
    try model.apply(plan(file, on: model))
    return model
  }

  private func links(_ plan: BureauPlan) -> [String] {
    plan.clients.flatMap(\.steps.changes).compactMap {
      if case .inviteConsent(let wish) = $0 { "\(wish.person) \(wish.bank)" } else { nil }
    }
  }

  @Test
  func `they are read as they stand, groups opened, and written so that they read as the same`()
    throws
  {
    let file = try file(), company = file.clients[0].company
    #expect(
      company.consents == [
        DesiredConsent(person: "ola", bank: "dnb"), DesiredConsent(person: "kari", bank: "dnb"),
      ])
    #expect(
      company.reminders
        == ReminderSettings(
          reminders: .automatic, collection: .manual, firstRun: .nextDay,
          companies: .init(steps: [.reminder, .reminder, .collectionWarning], level: .strict),
          privatePersons: .init(steps: [.collectionWarning], level: .mild), language: .norwegian,
          isVATRegistered: true, startInvoice: "1024"))
    #expect(try Sample.read(file.text).file.clients.map(\.company) == [company])
  }

  @Test(arguments: [
    (
      "people: [seniors]", "people: [seniors, kari, nobody]",
      ["31:44 PERSON_UNKNOWN clients[0].consents[0].people[2]"]
    ),
    (
      "approver: [seniors]", "approver: [kari]",
      ["31:28 CONSENT_NO_BANK_RIGHTS clients[0].consents[0].people"]
    ),
    (
      "bank: dnb, people: [seniors]}",
      "bank: dnb, people: [kari]}\n      - {bank: dnb, people: [ola]}",
      ["32:16 CONSENT_TWICE clients[0].consents[1].bank"]
    ),
    (
      "bank: dnb, people", "bank: dnb, given: true, people",
      ["31:20 UNKNOWN_FIELD clients[0].consents[0].given"]
    ),
    (
      "bank: dnb, people", "bank: nobank, people",
      ["31:16 BANK_UNKNOWN clients[0].consents[0].bank"]
    ),
    (
      "first_run: next_day\n      ", "",
      ["32:5 REMINDERS_INVALID clients[0].reminders.first_run"]
    ),
    (
      "[reminder, reminder, warning]", "[reminder, reminder]",
      ["36:18 REMINDERS_INVALID clients[0].reminders.companies"]
    ),
    (
      "level: strict", "level: harsh",
      ["36:65 VALUE_UNKNOWN clients[0].reminders.companies.level"]
    ),
  ])
  func `what is wrong is told with its place (C-03)`(
    old: String, new: String, findings: [String]
  ) throws {
    let found = Sample.findings(try Self.text(old, new))
    // Of the columns a test says nothing: they follow the length of the sample's lines.
    func place(_ finding: String) -> String {
      let parts = finding.split(separator: " ", maxSplits: 1)
      return "\(parts[0].prefix { $0 != ":" }) \(parts.last ?? "")"
    }
    #expect(
      found.map { String(place($0).drop { $0 != " " }) }
        == findings.map { String(place($0).drop { $0 != " " }) })
    #expect(found.allSatisfy { !$0.hasPrefix("0:") })
  }

  @Test func `a link waits until the agreement is active, and goes to each once (C-01)`() throws {
    let file = try file()
    var model = try applied(file)
    #expect(links(plan(file, on: model)).isEmpty)
    #expect(plan(file, on: model).changed.isEmpty)
    model.state.clients[0].known.agreements[0].state = .active
    let made = plan(file, on: model)
    #expect(links(made) == ["ola dnb", "kari dnb"])
    // It is nothing that somebody has changed by hand.
    #expect(!made.clients[0].isDrift)
    try model.apply(made)
    #expect(plan(file, on: model).changed.isEmpty)
  }

  /// What came last between a person and a bank, and whether a link is sent.
  @Test(
    arguments: [
      ([(KnownConsent.State.consent(.active), 1)], false),
      ([(.consent(.expiring), 1)], true),
      ([(.consent(.expired), 1)], true),
      ([(.consent(.revoked), 1)], false),
      ([(.link(.open), 1)], false),
      ([(.link(.expired), 1)], true),
      ([(.link(.replaced), 1)], true),
      ([(.link(.declined), 1)], false),
      ([(.link(.used), 1), (.consent(.active), 2)], false),
      ([(.consent(.expiring), 1), (.link(.open), 2)], false),
      ([(.consent(.expiring), 1), (.link(.declined), 2)], false),
      ([(.consent(.revoked), 1), (.link(.expired), 2)], true),
      ([(.consent(.expired), 1), (.consent(.active), 2)], false),
    ] as [([(KnownConsent.State, Int64)], Bool)])
  func `a person's own word stands, what has run out is asked again`(
    history: [(KnownConsent.State, Int64)], isSent: Bool
  ) throws {
    let file = try file()
    var model = try applied(file)
    model.state.clients[0].known.agreements[0].state = .active
    let kari = try #require(model.state.users.first { $0.displayName == "Kari Nordmann" }?.id)
    model.state.clients[0].known.consents = history.map {
      KnownConsent(
        user: kari, bank: "dnb", state: $0.0, createTime: Instant(microseconds: $0.1))
    }
    #expect(links(plan(file, on: model)).contains("kari dnb") == isSent)
    // Another bank's, and another person's, say nothing.
    for index in model.state.clients[0].known.consents.indices {
      model.state.clients[0].known.consents[index].bank = "nordea-no"
    }
    #expect(links(plan(file, on: model)).contains("kari dnb"))
  }

  @Test func `without an agreement at the bank, or an address, nobody can be asked`() throws {
    let file = try file()
    func findings(_ text: String) throws -> [String] {
      let changed = try Sample.read(text).file
      return plan(changed, on: ModelBureau(of: file)).findings.map { "\($0.reason) \($0.path)" }
    }
    #expect(
      try findings(Self.text("bank: dnb, people", "bank: nordea-no, people"))
        == ["CONSENT_BANK_UNCONNECTED clients[0].consents[0]"].flatMap { [$0, $0] })
    #expect(
      try findings(
        Self.text("    name: Ola Nordmann\n    email: ola@example.com", "    name: Ola Nordmann"))
        == ["CONSENT_UNREACHABLE people[1]"])
  }

  @Test func `what was imported has them, and its plan is empty`() throws {
    let file = try file()
    var model = try applied(file)
    model.state.clients[0].known.agreements[0].state = .active
    try model.apply(plan(file, on: model))
    let signer = DesiredPerson(
      key: "", displayName: "Kari Nordmann", email: "kari@example.com", mobile: "+4791234567",
      user: nil, reference: nil)
    let id = try #require(model.state.clients.first?.known.agreements.first?.id)
    func imported() throws -> BureauFile {
      try Sample.read(BureauFile(of: model.state, signers: [id: signer]).text).file
    }
    let again = try imported()
    #expect(again.clients[0].company.consents.count == 2)
    #expect(again.clients[0].company.reminders == file.clients[0].company.reminders)
    let made = BureauPlan(again, on: model.state, references: [:])
    #expect(made.findings.isEmpty && made.changed.isEmpty)
    // Who may approve no more is not asked any more (C-03).
    model.state.clients[0].known.roles.removeAll { $0.role == .approver }
    #expect(try imported().clients[0].company.consents.isEmpty)
  }

  @Test func `reminder settings changed by hand are drift, and none said are left`() throws {
    let file = try file()
    var model = try applied(file)
    model.state.clients[0].known.reminders?.language = .swedish
    let made = plan(file, on: model)
    #expect(made.clients[0].steps.changes == [.setReminders(["language"])])
    #expect(made.clients[0].isDrift)
    let silent = try Sample.read(Sample.text).file
    #expect(plan(silent, on: model).changed.isEmpty)
    model.state.clients[0].known.reminders = nil
    #expect(plan(file, on: model).clients[0].steps.changes == [.setReminders(["all"])])
  }

  @Test func `an example has both`() {
    let clients = BureauExample(clients: 60, seed: 7).file.clients.map(\.company)
    #expect(clients.contains { !$0.consents.isEmpty } && clients.contains { $0.consents.isEmpty })
    #expect(clients.contains { $0.reminders != nil } && clients.contains { $0.reminders == nil })
    #expect(clients.compactMap(\.reminders).allSatisfy { $0.faults.isEmpty })
  }
}
