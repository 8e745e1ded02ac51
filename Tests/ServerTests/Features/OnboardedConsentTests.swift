import BureauAPI
import Domain
import EngineKit
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Links to consents and reminder settings from a bureau file, and who changed what since.
@Suite(.everyEngine) struct OnboardedConsentTests {
  private func apply(
    _ request: Bureau_V1_ApplyCompanyRequest, by person: Person
  ) async throws -> Bureau_V1_ApplyCompanyResponse {
    try await person.calls { connection, metadata in
      try await connection.onboarding.applyCompany(request, metadata: metadata)
    }
  }

  private func state(_ bureau: TestBureau) async throws -> Bureau_V1_CompanyState {
    let parent = bureau.name, company = try bureau.company.name
    let states = try await bureau.administrator.calls { connection, metadata in
      try await connection.onboarding.readBureauState(
        .with { $0.parent = parent }, metadata: metadata
      ) { response in
        var all: [Bureau_V1_CompanyState] = []
        for try await part in response.messages { all += part.companies }
        return all
      }
    }
    return try #require(states.first { $0.company.name == company })
  }

  private func changes(_ bureau: TestBureau) async throws -> Bureau_V1_ListChangesResponse {
    let parent = try bureau.company.name
    return try await bureau.administrator.calls { connection, metadata in
      try await connection.onboarding.listChanges(.with { $0.parent = parent }, metadata: metadata)
    }
  }

  /// The office as it is, with Max as a second approver, each of whom shall consent.
  private func wish(_ office: Office, _ people: [Person], _ request: String) async throws
    -> Bureau_V1_ApplyCompanyRequest
  {
    let company = try await state(office.bureau).company
    return .with {
      $0.parent = office.bureau.name
      $0.company = company
      $0.people = ([office.kim] + people).map { person in
        .with {
          $0.key = person.displayName.lowercased()
          $0.user = person.name
          $0.displayName = person.displayName
        }
      }
      $0.roles = ([(office.kim, Bureau_V1_Role.accountant)] + people.map { ($0, .approver) }).map {
        (person, role) in
        .with {
          $0.person = person.displayName.lowercased()
          $0.role = role
        }
      }
      $0.consents = people.map { person in
        .with {
          $0.person = person.displayName.lowercased()
          $0.bank = "dnb"
        }
      }
      $0.contentDigest = "digest"
      $0.requestID = request
    }
  }

