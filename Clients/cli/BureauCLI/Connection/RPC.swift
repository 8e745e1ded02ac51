package import BureauAPI
package import GRPCCore
package import SwiftProtobuf

/// One RPC of the API as the generated code names it: its request, its answer, its path.
package protocol RPC: Sendable {
  associatedtype Input: Message
  associatedtype Output: Message
  static var descriptor: MethodDescriptor { get }
}

/// What changes something: an idempotency key and the choice of a dry run.
package protocol WriteRequest: Message {
  var requestID: String { get set }
  var validateOnly: Bool { get set }
}

package protocol ListRequest: Message {
  var parent: String { get set }
  var pageSize: Int32 { get set }
  var pageToken: String { get set }
}

package protocol ListResponse: Message {
  var nextPageToken: String { get }
}

package typealias Tenancy = Bureau_V1_TenancyService.Method
extension Bureau_V1_TenancyService.Method.CreateBureau: RPC {}
extension Bureau_V1_TenancyService.Method.GetBureau: RPC {}
extension Bureau_V1_TenancyService.Method.CreateCompany: RPC {}
extension Bureau_V1_TenancyService.Method.GetCompany: RPC {}
extension Bureau_V1_TenancyService.Method.ListCompanies: RPC {}
extension Bureau_V1_TenancyService.Method.UpdateCompany: RPC {}
extension Bureau_V1_TenancyService.Method.ActivateCompany: RPC {}
extension Bureau_V1_TenancyService.Method.CloseCompany: RPC {}
extension Bureau_V1_TenancyService.Method.CreateUser: RPC {}
extension Bureau_V1_TenancyService.Method.GetUser: RPC {}
extension Bureau_V1_TenancyService.Method.ListUsers: RPC {}
extension Bureau_V1_TenancyService.Method.UpdateUser: RPC {}
extension Bureau_V1_TenancyService.Method.BlockUser: RPC {}
extension Bureau_V1_TenancyService.Method.UnblockUser: RPC {}
extension Bureau_V1_TenancyService.Method.CreateRoleAssignment: RPC {}
extension Bureau_V1_TenancyService.Method.DeleteRoleAssignment: RPC {}
extension Bureau_V1_TenancyService.Method.ListRoleAssignments: RPC {}
extension Bureau_V1_TenancyService.Method.CreateToken: RPC {}
extension Bureau_V1_TenancyService.Method.DeleteToken: RPC {}
extension Bureau_V1_TenancyService.Method.ListTokens: RPC {}

package typealias Identity = Bureau_V1_IdentityService.Method
extension Bureau_V1_IdentityService.Method.StartLogin: RPC {}
extension Bureau_V1_IdentityService.Method.CollectOrder: RPC {}
extension Bureau_V1_IdentityService.Method.CancelOrder: RPC {}
extension Bureau_V1_IdentityService.Method.GetSession: RPC {}
extension Bureau_V1_IdentityService.Method.DeleteSession: RPC {}
extension Bureau_V1_IdentityService.Method.ListSessions: RPC {}
extension Bureau_V1_IdentityService.Method.EndSessions: RPC {}

package typealias Agreements = Bureau_V1_AgreementService.Method
extension Bureau_V1_AgreementService.Method.CreateAgreement: RPC {}
extension Bureau_V1_AgreementService.Method.GetAgreement: RPC {}
extension Bureau_V1_AgreementService.Method.ListAgreements: RPC {}
extension Bureau_V1_AgreementService.Method.SendAgreement: RPC {}
extension Bureau_V1_AgreementService.Method.StartAgreementSignature: RPC {}

package typealias Consents = Bureau_V1_ConsentService.Method
extension Bureau_V1_ConsentService.Method.StartConsent: RPC {}
extension Bureau_V1_ConsentService.Method.GetConsent: RPC {}
extension Bureau_V1_ConsentService.Method.ListConsents: RPC {}
extension Bureau_V1_ConsentService.Method.RevokeConsent: RPC {}

