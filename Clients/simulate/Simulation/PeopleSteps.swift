// What people do: all by calls to a server, each with a request id that is the step's own.

import BureauAPI
import Checker
import Domain
import Engine
import Foundation
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import TestKit

/// A payment as its row says, for choosing; checks never rely on it.
struct PaymentRow: Sendable {
  var company: Int
  var id: ID<Payment>
  var state: String
}

extension Town {
  func name(_ row: PaymentRow) -> String {
    "\(companyName(row.company))/payments/\(row.id.hex)"
  }

  func companyName(_ index: Int) -> String {
    "bureaus/\(bureau.hex)/companies/\(companies[index].place.company.hex)"
  }

  /// The payments in these states, oldest first; the newest hundred of them.
  func payments(in states: String...) throws -> [PaymentRow] {
    let list = states.map { "'\($0)'" }.joined(separator: ", ")
    let rows = try tables.rows(
      "SELECT company, id, state FROM payment WHERE state IN (\(list)) "
        + "ORDER BY create_time DESC, id DESC LIMIT 100")
    return try rows.reversed().map(payment)
  }

  /// Of a row with company, id and state.
  func payment(_ row: [Cell]) throws -> PaymentRow {
    guard case .blob(let company) = row[0], case .blob(let id) = row[1],
      case .text(let state) = row[2], let payment = ID<Payment>(bytes: id),
      let index = companies.firstIndex(where: { $0.place.company.bytes == company })
    else { throw SimulationFault("a payment's row cannot be read") }
    return PaymentRow(company: index, id: payment, state: state)
  }

  func amount(_ dice: inout Chance) -> Int64 { Int64(dice.below(9_000_000) + 100) }

  // MARK: Asking

  func perform(_ wish: Wish, _ dice: inout Chance) async throws -> String {
    var said = wish.text + ": " + (try await attempt(wish, try living(dice.below(2))))
    if dice.happens(4) {
      faults += 1
      said += "; asked twice: " + (try await attempt(wish, try living(dice.below(2))))
    }
    return said
  }

  func attempt(_ wish: Wish, _ machine: Machine) async throws -> String {
    let name: String
    do { name = try await wish.ask(machine.desk) } catch {
      if machine.fuse.isBurnt {
        unanswered.append(wish)
        return "no answer"
      }
      guard let refusal = error as? any Refusal else {
        oracle.violate("unexpected", "\(wish.text) failed: \(String(reflecting: error))")
        return "failed"
      }
      try oracle.look(at: self)
      oracle.expect(
        "once", oracle.facts(of: wish.requestID).isEmpty || refusal.reason == "ACCESS_DENIED",
        "\(wish.text) is in the journal and was refused when asked again: \(refusal.reason)")
      return refusal.reason
    }
    try oracle.look(at: self)
    let facts = oracle.facts(of: wish.requestID)
    oracle.expect(
      "acknowledged", !facts.isEmpty || wish.mayChangeNothing,
      "\(wish.text) was acknowledged and is not in the journal")
    if wish.isNamed, !facts.isEmpty,
      !acknowledged.contains(where: { $0.requestID == wish.requestID })
    {
      acknowledged.append(
        Acknowledgement(requestID: wish.requestID, name: name, facts: facts.count))
    }
    return "done"
  }

  func askAgain(_ dice: inout Chance) async throws -> String {
    guard !unanswered.isEmpty else { return "nothing is unanswered" }
    let wish = unanswered.remove(at: dice.below(unanswered.count))
    return "again " + (try await perform(wish, &dice))
  }

  // MARK: Proposals

  func importInvoice(_ step: Int, _ dice: inout Chance) async throws -> String {
    let company = dice.below(companies.count)
    let today = clock.now.date(in: .centralEuropean)
    let minor = amount(&dice)
    var invoice = SupplierInvoice(number: "I-\(step)").with {
      $0.supplier = "Leverandør \(dice.below(5) + 1) AS"
      $0.supplierNumber = Numbers.organisation(20 + dice.below(5))
      $0.account = Numbers.norwegianAccount(30 + dice.below(6))
      $0.reference = Numbers.kid(step + 1)
      $0.amount = "\(minor / 100).\(String(minor % 100 + 100).dropFirst())"
      $0.due = today.adding(days: dice.below(6) - 1).iso
    }
    if dice.happens(8) { invoice.account = Numbers.wrong(invoice.account) }
    if dice.happens(8) { invoice.reference = "Faktura \(step)" }
    if dice.happens(5) { invoice.due = "" }
    invoices.append((company, invoice))
    let posting = dice.happens(30)
    return try await perform(importing(invoice, company, "import-\(step)", posting), &dice)
  }

  func importAgain(_ step: Int, _ dice: inout Chance) async throws -> String {
    guard let (company, invoice) = dice.pick(invoices) else { return "no invoice yet" }
    faults += 1
    let posting = dice.happens(30)
    return try await perform(importing(invoice, company, "again-\(step)", posting), &dice)
  }

