import BureauAPI
import Domain
import Storage
import SwiftProtobuf

private typealias Message = Bureau_V1_ReminderSettings

extension ReminderSettings {
  /// What a message leaves out, or has in a way of its own, is refused by its name.
  init(_ message: Bureau_V1_ReminderSettings) throws(ReminderError) {
    func named<Wire: Hashable, Value>(
      _ value: Wire, _ names: [(Value, Wire)], _ field: String
    ) throws(ReminderError) -> Value {
      guard let found = names.first(where: { $0.1 == value }) else {
        throw .invalid(field: field, "A value that there is must be chosen.")
      }
      return found.0
    }
    func debtors(_ message: Message.Debtors, _ field: String) throws(ReminderError) -> Debtors {
      guard message.steps.count <= 3 else {
        throw .invalid(field: "\(field).steps", "There are at most three steps.")
      }
      var steps: [Step] = []
      for step in message.steps {
        steps.append(try named(step, Message.stepNames, "\(field).steps"))
      }
      return Debtors(
        steps: steps, level: try named(message.level, Message.levelNames, "\(field).level"))
    }
    self.init(
      reminders: try named(message.reminders, Message.processNames, "reminders"),
      collection: try named(message.collection, Message.processNames, "collection"),
      firstRun: message.firstRun == .unspecified
        ? nil : try named(message.firstRun, Message.firstRunNames, "first_run"),
      companies: try debtors(message.companies, "companies"),
      privatePersons: try debtors(message.privatePersons, "private_persons"),
      language: try named(message.language, Message.languageNames, "language"),
      isVATRegistered: message.vatRegistered, startInvoice: message.startInvoice,
      phone: message.phone, email: message.email)
  }
}

extension Bureau_V1_ReminderSettings {
  fileprivate static let processNames: [(ReminderSettings.Process, Process)] = [
    (.automatic, .automatic), (.manual, .manual),
  ]
  fileprivate static let firstRunNames: [(ReminderSettings.FirstRun, FirstRun)] = [
    (.sameDay, .sameDay), (.nextDay, .nextDay),
  ]
  fileprivate static let stepNames: [(ReminderSettings.Step, Step)] = [
    (.reminder, .reminder), (.collectionWarning, .collectionWarning),
  ]
  fileprivate static let levelNames: [(ReminderSettings.Level, Level)] = [
    (.mild, .mild), (.medium, .medium), (.strict, .strict),
  ]
  fileprivate static let languageNames: [(ReminderSettings.Language, Language)] = [
    (.norwegian, .norwegian), (.swedish, .swedish), (.english, .english),
  ]

  init(_ now: RemindersInForce, at place: Place) {
    self.init()
    name = "\(ResourceName.company(place))/reminderSettings"
    etag = now.etag
    if let time = now.setTime { setTime = time.timestamp }
    guard let settings = now.settings else { return }
    func wire<Value: Equatable, Wire>(_ value: Value, _ names: [(Value, Wire)], _ none: Wire)
      -> Wire
    {
      names.first { $0.0 == value }?.1 ?? none
    }
    func message(_ debtors: ReminderSettings.Debtors) -> Debtors {
      .with {
        $0.steps = debtors.steps.map { wire($0, Self.stepNames, .unspecified) }
        $0.level = wire(debtors.level, Self.levelNames, .unspecified)
      }
    }
    reminders = wire(settings.reminders, Self.processNames, .unspecified)
    collection = wire(settings.collection, Self.processNames, .unspecified)
    firstRun =
      settings.firstRun.map { wire($0, Self.firstRunNames, .unspecified) } ?? .unspecified
    companies = message(settings.companies)
    privatePersons = message(settings.privatePersons)
    language = wire(settings.language, Self.languageNames, .unspecified)
    vatRegistered = settings.isVATRegistered
    startInvoice = settings.startInvoice
    phone = settings.phone
    email = settings.email
  }
}