package typealias Payments = Bureau_V1_PaymentService.Method
extension Bureau_V1_PaymentService.Method.ImportInvoice: RPC {}
extension Bureau_V1_PaymentService.Method.ImportInvoices: RPC {}
extension Bureau_V1_PaymentService.Method.GetPayment: RPC {}
extension Bureau_V1_PaymentService.Method.ListPayments: RPC {}
extension Bureau_V1_PaymentService.Method.UpdatePayment: RPC {}
extension Bureau_V1_PaymentService.Method.AcknowledgePayment: RPC {}
extension Bureau_V1_PaymentService.Method.StartPaymentSignature: RPC {}
extension Bureau_V1_PaymentService.Method.DeletePayment: RPC {}
extension Bureau_V1_PaymentService.Method.UndeletePayment: RPC {}
extension Bureau_V1_PaymentService.Method.CountPayments: RPC {}
extension Bureau_V1_PaymentService.Method.SearchPayments: RPC {}
extension Bureau_V1_PaymentService.Method.ListPaymentEvents: RPC {}
extension Bureau_V1_PaymentService.Method.HandlePayments: RPC {}
extension Bureau_V1_PaymentService.Method.ReturnPayment: RPC {}
extension Bureau_V1_PaymentService.Method.PreviewPayments: RPC {}
extension Bureau_V1_TransferService.Method.GetTransferSettings: RPC {}
extension Bureau_V1_TransferService.Method.UpdateTransferSettings: RPC {}
extension Bureau_V1_PaymentService.Method.StartPaymentSignatures: RPC {}
extension Bureau_V1_PaymentService.Method.ConfirmPaymentSignature: RPC {}
extension Bureau_V1_PaymentService.Method.RecordBankCheck: RPC {}
extension Bureau_V1_PaymentService.Method.DismissDuplicates: RPC {}

package typealias Transfers = Bureau_V1_TransferService.Method
extension Bureau_V1_TransferService.Method.GetTransfer: RPC {}
extension Bureau_V1_TransferService.Method.ListTransfers: RPC {}
extension Bureau_V1_TransferService.Method.GetTransferHold: RPC {}
extension Bureau_V1_TransferService.Method.ListTransferHolds: RPC {}
extension Bureau_V1_TransferService.Method.ReleaseTransferHold: RPC {}
extension Bureau_V1_TransferService.Method.DismissUnknownPayment: RPC {}

package typealias Statements = Bureau_V1_StatementService.Method
extension Bureau_V1_StatementService.Method.ListReturnFiles: RPC {}

package typealias Postings = Bureau_V1_PostingService.Method
extension Bureau_V1_PostingService.Method.PostPayment: RPC {}
extension Bureau_V1_PostingService.Method.PostBundle: RPC {}
extension Bureau_V1_PostingService.Method.PostInvoice: RPC {}
extension Bureau_V1_PostingService.Method.SetAutomaticPosting: RPC {}
extension Bureau_V1_PostingService.Method.GetAutomaticPosting: RPC {}
extension Bureau_V1_PostingService.Method.ExportLedger: RPC {}
extension Bureau_V1_PostingService.Method.GetVoucher: RPC {}
extension Bureau_V1_PostingService.Method.ListVouchers: RPC {}

package typealias Audit = Bureau_V1_AuditService.Method
extension Bureau_V1_AuditService.Method.VerifyAudit: RPC {}
extension Bureau_V1_AuditService.Method.CreateCheckpoint: RPC {}
extension Bureau_V1_AuditService.Method.GetCheckpointProof: RPC {}
extension Bureau_V1_AuditService.Method.ExportCompanyJournal: RPC {}
extension Bureau_V1_AuditService.Method.ExportPaymentProof: RPC {}
extension Bureau_V1_AuditService.Method.ExportJournals: RPC {}
extension Bureau_V1_AuditService.Method.ListFacts: RPC {}

extension Grpc_Health_V1_Health.Method.Check: RPC {}

