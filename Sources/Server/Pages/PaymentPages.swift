// An approver's queue over all companies: read, expanded, sent back or signed with BankID on the page.

import BureauAPI
import Domain
import Foundation
import GRPCCore
import GRPCProtobuf
import Primitives
import Storage
import SwiftProtobuf

extension Pages {
  private typealias Payments = Bureau_V1_PaymentService.Method
  private typealias Identity = Bureau_V1_IdentityService.Method

  /// `/p/{bureau}`: no secret, as for a person's own consents.
  func openQueue(_ page: PageRequest) throws -> PageResult {
    guard let bureau = ID<Bureau>(hex: page.captured["bureau"] ?? "") else {
      throw PageTrouble.notFound
    }
    return try begin(.payments(bureau: bureau.hex), page)
  }

  func payments(_ bureau: String, _ visit: Visit, _ page: PageRequest) async throws -> PageResult {
    guard visit.token != nil else { return .view(queueLogin(visit, page)) }
    do {
      if let order = visit.order, order.isSigning, order.isDone {
        return .view(try await signed(order, visit, page))
      }
      return .view(try await queue(bureau, visit, page))
    } catch IdentityError.unauthenticated, IdentityError.sessionExpired {
      var visit = visit
      visit.token = nil
      visit.order = nil
      return PageResult(
        outcome: .view(queueLogin(visit, page)), cookies: [try cookie(visit)],
        reason: "session ended")
    }
  }

  private func queueLogin(_ visit: Visit, _ page: PageRequest) -> PageView {
    var view = PageView(template: "login", title: .queueTitle)
    view.values = devices(page).merging([
      "heading": PageText.queueTitle, "lead": PageText.queueLogin, "visit": visit.path,
      "form": visit.formToken,
    ]) { $1 }
    return view
  }

  // MARK: The queue

  private func found(_ bureau: String, _ visit: Visit, _ page: PageRequest) async throws
    -> SigningQueue
  {
    try await calls(
      Payments.SearchPayments.descriptor, .with { $0.parent = "bureaus/\(bureau)" },
      by: page.visitor(visit.token), payments.queue)
  }

  private func queue(_ bureau: String, _ visit: Visit, _ page: PageRequest) async throws
    -> PageView
  {
    let queue = try await found(bureau, visit, page)
    var view = PageView(template: "queue", title: .queueTitle)
    var sums: [String: Int64] = [:]
    for item in queue.items {
      let (sum, overflow) = sums[item.payment.amount.currencyCode, default: 0]
        .addingReportingOverflow(item.payment.amount.minorUnits)
      guard !overflow else { throw PaymentError.textTooLong }
      sums[item.payment.amount.currencyCode] = sum
    }
    let totals = sums.sorted { $0.key < $1.key }.map { Self.money($0.value, $0.key) }
    view.values = devices(page, signsPayments: true, byCode: queue.canSignByCode).merging([
      "visit": visit.path, "form": visit.formToken, "none": queue.items.isEmpty,
      "some": !queue.items.isEmpty, "totals": totals, "count": String(queue.items.count),
      "others": queue.others > 0 ? String(queue.others) : "", "isCut": queue.isCut,
      "companies": Self.companies(queue.items).map { name, items -> [String: any Sendable] in
        ["company": name, "payments": items.map { row($0, visit, page) }]
      },
    ]) { $1 }
    return view
  }

  private static func companies(_ items: [SigningQueue.Item]) -> [(String, [SigningQueue.Item])] {
    var groups: [(place: Place, name: String, items: [SigningQueue.Item])] = []
    for item in items {
      if let last = groups.indices.last, groups[last].place == item.place {
        groups[last].items.append(item)
      } else {
        groups.append((item.place, item.company, [item]))
      }
    }
    return groups.map { ($0.name, $0.items) }
  }

  private func row(_ item: SigningQueue.Item, _ visit: Visit, _ page: PageRequest)
    -> [String: any Sendable]
  {
    let payment = item.payment
    let mark: PageText? =
      switch item.mark {
      case nil: nil
      case .changed: .markChanged
      case .new: .markNew
      }
    return [
      "key": item.key, "payee": payment.creditor.displayName,
      "amount": Self.money(payment.amount.minorUnits, payment.amount.currencyCode),
      "account": Self.account(payment.creditorAccount), "reference": payment.reference.text,
      "invoice": payment.invoiceNumber, "due": payment.dueDate, "execution": payment.executionDate,
      "from": Self.account(payment.debtorAccount), "mark": mark?(page.language) ?? "",
      "hasMark": mark != nil, "returned": payment.returnReason,
      "wasReturned": !payment.returnReason.isEmpty, "overdue": payment.overdue,
      "last": payment.payeeAccount.hasLastAccount
        ? Self.account(payment.payeeAccount.lastAccount) : "",
      "signatures": payment.signers.isEmpty
        ? "" : "\(payment.signers.count) / \(payment.requiredSignatures)",
      // What the bank has refused is corrected or deleted, never sent back.
      "back": payment.state == .error ? "" : "\(visit.path)/return?payment=\(item.key)",
    ]
  }

