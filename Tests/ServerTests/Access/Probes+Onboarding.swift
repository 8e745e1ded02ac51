import BureauAPI

extension Probes {
  static let onboarding: [String: Make] = [
    "bureau.v1.OnboardingService/ReadBureauState": probe(Bureau_V1_ReadBureauStateRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.BoardService/ListBoard": probe(Bureau_V1_ListBoardRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.OnboardingService/ResolvePeople": probe(Bureau_V1_ResolvePeopleRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.OnboardingService/ApplyCompany": probe(Bureau_V1_ApplyCompanyRequest.self) {
      $0.parent = $1.bureau
      $0.requestID = $1.requestID
    },
    "bureau.v1.OnboardingService/ListChanges": probe(Bureau_V1_ListChangesRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.ReminderService/GetReminderSettings": probe(
      Bureau_V1_GetReminderSettingsRequest.self
    ) {
      $0.name = "\($1.company)/reminderSettings"
    },
    "bureau.v1.ReminderService/SetReminderSettings": probe(
      Bureau_V1_SetReminderSettingsRequest.self
    ) {
      $0.reminderSettings.name = "\($1.company)/reminderSettings"
      $0.requestID = $1.requestID
    },
  ]
}
