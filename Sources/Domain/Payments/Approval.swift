import Formats
package import Primitives

/// What one signature covers: payments as rendered, with the text that shows them (RTS art. 5).
package struct Approval: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package var rendered: RenderedPayment
    package var agreement: ID<Agreement>
    /// Where the creditor's account has changed: the one paid last.
    package var lastAccount: AccountNumber?
    /// What else the signer is told of it: what is set off, what it was taken for.
    package var notes: [String]
    package init(
      rendered: RenderedPayment, agreement: ID<Agreement>, lastAccount: AccountNumber? = nil,
      notes: [String] = []
    ) {
      self.rendered = rendered
      self.agreement = agreement
      self.lastAccount = lastAccount
      self.notes = notes
    }

    /// What is new or changed since last time, in the signer's words; nil: nothing.
    var news: String? {
      switch rendered.payeeMark {
      case nil: nil
      case .new: "NEW PAYEE, never paid before"
      case .changed:
        "ACCOUNT CHANGED" + (lastAccount.map { ", last paid on \($0.display)" } ?? "")
      }
    }
  }

  package var companyName: String
  package var items: [Item]

  /// So many that each can be shown with all its values within BankID's 40 000 characters.
  package static let limit = 150

  package init(companyName: String, items: [Item]) {
    self.companyName = companyName
    self.items = items
  }

  /// Amounts added per currency, by currency code.
  package var totals: [Money] {
    get throws(MoneyError) {
      var sums: [Currency: Money] = [:]
      for item in items {
        let amount = item.rendered.amount
        if let sum = sums[amount.currency] {
          sums[amount.currency] = try sum.adding(amount)
        } else {
          sums[amount.currency] = amount
        }
      }
      return sums.values.sorted { $0.currency.code < $1.currency.code }
    }
  }

  /// The text that the approver reads and signs: total first, then every payee.
  package func visibleText() throws(PaymentError) -> String {
    let sums: [Money]
    do { sums = try totals } catch { throw .textTooLong }
    let total = sums.map { "\($0.decimalText) \($0.currency.code)" }.joined(separator: " + ")
    let count = items.count == 1 ? "1 payment" : "\(items.count) payments"
    var lines = ["\(companyName): approve \(count)", "Total \(total)"]
    if let news = Self.news(of: items) { lines.append(news) }
    for (number, item) in items.enumerated() {
      let payment = item.rendered
      lines.append("")
      lines.append("\(number + 1). \(payment.creditorName)")
      lines.append("\(payment.amount.decimalText) \(payment.amount.currency.code)")
      lines.append("to \(payment.creditorAccount.display)")
      if let news = item.news { lines.append(news) }
      lines.append("\(payment.reference.label) \(payment.reference.text)")
      lines += item.notes
      lines.append("due \(payment.dueDate.iso), from \(payment.debtorAccount.display)")
    }
    let text = lines.joined(separator: "\n")
    // 40 000 characters of base64 carry 30 000 bytes.
    guard text.utf8.count <= 30_000 else { throw .textTooLong }
    return text
  }

  /// How much of it is new or changed since last time; nil: nothing.
  static func news(of items: [Item]) -> String? {
    let parts = [(PayeeMark.new, "to new payees"), (.changed, "to changed accounts")]
      .compactMap { mark, words in
        let count = items.count { $0.rendered.payeeMark == mark }
        return count == 0 ? nil : "\(count) \(words)"
      }
    return parts.isEmpty ? nil : "Look closely: " + parts.joined(separator: ", ")
  }

  /// What is signed without being shown: each payment's id and digest, in order.
  package var nonVisibleData: [UInt8] {
    let lines = items.map { Self.line(of: $0.rendered) + "\n" }
    return Array(("bureau/approval/v1\n" + lines.joined()).utf8)
  }

  /// How a payment stands there.
  static func line(of payment: RenderedPayment) -> String {
    "\(payment.payment.hex) \(payment.digest.hexText)"
  }
}

extension PaymentReference {
  /// The word before the reference where people read it.
  var label: String {
    switch self {
    case .kid: "KID"
    case .ocr: "OCR"
    case .creditor: "RF"
    case .finnish: "Reference"
    case .message: "Message:"
    }
  }
}

extension Sequence<UInt8> {
  /// Lower-case hexadecimal, two digits a byte.
  package var hexText: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
