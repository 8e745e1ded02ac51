import BureauAPI
import TestKit

extension Write {
  static let onboarding = [
    write("OnboardingService/ApplyCompany", Bureau_V1_ApplyCompanyRequest.self) { office in
      let parent = office.bureau.name
      let wish = try office.bureau.wish("Nye AS", number: 77)
      return (
        try office.bureau.administrator,
        { request, variant in
          request = wish
          request.parent = parent
          if variant.isOther { request.company.displayName = "Andre AS" }
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("ReminderService/SetReminderSettings", Bureau_V1_SetReminderSettingsRequest.self) {
      office in
      let name = try office.bureau.company.name + "/reminderSettings"
      return (
        try office.bureau.administrator,
        { request, variant in
          request.reminderSettings.name = name
          request.reminderSettings.reminders = .manual
          request.reminderSettings.collection = variant.isOther ? .automatic : .manual
          request.reminderSettings.companies.steps = [.collectionWarning]
          request.reminderSettings.companies.level = .mild
          request.reminderSettings.privatePersons.steps = [.collectionWarning]
          request.reminderSettings.privatePersons.level = .mild
          request.reminderSettings.language = .swedish
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]
}
