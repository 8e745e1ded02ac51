// What of the table depends on more than roles: which access of a package a method needs, and which
// cells a bureau may set as it likes.

package import Domain

extension AccessTable {
  /// Licences, packages, phones, employees and the table itself.
  static let people: [AccessRule] = [
    rule("LicenceService", "GetTerms", .member),
    rule("LicenceService", "OrderLicence", administrators, leavesFact: true),
    rule("LicenceService", "GetLicence", .member),
    rule("LicenceService", "AcceptTerms", administrators, leavesFact: true),
    rule("LicenceService", "GetPackages", .company(all)),
    rule("LicenceService", "UpdatePackages", administrators, leavesFact: true),
    // One's own, or an administrator's to look at: the rules say so.
    rule("PhoneService", "GetPhone", .member),
    rule("PhoneService", "UpdatePhone", .member, leavesFact: true),
    rule("PhoneService", "SendPhoneCode", .member),
    rule("PhoneService", "ConfirmPhone", .member, leavesFact: true),
    rule("PhoneService", "UpdateBankSigning", companySettings, leavesFact: true),
    rule("PhoneService", "ListBankSignings", companySettings),
    rule("PhoneService", "CheckSmsSigning", .company(all)),
    rule("EmployeeService", "GetEmployee", .member),
    rule("EmployeeService", "UpdateEmployee", .member, leavesFact: true),
    rule("EmployeeService", "GetAutomationEmployee", .company(all)),
    rule("EmployeeService", "UpdateAutomationEmployee", companySettings, leavesFact: true),
    rule("AccessService", "ListAccessRules", .member),
    rule("AccessService", "UpdateAccessCell", administrators, leavesFact: true),
  ]

  /// S-03: administration access to the company's settings.
  private static let companySettings: AccessRule.Gate = .company([
    .customerAdministrator, .companyAdministrator,
  ])

  // MARK: Packages

  /// The access that each service's methods need; one that is not here needs no package.
  private static let modules: [String: [ModuleAccess]] = [
    "AgreementService": [.agreements], "ConsentService": [.consents],
    "PaymentService": [.payments], "SubmissionService": [.payments],
    "SupplierService": [.payments], "OpenItemService": [.payments],
    "SalaryService": [.payments],
    "StatementService": [.statements],
    "PostingService": [.postings],
    "AuditService/ExportPaymentProof": [.payments],
    "TransferService/GetTransfer": [.transfers], "TransferService/ListTransfers": [.transfers],
    // The link to sign or to consent is a message to a person (U-04).
    "AgreementService/SendAgreement": [.agreements, .links],
    "ConsentService/CreateConsentInvitation": [.consents, .links],
    // O-07: to remit.
    "PaymentService/StartPaymentSignature": [.payments, .signing],
    "PaymentService/StartPaymentSignatures": [.payments, .signing],
    // Taking back what one has given is never a question of a licence.
    "ConsentService/RevokeConsent": [], "AgreementService/TerminateAgreement": [],
  ]

  static let needs: [String: [ModuleAccess]] = Dictionary(
    uniqueKeysWithValues: rules.map { rule in
      let name = String(rule.method.dropFirst("bureau.v1.".count))
      let service = String(name.prefix { $0 != "/" })
      return (rule.method, modules[name] ?? modules[service] ?? [])
    })

  // MARK: Free cells

  /// What a bureau may switch, by method; every other cell is as it is. Whoever signs, gives consent,
  /// or decides about people, tokens and licences is never a matter of configuration.
  private static let freeCells: [String: Set<Role>] = [
    // another role that allows creating and changing agreements.
    "AgreementService/CreateAgreement": [.accountant, .companyAdministrator],
    "AgreementService/UpdateAgreement": [.accountant, .companyAdministrator],
    "AgreementService/SendAgreement": [.accountant, .companyAdministrator],
    "AgreementService/CheckConnection": [.accountant, .companyAdministrator],
    "AgreementService/ActivateAgreement": [.accountant, .companyAdministrator],
    "PaymentService/ImportInvoice": [.accountant, .approver, .companyAdministrator],
    "PaymentService/ImportInvoices": [.accountant, .approver, .companyAdministrator],
    "PaymentService/UpdatePayment": [.approver, .companyAdministrator],
    "PaymentService/AcknowledgePayment": [.accountant, .approver],
    "PaymentService/DeletePayment": [.accountant, .approver],
    "PaymentService/UndeletePayment": [.accountant, .approver],
    "PaymentService/RecordBankCheck": [.accountant, .approver],
    "PostingService/PostPayment": [.approver, .companyAdministrator],
    "PostingService/PostBundle": [.approver, .companyAdministrator],
    "PostingService/PostInvoice": [.approver, .companyAdministrator, .serviceUser],
    "EmployeeService/UpdateAutomationEmployee": [.accountant],
    "AuditService/ListFacts": [.accountant, .approver, .reader, .serviceUser],
    "AuditService/ExportCompanyJournal": [.accountant, .approver, .reader, .serviceUser],
  ]

  package static let free: [String: Set<Role>] = Dictionary(
    uniqueKeysWithValues: freeCells.map { ("bureau.v1.\($0)", $1) })
}

extension AccessRule {
  /// What of the packages in use the method needs (O-01, O-02): where it is about one company. Whoever
  /// holds a link that was sent while the package was in use may still answer it.
  package var needs: [ModuleAccess] {
    guard case .company = gate else { return [] }
    return AccessTable.needs[method] ?? []
  }

  /// The roles that a bureau may switch.
  package var free: Set<Role> { AccessTable.free[method] ?? [] }
}
