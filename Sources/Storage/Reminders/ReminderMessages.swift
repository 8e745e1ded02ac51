import Domain
import Facts
import SwiftProtobuf

extension ReminderSettingsSet {
  var message: Bureau_Facts_V1_ReminderSettingsSet {
    .with {
      $0.reminders = settings.reminders.rawValue
      $0.collection = settings.collection.rawValue
      $0.firstRun = settings.firstRun?.rawValue ?? ""
      $0.companies = settings.companies.message
      $0.privatePersons = settings.privatePersons.message
      $0.language = settings.language.rawValue
      $0.vatRegistered = settings.isVATRegistered
      $0.startInvoice = settings.startInvoice
      $0.phone = settings.phone
      $0.email = settings.email
    }
  }

  init(_ m: Bureau_Facts_V1_ReminderSettingsSet) throws {
    self.init(
      settings: ReminderSettings(
        reminders: try m.reminders.named(), collection: try m.collection.named(),
        firstRun: m.firstRun.isEmpty ? nil : try m.firstRun.named(),
        companies: try .init(m.companies), privatePersons: try .init(m.privatePersons),
        language: try m.language.named(), isVATRegistered: m.vatRegistered,
        startInvoice: m.startInvoice, phone: m.phone, email: m.email))
  }
}

extension ReminderSettings.Debtors {
  var message: Bureau_Facts_V1_ReminderDebtors {
    .with {
      $0.steps = steps.map(\.rawValue)
      $0.level = level.rawValue
    }
  }

  init(_ m: Bureau_Facts_V1_ReminderDebtors) throws {
    self.init(steps: try m.steps.map { try $0.named() }, level: try m.level.named())
  }
}
