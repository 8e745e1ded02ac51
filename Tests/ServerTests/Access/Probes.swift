import BureauAPI
import Foundation
import SwiftProtobuf

/// Where a probe is aimed.
struct Target: Sendable {
  /// `bureaus/{bureau}`
  var bureau: String
  /// `bureaus/{bureau}/companies/{company}`
  var company: String
  /// 32 hexadecimal digits of something that does not exist.
  var nothing: String
  /// New for each probe.
  var requestID: String
}

/// One request for every method: sound enough to come as far as the check of access, and about
/// something that does not exist, so that it changes as little as possible.
enum Probes {
  typealias Make = @Sendable (Target) throws -> [UInt8]

  static let all: [String: Make] = tenancy.merging(identity) { $1 }.merging(company) { $1 }
    .merging(payments) { $1 }.merging(sealing) { $1 }.merging(agreements) { $1 }
    .merging(onboarding) { $1 }.merging(tokens) { $1 }.merging(people) { $1 }
    .merging(suppliers) { $1 }
    .merging(salaries) { $1 }.merging(postings) { $1 }

  static func probe<Request: Message>(
    _: Request.Type, _ fill: @escaping @Sendable (inout Request, Target) -> Void
  ) -> Make {
    { target in
      var request = Request()
      fill(&request, target)
      return try request.serializedBytes()
    }
  }

