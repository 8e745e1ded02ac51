import Formats
package import Primitives

/// What one signature covers: payments as rendered, with the text that shows them (RTS art. 5).
package struct Approval: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package var rendered: RenderedPayment
    package var agreement: ID<Agreement>
    package init(rendered: RenderedPayment, agreement: ID<Agreement>) {
      self.rendered = rendered
      self.agreement = agreement
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
    for (number, item) in items.enumerated() {
      let payment = item.rendered
      lines.append("")
      lines.append("\(number + 1). \(payment.creditorName)")
      lines.append("\(payment.amount.decimalText) \(payment.amount.currency.code)")
      lines.append("to \(payment.creditorAccount.display)")
      lines.append("\(payment.reference.label) \(payment.reference.text)")
      lines.append("due \(payment.dueDate.iso), from \(payment.debtorAccount.display)")
    }
    let text = lines.joined(separator: "\n")
    // 40 000 characters of base64 carry 30 000 bytes.
    guard text.utf8.count <= 30_000 else { throw .textTooLong }
    return text
  }

  /// What is signed without being shown: each payment's id and digest, in order.
  package var nonVisibleData: [UInt8] {
    let lines = items.map { "\($0.rendered.payment.hex) \($0.rendered.digest.hexText)\n" }
    return Array(("bureau/approval/v1\n" + lines.joined()).utf8)
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
    var text = ""
    for byte in self {
      let digits = Array("0123456789abcdef")
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }
}
