// Who may call what: one table, nothing else decides (roles-and-flows §2.11). Printed as a golden
// file and tried, every RPC as every role, by ServerTests.

package import Domain

package struct AccessRule: Sendable, Equatable {
  package enum Gate: Sendable, Equatable {
    /// Nobody is logged in yet, or a secret of its own stands for the caller.
    case anyone
    /// Whoever is logged in to the bureau in the name.
    case member
    /// One of these roles in the whole bureau.
    case bureau(Set<Role>)
    /// One of these roles in the company in the name, or in the whole bureau.
    case company(Set<Role>)
  }

  /// `bureau.v1.PaymentService/GetPayment`
  package var method: String
  package var gate: Gate
  /// Whether a call that succeeds appends to a journal.
  package var leavesFact: Bool

  /// Whether it begins or changes something, which takes an active company. Looking, and winding
  /// up what is there, goes on in one that is closed.
  package var needsActiveCompany: Bool {
    let name = method[(method.lastIndex(of: "/") ?? method.startIndex)...].dropFirst()
    return !Self.windingUp.contains { name.hasPrefix($0) }
  }

  private static let windingUp = [
    "Get", "List", "Count", "Search", "Check", "Export", "Verify", "CreateCheckpoint", "Revoke",
    "Delete", "Terminate", "DismissUnknown", "Release", "RecordBankCheck", "ReturnPayment",
    "PostPayment", "PostBundle",
    // Of the company itself: refused by their own rules, which say what stands in the way.
    "UpdateCompany", "ActivateCompany", "CloseCompany",
  ]
}

