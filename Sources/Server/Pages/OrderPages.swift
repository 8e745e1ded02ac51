// Waiting for BankID: started by a form, asked about by the page, over when somebody has signed.

import BureauAPI
import Connectors
import Domain
import Foundation
import GRPCCore
import Primitives
import SwiftProtobuf

/// Where the visitor has BankID: on a device, with the Swedish one; at their bank, with the Norwegian.
/// Payments can be approved by a code by SMS instead.
enum Device: String {
  case here, elsewhere, norway, sms

  var eid: Bureau_V1_Eid { self == .norway ? .bankidNo : .bankidSe }

  init(isHere: Bool) { self = isHere ? .here : .elsewhere }
}

extension Pages {
  private typealias Identity = Bureau_V1_IdentityService.Method

  /// How an order stands, as the visitor is told.
  private enum Standing {
    /// nil: nobody could be asked just now.
    case pending(Bureau_V1_Order?, PageText)
    case done
    /// Not signed, by BankID's word.
    case failed(PageText)
    /// Signed, and not carried out, by its reason.
    case refused(String)
  }

  /// An order that no app has opened in its half minute is made anew for so long, without a word.
  private static let renewalMicroseconds: Int64 = 3 * 60 * 1_000_000

  // MARK: Starting and ending

  func sign(_ page: PageRequest) async throws -> PageResult {
    var visit = try visit(ofForm: page)
    guard let device = page.form["device"].flatMap(Device.init(rawValue:)) else {
      throw PageTrouble.notFound
    }
    if visit.order?.isDone == true, visit.token == nil { return .redirect(visit.path) }
    await withdraw(visit, page)
    visit.order = nil
    if device == .sms { return try await askForCode(visit, page) }
    let started = try await start(&visit, with: device.eid, page)
    guard started.openURL.utf8.count <= Visit.BankIDOrder.maxURLBytes else {
      throw IdentityError.bankIDUnavailable("its address is too long for a page.")
    }
    visit.order = Visit.BankIDOrder(
      name: started.name, isHere: device != .elsewhere,
      openURL: started.openURL.isEmpty ? nil : started.openURL, since: page.time.microseconds,
      isSigning: visit.signsPayments)
    visit.endTime = page.time.adding(minutes: Visit.minutes).microseconds
    return try redirect(visit.path + "/order", keeping: visit)
  }

  private func start(
    _ visit: inout Visit, with eid: Bureau_V1_Eid, _ page: PageRequest
  ) async throws -> Bureau_V1_Order {
    switch visit.subject {
    case .agreement(let link):
      visit.owner = try await offer(ofAgreement: link, page).bureauDisplayName
      return try await calls(
        Bureau_V1_AgreementService.Method.StartAgreementSignature.descriptor,
        .with {
          $0.name = link.name
          $0.linkSecret = link.secret
          $0.eid = eid
        }, by: page.visitor, agreements.startAgreementSignature)
    case .consent(let link):
      visit.owner = try await offer(ofConsent: link, page).bureauDisplayName
      return try await calls(
        Bureau_V1_ConsentService.Method.StartInvitedConsent.descriptor,
        .with {
          $0.name = link.name
          $0.linkSecret = link.secret
          $0.eid = eid
        }, by: page.visitor, consents.startInvitedConsent)
    case .payments(let bureau) where visit.signsPayments:
      return try await startSigning(bureau, visit, page).order
    case .own(let bureau), .payments(let bureau):
      return try await calls(
        Identity.StartLogin.descriptor,
        .with {
          $0.parent = "bureaus/\(bureau)"
          $0.eid = eid
        }, by: page.visitor, identity.startLogin)
    }
  }

  func cancel(_ page: PageRequest) async throws -> PageResult {
    var visit = try visit(ofForm: page)
    await withdraw(visit, page)
    if visit.order?.isDone != true { visit.order = nil }
    return try redirect(visit.path, keeping: visit)
  }

  /// Withdraws an order that is left behind; one that is gone already is no error.
  func withdraw(_ visit: Visit, _ page: PageRequest) async {
    guard let order = visit.order, !order.isDone, order.refusal == nil else { return }
    _ = try? await calls(
      Identity.CancelOrder.descriptor, .with { $0.name = order.name }, by: page.visitor,
      identity.cancelOrder)
  }

  // MARK: Waiting

  func order(_ page: PageRequest) async throws -> PageResult {
    let before = try visit(of: page)
    var visit = before
    guard let order = visit.order else { return .redirect(visit.path) }
    if order.isByCode { return .redirect(visit.path + "/code") }
    let standing = try await standing(order, &visit, page)
    let cookies = visit == before ? [] : [try cookie(visit)]
    switch standing {
    case .pending(let found, let hint):
      return PageResult(
        outcome: .view(waiting(found, hint, visit, page)), cookies: cookies)
    case .done:
      return PageResult(outcome: .redirect(visit.path), cookies: cookies)
    case .failed(let hint):
      var view = Self.message(visit.overTitle, hint)
      view.owner = visit.owner
      view.values["again"] = visit.path
      view.values["againLabel"] = PageText.tryAgain
      return PageResult(outcome: .view(view), cookies: cookies)
    case .refused(let reason):
      var result = told(reason, page, again: visit.path)
      result.cookies = cookies
      return result
    }
  }

