// The way back from an identity provider that people meet in their browser: Norwegian BankID.

import HTTPTypes

extension Pages {
  /// Where people come back to; registered with the provider, behind `pages.url`.
  package static let returnPath = "/bankid-no/callback"

  /// Where the browser goes on from there.
  package static let donePath = "/bankid-no/done"

  /// To the page that waits for the visitor's order; whoever began elsewhere is told to go there.
  func goesOn(_ page: PageRequest) -> PageResult {
    var newest: Visit?
    for (name, value) in page.cookies where name.hasPrefix(PageCookie.visitPrefix) {
      let id = String(name.dropFirst(PageCookie.visitPrefix.count))
      guard let visit = seal.open(value, id: id, at: page.time), let order = visit.order,
        order.openURL != nil, !order.isDone, order.refusal == nil,
        order.since > newest?.order?.since ?? 0
      else { continue }
      newest = visit
    }
    if let newest { return .redirect(newest.path + "/order") }
    return .view(Self.message(.returnTitle, .returnText, isGood: true, more: .closePage))
  }

  /// The page there. Its address holds a code that is good once: it is read, and told to nobody.
  static func coming(back orders: Orders, _ rates: RateLimits) -> PageRoute {
    PageRoute(.get, returnPath, "back from BankID") { _, page in
      // No secret in the cookies stands for the visitor here: strangers come in as well.
      try rates.call(from: page.address)
      // Whoever only looks uses nothing up.
      guard page.method == .get else { throw PageTrouble.notFound }
      return told(await orders.comesBack(page.query))
    }
  }

  private static func told(_ outcome: RedirectOutcome) -> PageResult {
    switch outcome {
    case .taken:
      // The visitor's cookies did not come along, for another site led here: the browser asks once
      // more by itself, and whoever began on a page goes on there.
      var view = message(.returnTitle, .returnText, isGood: true, more: .closePage)
      view.refresh = "1; url=\(donePath)"
      return .view(view)
    case .unknown: return refused(.returnOverText, .gone, "no such order")
    case .turnedBack: return refused(.returnTurnedBackText, .ok, "turned back")
    case .refused: return refused(.returnRefusedText, .conflict, "evidence refused")
    case .codeRefused: return refused(.returnCodeText, .conflict, "code refused")
    case .unavailable:
      return PageResult(
        outcome: .view(
          message(.unavailableTitle, .unavailableText, status: .serviceUnavailable)),
        reason: "provider unavailable")
    }
  }

  private static func refused(
    _ text: PageText, _ status: HTTPResponse.Status, _ reason: String
  ) -> PageResult {
    PageResult(outcome: .view(message(.returnNotTitle, text, status: status)), reason: reason)
  }
}
