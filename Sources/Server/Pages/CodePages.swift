// Payments approved on the page by a code that comes by SMS, in the place of BankID.

import BureauAPI
import Domain
import GRPCCore
import Primitives
import SwiftProtobuf

extension Pages {
  private typealias Payments = Bureau_V1_PaymentService.Method
  private typealias Identity = Bureau_V1_IdentityService.Method

  /// Has a code sent for what the form has ticked.
  func askForCode(_ visit: Visit, _ page: PageRequest) async throws -> PageResult {
    var visit = visit
    guard case .payments(let bureau) = visit.subject, visit.token != nil else {
      throw PageTrouble.notFound
    }
    let (order, leftOut) = try await startSigning(bureau, visit, page, by: .smsCode)
    visit.order = Visit.BankIDOrder(
      name: order.name, isHere: false, openURL: nil, since: page.time.microseconds,
      isSigning: true, isByCode: true, leftOut: leftOut)
    visit.endTime = page.time.adding(minutes: Visit.minutes).microseconds
    return try redirect(visit.path + "/code", keeping: visit)
  }

  func code(_ page: PageRequest) async throws -> PageResult {
    let visit = try visit(of: page)
    guard let order = visit.order, order.isByCode, !order.isDone else {
      return .redirect(visit.path)
    }
    let found = try await calls(
      Identity.CollectOrder.descriptor, .with { $0.name = order.name }, by: page.visitor,
      identity.collectOrder)
    guard found.state == .pending else {
      return told("SMS_CODE_EXPIRED", page, again: visit.path)
    }
    return .view(asking(found, order, visit))
  }

  private func asking(
    _ found: Bureau_V1_Order, _ order: Visit.BankIDOrder, _ visit: Visit
  ) -> PageView {
    var view = PageView(template: "code", title: .codeTitle)
    view.values = [
      "visit": visit.path, "form": visit.formToken, "number": found.maskedNumber,
      "text": found.visibleText, "leftOut": order.leftOut > 0 ? String(order.leftOut) : "",
    ]
    return view
  }

  func enterCode(_ page: PageRequest) async throws -> PageResult {
    var visit = try visit(ofForm: page)
    guard let order = visit.order, order.isByCode else { throw PageTrouble.notFound }
    if order.isDone { return .redirect(visit.path) }
    let code = (page.form["code"] ?? "").filter { !$0.isWhitespace }
    do {
      let ended = try await calls(
        Payments.ConfirmPaymentSignature.descriptor,
        .with {
          $0.name = order.name
          $0.code = String(code.prefix(20))
          // The same form sent twice is one request; a wrong code uses none up.
          $0.requestID = "page/\(visit.id)/\(order.name.suffix(32))"
        }, by: page.visitor(visit.token), payments.confirmPaymentSignature)
      guard ended.state == .complete else {
        return try over("ORDER_ENDED", visit, page)
      }
      visit.order?.isDone = true
      return try redirect(visit.path, keeping: visit)
    } catch let refusal as SigningCodeError where refusal.triesLeft ?? 0 > 0 {
      let found = try await calls(
        Identity.CollectOrder.descriptor, .with { $0.name = order.name }, by: page.visitor,
        identity.collectOrder)
      var view = asking(found, order, visit)
      let isOtherSet = refusal == .otherSet(left: refusal.triesLeft ?? 0)
      view.values["wrong"] = isOtherSet ? PageText.codeOtherSet : .codeWrong
      view.values["left"] = String(refusal.triesLeft ?? 0)
      var result = PageResult.view(view)
      result.reason = refusal.reason
      return result
    } catch {
      let failure = ErrorMapping.failure(for: error, requestID: page.requestID)
      // Over in a moment: the code is still good.
      if Words(failure.reason).isPassing { throw error }
      if let cause = failure.cause { log(cause, page) }
      return try over(failure.reason, visit, page)
    }
  }

  /// The code signs nothing any more: back to what waits.
  private func over(_ reason: String, _ visit: Visit, _ page: PageRequest) throws -> PageResult {
    var visit = visit
    visit.order = nil
    // A session that has ended leads to the login.
    if Words(reason) == .ended { visit.token = nil }
    var result = told(reason, page, again: visit.path)
    result.cookies = [try cookie(visit)]
    return result
  }
}
