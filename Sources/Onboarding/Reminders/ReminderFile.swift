package import Domain

// A company's reminder settings as a file of their own, and as a part of a bureau file.

package enum RemindersKey: String, FileKeys {
  case reminders, collection, companies, language, phone, email
  case firstRun = "first_run"
  case privatePersons = "private_persons"
  case vatRegistered = "vat_registered"
  case startInvoice = "start_invoice"
  package static let required: Set<Self> = [
    .reminders, .collection, .companies, .privatePersons, .language, .vatRegistered,
  ]
}

package enum DebtorsKey: String, FileKeys {
  case steps, level
  package static let required: Set<Self> = [.steps, .level]
}

extension ReminderSettings.Process {
  static let fileNames: [(name: String, value: Self)] = allCases.map { ($0.rawValue, $0) }
}

extension ReminderSettings.FirstRun {
  static let fileNames: [(name: String, value: Self)] = [
    ("same_day", .sameDay), ("next_day", .nextDay),
  ]
}

extension ReminderSettings.Step {
  static let fileNames: [(name: String, value: Self)] = [
    ("reminder", .reminder), ("warning", .collectionWarning),
  ]
}

extension ReminderSettings.Level {
  static let fileNames: [(name: String, value: Self)] = allCases.map { ($0.rawValue, $0) }
}

extension ReminderSettings.Language {
  static let fileNames: [(name: String, value: Self)] = allCases.map { ($0.rawValue, $0) }
}

package enum ReminderFile {
  /// Bytes that are read of a file.
  package static let limit = 1 << 16

  /// Refuses with everything that is wrong.
  package static func read(_ bytes: [UInt8]) throws(FileRefused) -> ReminderSettings {
    var reader = ReminderReader(at: "")
    let settings = read(bytes, &reader)
    guard let settings, reader.log.findings.isEmpty else {
      throw FileRefused(findings: reader.log.findings.inOrder, nationalIDs: [])
    }
    return settings
  }

  private static func read(_ bytes: [UInt8], _ reader: inout ReminderReader) -> ReminderSettings? {
    guard let text = reader.log.text(of: bytes, limit: limit) else { return nil }
    do throws(Finding) { return reader.read(try Tree.read(text)) } catch {
      reader.log.add(error)
      return nil
    }
  }

  /// What `read` reads as the same settings.
  package static func text(of settings: ReminderSettings) -> String {
    lines(of: settings).joined(separator: "\n") + "\n"
  }

  /// Without indentation, so that they can stand in another file.
  static func lines(of settings: ReminderSettings) -> [String] {
    func name<Value: Equatable>(_ value: Value, _ names: [(name: String, value: Value)]) -> String {
      names.first { $0.value == value }?.name ?? ""
    }
    func line(_ key: RemindersKey, _ value: String) -> String { "\(key.rawValue): \(value)" }
    func debtors(_ debtors: ReminderSettings.Debtors) -> String {
      let steps = debtors.steps.map { name($0, ReminderSettings.Step.fileNames) }
      let level = name(debtors.level, ReminderSettings.Level.fileNames)
      return "{\(DebtorsKey.steps.rawValue): [\(steps.joined(separator: ", "))],"
        + " \(DebtorsKey.level.rawValue): \(level)}"
    }
    let processes = ReminderSettings.Process.fileNames
    var lines = [
      line(.reminders, name(settings.reminders, processes)),
      line(.collection, name(settings.collection, processes)),
    ]
    if let first = settings.firstRun {
      lines.append(line(.firstRun, name(first, ReminderSettings.FirstRun.fileNames)))
    }
    lines += [
      line(.companies, debtors(settings.companies)),
      line(.privatePersons, debtors(settings.privatePersons)),
      line(.language, settings.language.rawValue),
      line(.vatRegistered, String(settings.isVATRegistered)),
    ]
    for (key, value) in [
      (RemindersKey.startInvoice, settings.startInvoice), (.phone, settings.phone),
      (.email, settings.email),
    ] where !value.isEmpty {
      lines.append(line(key, BureauFileWriter.quoted(value)))
    }
    return lines
  }
}

extension BureauFileReader {
  mutating func readReminders(_ table: TableReader<ClientKey>) -> ReminderSettings? {
    guard let tree = table.tree(.reminders) else { return nil }
    if case .empty = tree.content { return nil }
    var reader = ReminderReader(at: table.path(.reminders))
    let settings = reader.read(tree)
    for finding in reader.log.findings { log.add(finding) }
    return settings
  }
}
