import BureauAPI
import GRPCCore
import Server
import Storage
import EngineKit
import TestKit
import Testing

/// What holds for every write alike (invariants J, L and O).
@Suite(.everyEngine) struct WriteTests {
  @Test func `every write of the access table is tried here or with the bootstrap token`() {
    let writes = AccessTable.rules.filter(\.leavesFact).map(\.method)
    let tried = Write.all.map(\.method) + ["bureau.v1.TenancyService/CreateBureau"]
    #expect(Set(tried) == Set(writes))
  }

  @Test(arguments: Write.all)
  func `a dry run changes nothing, a write leaves a fact, a repeat none, a reused id is refused`(
    write: Write
  ) async throws {
    let method = try #require(Descriptors.methods.first { $0.fullName == write.method })
    try await withOffice { office in
      let sending = try await write.prepare(office)
      let bureau = sending.caller.bureau
      let token = try await sending.caller.token()
      func send(_ variant: Write.Variant) async throws -> Outcome {
        try await bureau.world.call(method, try sending.request(variant), token: token)
      }
      let before = try await bureau.journals()

      let dry = try await send(Write.Variant(requestID: "once", isDryRun: true))
      #expect(dry.refusal == nil)
      #expect(try await bureau.journals() == before)

      guard case .answered(let first) = try await send(Write.Variant(requestID: "once")) else {
        Issue.record("was refused")
        return
      }
      let after = try await bureau.journals()
      #expect(after.map(\.sequence).reduce(0, +) > before.map(\.sequence).reduce(0, +))

      guard case .answered(let second) = try await send(Write.Variant(requestID: "once")) else {
        Issue.record("the repeat was refused")
        return
      }
      #expect(try sending.lasting(second) == sending.lasting(first))
      #expect(try await bureau.journals() == after)

      let other = try await send(Write.Variant(requestID: "once", isOther: true))
      #expect(other.refusal?.reason == "REQUEST_ID_REUSED")
      #expect(other.refusal?.fields == ["request_id"])
      #expect(try await bureau.journals() == after)

      let missing = try await send(Write.Variant(requestID: ""))
      #expect(missing.refusal?.reason == "REQUEST_ID_MISSING")
      let reserved = try await send(Write.Variant(requestID: "order/1"))
      #expect(reserved.refusal?.reason == "REQUEST_ID_MALFORMED")
    }
  }

  // MARK: At once

  @Test func `the same request many times at once is carried out once`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let request = office.kim.importRequest(SupplierInvoice(), at: try bureau.company)
      let answers = try await Self.atOnce { _ in
        try await office.kim.calls { connection, metadata in
          try await connection.payments.importInvoice(request, metadata: metadata)
        }
      }
      let names = answers.compactMap { try? $0.get().name }
      #expect(names.count == answers.count)
      #expect(Set(names).count == 1)
      let facts = try await bureau.facts(of: try bureau.company)
      #expect(facts.count { $0.fact.name == "InvoiceImported" } == 1)
    }
  }

  @Test func `the same invoice from many sides at once is taken once`() async throws {
    try await withOffice { office in
      let answers = try await Self.atOnce { _ in try await office.kim.imports(SupplierInvoice()) }
      let refusals = answers.compactMap { answer -> Refused? in
        if case .failure(let error) = answer { error as? Refused } else { nil }
      }
      #expect(answers.count - refusals.count == 1)
      #expect(Set(refusals.map(\.reason)) == ["INVOICE_DUPLICATE"])
    }
  }

  @Test func `a payment signed by two at once carries one signature (L-02)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let max = try await bureau.approver("Max")
      try await max.consents()
      let payment = try await office.kim.imports(SupplierInvoice())
      let approvers = [office.alex, max]
      var orders: [Bureau_V1_Order] = []
      for approver in approvers {
        let order = try await approver.startsSigning(payment)
        try await bureau.world.approve(order.qrText, as: approver.citizen)
        orders.append(order)
      }
      let signing = orders
      let answers = try await Self.atOnce(2) { try await approvers[$0].collects(signing[$0]) }
      #expect(answers.count { (try? $0.get().state) == .complete } == 1)
      let facts = try await bureau.facts(of: try bureau.company)
      #expect(facts.count { $0.fact.name == "PaymentSigned" } == 1)
    }
  }

  /// Runs `body` that many times side by side.
  private static func atOnce<Answer: Sendable>(
    _ count: Int = 8, _ body: @escaping @Sendable (Int) async throws -> Answer
  ) async throws -> [Result<Answer, any Error>] {
    await withTaskGroup(of: Result<Answer, any Error>.self) { group in
      for number in 0..<count {
        group.addTask {
          do { return .success(try await body(number)) } catch { return .failure(error) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  @Test func `two companies may use the same request id`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      for (person, company) in [(office.kim, try bureau.company), (lee, other)] {
        var request = person.importRequest(SupplierInvoice(), at: company)
        request.requestID = "monday-1"
        let sent = request
        let payment = try await person.calls { connection, metadata in
          try await connection.payments.importInvoice(sent, metadata: metadata)
        }
        #expect(payment.name.hasPrefix(company.name))
      }
    }
  }

  @Test func `what only reads or begins leaves no fact`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.confirmsPayees(of: [payment.name])
      let before = try await bureau.journals()
      let readers = [try bureau.administrator, office.kim, office.alex]
      for method in AccessTests.methods
      where AccessTable.byMethod[method.fullName]?.leavesFact == false {
        let probe = try #require(Probes.all[method.fullName])
        let request = try probe(
          Target(
            bureau: bureau.name, company: try bureau.company.name,
            nothing: String(payment.name.suffix(32)), requestID: "unused"))
        for reader in readers where method.name != "DeleteSession" {
          _ = try await bureau.world.call(method, request, token: try await reader.token())
        }
      }
      #expect(try await office.alex.startsSigning(payment).state == .pending)
      #expect(try await bureau.journals() == before)
    }
  }
}
