package import Primitives

/// An electronic identity that the person meets in a browser and comes back from by a redirect:
/// Norwegian BankID (OpenID Connect), or its twin in the sandbox.
package protocol RedirectIdentity: Sendable {
  /// Where the person goes; `ticket.openURL`.
  /// - Parameter state: Comes back with the person, and leads to the order.
  func start(_ content: RedirectContent, state: String) async throws(IdentityError) -> OrderTicket
  /// Trades the code that came back for the evidence, as it will be kept. A code is good once.
  func redeem(_ code: String, of ticket: OrderTicket) async throws(IdentityError) -> [UInt8]
  /// Verifies evidence in full, by itself: signature, issuer, audience, times, level, and that it
  /// was given for `order`'s content. The person is the caller's to compare.
  func verify(_ answer: [UInt8], of order: Order, key: NationalIDKey, at time: Instant)
    throws(IdentityError) -> Evidence
}

/// What a person is asked to vouch for.
package struct RedirectContent: Sendable, Equatable {
  package var isLogin: Bool
  package var text: String
  package var data: [UInt8]

  package init(isLogin: Bool, text: String, data: [UInt8]) {
    self.isLogin = isLogin
    self.text = text
    self.data = data
  }
}

/// Which electronic identity an order uses.
package enum Eid: String, Sendable, CaseIterable {
  case bankIDSE = "bankid-se"
  case bankIDNO = "bankid-no"
}
