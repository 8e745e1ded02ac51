// A person's own consents: seen and revoked after a login with BankID on the page.

import BureauAPI
import Domain
import Foundation
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension Pages {
  private typealias Identity = Bureau_V1_IdentityService.Method

  /// `/b/{bureau}`: no secret, so that it can stand in a mail or be kept as a bookmark. Whether
  /// there is such a bureau shows only to whom it lets in.
  func openOwn(_ page: PageRequest) throws -> PageResult {
    guard let bureau = ID<Bureau>(hex: page.captured["bureau"] ?? "") else {
      throw PageTrouble.notFound
    }
    return try begin(.own(bureau: bureau.hex), page)
  }

  func own(_ bureau: String, _ visit: Visit, _ page: PageRequest) async throws -> PageResult {
    guard visit.token != nil else { return .view(login(visit, page)) }
    do {
      return .view(try await consents(bureau, visit, page))
    } catch IdentityError.unauthenticated, IdentityError.sessionExpired {
      var visit = visit
      visit.token = nil
      visit.order = nil
      return PageResult(
        outcome: .view(login(visit, page)), cookies: [try cookie(visit)], reason: "session ended")
    }
  }

  private func login(_ visit: Visit, _ page: PageRequest) -> PageView {
    var view = PageView(template: "login", title: .ownTitle)
    view.values = devices(page).merging([
      "heading": PageText.ownTitle, "lead": PageText.ownLead, "visit": visit.path,
      "form": visit.formToken,
    ]) { $1 }
    return view
  }

  /// The ways to BankID, the likelier one first.
  /// - Parameter signsPayments: which Norwegian BankID does not (decision 118).
  func devices(_ page: PageRequest, signsPayments: Bool = false, byCode: Bool = false)
    -> [String: any Sendable]
  {
    var ways: [(device: Device, label: PageText)] = []
    if eids.contains(.bankIDSE) {
      ways = [(.here, .signHere), (.elsewhere, .signOther)]
      if !page.isPhone { ways.reverse() }
    }
    // Whoever reads Norwegian is likelier to have the Norwegian one.
    if eids.contains(.bankIDNO), !signsPayments {
      ways.insert((.norway, .signNorwegian), at: page.language == .norwegian ? 0 : ways.count)
    }
    if byCode { ways.append((.sms, .signByCode)) }
    return [
      "ways": ways.enumerated().map { index, way in
        [
          "device": way.device.rawValue, "label": way.label(page.language),
          "look": index == 0 ? "button" : "button second",
        ]
      }
    ]
  }

  // MARK: The list

  private func found(
    _ bureau: String, _ visit: Visit, _ page: PageRequest
  ) async throws -> (session: Bureau_V1_Session, consents: [ConsentService.Own]) {
    let session = try await calls(
      Identity.GetSession.descriptor, .with { $0.name = "bureaus/\(bureau)/sessions/-" },
      by: page.visitor(visit.token), identity.getSession)
    let (home, user) = try ResourceName.parseBureauChild(session.user, "users", as: User.self)
    return (session, try await consents.own(user, of: home))
  }

  private func consents(
    _ bureau: String, _ visit: Visit, _ page: PageRequest
  ) async throws -> PageView {
    let (session, found) = try await found(bureau, visit, page)
    var view = PageView(template: "own", title: .ownTitle)
    let active = found.filter(\.state.counts), over = found.filter { !$0.state.counts }
    view.values = [
      "visit": visit.path, "form": visit.formToken, "name": session.displayName,
      "active": active.map { row($0, visit, page) }, "over": over.map { row($0, visit, page) },
      "none": active.isEmpty, "hasOver": !over.isEmpty,
    ]
    return view
  }

  private func row(
    _ own: ConsentService.Own, _ visit: Visit, _ page: PageRequest
  ) -> [String: any Sendable] {
    let profile = BankProfile.named(own.consent.bank)
    let zone = profile?.zone ?? .centralEuropean
    return [
      "company": own.company.displayName, "bank": profile?.displayName ?? own.consent.bank,
      "accounts": own.consent.accounts, "hasAccounts": !own.consent.accounts.isEmpty,
      "given": own.consent.createTime.date(in: zone).iso,
      "until": own.consent.expireTime.date(in: zone).iso,
      "state": PageText.consent(own.state)(page.language),
      "revoke":
        "\(visit.path)/revoke?company=\(own.place.company.hex)&consent=\(own.consent.id.hex)",
    ]
  }

  // MARK: Revoking

  /// The consent that query or form names, if it is the visitor's own.
  private func chosen(
    _ fields: [String: String], _ visit: Visit, _ page: PageRequest
  ) async throws -> ConsentService.Own {
    guard case .own(let bureau) = visit.subject,
      let company = fields["company"].flatMap(ID<Company>.init(hex:)),
      let id = fields["consent"].flatMap(ID<Consent>.init(hex:)),
      let own = try await found(bureau, visit, page).consents.first(where: {
        $0.place.company == company && $0.consent.id == id
      })
    else { throw PageTrouble.notFound }
    return own
  }

  /// Asks once more: without a consent the company's bank data may stop.
  func askRevoke(_ page: PageRequest) async throws -> PageResult {
    let visit = try visit(of: page)
    let own = try await chosen(page.query, visit, page)
    var view = PageView(template: "revoke", title: .revokeTitle)
    view.values = row(own, visit, page).merging([
      "visit": visit.path, "form": visit.formToken, "companyID": own.place.company.hex,
      "consent": own.consent.id.hex,
    ]) { $1 }
    // The choice of a language would lose which consent it is.
    view.canChooseLanguage = false
    return .view(view)
  }

  func revoke(_ page: PageRequest) async throws -> PageResult {
    let visit = try visit(ofForm: page)
    let own = try await chosen(page.form, visit, page)
    _ = try await calls(
      Bureau_V1_ConsentService.Method.RevokeConsent.descriptor,
      .with {
        $0.name = ResourceName.child("consents", own.consent.id, of: own.place)
        // The same form sent twice is one request.
        $0.requestID = "page/\(visit.id)/\(own.consent.id.hex)"
      }, by: page.visitor(visit.token), consents.revokeConsent)
    return .redirect(visit.path)
  }

  func leave(_ page: PageRequest) async throws -> PageResult {
    let visit = try visit(ofForm: page)
    let bureau: String? =
      switch visit.subject {
      case .own(let bureau), .payments(let bureau): bureau
      case .agreement, .consent: nil
      }
    if let bureau, let token = visit.token {
      _ = try? await calls(
        Identity.DeleteSession.descriptor, .with { $0.name = "bureaus/\(bureau)/sessions/-" },
        by: page.visitor(token), identity.deleteSession)
    }
    var result = PageResult.redirect("/")
    result.cookies = [PageCookie.clear(PageCookie.visitPrefix + visit.id)]
    return result
  }
}

extension PageText {
  static func consent(_ state: Consent.State) -> PageText {
    switch state {
    case .active: .stateActive
    case .expiring: .stateExpiring
    case .superseded: .stateSuperseded
    case .expired: .stateExpired
    case .revoked: .stateRevoked
    }
  }
}
