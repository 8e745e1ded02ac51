// What shows that somebody has signed by a code: the server's own record of what was shown, sent and
// entered, kept unchanged under its digest, which the signature's fact names. It proves as much as the
// journal does, and nobody's personal signature; docs/payment-proof.md describes it.

package import Domain
import Foundation
package import Primitives

package struct CodeEvidence: Sendable, Equatable {
  package static let title = "bureau/sms-approval/v1"

  package var code: ID<SigningCode>
  package var user: ID<User>
  package var session: ID<Session>
  /// Masked.
  package var phone: String
  /// Of the message, as the gateway got it.
  package var message: String
  package var sendTime: Instant
  package var enterTime: Instant
  /// What the message said, the code left out.
  package var text: String
  /// What the person read where the code was asked for.
  package var visibleText: String
  package var nonVisibleData: [UInt8]

  package init(_ code: SigningCode, for order: Order, at time: Instant) {
    self.code = code.id
    user = code.user
    session = code.session
    phone = code.number.masked
    message = code.message
    sendTime = code.sendTime
    enterTime = time
    text = code.text
    visibleText = order.visibleText
    nonVisibleData = order.nonVisibleData
  }

  private static let names = [
    "code", "user", "session", "phone", "message", "sent", "entered", "text", "visible", "hidden",
  ]

  /// As it is kept: a line for each value, a line feed after each.
  package var bytes: [UInt8] {
    let values = [
      code.hex, user.hex, session.hex, phone, message, String(sendTime.microseconds),
      String(enterTime.microseconds), Data(text.utf8).base64EncodedString(),
      Data(visibleText.utf8).base64EncodedString(), Data(nonVisibleData).base64EncodedString(),
    ]
    let lines = zip(Self.names, values).map { "\($0) \($1)\n" }
    return Array((Self.title + "\n" + lines.joined()).utf8)
  }

  /// Reads what `bytes` writes, and nothing else.
  package init(_ bytes: [UInt8]) throws {
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
    let values = zip(Self.names, lines).map { name, line in
      String(line.dropFirst(name.utf8.count + 1))
    }
    guard values.count == Self.names.count, let code = ID<SigningCode>(hex: values[0]),
      let user = ID<User>(hex: values[1]), let session = ID<Session>(hex: values[2]),
      let sent = Int64(values[5]), let entered = Int64(values[6]),
      let text = Data(base64Encoded: values[7]), let visible = Data(base64Encoded: values[8]),
      let hidden = Data(base64Encoded: values[9])
    else { throw UnreadableFact(what: "evidence of a code") }
    self.code = code
    self.user = user
    self.session = session
    phone = values[3]
    message = values[4]
    sendTime = Instant(microseconds: sent)
    enterTime = Instant(microseconds: entered)
    self.text = String(decoding: text, as: UTF8.self)
    visibleText = String(decoding: visible, as: UTF8.self)
    nonVisibleData = Array(hidden)
    guard self.bytes == bytes else { throw UnreadableFact(what: "evidence of a code") }
  }
}
