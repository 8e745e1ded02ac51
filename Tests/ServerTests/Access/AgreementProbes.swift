import BureauAPI
import SwiftProtobuf

extension Probes {
  static let agreements: [String: Make] = [
    "bureau.v1.AgreementService/ListBanks": probe(Bureau_V1_ListBanksRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.AgreementService/UpdateAgreement": probe(Bureau_V1_UpdateAgreementRequest.self) {
      $0.agreement.name = "\($1.company)/agreements/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.AgreementService/OpenAgreementLink": probe(Bureau_V1_OpenAgreementLinkRequest.self) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.linkSecret = "guessed"
    },
    "bureau.v1.AgreementService/DeclineAgreement": probe(Bureau_V1_DeclineAgreementRequest.self) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.linkSecret = "guessed"
      $0.reason = "None"
      $0.requestID = $1.requestID
    },
    "bureau.v1.AgreementService/CheckConnection": probe(Bureau_V1_CheckConnectionRequest.self) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.AgreementService/ActivateAgreement": probe(Bureau_V1_ActivateAgreementRequest.self) {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.requestID = $1.requestID
    },
    "bureau.v1.AgreementService/TerminateAgreement": probe(Bureau_V1_TerminateAgreementRequest.self)
    {
      $0.name = "\($1.company)/agreements/\($1.nothing)"
      $0.reason = "None"
      $0.requestID = $1.requestID
    },
    "bureau.v1.ConsentService/CreateConsentInvitation": probe(
      Bureau_V1_CreateConsentInvitationRequest.self
    ) {
      $0.parent = $1.company
      $0.requestID = $1.requestID
    },
    "bureau.v1.ConsentService/ListConsentInvitations": probe(
      Bureau_V1_ListConsentInvitationsRequest.self
    ) {
      $0.parent = $1.company
    },
    "bureau.v1.ConsentService/OpenConsentLink": probe(Bureau_V1_OpenConsentLinkRequest.self) {
      $0.name = "\($1.company)/consentInvitations/\($1.nothing)"
      $0.linkSecret = "guessed"
    },
    "bureau.v1.ConsentService/StartInvitedConsent": probe(Bureau_V1_StartInvitedConsentRequest.self)
    {
      $0.name = "\($1.company)/consentInvitations/\($1.nothing)"
      $0.linkSecret = "guessed"
    },
    "bureau.v1.ConsentService/DeclineConsentInvitation": probe(
      Bureau_V1_DeclineConsentInvitationRequest.self
    ) {
      $0.name = "\($1.company)/consentInvitations/\($1.nothing)"
      $0.linkSecret = "guessed"
      $0.reason = "None"
      $0.requestID = $1.requestID
    },
    "bureau.v1.ConsentService/ListConsentGaps": probe(Bureau_V1_ListConsentGapsRequest.self) {
      $0.parent = $1.bureau
    },
    "bureau.v1.ConsentService/GetConnectionMarks": probe(Bureau_V1_GetConnectionMarksRequest.self) {
      $0.parent = $1.company
    },
  ]
}
