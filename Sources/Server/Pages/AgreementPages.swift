import Domain
import Primitives
import Storage

extension Pages {
  /// What is to be signed, and the two ways to do it.
  func agreement(_ link: PageLink, _ visit: Visit, _ page: PageRequest) async throws -> PageView {
    let opened = try await opened(link)
    let agreement = opened.agreement, company = opened.company
    var view = PageView(template: "agreement", title: .agreementTitle)
    view.owner = opened.bureau.displayName
    view.values = devices(page).merging([
      "visit": visit.path, "form": visit.formToken, "bureau": opened.bureau.displayName,
      "company": "\(company.displayName) (\(company.organisationNumber.digits))",
      "bank": BankProfile.named(agreement.bank)?.displayName ?? agreement.bank,
      "account": "\(agreement.account.display) \(agreement.currency.code)",
      "signer": agreement.signer.displayName, "text": opened.text,
    ]) { $1 }
    return view
  }

  func opened(_ link: PageLink) async throws -> AgreementService.Opened {
    let (place, id) = try ResourceName.parse(link.name, "agreements", as: Agreement.self)
    return try await agreements.opened(id, at: place, secret: link.secret)
  }

  func agreementDone(_ visit: Visit) -> PageResult {
    var view = Self.message(
      .agreementDoneTitle, .agreementDoneText, isGood: true, more: .closePage)
    view.owner = visit.owner
    return .view(view)
  }
}
