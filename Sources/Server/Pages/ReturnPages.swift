// The way back from an identity provider that people meet in their browser: Norwegian BankID.

import HTTPTypes

extension Pages {
  /// Where people come back to; registered with the provider, behind `pages.url`.
  package static let returnPath = "/bankid-no/callback"

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
      return .view(message(.returnTitle, .returnText, isGood: true, more: .closePage))
    case .unknown: return refused(.returnOverText, .gone, "no such order")
    case .turnedBack: return refused(.returnTurnedBackText, .ok, "turned back")
    case .refused: return refused(.returnRefusedText, .conflict, "evidence refused")
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
