// An invitation to give one's own consent; and declining what a link asks for.

import BureauAPI
import Domain
import Foundation
import GRPCCore
import Primitives
import SwiftProtobuf

extension Pages {
  private typealias Consents = Bureau_V1_ConsentService.Method
  private typealias Agreements = Bureau_V1_AgreementService.Method

  func offer(ofConsent link: PageLink, _ page: PageRequest) async throws
    -> Bureau_V1_ConsentOffer
  {
    try await calls(
      Consents.OpenConsentLink.descriptor,
      .with {
        $0.name = link.name
        $0.linkSecret = link.secret
      }, by: page.visitor, consents.openConsentLink)
  }

  /// What the consent is for, and the two ways to give it.
  func consent(_ link: PageLink, _ visit: Visit, _ page: PageRequest) async throws -> PageView {
    let offer = try await offer(ofConsent: link, page)
    var view = PageView(template: "consent", title: .consentTitle)
    view.owner = offer.bureauDisplayName
    let until = Instant(offer.consentExpireTime).date(in: .centralEuropean).iso
    view.values = devices(page).merging([
      "visit": visit.path, "form": visit.formToken, "bureau": offer.bureauDisplayName,
      "company": offer.companyDisplayName, "bank": offer.bankDisplayName,
      "person": offer.userDisplayName, "accounts": offer.accounts, "until": until,
      "text": offer.text,
    ]) { $1 }
    return view
  }

  // MARK: Declining

  func askDecline(_ page: PageRequest) async throws -> PageResult {
    let visit = try visit(of: page)
    var view = PageView(template: "decline", title: .declineTitle)
    switch visit.subject {
    // The link is opened once more: what is used or replaced is not asked about.
    case .agreement(let link):
      view.owner = try await offer(ofAgreement: link, page).bureauDisplayName
    case .consent(let link): view.owner = try await offer(ofConsent: link, page).bureauDisplayName
    case .own, .payments: throw PageTrouble.notFound
    }
    view.values = [
      "heading": PageText.declineTitle, "visit": visit.path, "form": visit.formToken,
    ]
    return .view(view)
  }

  func decline(_ page: PageRequest) async throws -> PageResult {
    var visit = try visit(ofForm: page)
    let given = (page.form["reason"] ?? "").split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    let reason = given.isEmpty ? PageText.noReason(page.language) : String(given.prefix(300))
    // The same form sent twice is one request.
    let request = "page/\(visit.id)/decline"
    switch visit.subject {
    case .agreement(let link):
      _ = try await calls(
        Agreements.DeclineAgreement.descriptor,
        .with {
          $0.name = link.name
          $0.linkSecret = link.secret
          $0.reason = reason
          $0.requestID = request
        }, by: page.visitor, agreements.declineAgreement)
    case .consent(let link):
      _ = try await calls(
        Consents.DeclineConsentInvitation.descriptor,
        .with {
          $0.name = link.name
          $0.linkSecret = link.secret
          $0.reason = reason
          $0.requestID = request
        }, by: page.visitor, consents.declineConsentInvitation)
    case .own, .payments: throw PageTrouble.notFound
    }
    await withdraw(visit, page)
    visit.order = nil
    visit.hasDeclined = true
    return try redirect(visit.path, keeping: visit)
  }
}
