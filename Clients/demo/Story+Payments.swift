import Foundation
import Primitives

extension Story {
  /// Files that one command reads, payments that one signature covers.
  private static let filesAtOnce = 50
  private static let paymentsAtOnce = 100
  /// Lines of the first text to sign that are shown; of further ones, heading and total.
  private static let textLines = 40

  mutating func readInvoices() async throws {
    teller.step("\(accountant.firstName) reads \(Words.count(items.count, "file")) from suppliers.")
    for start in stride(from: 0, to: items.count, by: Self.filesAtOnce) {
      let range = start..<min(start + Self.filesAtOnce, items.count)
      let answer = try await ask(
        accountant,
        ["invoice", "import", "--request-id", UUID().uuidString.lowercased()]
          + items[range].map(\.file.path))
      let imports = try answer.decoded([ItemAnswer].self)
      guard imports.count == range.count else {
        throw DemoError("\(range.count) files were given, \(imports.count) answers came")
      }
      for (index, result) in zip(range, imports) {
        items[index].payment = result.payment
        items[index].refusal = result.error
        guard result.payment != nil || result.error != nil else {
          throw DemoError("nothing became of \(items[index].file.name)")
        }
      }
    }
    let width = items.map(\.file.name.count).max() ?? 0
    teller.lines(items.map { Words.padded($0.file.name, width) + "  " + $0.told }, more: "files")
  }

  mutating func acknowledge() async throws {
    let complete = items.indices.filter { items[$0].payment?.canBeSigned == true }
    for (index, answer) in try await each(complete, ["payment", "acknowledge"]) {
      items[index].payment = answer.payment ?? items[index].payment
      items[index].refusal = answer.error
    }
    let count = items.count { $0.payment?.state == "ACKNOWLEDGED" }
    teller.step(
      count == 0
        ? "None of them is complete: there is nothing to acknowledge."
        : "\(accountant.firstName) acknowledges \(Words.count(count, "complete payment")).")
  }

  /// Does the same to the payments of many items, each of which succeeds or fails alone.
  private mutating func each(
    _ indices: [Int], _ command: [String]
  ) async throws -> [(Int, ItemAnswer)] {
    var answers: [(Int, ItemAnswer)] = []
    for start in stride(from: 0, to: indices.count, by: Self.paymentsAtOnce) {
      let chunk = indices[start..<min(start + Self.paymentsAtOnce, indices.count)]
      let names = chunk.compactMap { items[$0].payment?.name }
      do {
        let found: [ItemAnswer] = try await ask(accountant, command + names).decoded()
        guard found.count == chunk.count else {
          throw DemoError("\(chunk.count) payments were named, \(found.count) answers came")
        }
        answers += zip(chunk, found)
      } catch let refused as Refused where chunk.count == 1 {
        // A single item that is refused ends the command as that refusal.
        answers += chunk.map { ($0, ItemAnswer(error: refused)) }
      }
    }
    return answers
  }

  // MARK: Signing

  /// Accounts that are new wait for somebody other than who brought them.
  mutating func confirmPayees() async throws {
    struct Suppliers: Decodable { var suppliers: [Supplier]? }
    struct Supplier: Decodable { var name: String }
    let held =
      try await ask(approver, ["supplier", "list", "--accounts", "held"])
      .decoded(Suppliers.self).suppliers ?? []
    guard !held.isEmpty else { return }
    _ = try await ask(approver, ["supplier", "confirm", "--all-held"])
    teller.step(
      "\(approver.firstName) confirms the accounts of \(Words.count(held.count, "new supplier")).")
    try await refresh()
  }

  mutating func sign() async throws {
    let ready = items.indices.filter { items[$0].payment?.canBeSigned == true }
    guard !ready.isEmpty else {
      teller.step("There is nothing to sign.")
      return
    }
    teller.step("\(approver.firstName) reads total and payees, and signs with BankID:")
    for start in stride(from: 0, to: ready.count, by: Self.paymentsAtOnce) {
      try await sign(Array(ready[start..<min(start + Self.paymentsAtOnce, ready.count)]))
    }
    try await refresh()
    let signed = items.count { $0.payment?.isUnderWay == true }
    teller.line("signed: \(Words.count(signed, "payment"))")
    let refused = ready.compactMap { index in
      items[index].refusal.map { "\(items[index].file.name): not signed: \($0.reason)" }
    }
    teller.lines(refused, more: "not signed")
  }

