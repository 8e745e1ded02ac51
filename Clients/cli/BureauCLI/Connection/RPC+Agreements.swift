internal import BureauAPI

// The calls about agreements and consents beside those of the first day.

extension Bureau_V1_AgreementService.Method.OpenAgreementLink: RPC {}
extension Bureau_V1_AgreementService.Method.DeclineAgreement: RPC {}
extension Bureau_V1_AgreementService.Method.CheckConnection: RPC {}
extension Bureau_V1_AgreementService.Method.ActivateAgreement: RPC {}
extension Bureau_V1_AgreementService.Method.TerminateAgreement: RPC {}
extension Bureau_V1_AgreementService.Method.RecordAgreementStep: RPC {}
extension Bureau_V1_AgreementService.Method.ConvertAgreement: RPC {}
extension Bureau_V1_AgreementService.Method.GetAgreementSettings: RPC {}
extension Bureau_V1_AgreementService.Method.GetBankApplication: RPC {}
extension Bureau_V1_AgreementService.Method.UpdateAgreement: RPC {}
extension Bureau_V1_AgreementService.Method.ListBanks: RPC {}
extension Bureau_V1_ConsentService.Method.CreateConsentInvitation: RPC {}
extension Bureau_V1_ConsentService.Method.ListConsentInvitations: RPC {}
extension Bureau_V1_ConsentService.Method.OpenConsentLink: RPC {}
extension Bureau_V1_ConsentService.Method.StartInvitedConsent: RPC {}
extension Bureau_V1_ConsentService.Method.DeclineConsentInvitation: RPC {}
extension Bureau_V1_ConsentService.Method.GetConnectionMarks: RPC {}
extension Bureau_V1_ConsentService.Method.ListConsentGaps: RPC {}

extension Bureau_V1_DeclineAgreementRequest: WriteRequest {}
extension Bureau_V1_CheckConnectionRequest: WriteRequest {}
extension Bureau_V1_ActivateAgreementRequest: WriteRequest {}
extension Bureau_V1_TerminateAgreementRequest: WriteRequest {}
extension Bureau_V1_RecordAgreementStepRequest: WriteRequest {}
extension Bureau_V1_ConvertAgreementRequest: WriteRequest {}
extension Bureau_V1_UpdateAgreementRequest: WriteRequest {}
extension Bureau_V1_CreateConsentInvitationRequest: WriteRequest {}
extension Bureau_V1_DeclineConsentInvitationRequest: WriteRequest {}

extension Bureau_V1_ListBanksRequest: ListRequest {}
extension Bureau_V1_ListBanksResponse: ListResponse {}
extension Bureau_V1_ListConsentInvitationsRequest: ListRequest {}
extension Bureau_V1_ListConsentInvitationsResponse: ListResponse {}
extension Bureau_V1_ListConsentGapsRequest: ListRequest {}
extension Bureau_V1_ListConsentGapsResponse: ListResponse {}
