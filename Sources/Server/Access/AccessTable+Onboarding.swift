extension AccessTable {
  static let onboarding: [AccessRule] = [
    rule("OnboardingService", "ReadBureauState", administrators),
    rule("OnboardingService", "ResolvePeople", administrators),
    rule("OnboardingService", "ApplyCompany", administrators, leavesFact: true),
    rule("OnboardingService", "ListChanges", administrators),
  ]
}
