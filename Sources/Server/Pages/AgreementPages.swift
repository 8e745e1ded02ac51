import BureauAPI
import GRPCCore
import SwiftProtobuf

extension Pages {
  func offer(ofAgreement link: PageLink, _ page: PageRequest) async throws
    -> Bureau_V1_AgreementOffer
  {
    try await calls(
      Bureau_V1_AgreementService.Method.OpenAgreementLink.descriptor,
      .with {
        $0.name = link.name
        $0.linkSecret = link.secret
      }, by: page.visitor, agreements.openAgreementLink)
  }

  /// What is to be signed, and the two ways to do it.
  func agreement(_ link: PageLink, _ visit: Visit, _ page: PageRequest) async throws -> PageView {
    let offer = try await offer(ofAgreement: link, page)
    var view = PageView(template: "agreement", title: .agreementTitle)
    view.owner = offer.bureauDisplayName
    view.values = devices(page).merging([
      "visit": visit.path, "form": visit.formToken, "bureau": offer.bureauDisplayName,
      "company": offer.companyDisplayName, "bank": offer.bankDisplayName,
      "signer": offer.signerDisplayName, "text": offer.text,
    ]) { $1 }
    return view
  }
}
