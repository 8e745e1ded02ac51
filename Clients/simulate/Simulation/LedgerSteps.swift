// Ledgers with credit notes, invoices that come twice, salaries, the register of suppliers, calls about
// many payments, and searches.

import BureauAPI
import Checker
import Domain
import Engine
import Foundation
import Primitives
import Server
import Storage
import SwiftProtobuf
import Synchronization
import TestKit

/// What a call answered last.
private final class Answered<Value: Sendable>: Sendable {
  private let state = Mutex<Value?>(nil)

  var value: Value? { state.withLock { $0 } }
  func callAsFunction(_ value: Value) { state.withLock { $0 = value } }
}

extension Town {
  // MARK: Ledgers

  /// An invoice with a message and a credit note of the same supplier, in one file.
  func importLedger(_ step: Int, _ dice: inout Chance) async throws -> String {
    let company = dice.below(companies.count)
    let supplier = dice.below(5)
    let amount = 200_000 + Int64(dice.below(900_000))
    let credit = 100 + Int64(dice.below(250_000))
    let due = clock.now.date(in: .centralEuropean).adding(days: dice.below(5)).iso
    let who = "Leverandør \(supplier + 1) AS;\(Numbers.organisation(20 + supplier));NO"
    func text(_ minor: Int64) -> String {
      "\(minor / 100),\(String(minor % 100 + 100).dropFirst())"
    }
    let content = """
      kind;supplier;organisation_number;country;number;amount;currency;account;due_date;reference
      invoice;\(who);L-\(step);\(text(amount));NOK;\(Numbers.norwegianAccount(30 + dice.below(6)));\(due);Faktura L-\(step)
      credit_note;\(who);K-\(step);-\(text(credit));NOK;;;

      """
    let id = "ledger-\(step)"
    let request = Bureau_V1_ImportOpenItemsRequest.with {
      $0.parent = companyName(company)
      $0.content = Data(content.utf8)
      $0.requestID = id
    }
    let wish = Wish(requestID: id, text: "L-\(step), K-\(step) of company \(company + 1)") {
      [accountant] desk in
      let answer = try await desk(
        Bureau_V1_OpenItemService.Method.ImportOpenItems.descriptor, request, by: accountant
      ) { try await desk.openItems.importOpenItems(request: $0, context: $1) }
      return answer.items.map(\.openItem.name).first { !$0.isEmpty } ?? ""
    }
    return try await perform(wish, &dice)
  }

  /// Sets credit notes off, mostly against what they can be set off against.
  func setOff(_ step: Int, _ dice: inout Chance) async throws -> String {
    let items = try tables.rows(
      "SELECT company, id, supplier_key FROM open_item "
        + (dice.happens(70) ? "WHERE payment IS NULL " : "")
        + "ORDER BY create_time DESC, id DESC LIMIT 40")
    guard let item = dice.pick(items), case .blob(let company) = item[0],
      case .blob(let id) = item[1], case .text(let supplier) = item[2],
      let index = companies.firstIndex(where: { $0.place.company.bytes == company })
    else { return "no open item" }
    let fitting = try tables.rows(
      "SELECT id FROM payment WHERE company = \(oracle.literal(company)) AND supplier_key = "
        + "'\(supplier)' AND reference_type = 'MESSAGE' AND state LIKE 'proposal%' "
        + "ORDER BY create_time DESC, id DESC LIMIT 20")
    let all = try payments(
      in: "proposalComplete", "proposalOpenItems", "proposalIncomplete", "acknowledged", "signed")
    let ids: [String] =
      if !fitting.isEmpty, dice.happens(85) {
        fitting.compactMap { row in
          if case .blob(let bytes) = row[0] { bytes.hexText } else { nil }
        }
      } else { all.filter { $0.company == index }.map(\.id.hex) }
    guard let payment = dice.pick(ids) else { return "no payment" }
    let requestID = "link-\(step)"
    let parent = companyName(index)
    let isBack = dice.happens(20)
    let name = "\(parent)/payments/\(payment)"
    let itemName = "\(parent)/openItems/\(id.hexText)"
    let text = "\(id.hexText.prefix(6)) \(isBack ? "from" : "against") \(payment.prefix(6))"
    let wish = Wish(requestID: requestID, text: text) { [accountant] desk in
      if isBack {
        return try await desk(
          Bureau_V1_OpenItemService.Method.UnlinkOpenItems.descriptor,
          Bureau_V1_UnlinkOpenItemsRequest.with {
            $0.payment = name
            $0.items = [itemName]
            $0.requestID = requestID
          }, by: accountant
        ) { try await desk.openItems.unlinkOpenItems(request: $0, context: $1) }.name
      }
      return try await desk(
        Bureau_V1_OpenItemService.Method.LinkOpenItems.descriptor,
        Bureau_V1_LinkOpenItemsRequest.with {
          $0.payment = name
          $0.items = [itemName]
          $0.requestID = requestID
        }, by: accountant
      ) { try await desk.openItems.linkOpenItems(request: $0, context: $1) }.name
    }
    return try await perform(wish, &dice)
  }