  /// Signs together what can be signed together: a batch that is refused is halved until the
  /// refusal has a payment's name.
  private mutating func sign(_ batch: [Int]) async throws {
    let names = batch.compactMap { items[$0].payment?.name }
    do {
      let answer = try await ask(
        approver, ["payment", "sign"] + names + ["--sandbox-person", approver.nationalID])
      let text = answer.notes.split(separator: "\n").map(String.init)
        .prefix { !$0.hasPrefix("qr: ") }
      teller.lines(text.map { "| \($0)" }, more: "lines", shown: hasShownText ? 2 : Self.textLines)
      hasShownText = true
    } catch let refused as Refused {
      if batch.count == 1 {
        items[batch[0]].refusal = refused
      } else {
        try await sign(Array(batch[..<(batch.count / 2)]))
        try await sign(Array(batch[(batch.count / 2)...]))
      }
    }
  }

  /// Reads all payments anew; says whether any has moved on.
  @discardableResult
  mutating func refresh() async throws -> Bool {
    let answer = try await ask(accountant, ["payment", "list", "--limit", "100000"])
    let payments = try answer.decoded(PaymentList.self).payments ?? []
    let byName = Dictionary(payments.map { ($0.name, $0) }) { first, _ in first }
    var moved = false
    for index in items.indices {
      guard let old = items[index].payment else { continue }
      guard let new = byName[old.name] else { throw DemoError("\(old.name) is gone") }
      moved = moved || new.state != old.state
      items[index].payment = new
    }
    return moved
  }

  // MARK: Posting

  mutating func post() async throws {
    let paid = items.indices.filter { items[$0].payment?.state == "PAID" }
    var told: [String] = []
    for (index, answer) in try await each(paid, ["voucher", "post"]) {
      guard let voucher = answer.voucher else {
        throw DemoError(
          "\(items[index].file.name) cannot be posted: \(answer.error?.description ?? "?")")
      }
      guard voucher.isBalanced else { throw DemoError("\(voucher.name) does not balance") }
      told.append(voucher.told)
    }
    try await refresh()
    guard paid.allSatisfy({ items[$0].payment?.state == "POSTED" }) else {
      throw DemoError("a payment with a voucher is not posted")
    }
    teller.step(
      paid.isEmpty
        ? "Nothing was paid: there is nothing to post."
        : "\(accountant.firstName) posts what was paid: "
          + "\(Words.count(paid.count, "balanced voucher")).")
    teller.lines(told, more: "vouchers")
    let rest = items.filter { $0.payment?.state != "POSTED" }
    if !rest.isEmpty {
      teller.step("\(Words.count(rest.count, "file")) did not get that far, each for a reason:")
      teller.lines(rest.map { "\($0.file.name): \($0.toldInFull)" }, more: "files")
    }
  }

  // MARK: Audit

  mutating func audit() async throws {
    try await logIn(administrator)
    _ = try await administrator.bureau("audit", "checkpoint")
    let result: Verification = try await administrator.bureau("audit", "verify").decoded()
    guard result.integrity == true, result.completeness == true else {
      let findings = result.findings ?? []
      throw DemoError(
        "the audit does not hold: "
          + (findings.isEmpty ? "no finding is named" : findings.joined(separator: "; ")))
    }
    teller.step(
      "The audit is verified: \(result.factCount ?? "all") facts in \(result.companyCount ?? "all") journals, "
        + "none changed, none missing.")
  }
}

extension Story.Item {
  /// What has become of the file, in a few words.
  var told: String {
    guard let payment else { return "refused: \(refusal?.reason ?? "?")" }
    var words = payment.creditor?.displayName ?? file.supplier ?? "?"
    if let amount = payment.amount {
      words += ", \(Words.money(amount.minorUnits, amount.currencyCode))"
    }
    if let due = file.dueDate { words += ", due \(due)" }
    if payment.overdue == true {
      words += " (overdue\(payment.executionDate.map { ", proposed for \($0)" } ?? ""))"
    }
    if payment.warnings?.contains("BUYER_IS_ANOTHER") == true {
      words += " (addressed to another buyer)"
    }
    switch payment.state {
    case "PROPOSAL_INCOMPLETE":
      words += ": incomplete, without \((payment.missingFields ?? []).joined(separator: ", "))"
      let written = [payment.accountAsWritten, payment.referenceAsWritten].compactMap(\.self)
        .filter { !$0.isEmpty }
      if !written.isEmpty { words += " (unusable: \(written.joined(separator: ", ")))" }
    case "ERROR": words += ": refused by the bank: \(payment.rejection?.reasonCode ?? "?")"
    default: words += refusal.map { ": \(Words.state(payment.state)), \($0.reason)" } ?? ""
    }
    return words
  }

  /// With the words of a refusal, which say how to mend it.
  var toldInFull: String {
    if let refusal { return "\(told). \(refusal.message)" }
    return told + (payment?.rejection?.text.map { ". \($0)" } ?? "")
  }
}
