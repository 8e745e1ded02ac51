import BureauAPI
import Domain
import EngineKit
import Foundation
import GRPCCore
import Primitives
import SwiftProtobuf
import TestKit
import Testing

/// Salaries through the whole server and the bank: for those without the right there are none.
@Suite(.everyEngine) struct SalaryTests {
  static func table(_ amount: String = "31000") -> String {
    "name;account;amount\nKari Nordmann;12345678903;\(amount)\nOla Nordmann;86011117947;28000.50\n"
  }

  /// With salaries come in, an approver and an accountant who see them, and an accountant who does
  /// not.
  private func withSalaries(
    _ body: @Sendable (Office, Bureau_V1_SalaryBatch, _ robin: Person) async throws -> Void
  ) async throws {
    try await withOffice { office in
      let pat = try await office.payroll("Pat")
      let batch = try await pat.importsSalaries(Self.table())
      try await office.entrusts(office.alex)
      let robin = try await office.bureau.accountant("Ronja")
      try await office.entrusts(robin)
      try await body(office, batch, robin)
    }
  }

  @Test func `A-05 salaries go in a bundle of their own, come back as one lump, and are one sum`()
    async throws
  {
    try await withSalaries { office, batch, robin in
      #expect(batch.paymentCount == 2 && batch.total.minorUnits == 5_900_050)
      let supplier = try await office.kim.imports(
        SupplierInvoice().with { $0.due = "2026-03-25" })
      let salaries = try await robin.seesPayments(.with { $0.salaryBatch = batch.name })
      #expect(salaries.count == 2 && salaries.allSatisfy { $0.salaryBatch == batch.name })
      let all = try await office.alex.startsSigning(salaries + [supplier])
      try await office.alex.approves(all)
      try await office.bureau.bankSettles(on: "2026-03-25")
      #expect(office.bureau.executed.count == 3)
      let sent = try office.bureau.files("sent").map {
        String(decoding: try Data(contentsOf: $0), as: UTF8.self)
      }
      let salaryFile = try #require(sent.first { $0.contains("<Cd>SALA</Cd>") })
      #expect(sent.count == 2 && salaryFile.contains("<BtchBookg>true</BtchBookg>"))
      #expect(!salaryFile.contains("Elbolaget") && salaryFile.contains("<NbOfTxs>2</NbOfTxs>"))
      for payment in salaries {
        let now = try await robin.sees(payment)
        #expect(now.state == .paid)
      }
      let alone = try await office.bureau.refusal { try await robin.posts(salaries[0]) }
      #expect(alone.reason == "SALARY_POSTED_BY_BUNDLE")
      let transfers = try await robin.seesTransfers()
      var vouchers: [Bureau_V1_Voucher] = []
      for transfer in transfers { vouchers.append(try await robin.postsBundle(transfer)) }
      let voucher = try #require(vouchers.first { $0.payments.count == 2 })
      // To the øre what the bank has taken from the account.
      #expect(voucher.lines.map(\.ledgerAccount) == ["2930", "1920"])
      #expect(voucher.lines.map(\.amount.minorUnits) == [5_900_050, -5_900_050])
      #expect(voucher.lines.allSatisfy { $0.text == "Salaries" })
      let seen = try await robin.seesSalaryBatches()
      #expect(seen.first?.counts.map(\.state) == [.posted])
    }
  }

  @Test func `A-05 without the right there are no salaries: the same answers as for nothing`()
    async throws
  {
    try await withSalaries { office, batch, robin in
      let kim = office.kim, bureau = office.bureau
      let salaries = try await robin.seesPayments()
      #expect(salaries.count == 2)
      let salary = salaries[0]
      var nothing = salary
      nothing.name = salary.name.dropLast(32) + String(repeating: "cd", count: 16)
      func same(_ call: (Bureau_V1_Payment) async throws -> some Any) async throws {
        let one = try await bureau.refusal { try await call(salary) }
        let other = try await bureau.refusal { try await call(nothing) }
        #expect(one == other && one.reason == "PAYMENT_NOT_FOUND")
      }
      try await same { try await kim.sees($0) }
      try await same { try await kim.acknowledges($0) }
      try await same { try await kim.deletes($0) }
      try await same { try await kim.posts($0) }
      try await same { payment in
        try await kim.calls { connection, metadata in
          try await connection.payments.listPaymentEvents(
            .with { $0.parent = payment.name }, metadata: metadata)
        }
      }
      #expect(try await kim.seesPayments().isEmpty)
      let company = try bureau.company.name
      let counts = try await kim.calls { connection, metadata in
        try await connection.payments.countPayments(
          .with { $0.parent = company }, metadata: metadata)
      }
      #expect(counts.total == 0)
      for (person, found) in [(kim, 0), (robin, 2)] {
        let answer = try await person.calls { connection, metadata in
          try await connection.payments.searchPayments(
            .with {
              $0.parent = bureau.name
              $0.filter.text = "Nordmann"
            }, metadata: metadata)
        }
        #expect(answer.payments.count == found)
        let board = try await person.calls { connection, metadata in
          try await connection.board.listBoard(
            .with { $0.parent = bureau.name }, metadata: metadata)
        }
        #expect(board.rows.allSatisfy { $0.queues.isEmpty && $0.nextDueDate.isEmpty })
      }
      let denied = try await bureau.refusal { try await kim.seesSalaryBatches() }
      #expect(denied.reason == "ACCESS_DENIED")
      // Who approves, and does not see salaries, signs none.
      let max = try await bureau.approver("Max")
      try await max.consents()
      let unsigned = try await bureau.refusal { try await max.startsSigning(salary) }
      #expect(unsigned.reason == "PAYMENT_NOT_FOUND")
    }
  }