  func importing(
    _ invoice: SupplierInvoice, _ company: Int, _ id: String, _ posting: Bool = false
  ) -> Wish {
    let request = Bureau_V1_ImportInvoiceRequest.with {
      $0.postInvoice = posting
      $0.parent = companyName(company)
      $0.content = Data(invoice.ubl.utf8)
      $0.requestID = id
    }
    return Wish(requestID: id, text: "\(invoice.number) of company \(company + 1)") {
      [accountant] desk in
      try await desk(
        Bureau_V1_PaymentService.Method.ImportInvoice.descriptor, request, by: accountant
      ) { try await desk.payments.importInvoice(request: $0, context: $1) }.name
    }
  }

  func change(_ step: Int, _ dice: inout Chance) async throws -> String {
    let all = try payments(
      in: "proposalIncomplete", "proposalIncomplete", "proposalComplete", "proposalOpenItems",
      "acknowledged", "signed", "error", "inDoubt", "processing", "paid", "deleted")
    guard let row = dice.pick(all) else { return "no payment" }
    var payment = Bureau_V1_Payment.with { $0.name = name(row) }
    // A red payment needs all that may be missing; else one value is another one.
    let fields = ["amount", "reference", "due_date", "creditor_account", "creditor"]
    let mask =
      row.state == "proposalIncomplete"
      ? ["reference", "due_date", "creditor_account"] : [fields[dice.below(fields.count)]]
    payment.amount.minorUnits = amount(&dice)
    payment.amount.currencyCode = "NOK"
    payment.reference.type = .kid
    payment.reference.text = Numbers.kid(100_000 + step)
    payment.dueDate =
      clock.now.date(in: .centralEuropean).adding(days: dice.below(5)).iso
    payment.creditorAccount.form = .noBban
    payment.creditorAccount.text = Numbers.norwegianAccount(30 + dice.below(6))
    payment.creditor.displayName = "Leverandør \(dice.below(9) + 1) AS"
    let id = "change-\(step)"
    let request = Bureau_V1_UpdatePaymentRequest.with {
      $0.payment = payment
      $0.updateMask = Google_Protobuf_FieldMask.with { $0.paths = mask }
      $0.requestID = id
    }
    let wish = Wish(
      requestID: id, text: "\(mask.joined(separator: ", ")) of \(short(row))",
      ask: { [accountant] desk in
        try await desk(
          Bureau_V1_PaymentService.Method.UpdatePayment.descriptor, request, by: accountant
        ) { try await desk.payments.updatePayment(request: $0, context: $1) }.name
      }, mayChangeNothing: true)
    return try await perform(wish, &dice)
  }

  func short(_ row: PaymentRow) -> String { "\(row.id.hex.prefix(6)) (\(row.state))" }

  func acknowledge(_ step: Int, _ dice: inout Chance) async throws -> String {
    let all = try payments(
      in: "proposalComplete", "proposalOpenItems", "proposalIncomplete", "signed", "error")
    guard let row = dice.pick(all) else { return "no payment" }
    let person = dice.happens(50) ? accountant : approvers[dice.below(approvers.count)]
    let id = "acknowledge-\(step)"
    let request = Bureau_V1_AcknowledgePaymentRequest.with {
      $0.name = name(row)
      $0.requestID = id
    }
    let wish = Wish(requestID: id, text: short(row)) { desk in
      try await desk(
        Bureau_V1_PaymentService.Method.AcknowledgePayment.descriptor, request, by: person
      ) { try await desk.payments.acknowledgePayment(request: $0, context: $1) }.name
    }
    return try await perform(wish, &dice)
  }

  func delete(_ step: Int, _ dice: inout Chance) async throws -> String {
    let all = try payments(
      in: "proposalIncomplete", "proposalComplete", "acknowledged", "signed", "processing",
      "inDoubt", "error", "paid")
    guard let row = dice.pick(all) else { return "no payment" }
    let id = "delete-\(step)"
    let request = Bureau_V1_DeletePaymentRequest.with {
      $0.name = name(row)
      $0.requestID = id
    }
    let wish = Wish(requestID: id, text: short(row)) { [accountant] desk in
      try await desk(
        Bureau_V1_PaymentService.Method.DeletePayment.descriptor, request, by: accountant
      ) { try await desk.payments.deletePayment(request: $0, context: $1) }.name
    }
    return try await perform(wish, &dice)
  }

  func restore(_ step: Int, _ dice: inout Chance) async throws -> String {
    guard let row = dice.pick(try payments(in: "deleted", "error", "signed")) else {
      return "no payment"
    }
    let id = "restore-\(step)"
    let request = Bureau_V1_UndeletePaymentRequest.with {
      $0.name = name(row)
      $0.requestID = id
    }
    let wish = Wish(requestID: id, text: short(row)) { [accountant] desk in
      try await desk(
        Bureau_V1_PaymentService.Method.UndeletePayment.descriptor, request, by: accountant
      ) { try await desk.payments.undeletePayment(request: $0, context: $1) }.name
    }
    return try await perform(wish, &dice)
  }

  // MARK: Signing

