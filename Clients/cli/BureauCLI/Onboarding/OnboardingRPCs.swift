package import BureauAPI

package typealias Onboardings = Bureau_V1_OnboardingService.Method
extension Bureau_V1_OnboardingService.Method.ReadBureauState: RPC {}
extension Bureau_V1_OnboardingService.Method.ResolvePeople: RPC {}
extension Bureau_V1_OnboardingService.Method.ApplyCompany: RPC {}
extension Bureau_V1_OnboardingService.Method.ListChanges: RPC {}
extension Bureau_V1_ApplyCompanyRequest: WriteRequest {}