  private static let tenancy: [String: Make] = [
    "bureau.v1.TenancyService/CreateBureau": probe(Bureau_V1_CreateBureauRequest.self) {
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/GetBureau": probe(Bureau_V1_GetBureauRequest.self) {
      $0.name = $1.bureau
    },
    "bureau.v1.TenancyService/CreateCompany": probe(Bureau_V1_CreateCompanyRequest.self) {
      $0.parent = $1.bureau
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/GetCompany": probe(Bureau_V1_GetCompanyRequest.self) {
      $0.name = $1.company
    },
    "bureau.v1.TenancyService/ListCompanies": probe(Bureau_V1_ListCompaniesRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.TenancyService/UpdateCompany": probe(Bureau_V1_UpdateCompanyRequest.self) {
      $0.company.name = $1.company
      $0.updateMask.paths = ["display_name"]
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/ActivateCompany": probe(Bureau_V1_ActivateCompanyRequest.self) {
      $0.name = $1.company
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/CloseCompany": probe(Bureau_V1_CloseCompanyRequest.self) {
      // Without a reason nothing is closed.
      $0.name = $1.company
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/UpdateUser": probe(Bureau_V1_UpdateUserRequest.self) {
      $0.user.name = "\($1.bureau)/users/\($1.nothing)"
      $0.updateMask.paths = ["display_name"]
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/BlockUser": probe(Bureau_V1_BlockUserRequest.self) {
      $0.name = "\($1.bureau)/users/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/UnblockUser": probe(Bureau_V1_UnblockUserRequest.self) {
      $0.name = "\($1.bureau)/users/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/CreateUser": probe(Bureau_V1_CreateUserRequest.self) {
      $0.parent = $1.bureau
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/GetUser": probe(Bureau_V1_GetUserRequest.self) {
      $0.name = "\($1.bureau)/users/\($1.nothing)"
    },
    "bureau.v1.TenancyService/ListUsers": probe(Bureau_V1_ListUsersRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.TenancyService/CreateRoleAssignment": probe(
      Bureau_V1_CreateRoleAssignmentRequest.self
    ) {
      $0.parent = $1.bureau
      $0.roleAssignment.user = "\($1.bureau)/users/\($1.nothing)"
      $0.roleAssignment.role = .reader
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/DeleteRoleAssignment": probe(
      Bureau_V1_DeleteRoleAssignmentRequest.self
    ) {
      $0.name = "\($1.bureau)/roleAssignments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/ListRoleAssignments": probe(
      Bureau_V1_ListRoleAssignmentsRequest.self
    ) { $0.parent = $1.bureau },
    "bureau.v1.TenancyService/CreateToken": probe(Bureau_V1_CreateTokenRequest.self) {
      $0.parent = "\($1.bureau)/users/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.TenancyService/DeleteToken": probe(Bureau_V1_DeleteTokenRequest.self) {
      $0.name = "\($1.bureau)/users/\($1.nothing)/tokens/\($1.nothing)"
      $0.requestID = $1.requestID
    },
  ]

  private static let tokens: [String: Make] = [
    "bureau.v1.TenancyService/ListTokens": probe(Bureau_V1_ListTokensRequest.self) {
      $0.parent = "\($1.bureau)/users/-"
    }
  ]

  private static let identity: [String: Make] = [
    "bureau.v1.IdentityService/StartLogin": probe(Bureau_V1_StartLoginRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.IdentityService/CollectOrder": probe(Bureau_V1_CollectOrderRequest.self) {
      $0.name = "\($1.bureau)/orders/\($1.nothing)"
    },
    "bureau.v1.IdentityService/CancelOrder": probe(Bureau_V1_CancelOrderRequest.self) {
      $0.name = "\($1.bureau)/orders/\($1.nothing)"
    },
    "bureau.v1.IdentityService/ListSessions": probe(Bureau_V1_ListSessionsRequest.self) {
      $0.parent = "\($1.bureau)/users/-"
    },
    "bureau.v1.IdentityService/EndSessions": probe(Bureau_V1_EndSessionsRequest.self) {
      $0.name = "\($1.bureau)/users/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.IdentityService/GetSession": probe(Bureau_V1_GetSessionRequest.self) {
      $0.name = "\($1.bureau)/sessions/-"
    },
    "bureau.v1.IdentityService/DeleteSession": probe(Bureau_V1_DeleteSessionRequest.self) {
      $0.name = "\($1.bureau)/sessions/-"
    },
    "bureau.v1.AuditService/VerifyAudit": probe(Bureau_V1_VerifyAuditRequest.self) {
      $0.name = $1.bureau
    },
    "bureau.v1.AuditService/CreateCheckpoint": probe(Bureau_V1_CreateCheckpointRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.AuditService/GetCheckpointProof": probe(Bureau_V1_GetCheckpointProofRequest.self) {
      $0.name = $1.company
    },
    "bureau.v1.AuditService/ExportCompanyJournal": probe(
      Bureau_V1_ExportCompanyJournalRequest.self
    ) { $0.name = $1.company },
    "bureau.v1.AuditService/ExportPaymentProof": probe(
      Bureau_V1_ExportPaymentProofRequest.self
    ) { $0.name = "\($1.company)/payments/\($1.nothing)" },
    "bureau.v1.AuditService/ExportJournals": probe(Bureau_V1_ExportJournalsRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.AuditService/ListFacts": probe(Bureau_V1_ListFactsRequest.self) {
      $0.parent = $1.company
    },
  ]

  private static let company: [String: Make] = [
    "bureau.v1.AgreementService/CreateAgreement": probe(Bureau_V1_CreateAgreementRequest.self) {
      $0.parent = $1.company
      $0.requestID = $1.requestID
    },
    "bureau.v1.AgreementService/GetAgreement": probe(Bureau_V1_GetAgreementRequest.self) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
    },
    "bureau.v1.AgreementService/ConvertAgreement": probe(
      Bureau_V1_ConvertAgreementRequest.self
    ) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.AgreementService/RecordAgreementStep": probe(
      Bureau_V1_RecordAgreementStepRequest.self
    ) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.step = .settingsReviewed
      $0.requestID = $1.requestID
    },
    "bureau.v1.AgreementService/GetAgreementSettings": probe(
      Bureau_V1_GetAgreementSettingsRequest.self
    ) { $0.name = "\($1.company)/agreements/\($1.nothing)" },
    "bureau.v1.AgreementService/GetBankApplication": probe(
      Bureau_V1_GetBankApplicationRequest.self
    ) { $0.name = "\($1.company)/agreements/\($1.nothing)" },
    "bureau.v1.AgreementService/ListAgreements": probe(Bureau_V1_ListAgreementsRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.AgreementService/SendAgreement": probe(Bureau_V1_SendAgreementRequest.self) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.AgreementService/StartAgreementSignature": probe(
      Bureau_V1_StartAgreementSignatureRequest.self
    ) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.linkSecret = "guessed"
    },
    "bureau.v1.ConsentService/StartConsent": probe(Bureau_V1_StartConsentRequest.self) {
      $0.parent = $1.company
      $0.bank = "dnb"
    },
    "bureau.v1.ConsentService/GetConsent": probe(Bureau_V1_GetConsentRequest.self) {
      $0.name = "\($1.company)/consents/\($1.nothing)"
    },
    "bureau.v1.ConsentService/ListConsents": probe(Bureau_V1_ListConsentsRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.ConsentService/RevokeConsent": probe(Bureau_V1_RevokeConsentRequest.self) {
      $0.name = "\($1.company)/consents/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.TransferService/GetTransfer": probe(Bureau_V1_GetTransferRequest.self) {
      $0.name = "\($1.company)/transfers/\($1.nothing)"
    },
    "bureau.v1.TransferService/ListTransfers": probe(Bureau_V1_ListTransfersRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.TransferService/GetTransferSettings": probe(
      Bureau_V1_GetTransferSettingsRequest.self
    ) { $0.name = "\($1.company)/transferSettings" },
    "bureau.v1.TransferService/UpdateTransferSettings": probe(
      Bureau_V1_UpdateTransferSettingsRequest.self
    ) {
      $0.transferSettings.name = "\($1.company)/transferSettings"
      $0.requestID = $1.requestID
    },
    "bureau.v1.TransferService/GetTransferHold": probe(Bureau_V1_GetTransferHoldRequest.self) {
      $0.name = "\($1.company)/transferHold"
    },
    "bureau.v1.TransferService/ListTransferHolds": probe(
      Bureau_V1_ListTransferHoldsRequest.self
    ) { $0.parent = $1.bureau },
    "bureau.v1.TransferService/ReleaseTransferHold": probe(
      Bureau_V1_ReleaseTransferHoldRequest.self
    ) {
      $0.name = "\($1.company)/transferHold"
      $0.requestID = $1.requestID
    },
    "bureau.v1.TransferService/DismissUnknownPayment": probe(
      Bureau_V1_DismissUnknownPaymentRequest.self
    ) {
      $0.name = "\($1.company)/transferHold"
      $0.endToEndID = "\($1.nothing)-1"
      $0.requestID = $1.requestID
    },
    "bureau.v1.StatementService/ListReturnFiles": probe(Bureau_V1_ListReturnFilesRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.PostingService/PostPayment": probe(Bureau_V1_PostPaymentRequest.self) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PostingService/PostBundle": probe(Bureau_V1_PostBundleRequest.self) {
      $0.name = "\($1.company)/transfers/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PostingService/ExportLedger": probe(Bureau_V1_ExportLedgerRequest.self) {
      $0.parent = $1.company
      $0.format = .sie
      $0.fromDate = "2026-01-01"
      $0.throughDate = "2026-12-31"
    },
    "bureau.v1.PostingService/GetVoucher": probe(Bureau_V1_GetVoucherRequest.self) {
      $0.name = "\($1.company)/vouchers/\($1.nothing)"
    },
    "bureau.v1.PostingService/ListVouchers": probe(Bureau_V1_ListVouchersRequest.self) {
      $0.parent = $1.company
    },
  ]

  private static let payments: [String: Make] = [
    "bureau.v1.PaymentService/ImportInvoice": probe(Bureau_V1_ImportInvoiceRequest.self) {
      $0.parent = $1.company
      $0.content = Data("no invoice".utf8)
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/ImportInvoices": probe(Bureau_V1_ImportInvoiceRequest.self) {
      $0.parent = $1.company
      $0.content = Data("no invoice".utf8)
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/GetPayment": probe(Bureau_V1_GetPaymentRequest.self) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
    },
    "bureau.v1.PaymentService/ListPayments": probe(Bureau_V1_ListPaymentsRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.PaymentService/UpdatePayment": probe(Bureau_V1_UpdatePaymentRequest.self) {
      $0.payment.name = "\($1.company)/payments/\($1.nothing)"
      $0.updateMask.paths = ["due_date"]
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/AcknowledgePayment": probe(
      Bureau_V1_AcknowledgePaymentRequest.self
    ) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/StartPaymentSignature": probe(
      Bureau_V1_StartPaymentSignatureRequest.self
    ) {
      $0.parent = $1.company
      $0.payments = ["\($1.company)/payments/\($1.nothing)"]
    },
    "bureau.v1.PaymentService/DeletePayment": probe(Bureau_V1_DeletePaymentRequest.self) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/ReturnPayment": probe(Bureau_V1_ReturnPaymentRequest.self) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
      $0.reason = "No."
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/PreviewPayments": probe(Bureau_V1_PreviewPaymentsRequest.self) {
      $0.parent = $1.company
      $0.payments = ["\($1.company)/payments/\($1.nothing)"]
      $0.step = .transfer
    },
    "bureau.v1.PaymentService/UndeletePayment": probe(Bureau_V1_UndeletePaymentRequest.self) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/CountPayments": probe(Bureau_V1_CountPaymentsRequest.self) {
      $0.parent = $1.company
    },
    "bureau.v1.PaymentService/SearchPayments": probe(Bureau_V1_SearchPaymentsRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.PaymentService/ListPaymentEvents": probe(Bureau_V1_ListPaymentEventsRequest.self) {
      $0.parent = "\($1.company)/payments/\($1.nothing)"
    },
    "bureau.v1.PaymentService/HandlePayments": probe(Bureau_V1_HandlePaymentsRequest.self) {
      $0.parent = $1.bureau
      $0.names = ["\($1.company)/payments/\($1.nothing)"]
      $0.action = .acknowledge
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/StartPaymentSignatures": probe(
      Bureau_V1_StartPaymentSignaturesRequest.self
    ) {
      $0.parent = $1.bureau
      $0.payments = ["\($1.company)/payments/\($1.nothing)"]
    },
    "bureau.v1.PaymentService/ConfirmPaymentSignature": probe(
      Bureau_V1_ConfirmPaymentSignatureRequest.self
    ) {
      $0.name = "\($1.bureau)/orders/\($1.nothing)"
      $0.code = "123456"
      $0.requestID = $1.requestID
    },
    "bureau.v1.PaymentService/RecordBankCheck": probe(Bureau_V1_RecordBankCheckRequest.self) {
      $0.name = "\($1.company)/payments/\($1.nothing)"
      $0.finding = .executed
      $0.requestID = $1.requestID
    },
  ]
}
