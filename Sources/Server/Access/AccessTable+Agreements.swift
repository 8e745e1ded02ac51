import Domain

extension AccessTable {
  static let agreements: [AccessRule] = [
    rule("AgreementService", "ListBanks", .member),
    rule("AgreementService", "CreateAgreement", .company(registrars), leavesFact: true),
    rule("AgreementService", "GetAgreement", .company(all)),
    rule("AgreementService", "ListAgreements", .company(all)),
    rule("AgreementService", "UpdateAgreement", .company(registrars), leavesFact: true),
    rule("AgreementService", "SendAgreement", .company(registrars), leavesFact: true),
    rule("AgreementService", "OpenAgreementLink", .anyone),
    rule("AgreementService", "StartAgreementSignature", .anyone),
    rule("AgreementService", "DeclineAgreement", .anyone, leavesFact: true),
    rule("AgreementService", "CheckConnection", .company(registrars), leavesFact: true),
    rule("AgreementService", "ActivateAgreement", .company(registrars), leavesFact: true),
    rule(
      "AgreementService", "TerminateAgreement", .company([.customerAdministrator]),
      leavesFact: true),
    rule(
      "AgreementService", "ConvertAgreement", .company([.customerAdministrator]),
      leavesFact: true),
    rule("AgreementService", "RecordAgreementStep", .company(registrars), leavesFact: true),
    rule("AgreementService", "GetAgreementSettings", .company(all)),
    rule("AgreementService", "GetBankApplication", .company(registrars)),
  ]

  static let consents: [AccessRule] = [
    rule("ConsentService", "StartConsent", .company([.approver])),
    rule("ConsentService", "GetConsent", .company(all)),
    rule("ConsentService", "ListConsents", .company(all)),
    // Whoever is no approver any more can still take back what is theirs; nobody else can.
    rule("ConsentService", "RevokeConsent", .company(all), leavesFact: true),
    rule("ConsentService", "CreateConsentInvitation", .company(registrars), leavesFact: true),
    rule("ConsentService", "ListConsentInvitations", .company(all)),
    rule("ConsentService", "OpenConsentLink", .anyone),
    rule("ConsentService", "StartInvitedConsent", .anyone),
    rule("ConsentService", "DeclineConsentInvitation", .anyone, leavesFact: true),
    rule("ConsentService", "GetConnectionMarks", .company(all)),
    rule("ConsentService", "ListConsentGaps", .member),
  ]
}