  private static func money(_ minorUnits: Int64, _ code: String) -> String {
    guard let currency = try? Currency(stored: code) else { return code }
    return "\(Money(minorUnits: minorUnits, currency: currency).decimalText) \(code)"
  }

  private static func account(_ account: Bureau_V1_AccountNumber) -> String {
    guard let form = AccountForm(account.form) else { return account.text }
    return (try? AccountNumber(form: form, text: account.text))?.display ?? account.text
  }

  // MARK: Signing

  /// The order over what the form has ticked.
  func startSigning(
    _ bureau: String, _ visit: Visit, _ page: PageRequest,
    by method: Bureau_V1_Order.Method = .bankid
  ) async throws -> (order: Bureau_V1_Order, leftOut: Int) {
    let names = try page.form.keys.sorted().filter { $0.hasPrefix("p") && $0.contains(".") }
      .map { key -> String in
        guard let (place, id) = Self.parse(key, of: bureau) else { throw PageTrouble.notFound }
        return ResourceName.child("payments", id, of: place)
      }
    let answer = try await calls(
      Payments.StartPaymentSignatures.descriptor,
      .with {
        $0.parent = "bureaus/\(bureau)"
        $0.payments = names
        $0.method = method
      }, by: page.visitor(visit.token), payments.startPaymentSignatures)
    // All of it was signed, sent back or changed meanwhile; or a code does in no company of it.
    guard answer.hasOrder else {
      if let refused = answer.results.first {
        let bytes: [UInt8] = try refused.error.serializedBytes()
        throw try GoogleRPCStatus(serializedBytes: bytes)
      }
      throw PaymentError.noPayments
    }
    return (answer.order, answer.results.count)
  }

  /// `p<company>.<payment>`
  private static func parse(_ key: String, of bureau: String) -> (Place, ID<Payment>)? {
    let parts = key.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
    guard key.hasPrefix("p"), parts.count == 2, let home = ID<Bureau>(hex: bureau),
      let company = ID<Company>(hex: String(parts[0])),
      let payment = ID<Payment>(hex: String(parts[1]))
    else { return nil }
    return (Place(bureau: home, company: company), payment)
  }

  private func signed(_ order: Visit.BankIDOrder, _ visit: Visit, _ page: PageRequest) async throws
    -> PageView
  {
    let ended = try await calls(
      Identity.CollectOrder.descriptor, .with { $0.name = order.name }, by: page.visitor,
      identity.collectOrder)
    let isNone = ended.results.isEmpty
    let title: PageText = isNone ? .queueNothingSigned : .queueSignedTitle
    var view = PageView(template: "signed", title: title)
    view.values = [
      "heading": title, "kind": isNone ? "bad" : "good",
      "mark": isNone ? "M24 13v14M24 34.5v.1" : "M15 25l6.5 6.5L34 17",
      "visit": visit.path, "form": visit.formToken, "count": String(ended.results.count),
      "refused": ended.refusals.isEmpty ? "" : String(ended.refusals.count),
    ]
    return view
  }

  /// Back to what still waits.
  func continueQueue(_ page: PageRequest) async throws -> PageResult {
    var visit = try visit(ofForm: page)
    guard case .payments = visit.subject else { throw PageTrouble.notFound }
    visit.order = nil
    return try redirect(visit.path, keeping: visit)
  }

  // MARK: Sending back

  private func chosen(_ key: String?, _ visit: Visit, _ page: PageRequest) async throws
    -> (String, Bureau_V1_Payment)
  {
    guard case .payments(let bureau) = visit.subject, let token = visit.token,
      let (place, id) = key.flatMap({ Self.parse($0, of: bureau) })
    else { throw PageTrouble.notFound }
    let name = ResourceName.child("payments", id, of: place)
    let payment = try await calls(
      Payments.GetPayment.descriptor, .with { $0.name = name }, by: page.visitor(token),
      payments.getPayment)
    return (name, payment)
  }

  func askReturn(_ page: PageRequest) async throws -> PageResult {
    let visit = try visit(of: page)
    let (_, payment) = try await chosen(page.query["payment"], visit, page)
    var view = PageView(template: "return", title: .returnPaymentTitle)
    view.values = [
      "visit": visit.path, "form": visit.formToken, "key": page.query["payment"] ?? "",
      "payee": payment.creditor.displayName,
      "amount": Self.money(payment.amount.minorUnits, payment.amount.currencyCode),
    ]
    // The choice of a language would lose which payment it is.
    view.canChooseLanguage = false
    return .view(view)
  }

  func sendBack(_ page: PageRequest) async throws -> PageResult {
    let visit = try visit(ofForm: page)
    let (name, _) = try await chosen(page.form["payment"], visit, page)
    let given = (page.form["reason"] ?? "").split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    let reason = given.isEmpty ? PageText.noReason(page.language) : String(given.prefix(200))
    _ = try await calls(
      Payments.ReturnPayment.descriptor,
      .with {
        $0.name = name
        $0.reason = reason
        // The same form sent twice is one request.
        $0.requestID = "page/\(visit.id)/\(name.suffix(32))"
      }, by: page.visitor(visit.token), payments.returnPayment)
    return .redirect(visit.path)
  }
}

extension SigningQueue.Item {
  /// Names it in forms.
  var key: String { "p\(place.company.hex).\(id.hex)" }
}
