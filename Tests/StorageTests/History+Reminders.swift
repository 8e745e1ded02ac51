import Domain

extension History {
  /// Reminder settings, and others in their place.
  var reminderFacts: [[Fact]] {
    let automatic = ReminderSettings(
      reminders: .automatic, collection: .manual, firstRun: .nextDay,
      companies: .init(steps: [.reminder, .reminder, .collectionWarning], level: .strict),
      privatePersons: .init(steps: [.collectionWarning], level: .mild), language: .swedish,
      isVATRegistered: true, startInvoice: "10\(mark)", phone: "+46701234567",
      email: "faktura@example.com")
    let manual = ReminderSettings(
      reminders: .manual, collection: .automatic,
      companies: .init(steps: [.reminder, .collectionWarning], level: .medium),
      privatePersons: .init(steps: [.reminder, .collectionWarning], level: .mild),
      language: .english, isVATRegistered: false)
    return [automatic, manual].map {
      [.reminderSettingsSet(ReminderSettingsSet(settings: $0))]
    }
  }
}
