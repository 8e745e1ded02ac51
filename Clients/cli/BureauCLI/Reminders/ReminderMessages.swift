internal import BureauAPI
internal import Domain
internal import SwiftProtobuf

// Both sides have the same names: `sameDay` here is SAME_DAY on the wire.

extension Bureau_V1_ReminderSettings {
  init(_ settings: ReminderSettings) {
    self.init()
    func debtors(_ debtors: ReminderSettings.Debtors) -> Debtors {
      .with {
        $0.steps = debtors.steps.map { $0 == .reminder ? .reminder : .collectionWarning }
        $0.level = Level(spoken: debtors.level.rawValue) ?? .unspecified
      }
    }
    reminders = Process(spoken: settings.reminders.rawValue) ?? .unspecified
    collection = Process(spoken: settings.collection.rawValue) ?? .unspecified
    switch settings.firstRun {
    case .sameDay: firstRun = .sameDay
    case .nextDay: firstRun = .nextDay
    case nil: break
    }
    companies = debtors(settings.companies)
    privatePersons = debtors(settings.privatePersons)
    language =
      switch settings.language {
      case .norwegian: .norwegian
      case .swedish: .swedish
      case .english: .english
      }
    vatRegistered = settings.isVATRegistered
    startInvoice = settings.startInvoice
    phone = settings.phone
    email = settings.email
  }
}

extension ReminderSettings {
  init(_ message: Bureau_V1_ReminderSettings) throws(CLIError) {
    let processes: [Bureau_V1_ReminderSettings.Process: Process] = [
      .automatic: .automatic, .manual: .manual,
    ]
    let runs: [Bureau_V1_ReminderSettings.FirstRun: FirstRun] = [
      .sameDay: .sameDay, .nextDay: .nextDay,
    ]
    let languages: [Bureau_V1_ReminderSettings.Language: Language] = [
      .norwegian: .norwegian, .swedish: .swedish, .english: .english,
    ]
    guard let reminders = processes[message.reminders],
      let collection = processes[message.collection],
      let language = languages[message.language],
      let companies = Self.debtors(message.companies),
      let persons = Self.debtors(message.privatePersons)
    else { throw ReadState.unreadable("reminder settings") }
    self.init(
      reminders: reminders, collection: collection, firstRun: runs[message.firstRun],
      companies: companies, privatePersons: persons, language: language,
      isVATRegistered: message.vatRegistered, startInvoice: message.startInvoice,
      phone: message.phone, email: message.email)
  }

  private static func debtors(_ message: Bureau_V1_ReminderSettings.Debtors) -> Debtors? {
    let levels: [Bureau_V1_ReminderSettings.Level: Level] = [
      .mild: .mild, .medium: .medium, .strict: .strict,
    ]
    let steps: [Bureau_V1_ReminderSettings.Step: Step] = [
      .reminder: .reminder, .collectionWarning: .collectionWarning,
    ]
    let found = message.steps.compactMap { steps[$0] }
    guard let level = levels[message.level], found.count == message.steps.count else { return nil }
    return Debtors(steps: found, level: level)
  }
}
