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
    }
  ]
}
