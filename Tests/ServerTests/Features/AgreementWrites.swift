import BureauAPI
import Domain
import SwiftProtobuf
import TestKit
import Testing

extension Write {
  /// The company's first agreement of an office.
  private static func agreement(_ office: Office) async throws -> Bureau_V1_Agreement {
    try #require(try await office.kim.seesAgreements().first)
  }

  /// An agreement that waits for its signature, at a company of its own, with its link.
  private static func sent(_ office: Office) async throws -> (Bureau_V1_Agreement, String) {
    let company = try await office.bureau.makeCompany("Fremmed AS")
    let lee = try await office.bureau.accountant("Lee", at: company)
    let made = try await lee.registersAgreement(signer: office.alex, at: company)
    return (made, try #require(try await office.alex.links(to: made).first))
  }

  static let agreements = [
    write("AgreementService/UpdateAgreement", Bureau_V1_UpdateAgreementRequest.self) { office in
      let (made, _) = try await sent(office)
      return (
        try office.bureau.administrator,
        { request, variant in
          request.agreement.name = made.name
          request.agreement.declarations.industry = variant.isOther ? "Fishing" : "Workshop"
          request.updateMask.paths = ["declarations"]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("AgreementService/DeclineAgreement", Bureau_V1_DeclineAgreementRequest.self) { office in
      let (made, link) = try await sent(office)
      return (
        office.alex,
        { request, variant in
          request.name = made.name
          request.linkSecret = link
          request.reason = variant.isOther ? "Never" : "Wrong account"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("AgreementService/CheckConnection", Bureau_V1_CheckConnectionRequest.self) { office in
      let made = try await agreement(office)
      return (
        office.kim,
        { request, variant in
          request.name = made.name
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun || variant.isOther
        }
      )
    },
    write("AgreementService/ActivateAgreement", Bureau_V1_ActivateAgreementRequest.self) { office in
      let (made, link) = try await sent(office)
      let company = String(made.name.split(separator: "/")[3])
      try office.bureau.bankSays("set_up", of: company)
      try await office.alex.approves(try await office.alex.opens(link, to: made))
      try office.bureau.bankSays("ok", of: company)
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = made.name
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun || variant.isOther
        }
      )
    },
    write("AgreementService/TerminateAgreement", Bureau_V1_TerminateAgreementRequest.self) {
      office in
      let made = try await agreement(office)
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = made.name
          request.reason = variant.isOther ? "Another" : "The company was sold"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write("AgreementService/ConvertAgreement", Bureau_V1_ConvertAgreementRequest.self) { office in
      var names: [String] = []
      for number in [777, 778] {
        let name = try await office.kim.takesOver(signer: office.alex, account: number).name
        try await office.kim.records(.conversionAgreed, of: name, note: "Case 17")
        try await office.kim.records(.returnDataFetched, of: name)
        names.append(name)
      }
      let both = names
      return (
        try office.bureau.administrator,
        { request, variant in
          request.name = variant.isOther ? both[1] : both[0]
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write(
      "AgreementService/RecordAgreementStep", Bureau_V1_RecordAgreementStepRequest.self
    ) { office in
      let active = try await office.kim.seesAgreements().first?.name ?? ""
      return (
        office.kim,
        { request, variant in
          request.name = active
          request.step = .accountingSetUp
          request.note = variant.isOther ? "another" : ""
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write(
      "ConsentService/CreateConsentInvitation", Bureau_V1_CreateConsentInvitationRequest.self
    ) { office in
      let parent = try office.bureau.company.name, user = office.alex.name
      return (
        office.kim,
        { request, variant in
          request.parent = parent
          request.consentInvitation.user = user
          request.consentInvitation.bank = "dnb"
          request.consentInvitation.mobile = variant.isOther ? "+4790000001" : "+4790000002"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
    write(
      "ConsentService/DeclineConsentInvitation", Bureau_V1_DeclineConsentInvitationRequest.self
    ) { office in
      let invitation = try await office.kim.invites(office.alex)
      let link = try #require(try await office.alex.links(about: invitation.name).first)
      return (
        office.alex,
        { request, variant in
          request.name = invitation.name
          request.linkSecret = link
          request.reason = variant.isOther ? "Never" : "Not my bank"
          request.requestID = variant.requestID
          request.validateOnly = variant.isDryRun
        }
      )
    },
  ]
}
