import Domain

/// Reads one company's reminder settings; goes on after what is wrong, so that all of it is told.
struct ReminderReader {
  var log = FindingLog()
  private let root: String

  /// - Parameter root: Where the settings stand in their file; empty for a file of their own.
  init(at root: String) { self.root = root }

  /// nil where there are findings.
  mutating func read(_ tree: Tree) -> ReminderSettings? {
    guard let table = TableReader<RemindersKey>(tree, at: root, &log) else { return nil }
    let processes = ReminderSettings.Process.fileNames
    let reminders = choice(table, .reminders, processes)
    let collection = choice(table, .collection, processes)
    let first = choice(table, .firstRun, ReminderSettings.FirstRun.fileNames)
    let companies = debtors(table, .companies), persons = debtors(table, .privatePersons)
    let language = choice(table, .language, ReminderSettings.Language.fileNames)
    let isRegistered = choice(table, .vatRegistered, [("true", true), ("false", false)])
    let start = table.text(.startInvoice, limit: ReminderSettings.startInvoiceLimit, &log) ?? ""
    let phone = table.text(.phone, limit: 20, &log) ?? ""
    let email = table.text(.email, limit: 254, &log) ?? ""
    guard let reminders, let collection, let companies, let persons, let language, let isRegistered
    else { return nil }
    let settings = ReminderSettings(
      reminders: reminders, collection: collection, firstRun: first, companies: companies,
      privatePersons: persons, language: language, isVATRegistered: isRegistered,
      startInvoice: start, phone: phone, email: email)
    for fault in settings.faults {
      let key = RemindersKey(rawValue: fault.field.prefix { $0 != "." }.lowercased())
      log.add(
        .remindersInvalid, at: key.map { table.located($0) } ?? table.place, fault.message)
    }
    return log.findings.isEmpty ? settings : nil
  }

  private mutating func debtors(_ table: TableReader<RemindersKey>, _ key: RemindersKey)
    -> ReminderSettings.Debtors?
  {
    guard let tree = table.tree(key),
      let found = TableReader<DebtorsKey>(tree, at: table.path(key), &log)
    else { return nil }
    var steps: [ReminderSettings.Step] = []
    let items = found.list(.steps, limit: 3, &log)
    for item in items {
      let text = TableReader<DebtorsKey>.text(
        item.tree, at: item.path, isRequired: true, 20, &log)
      if let step = chosen(text, at: item.tree.located(item.path), ReminderSettings.Step.fileNames)
      {
        steps.append(step)
      }
    }
    let level = choice(found, .level, ReminderSettings.Level.fileNames)
    guard let level, steps.count == items.count else { return nil }
    return ReminderSettings.Debtors(steps: steps, level: level)
  }

  private mutating func choice<Keys: FileKeys, Value>(
    _ table: TableReader<Keys>, _ key: Keys, _ names: [(name: String, value: Value)]
  ) -> Value? {
    chosen(table.text(key, limit: 60, &log), at: table.located(key), names)
  }

  private mutating func chosen<Value>(
    _ text: String?, at place: Located, _ names: [(name: String, value: Value)]
  ) -> Value? {
    guard let text else { return nil }
    if let found = names.first(where: { $0.name == text }) { return found.value }
    log.add(.valueUnknown, at: place, "The values here are \(names.map(\.name).listed).")
    return nil
  }
}