  @Test func `who has not consented is sent a link, which that person alone can use (C-01, C-05)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let max = try await bureau.approver("Max")
      let wish = try await wish(office, [office.alex, max], "first")
      // Alex has consented already.
      #expect(try await apply(wish, by: robin).done.consentsInvited == 1)
      let link = try #require(try await state(bureau).consentInvitations.first)
      #expect(link.user == max.name && link.bank == "dnb" && link.state == .open)
      var again = wish
      again.requestID = "again"
      let repeated = again
      #expect(try await apply(repeated, by: robin).done == Bureau_V1_OnboardingCounts())
      // The file gives no consent: the person does.
      #expect(try await state(bureau).consents.map(\.user) == [office.alex.name])
      let secrets = try await max.links(about: link.name)
      #expect(secrets.count == 1)
      let secret = try #require(secrets.first)
      _ = try await max.approves(try await max.opens(secret, of: link))
      #expect(Set(try await state(bureau).consents.map(\.user)) == [office.alex.name, max.name])
      again.requestID = "once-more"
      let last = again
      #expect(try await apply(last, by: robin).done == Bureau_V1_OnboardingCounts())
    }
  }

  @Test func `who may not approve is asked for no consent, and nothing is left behind (C-03)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      var wish = try await wish(office, [office.alex], "first")
      wish.consents[0].person = "kim"
      wish.company.displayName = "Annet navn AS"
      let journals = try await bureau.journals(), request = wish
      #expect(
        try await bureau.refusal { try await apply(request, by: robin) }.reason
          == "CONSENT_NO_BANK_RIGHTS")
      wish.consents[0].person = "alex"
      wish.consents[0].bank = "nordea-no"
      let other = wish
      #expect(
        try await bureau.refusal { try await apply(other, by: robin) }.reason
          == "CONSENT_BANK_UNCONNECTED")
      #expect(try await bureau.journals() == journals)
    }
  }

  @Test func `who declined is not asked again by a file`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let max = try await bureau.approver("Max")
      var wish = try await wish(office, [office.alex, max], "first")
      _ = try await apply(wish, by: robin)
      let link = try #require(try await state(bureau).consentInvitations.first)
      let secret = try #require(try await max.links(about: link.name).first)
      _ = try await max.declines(link, by: secret, because: "Not my bank")
      wish.requestID = "again"
      #expect(try await apply(wish, by: robin).done == Bureau_V1_OnboardingCounts())
      let told = try await state(bureau).consentInvitations
      #expect(told.map(\.state) == [.declined] && told.map(\.note) == ["Not my bank"])
    }
  }

  private static let settings = Bureau_V1_ReminderSettings.with {
    $0.reminders = .automatic
    $0.collection = .manual
    $0.firstRun = .nextDay
    $0.companies.steps = [.reminder, .reminder, .collectionWarning]
    $0.companies.level = .strict
    $0.privatePersons.steps = [.collectionWarning]
    $0.privatePersons.level = .mild
    $0.language = .norwegian
    $0.vatRegistered = true
    $0.startInvoice = "1024"
  }

  private func set(_ settings: Bureau_V1_ReminderSettings, by person: Person, _ request: String)
    async throws -> Bureau_V1_ReminderSettings
  {
    let name = try person.bureau.company.name + "/reminderSettings"
    return try await person.calls { connection, metadata in
      try await connection.reminders.setReminderSettings(
        .with {
          $0.reminderSettings = settings
          $0.reminderSettings.name = name
          $0.requestID = request
        }, metadata: metadata)
    }
  }

  @Test func `reminder settings are kept, read back and refused by name`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      let name = try bureau.company.name + "/reminderSettings"
      func read() async throws -> Bureau_V1_ReminderSettings {
        try await office.kim.calls { connection, metadata in
          try await connection.reminders.getReminderSettings(
            .with { $0.name = name }, metadata: metadata)
        }
      }
      #expect(try await read() == .with { $0.name = name })
      let made = try await set(Self.settings, by: robin, "one")
      #expect(try await read() == made && made.etag != "" && made.hasSetTime)
      var bare = made
      bare.clearSetTime()
      bare.etag = ""
      bare.name = ""
      #expect(bare == Self.settings)
      for (change, field) in [
        ({ $0.firstRun = .unspecified }, "first_run"),
        ({ $0.reminders = .unspecified }, "reminders"),
        ({ $0.companies.steps = [] }, "companies.steps"),
        ({ $0.privatePersons.level = .unspecified }, "private_persons.level"),
        ({ $0.language = .unspecified }, "language"), ({ $0.phone = "12" }, "phone"),
      ] as [((inout Bureau_V1_ReminderSettings) -> Void, String)] {
        var wrong = Self.settings
        change(&wrong)
        let asked = wrong
        let refusal = try await bureau.refusal { try await set(asked, by: robin, "w-\(field)") }
        #expect(refusal.reason == "REMINDERS_INVALID")
        #expect(refusal.fields == ["reminder_settings.\(field)"])
      }
      var late = Self.settings
      late.etag = "1"
      let stale = late
      #expect(
        try await bureau.refusal { try await set(stale, by: robin, "late") }.reason
          == "REMINDERS_ETAG")
      #expect(try await read() == made)
    }
  }

  @Test func `a file sets them with the company, and what was changed since has a name and a time`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try bureau.administrator
      var wish = try await wish(office, [office.alex], "first")
      wish.reminderSettings = Self.settings
      #expect(try await changes(bureau) == Bureau_V1_ListChangesResponse())
      #expect(try await apply(wish, by: robin).done.remindersSet)
      let told = try await state(bureau)
      #expect(told.reminderSettings.startInvoice == "1024")
      // Nothing of what the application did itself.
      #expect(try await changes(bureau).changes.isEmpty)
      try await bureau.turnClock(to: "2026-03-03T09:30:00Z")
      let lina = try await bureau.person("Lina", .customerAdministrator, at: nil)
      let max = try await bureau.approver("Max")
      try await lina.sets { $0.approvers = 2 }
      var other = Self.settings
      other.language = .english
      _ = try await set(other, by: lina, "by-hand")
      let found = try await changes(bureau)
      #expect(found.hasApplyTime && !found.truncated)
      #expect(
        Set(found.changes.map { "\($0.kind) \($0.actorDisplayName)" }) == [
          "roleGiven \(robin.displayName)", "policySet Lina", "remindersSet Lina",
        ])
      let role = try #require(found.changes.first { $0.kind == .roleGiven })
      #expect(role.user == max.name && role.role == .approver)
      let then = try #require(Instant(rfc3339: "2026-03-03T09:30:00Z"))
      #expect(role.createTime.seconds == then.microseconds / 1_000_000)
      #expect(role.fact.contains("/facts/") && role.actor == robin.name)
      // The next application begins anew.
      wish.requestID = "again"
      let repaired = wish
      let done = try await apply(repaired, by: robin).done
      #expect(done.rolesTaken == 1 && done.remindersSet)
      #expect(try await changes(bureau).changes.isEmpty)
    }
  }
}