extension Bureau_V1_CreateBureauRequest: WriteRequest {}
extension Bureau_V1_CreateCompanyRequest: WriteRequest {}
extension Bureau_V1_UpdateCompanyRequest: WriteRequest {}
extension Bureau_V1_ActivateCompanyRequest: WriteRequest {}
extension Bureau_V1_CloseCompanyRequest: WriteRequest {}
extension Bureau_V1_CreateUserRequest: WriteRequest {}
extension Bureau_V1_UpdateUserRequest: WriteRequest {}
extension Bureau_V1_BlockUserRequest: WriteRequest {}
extension Bureau_V1_UnblockUserRequest: WriteRequest {}
extension Bureau_V1_CreateRoleAssignmentRequest: WriteRequest {}
extension Bureau_V1_DeleteRoleAssignmentRequest: WriteRequest {}
extension Bureau_V1_CreateTokenRequest: WriteRequest {}
extension Bureau_V1_DeleteTokenRequest: WriteRequest {}
extension Bureau_V1_EndSessionsRequest: WriteRequest {}
extension Bureau_V1_CreateAgreementRequest: WriteRequest {}
extension Bureau_V1_SendAgreementRequest: WriteRequest {}
extension Bureau_V1_RevokeConsentRequest: WriteRequest {}
extension Bureau_V1_ImportInvoiceRequest: WriteRequest {}
extension Bureau_V1_UpdatePaymentRequest: WriteRequest {}
extension Bureau_V1_AcknowledgePaymentRequest: WriteRequest {}
extension Bureau_V1_DeletePaymentRequest: WriteRequest {}
extension Bureau_V1_UndeletePaymentRequest: WriteRequest {}
extension Bureau_V1_RecordBankCheckRequest: WriteRequest {}
extension Bureau_V1_DismissDuplicatesRequest: WriteRequest {}
extension Bureau_V1_HandlePaymentsRequest: WriteRequest {}
extension Bureau_V1_ReturnPaymentRequest: WriteRequest {}
extension Bureau_V1_UpdateTransferSettingsRequest: WriteRequest {}
extension Bureau_V1_PostPaymentRequest: WriteRequest {}
extension Bureau_V1_PostBundleRequest: WriteRequest {}
extension Bureau_V1_PostInvoiceRequest: WriteRequest {}
extension Bureau_V1_SetAutomaticPostingRequest: WriteRequest {}
extension Bureau_V1_ReleaseTransferHoldRequest: WriteRequest {}
extension Bureau_V1_DismissUnknownPaymentRequest: WriteRequest {}

extension Bureau_V1_ListCompaniesRequest: ListRequest {}
extension Bureau_V1_ListUsersRequest: ListRequest {}
extension Bureau_V1_ListRoleAssignmentsRequest: ListRequest {}
extension Bureau_V1_ListTokensRequest: ListRequest {}
extension Bureau_V1_ListSessionsRequest: ListRequest {}
extension Bureau_V1_ListAgreementsRequest: ListRequest {}
extension Bureau_V1_ListConsentsRequest: ListRequest {}
extension Bureau_V1_ListPaymentsRequest: ListRequest {}
extension Bureau_V1_SearchPaymentsRequest: ListRequest {}
extension Bureau_V1_ListPaymentEventsRequest: ListRequest {}
extension Bureau_V1_ListTransfersRequest: ListRequest {}
extension Bureau_V1_ListTransferHoldsRequest: ListRequest {}
extension Bureau_V1_ListReturnFilesRequest: ListRequest {}
extension Bureau_V1_ListVouchersRequest: ListRequest {}
extension Bureau_V1_ListFactsRequest: ListRequest {}

extension Bureau_V1_ListCompaniesResponse: ListResponse {}
extension Bureau_V1_ListUsersResponse: ListResponse {}
extension Bureau_V1_ListRoleAssignmentsResponse: ListResponse {}
extension Bureau_V1_ListTokensResponse: ListResponse {}
extension Bureau_V1_ListSessionsResponse: ListResponse {}
extension Bureau_V1_ListAgreementsResponse: ListResponse {}
extension Bureau_V1_ListConsentsResponse: ListResponse {}
extension Bureau_V1_ListPaymentsResponse: ListResponse {}
extension Bureau_V1_SearchPaymentsResponse: ListResponse {}
extension Bureau_V1_ListPaymentEventsResponse: ListResponse {}
extension Bureau_V1_ListTransfersResponse: ListResponse {}
extension Bureau_V1_ListTransferHoldsResponse: ListResponse {}
extension Bureau_V1_ListReturnFilesResponse: ListResponse {}
extension Bureau_V1_ListVouchersResponse: ListResponse {}
extension Bureau_V1_ListFactsResponse: ListResponse {}
