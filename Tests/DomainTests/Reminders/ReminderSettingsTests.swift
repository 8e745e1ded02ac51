import Domain
import Testing

@Suite struct ReminderSettingsTests {
  private static let right = ReminderSettings(
    reminders: .automatic, collection: .manual, firstRun: .sameDay,
    companies: .init(steps: [.reminder, .collectionWarning], level: .medium),
    privatePersons: .init(steps: [.collectionWarning], level: .mild), language: .swedish,
    isVATRegistered: true, startInvoice: "F-100/2", phone: "+46701234567",
    email: "faktura@example.com")

  struct Wrong: Sendable, CustomTestStringConvertible {
    let field: String
    let change: @Sendable (inout ReminderSettings) -> Void
    var testDescription: String { field }
  }

  static let wrong = [
    Wrong(field: "first_run") { $0.firstRun = nil },
    Wrong(field: "first_run") { $0.reminders = .manual },
    Wrong(field: "companies.steps") { $0.companies.steps = [] },
    Wrong(field: "companies.steps") {
      $0.companies.steps = [.collectionWarning, .reminder]
    },
    Wrong(field: "private_persons.steps") {
      $0.privatePersons.steps = [.reminder, .reminder]
    },
    Wrong(field: "start_invoice") { $0.startInvoice = "10 24" },
    Wrong(field: "start_invoice") {
      $0.startInvoice = String(repeating: "1", count: 31)
    },
    Wrong(field: "phone") { $0.phone = "0701234567" },
    Wrong(field: "email") { $0.email = "faktura" },
  ]

  @Test(arguments: wrong)
  func `what cannot be used is refused by its name`(wrong: Wrong) {
    var settings = Self.right
    wrong.change(&settings)
    #expect(settings.faults.map(\.field) == [wrong.field])
    do throws(ReminderError) {
      _ = try RemindersInForce.none.replacing(with: settings, etag: "")
      Issue.record("not refused")
    } catch {
      #expect(error.reason == "REMINDERS_INVALID")
      #expect(error.field == "reminder_settings.\(wrong.field)")
    }
  }

  @Test func `reminders and collection are automatic or manual each by itself`() throws {
    for reminders in ReminderSettings.Process.allCases {
      for collection in ReminderSettings.Process.allCases {
        var settings = Self.right
        settings.reminders = reminders
        settings.collection = collection
        settings.firstRun = reminders == .automatic ? .nextDay : nil
        #expect(settings.faults.isEmpty)
      }
    }
    for steps in ReminderSettings.stepLists {
      var settings = Self.right
      settings.companies.steps = steps
      #expect(settings.faults.isEmpty, "\(steps)")
    }
  }

  @Test func `settings are replaced whole, and the same once more are no fact`() throws {
    let facts = try RemindersInForce.none.replacing(with: Self.right, etag: "")
    #expect(facts == [.reminderSettingsSet(ReminderSettingsSet(settings: Self.right))])
    let set = RemindersInForce(settings: Self.right, revision: 7, setTime: nil)
    #expect(try set.replacing(with: Self.right, etag: "7").isEmpty)
    #expect(throws: ReminderError.changedMeanwhile) {
      try set.replacing(with: Self.right, etag: "6")
    }
  }
}