  /// What the script asks once a second.
  private struct State: Encodable {
    var state: String
    var hint: String
    var size: Int?
    var path: String?
    var open: String?
  }

  func orderState(_ page: PageRequest) async throws -> PageResult {
    let before = try visit(of: page)
    var visit = before
    var state = State(state: "over", hint: "")
    if let order = visit.order, !order.isByCode,
      case .pending(let found, let hint) = try await standing(order, &visit, page)
    {
      let code = order.isHere ? nil : found.flatMap { QRPath($0.qrText) }
      state = State(
        state: "pending", hint: hint(page.language), size: code?.size, path: code?.path,
        open: order.isHere ? found.map { link(to: $0, visit, page) } : nil)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return PageResult(
      outcome: .json(Array(try encoder.encode(state))),
      cookies: visit == before ? [] : [try cookie(visit)])
  }

  private func waiting(
    _ order: Bureau_V1_Order?, _ hint: PageText, _ visit: Visit, _ page: PageRequest
  ) -> PageView {
    let isHere = visit.order?.isHere == true, isNorwegian = visit.order?.openURL != nil
    let title = visit.title
    var view = PageView(template: "order", title: title)
    view.owner = visit.owner
    view.renew = 2
    view.waits = true
    view.values = [
      "heading": title, "visit": visit.path, "form": visit.formToken, "hint": hint,
      "openNote": isNorwegian ? PageText.openNorwegianNote : .openNote,
    ]
    if !isNorwegian {
      view.values["other"] = [
        "device": Device(isHere: !isHere).rawValue,
        "label": (isHere ? PageText.otherDevice : .thisDevice)(page.language),
      ]
    }
    if let order, isHere { view.values["open"] = link(to: order, visit, page) }
    if let order, !isHere, let code = QRPath(order.qrText) {
      view.values["code"] = ["size": String(code.size), "path": code.path]
    }
    return view
  }

  /// Starts BankID on the device that shows the page. A phone comes back here by itself.
  private func link(to order: Bureau_V1_Order, _ visit: Visit, _ page: PageRequest) -> String {
    if let url = visit.order?.openURL { return url }
    let token = order.autoStartToken.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
    let start = "?autostarttoken=\(token ?? "")&redirect="
    guard page.isPhone, let base = address.base,
      let back = (base + visit.path + "/order").addingPercentEncoding(
        withAllowedCharacters: .alphanumerics)
    else { return "bankid:///\(start)null" }
    return "https://app.bankid.com/\(start)\(back)"
  }

  // MARK: Asking

  private func standing(
    _ order: Visit.BankIDOrder, _ visit: inout Visit, _ page: PageRequest
  ) async throws -> Standing {
    if order.isDone { return .done }
    if let reason = order.refusal { return .refused(reason) }
    let found: Bureau_V1_Order
    do {
      found = try await calls(
        Identity.CollectOrder.descriptor, .with { $0.name = order.name }, by: page.visitor,
        identity.collectOrder)
    } catch {
      let failure = ErrorMapping.failure(for: error, requestID: page.requestID)
      if let cause = failure.cause { log(cause, page) }
      if Words(failure.reason).isPassing { return .pending(nil, .hintUnavailable) }
      visit.order?.refusal = failure.reason
      return .refused(failure.reason)
    }
    switch found.state {
    case .complete:
      visit.order?.isDone = true
      if found.hasSession { visit.token = found.session.token }
      return .done
    case .failed:
      let hint = BankIDHint(userMessage: found.hint)
      // What was ticked is not known any more: nothing is made anew that nobody has asked for.
      if hint?.isRenewable == true, !order.isHere, !order.isSigning,
        page.time.microseconds < order.since + Self.renewalMicroseconds
      {
        let renewed = try await start(&visit, with: .bankidSe, page)
        visit.order = order
        visit.order?.name = renewed.name
        return .pending(renewed, .hintOutstandingTransaction)
      }
      return .failed(hint.map(PageText.hint) ?? .hintFailed)
    case .pending, .unspecified, .UNRECOGNIZED:
      let hint = BankIDHint(userMessage: found.hint)
      return .pending(found, hint.map(PageText.hint) ?? .hintOutstandingTransaction)
    }
  }
}

extension Visit {
  /// Logged in, and come to sign.
  fileprivate var signsPayments: Bool {
    if case .payments = subject { return token != nil }
    return false
  }

  /// What the visitor does with BankID.
  fileprivate var title: PageText {
    switch subject {
    case .agreement, .consent: .orderTitle
    case .payments where signsPayments: .orderTitle
    case .own, .payments: .loginTitle
    }
  }

  fileprivate var overTitle: PageText {
    switch subject {
    case .agreement, .consent: .overTitle
    case .payments where signsPayments: .overTitle
    case .own, .payments: .notLoggedIn
    }
  }
}
