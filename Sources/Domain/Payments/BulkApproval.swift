// One signature over payments of many companies. The text tells total, companies and payees; where
// every payment with all its values does not fit what BankID shows, it is cut to what the law asks
// for: each payee with account and sum (RTS art. 5(3)(b)). The digests cover all values always, and
// are lines of the same kind as those of one company's approval, so that each company's facts can be
// checked against the evidence alone.

import Formats
package import Primitives

package struct BulkApproval: Sendable, Equatable {
  /// What of it one company pays.
  package struct Part: Sendable, Equatable {
    package var company: ID<Company>
    package var approval: Approval

    package init(company: ID<Company>, approval: Approval) {
      self.company = company
      self.approval = approval
    }
  }

  package var parts: [Part]

  /// Payments of one signature.
  package static let limit = 500
  /// 40 000 characters of base64 carry 30 000 bytes.
  static let textLimit = 30_000

  package init(parts: [Part]) { self.parts = parts }

  private var items: [Approval.Item] { parts.flatMap(\.approval.items) }

  /// The text that the approver reads and signs, as fully as it fits.
  package func visibleText() throws(PaymentError) -> String {
    for detail in Detail.allCases {
      let text = try text(detail)
      if text.utf8.count <= Self.textLimit { return text }
    }
    throw .textTooLong
  }

  /// What is signed without being shown: each payment's id and digest, in order.
  package var nonVisibleData: [UInt8] {
    Approval(companyName: "", items: items).nonVisibleData
  }

  /// How much the text tells, the fullest first.
  enum Detail: CaseIterable {
    /// Every payment with reference and due date.
    case payments
    /// Every payee with account, number of payments and sum.
    case payees
    /// The same with names cut to 24 characters.
    case shortPayees
  }

  private func text(_ detail: Detail) throws(PaymentError) -> String {
    let companies = parts.count == 1 ? "1 company" : "\(parts.count) companies"
    var lines = [
      "Approve \(Self.count(items.count)) of \(companies)", "Total \(try Self.total(items))",
    ]
    if let news = Approval.news(of: items) { lines.append(news) }
    for part in parts {
      let items = part.approval.items
      lines.append("")
      lines.append(
        "\(part.approval.companyName): \(Self.count(items.count)), \(try Self.total(items))")
      for (account, items) in Self.grouped(items, by: \.rendered.debtorAccount) {
        lines.append("from \(account.display)")
        lines += detail == .payments ? items.map(Self.line) : try Self.payees(items, detail)
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func line(_ item: Approval.Item) -> String {
    let payment = item.rendered
    return "- \(payment.creditorName), \(payment.creditorAccount.display): "
      + "\(payment.amount.decimalText) \(payment.amount.currency.code), "
      + "\(payment.reference.label) \(payment.reference.text), due \(payment.dueDate.iso)"
      + ([item.news].compactMap(\.self) + item.notes).map { "; \($0)" }.joined(separator: "")
  }

  private struct Payee: Hashable {
    var name: String
    var account: AccountNumber
    var news: String?
  }

  private static func payees(_ items: [Approval.Item], _ detail: Detail) throws(PaymentError)
    -> [String]
  {
    var lines: [String] = []
    let groups = grouped(items) { item in
      Payee(
        name: item.rendered.creditorName, account: item.rendered.creditorAccount, news: item.news)
    }
    for (payee, items) in groups {
      let name = detail == .shortPayees ? String(payee.name.prefix(24)) : payee.name
      let times = items.count == 1 ? "" : "\(items.count) × "
      let news = payee.news.map { "; \($0)" } ?? ""
      lines.append("- \(name), \(payee.account.display): \(times)\(try total(items))\(news)")
    }
    return lines
  }

  private static func count(_ number: Int) -> String {
    number == 1 ? "1 payment" : "\(number) payments"
  }

  /// Amounts added per currency, by currency code.
  private static func total(_ items: [Approval.Item]) throws(PaymentError) -> String {
    let sums: [Money]
    do { sums = try Approval(companyName: "", items: items).totals } catch { throw .textTooLong }
    return sums.map { "\($0.decimalText) \($0.currency.code)" }.joined(separator: " + ")
  }

  /// In order of the first of each.
  private static func grouped<Key: Hashable>(
    _ items: [Approval.Item], by key: (Approval.Item) -> Key
  ) -> [(Key, [Approval.Item])] {
    var places: [Key: Int] = [:]
    var groups: [(Key, [Approval.Item])] = []
    for item in items {
      let key = key(item)
      if let place = places[key] {
        groups[place].1.append(item)
      } else {
        places[key] = groups.count
        groups.append((key, [item]))
      }
    }
    return groups
  }
}