  // MARK: The same debt twice

  /// A supplier sends an invoice once more, under another number.
  func importTwin(_ step: Int, _ dice: inout Chance) async throws -> String {
    guard let (company, invoice) = dice.pick(invoices) else { return "no invoice yet" }
    faults += 1
    let twin = invoice.with { $0.number = "T-\(step)" }
    return try await perform(importing(twin, company, "twin-\(step)"), &dice)
  }

  /// Somebody says that what looks like another payment is owed as well.
  func dismiss(_ step: Int, _ dice: inout Chance) async throws -> String {
    let rows = try tables.rows(
      "SELECT company, id, state FROM payment WHERE invoice_number LIKE 'T-%' AND state IN "
        + "('proposalComplete', 'proposalOpenItems', 'acknowledged', 'error') "
        + "ORDER BY create_time DESC, id DESC LIMIT 20")
    guard let row = dice.pick(try rows.map(payment)) else { return "no payment" }
    let id = "dismiss-\(step)"
    let request = Bureau_V1_DismissDuplicatesRequest.with {
      $0.name = name(row)
      $0.reason = "Two months"
      $0.requestID = id
    }
    let wish = Wish(
      requestID: id, text: short(row),
      ask: { [accountant] desk in
        try await desk(
          Bureau_V1_PaymentService.Method.DismissDuplicates.descriptor, request, by: accountant
        ) { try await desk.payments.dismissDuplicates(request: $0, context: $1) }.name
      }, mayChangeNothing: true)
    return try await perform(wish, &dice)
  }

  // MARK: The register of suppliers

  /// Confirms accounts that are held, or rejects one; whoever has brought one is refused.
  func confirm(_ step: Int, _ dice: inout Chance) async throws -> String {
    let isRejection = dice.happens(10)
    let rows = try tables.rows(
      "SELECT company, supplier, id FROM supplier_account "
        + (isRejection ? "" : "WHERE state <> 'confirmed' ") + "ORDER BY create_time, id LIMIT 60")
    guard let first = dice.pick(rows), case .blob(let company) = first[0],
      let index = companies.firstIndex(where: { $0.place.company.bytes == company })
    else { return "no account" }
    let names = rows.filter { row in
      if case .blob(let other) = row[0] { other == company } else { false }
    }.prefix(8).compactMap { row -> String? in
      guard case .blob(let supplier) = row[1], case .blob(let id) = row[2] else { return nil }
      return "\(companyName(index))/suppliers/\(supplier.hexText)/accounts/\(id.hexText)"
    }
    let person = dice.happens(25) ? accountant : approvers[dice.below(approvers.count)]
    let id = "confirm-\(step)"
    let parent = companyName(index)
    let rejected = names[dice.below(names.count)]
    let wish = Wish(
      requestID: id,
      text: "\(isRejection ? "rejects one" : "\(names.count)") of \(index + 1) by \(person.token)",
      ask: { desk in
        if isRejection {
          return try await desk(
            Bureau_V1_SupplierService.Method.RejectSupplierAccount.descriptor,
            Bureau_V1_RejectSupplierAccountRequest.with {
              $0.name = rejected
              $0.reason = "Not theirs"
              $0.requestID = id
            }, by: person
          ) { try await desk.suppliers.rejectSupplierAccount(request: $0, context: $1) }.name
        }
        _ = try await desk(
          Bureau_V1_SupplierService.Method.ConfirmSupplierAccounts.descriptor,
          Bureau_V1_ConfirmSupplierAccountsRequest.with {
            $0.parent = parent
            $0.accounts = names
            $0.requestID = id
          }, by: person
        ) { try await desk.suppliers.confirmSupplierAccounts(request: $0, context: $1) }
        return ""
      }, mayChangeNothing: true, isNamed: false)
    return try await perform(wish, &dice)
  }

  // MARK: Salaries

  func importSalaries(_ step: Int, _ dice: inout Chance) async throws -> String {
    let company = dice.below(companies.count)
    let today = clock.now.date(in: .centralEuropean)
    let rows = (0..<1 + dice.below(3)).map { number in
      // No two are the same sum, so that a lump can be told from another one.
      "Ansatt \(number);\(Numbers.norwegianAccount(60 + number));\(1_000 + 10 * step + number),50"
    }
    let id = "salaries-\(step)"
    let request = Bureau_V1_ImportSalaryBatchRequest.with {
      $0.parent = companyName(company)
      $0.content = Data(("name;account;amount\n" + rows.joined(separator: "\n") + "\n").utf8)
      $0.format = .csv
      $0.payDate = today.adding(days: dice.below(4)).iso
      $0.requestID = id
    }
    // Whoever may not is refused.
    let person = dice.happens(10) ? accountant : payroll
    let wish = Wish(requestID: id, text: "\(rows.count) at company \(company + 1)") { desk in
      try await desk(
        Bureau_V1_SalaryService.Method.ImportSalaryBatch.descriptor, request, by: person
      ) { try await desk.salaries.importSalaryBatch(request: $0, context: $1) }.name
    }
    return try await perform(wish, &dice)
  }

