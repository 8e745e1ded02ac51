// What the SMS says: total, payees and the code in one message (RTS art. 5: the payer sees amount and
// payee with the code). Everything in full stands where the code is asked for.

import Formats
import Primitives

package struct SigningMessage: Sendable, Equatable {
  /// Characters of the GSM alphabet in one message (3GPP TS 23.038).
  package static let limit = 160
  /// Where the code stands; as long as a code.
  package static let place = "######"
  private static let nameLength = 20

  package var subject: String
  /// The code's place in it is `place`.
  package var body: String

  /// `subject: body` is one message, whatever is signed.
  package init(_ items: [Approval.Item], companies: [String]) throws(SigningCodeError) {
    let totals: [Money]
    do { totals = try Approval(companyName: "", items: items).totals } catch {
      throw .textTooLong
    }
    let count = items.count == 1 ? "payment" : "\(items.count) payments"
    subject = "Approve \(count)"
    let total = totals.map { "\($0.decimalText) \($0.currency.code)" }.joined(separator: " + ")
    let end = ". Code \(Self.place), \(SigningCode.lifetimeMinutes) minutes."
    let payees = Self.payees(items)
    let owner =
      companies.count == 1
      ? "\(Self.plain(companies[0], Self.nameLength)): " : "\(companies.count) companies: "
    // The fullest that fits: all payees, then as many as there is room for, then without the payer.
    for owner in [owner, ""] {
      // More than fourteen never fit.
      for shown in stride(from: min(payees.count, 14), to: 0, by: -1) {
        let more = payees.count - shown
        body =
          owner + total + " to " + payees[..<shown].joined(separator: ", ")
          + (more == 0 ? "" : " +\(more) more") + end
        if text.utf16.count <= Self.limit { return }
      }
    }
    throw .textTooLong
  }

  /// As it stands in a message, the code left out.
  package var text: String { "\(subject): \(body)" }

  /// Each payee with the end of its account, once, in the order of the payments.
  private static func payees(_ items: [Approval.Item]) -> [String] {
    var seen: Set<String> = [], payees: [String] = []
    for item in items {
      let payment = item.rendered
      let digits = payment.creditorAccount.text.filter { $0.isNumber || $0.isLetter }
      let mark =
        switch payment.payeeMark {
        case nil: ""
        case .new: " NEW"
        case .changed: " CHANGED"
        }
      let payee = "\(plain(payment.creditorName, nameLength)) ..\(digits.suffix(4))\(mark)"
      if seen.insert("\(payee) \(payment.creditorAccount.text)").inserted { payees.append(payee) }
    }
    return payees
  }

  /// Cut, and in characters that take one place each in a message; none is the mark of the code's
  /// place.
  private static func plain(_ text: String, _ length: Int) -> String {
    PaymentText.render(text, set: .message, max: length)
  }
}
