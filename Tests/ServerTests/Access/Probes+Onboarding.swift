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
  ]
}