package enum AccessTable {
  /// Whoever only handles salaries sees nothing else by it.
  static let all = Set(Role.allCases).subtracting([.payroll])
  static let payroll: AccessRule.Gate = .company([.payroll])
  static let registrars: Set<Role> = [.customerAdministrator, .accountant]

  package static let rules: [AccessRule] =
    tenancy + identity + agreements + consents + payments + reading + audit
    + signingKeys + submissions + policies + reminders + onboarding + board + people + suppliers
    + openItems + salaries + transferSettings

  /// The rule of a method, by its full name. A method without a rule is refused.
  package static let byMethod: [String: AccessRule] = Dictionary(
    uniqueKeysWithValues: rules.map { ($0.method, $0) })

  static func rule(
    _ service: String, _ method: String, _ gate: AccessRule.Gate, leavesFact: Bool = false
  ) -> AccessRule {
    AccessRule(method: "bureau.v1.\(service)/\(method)", gate: gate, leavesFact: leavesFact)
  }

  static let administrators: AccessRule.Gate = .bureau([.customerAdministrator])

  private static let tenancy: [AccessRule] = [
    rule("TenancyService", "CreateBureau", .anyone, leavesFact: true),
    rule("TenancyService", "GetBureau", .member),
    rule("TenancyService", "CreateCompany", administrators, leavesFact: true),
    rule("TenancyService", "GetCompany", .company(all.union([.payroll]))),
    rule("TenancyService", "ListCompanies", .member),
    rule("TenancyService", "UpdateCompany", administrators, leavesFact: true),
    rule("TenancyService", "ActivateCompany", administrators, leavesFact: true),
    rule("TenancyService", "CloseCompany", administrators, leavesFact: true),
    rule("TenancyService", "CreateUser", administrators, leavesFact: true),
    rule("TenancyService", "GetUser", administrators),
    rule("TenancyService", "ListUsers", administrators),
    rule("TenancyService", "UpdateUser", administrators, leavesFact: true),
    rule("TenancyService", "BlockUser", administrators, leavesFact: true),
    rule("TenancyService", "UnblockUser", administrators, leavesFact: true),
    rule("TenancyService", "CreateRoleAssignment", administrators, leavesFact: true),
    rule("TenancyService", "DeleteRoleAssignment", administrators, leavesFact: true),
    rule("TenancyService", "ListRoleAssignments", administrators),
    rule("TenancyService", "CreateToken", administrators, leavesFact: true),
    rule("TenancyService", "DeleteToken", administrators, leavesFact: true),
    rule("TenancyService", "ListTokens", administrators),
  ]

  private static let identity: [AccessRule] = [
    rule("IdentityService", "StartLogin", .anyone),
    rule("IdentityService", "CollectOrder", .anyone),
    rule("IdentityService", "CancelOrder", .anyone),
    rule("IdentityService", "GetSession", .member),
    rule("IdentityService", "DeleteSession", .member),
    // Another's: who may end them.
    rule("IdentityService", "ListSessions", .member),
    rule("IdentityService", "EndSessions", administrators, leavesFact: true),
  ]

  private static let handlers: Set<Role> = [.accountant, .approver]

  private static let payments: [AccessRule] = [
    rule(
      "PaymentService", "ImportInvoice", .company([.accountant, .serviceUser]), leavesFact: true),
    // Decided for each item.
    rule(
      "PaymentService", "ImportInvoices", .company([.accountant, .serviceUser]),
      leavesFact: true),
    rule("PaymentService", "GetPayment", .company(all)),
    rule("PaymentService", "ListPayments", .company(all)),
    rule("PaymentService", "CountPayments", .company(all)),
    // Shows the companies in which the caller has a role.
    rule("PaymentService", "SearchPayments", .member),
    rule("PaymentService", "ListPaymentEvents", .company(all)),
    rule("PaymentService", "UpdatePayment", .company([.accountant]), leavesFact: true),
    rule("PaymentService", "AcknowledgePayment", .company(handlers), leavesFact: true),
    rule("PaymentService", "StartPaymentSignature", .company([.approver])),
    rule("PaymentService", "DeletePayment", .company(handlers), leavesFact: true),
    rule("PaymentService", "UndeletePayment", .company(handlers), leavesFact: true),
    rule("PaymentService", "DismissDuplicates", .company(handlers), leavesFact: true),
    rule("PaymentService", "RecordBankCheck", .company(handlers), leavesFact: true),
    rule("PaymentService", "ReturnPayment", .company(handlers), leavesFact: true),
    // And who may take the step itself.
    rule("PaymentService", "PreviewPayments", .company(all)),
    // Decided for each payment, by the rule of its single method.
    rule("PaymentService", "HandlePayments", .company(handlers), leavesFact: true),
    rule("PaymentService", "StartPaymentSignatures", .company([.approver])),
    // Of one's own order; the right is asked for in each company where it signs.
    rule("PaymentService", "ConfirmPaymentSignature", .member, leavesFact: true),
  ]

  private static let reading: [AccessRule] = [
    rule("TransferService", "GetTransfer", .company(all)),
    rule("TransferService", "ListTransfers", .company(all)),
    rule("TransferService", "GetTransferHold", .company(all)),
    rule("TransferService", "ListTransferHolds", .bureau(registrars)),
    rule("TransferService", "ReleaseTransferHold", administrators, leavesFact: true),
    rule("TransferService", "DismissUnknownPayment", administrators, leavesFact: true),
    rule("StatementService", "ListReturnFiles", .company(all)),
    rule("PostingService", "PostPayment", .company([.accountant]), leavesFact: true),
    rule("PostingService", "PostBundle", .company([.accountant]), leavesFact: true),
    rule("PostingService", "PostInvoice", .company([.accountant]), leavesFact: true),
    rule("PostingService", "SetAutomaticPosting", .company(registrars), leavesFact: true),
    rule("PostingService", "GetAutomaticPosting", .company(all)),
    rule("PostingService", "ExportLedger", .company(all)),
    rule("PostingService", "GetVoucher", .company(all)),
    rule("PostingService", "ListVouchers", .company(all)),
  ]

  private static let audit: [AccessRule] = [
    rule("AuditService", "VerifyAudit", .bureau(registrars)),
    rule("AuditService", "CreateCheckpoint", .bureau(registrars)),
    rule("AuditService", "GetCheckpointProof", .company(all)),
    rule("AuditService", "ExportCompanyJournal", .company(all)),
    rule("AuditService", "ExportPaymentProof", .company(all)),
    rule("AuditService", "ExportJournals", administrators),
    rule("AuditService", "ListFacts", .company(all)),
  ]
}