  @Test func `A-05 bundles, answers, vouchers and the journal tell others nothing of salaries`()
    async throws
  {
    try await withSalaries { office, _, robin in
      let kim = office.kim, bureau = office.bureau, company = try bureau.company.name
      let before = try await kim.seesReturnFiles()
      try await office.alex.approves(
        try await office.alex.startsSigning(try await robin.seesPayments()))
      try await bureau.bankSettles(on: "2026-03-25")
      let transfer = try #require(try await robin.seesTransfers().first)
      #expect(try await kim.seesTransfers().isEmpty)
      let hidden = try await bureau.refusal { try await kim.postsBundle(transfer) }
      #expect(hidden.reason == "TRANSFER_NOT_FOUND")
      let told = try await robin.seesReturnFiles()
      #expect(told.contains { $0.appliedCount > 0 })
      #expect(
        try await kim.seesReturnFiles().allSatisfy { $0.appliedCount == 0 && $0.alarms.isEmpty })
      #expect(before.isEmpty)
      let posted = try await robin.postsBundle(transfer)
      let voucher = try await kim.calls { connection, metadata in
        try await connection.postings.getVoucher(
          .with { $0.name = posted.name }, metadata: metadata)
      }
      #expect(posted.payments.count == 2 && voucher.payments.isEmpty)
      #expect(voucher.lines == posted.lines)
      for (person, isTold) in [(kim, false), (robin, true)] {
        let ledger = try await person.exportsLedger(
          .safT, from: "2026-03-01", through: "2026-03-31")
        #expect(!String(decoding: ledger.content, as: UTF8.self).contains("Nordmann"))
        let facts = try await person.calls { connection, metadata in
          try await connection.audit.listFacts(
            .with {
              $0.parent = company
              $0.pageSize = 200
            }, metadata: metadata)
        }.facts
        let bodies = facts.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies.contains { $0.contains("Nordmann") } == isTold)
        #expect(facts.contains { $0.kind == "VoucherPosted" } == isTold)
        #expect(facts.contains { $0.kind == "AgreementSigned" })
      }
    }
  }

  @Test func `the same salaries come in once, by request and by content`() async throws {
    try await withSalaries { office, batch, _ in
      let pat = try await office.payroll("Patrik")
      let again = try await office.bureau.refusal { try await pat.importsSalaries(Self.table()) }
      #expect(again.reason == "SALARY_DUPLICATE" && again.message.contains(batch.name.suffix(32)))
      let closed = try await office.bureau.refusal {
        try await pat.importsSalaries(Self.table("1"), payDate: "2026-03-28")
      }
      #expect(closed.reason == "SALARY_PAY_DATE_CLOSED" && closed.fields == ["pay_date"])
      let broken = try await office.bureau.refusal {
        try await pat.importsSalaries(Self.table("x"))
      }
      #expect(broken.reason == "SALARY_ROW_INVALID" && broken.message.hasPrefix("Line 2"))
      #expect(try await pat.seesSalaryBatches().count == 1)
    }
  }

  @Test func `A-05 salaries need the approvers and the day that the policy gives them`()
    async throws
  {
    try await withSalaries { office, _, robin in
      let bureau = office.bureau
      try await bureau.administrator.sets {
        $0.perDay = [.nobody(above: 800_000)]
        $0.salary.approvers = 2
      }
      let salaries = try await robin.seesPayments()
      try await office.alex.approves(try await office.alex.startsSigning(salaries))
      #expect(try await robin.sees(salaries[0]).state == .proposalComplete)
      // 59,000.50 of salaries today leave the other payments' day as it was.
      let supplier = try await office.kim.imports(SupplierInvoice())  // 7,155.00
      try await office.alex.signs(supplier)
      #expect(try await office.kim.sees(supplier).state == .signed)
      let max = try await bureau.approver("Max")
      try await office.entrusts(max)
      try await max.consents()
      try await max.approves(try await max.startsSigning(salaries))
      #expect(try await robin.sees(salaries[0]).state == .signed)
    }
  }
}