  func sign(_ step: Int, _ dice: inout Chance) async throws -> String {
    var all = try payments(
      in: "proposalComplete", "proposalOpenItems", "acknowledged", "error", "inDoubt",
      "processing")
    // Those that can't be signed are tried now and then, alone.
    if dice.happens(85) { all = all.filter { $0.state != "inDoubt" && $0.state != "processing" } }
    guard let first = dice.pick(all) else { return "no payment" }
    var rows = [first]
    if first.state != "inDoubt", first.state != "processing" {
      for row in all
      where row.company == first.company && row.id != first.id
        && rows.count < 6 && dice.happens(40)
      { rows.append(row) }
    }
    let person = approvers[dice.below(approvers.count)]
    let names = rows.map(name)
    let company = companyName(first.company)
    let request = Bureau_V1_StartPaymentSignatureRequest.with {
      $0.parent = company
      $0.payments = names
    }
    let machine = try living(dice.below(2))
    let text = "\(rows.map(short).joined(separator: " ")) by \(person.token)"
    let order: Bureau_V1_Order
    do {
      order = try await machine.desk(
        Bureau_V1_PaymentService.Method.StartPaymentSignature.descriptor, request, by: person
      ) { try await machine.desk.payments.startPaymentSignature(request: $0, context: $1) }
    } catch { return text + ": " + failed(error, on: machine) }
    openOrders.append(
      OpenOrder(name: order.name, reference: order.autoStartToken, person: person))
    // Some look for their phone first; the order is signed and collected later, or never.
    if dice.happens(15) { return text + ": opened" }
    return text + ": " + (try await collect(openOrders.count - 1, &dice))
  }

  func collectOne(_ dice: inout Chance) async throws -> String {
    guard !openOrders.isEmpty else { return "no order is open" }
    return try await collect(dice.below(openOrders.count), &dice)
  }

  private func collect(_ index: Int, _ dice: inout Chance) async throws -> String {
    var open = openOrders[index]
    if !open.isSigned { bankID.sign(open.reference, as: open.person.number) }
    open.isSigned = true
    openOrders[index] = open
    let machine = try living(dice.below(2))
    let order = open
    do {
      let answer = try await machine.desk(
        Bureau_V1_IdentityService.Method.CollectOrder.descriptor,
        Bureau_V1_CollectOrderRequest.with { $0.name = order.name }, by: nil
      ) { try await machine.desk.identity.collectOrder(request: $0, context: $1) }
      if answer.state != .pending { openOrders.remove(at: index) }
      return "\(answer.state)"
    } catch {
      let said = failed(error, on: machine)
      // Whoever gets no answer asks again.
      if !machine.fuse.isBurnt { openOrders.remove(at: index) }
      return said
    }
  }

  func failed(_ error: any Error, on machine: Machine) -> String {
    if machine.fuse.isBurnt { return "no answer" }
    if let refusal = error as? any Refusal { return refusal.reason }
    oracle.violate("unexpected", "a call failed: \(String(reflecting: error))")
    return "failed"
  }

  // MARK: After the bank

  func post(_ step: Int, _ dice: inout Chance) async throws -> String {
    var all = try payments(in: "paid")
    if all.isEmpty || dice.happens(15) { all = try payments(in: "paid", "posted", "processing") }
    guard let row = dice.pick(all) else { return "no payment" }
    // Now and then somebody says where a difference goes.
    let word = dice.happens(30) ? (dice.happens(50) ? "2400" : "8170") : ""
    let id = word.isEmpty ? "post-\(step)" : "decided-\(step)"
    let request = Bureau_V1_PostPaymentRequest.with {
      $0.name = name(row)
      $0.differenceAccount = word
      $0.requestID = id
    }
    let wish = Wish(requestID: id, text: short(row)) { [accountant] desk in
      try await desk(
        Bureau_V1_PostingService.Method.PostPayment.descriptor, request, by: accountant
      ) { try await desk.postings.postPayment(request: $0, context: $1) }.name
    }
    return try await perform(wish, &dice)
  }

  /// Somebody looks into the online bank and records the truth.
  func recordCheck(_ step: Int, _ dice: inout Chance) async throws -> String {
    var all = try payments(in: "inDoubt")
    if all.isEmpty || dice.happens(5) { all = try payments(in: "inDoubt", "processing", "error") }
    guard let row = dice.pick(all) else { return "no payment" }
    let sent = oracle.newestSending(of: row.id.hex)
    // The online bank shows what is so by now.
    _ = try bankWorks()
    let executed = bank.executed.contains { $0.endToEndID == "\(row.id.hex)-\(sent)" }
    let id = "check-\(step)"
    let request = Bureau_V1_RecordBankCheckRequest.with {
      $0.name = name(row)
      $0.finding = executed ? .executed : .notExecuted
      $0.requestID = id
    }
    let text = "\(short(row)) was \(executed ? "" : "not ")executed"
    let wish = Wish(requestID: id, text: text) { [accountant] desk in
      try await desk(
        Bureau_V1_PaymentService.Method.RecordBankCheck.descriptor, request, by: accountant
      ) { try await desk.payments.recordBankCheck(request: $0, context: $1) }.name
    }
    return try await perform(wish, &dice)
  }
}