  // MARK: Many at once

  /// One call about payments of all companies, with some that the accountant cannot see, or nobody.
  func bulk(_ step: Int, _ dice: inout Chance) async throws -> String {
    let all = try payments(
      in: "proposalIncomplete", "proposalComplete", "proposalOpenItems", "acknowledged", "signed",
      "deleted", "error")
    var rows: [PaymentRow] = []
    for row in all where rows.count < 8 && dice.happens(25) { rows.append(row) }
    guard !rows.isEmpty else { return "no payment" }
    let absent = PaymentRow(company: rows[0].company, id: chance.id(), state: "nowhere")
    if dice.happens(30) { rows.append(absent) }
    let action: Bureau_V1_HandlePaymentsRequest.Action =
      dice.happens(60) ? .acknowledge : dice.happens(50) ? .undelete : .delete
    let id = "bulk-\(step)"
    let wanted = rows
    let request = Bureau_V1_HandlePaymentsRequest.with {
      $0.parent = "bureaus/\(bureau.hex)"
      $0.action = action
      $0.names = wanted.map(name)
      $0.requestID = id
    }
    let answered = Answered<Bureau_V1_HandlePaymentsResponse>()
    let wish = Wish(
      requestID: id, text: "\(action) of \(wanted.count)",
      ask: { [accountant] desk in
        answered(
          try await desk(
            Bureau_V1_PaymentService.Method.HandlePayments.descriptor, request, by: accountant
          ) { try await desk.payments.handlePayments(request: $0, context: $1) })
        return ""
      }, mayChangeNothing: true, isNamed: false)
    let said = try await perform(wish, &dice)
    guard let answer = answered.value else { return said }
    oracle.expect(
      "bulk", answer.results.map(\.name) == wanted.map(name),
      "\(id) was answered for other payments than were asked for")
    for (row, result) in zip(wanted, answer.results) {
      let isDone = if case .payment? = result.result { true } else { false }
      oracle.expect(
        "unseen", !isDone || !oracle.isSalary(row.id.hex),
        "the accountant has handled the salary \(row.id.hex)")
      oracle.expect("bulk", !isDone || row.id != absent.id, "\(id) has handled what is not there")
      // One command for each company, which stands in its journal.
      let key = "\(id)/\(companies[row.company].place.company.hex)"
      let facts = oracle.facts(of: key)
      oracle.expect(
        "acknowledged", !isDone || !facts.isEmpty,
        "\(id) was acknowledged for company \(row.company + 1) and is not in its journal")
      if isDone, !acknowledged.contains(where: { $0.requestID == key }),
        let first = wanted.first(where: { $0.company == row.company })
      {
        acknowledged.append(
          Acknowledgement(requestID: key, name: name(first), facts: facts.count))
      }
    }
    return said + "; \(answer.results.count) results"
  }

  /// What the accountant finds over all companies is what there is, and no salary.
  func search(_ dice: inout Chance) async throws -> String {
    let states: [Bureau_V1_Payment.State: String] = [
      .proposalComplete: "proposalComplete", .acknowledged: "acknowledged", .signed: "signed",
      .paid: "paid", .posted: "posted", .deleted: "deleted", .error: "error",
    ]
    let order = states.keys.sorted { $0.rawValue < $1.rawValue }
    let wanted = order[dice.below(order.count)]
    let least = dice.happens(40) ? 300_000 : 0
    let machine = try living(dice.below(2))
    let bureau = bureau
    var found: Set<String> = []
    var token = ""
    repeat {
      let request = Bureau_V1_SearchPaymentsRequest.with {
        $0.parent = "bureaus/\(bureau.hex)"
        $0.pageSize = 40
        $0.pageToken = token
        $0.filter.states = [wanted]
        $0.filter.minAmountMinorUnits = Int64(least)
      }
      do {
        let answer = try await machine.desk(
          Bureau_V1_PaymentService.Method.SearchPayments.descriptor, request, by: accountant
        ) { try await machine.desk.payments.searchPayments(request: $0, context: $1) }
        for item in answer.payments {
          let id = item.payment.name.split(separator: "/").last.map(String.init) ?? ""
          oracle.expect("search", found.insert(id).inserted, "a search has found \(id) twice")
          oracle.expect(
            "unseen", item.payment.salaryBatch.isEmpty && !oracle.isSalary(id),
            "a search by the accountant has found the salary \(id)")
        }
        token = answer.nextPageToken
      } catch { return failed(error, on: machine) }
    } while !token.isEmpty
    let there = try tables.rows(
      "SELECT id FROM payment WHERE state = '\(states[wanted] ?? "")' AND amount_minor >= \(least)")
    let all = Set(
      there.compactMap { row -> String? in
        guard case .blob(let id) = row[0], !oracle.isSalary(id.hexText) else { return nil }
        return id.hexText
      })
    oracle.expect(
      "search", found == all,
      "a search for \(wanted) has found \(found.count) payments of \(all.count)")
    return "\(found.count) \(wanted)"
  }
}
