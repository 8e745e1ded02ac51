import BureauAPI
import Engine
import Formats
import Foundation
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// Whatever breaks, a payment is executed once; and what is sent is what was signed.
@Suite(.everyEngine) struct OnceStories {
  @Test func `a crash between delivery and its record pays once`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payments = [
        try await office.kim.imports(SupplierInvoice(number: "1")),
        try await office.kim.imports(SupplierInvoice(number: "2").with { $0.supplierNumber = "1" }),
      ]
      try await office.alex.approves(try await office.alex.startsSigning(payments))
      bureau.world.channel.breakAfterDelivery(times: .max)
      try await bureau.turnClock(to: "2026-03-16T06:30:00Z")
      bureau.world.channel.breakAfterDelivery(times: 0)
      try await bureau.restart()
      try await bureau.bankSettles(on: "2026-03-16")

      #expect(bureau.world.channel.attempts.count > 1)
      #expect(Set(bureau.world.channel.attempts).count == 1)
      #expect(try bureau.files("to-bank/done").count == 1)
      let ids = bureau.executed.map(\.endToEndID)
      #expect(ids.count == 2 && Set(ids).count == 2)
      for payment in payments { #expect(try await office.kim.sees(payment).state == .paid) }
    }
  }

  @Test func `a return file read twice has no second effect (F-02)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      try bureau.bankWill(BankFault(.twice))
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      try await bureau.bankSettles(on: "2026-03-16")
      let before = try await bureau.journals()
      let read = try await office.kim.seesReturnFiles()
      #expect(read.count == 2)  // pain.002 and camt.054, each of which came twice
      for (number, file) in try bureau.files("from-bank/done").enumerated() {
        try await bureau.bankLeaves(try Data(contentsOf: file), named: "again-\(number).xml")
      }
      #expect(try await bureau.journals() == before)
      #expect(try await office.kim.seesReturnFiles() == read)
      #expect(try bureau.files("from-bank").isEmpty)
      #expect(try await office.kim.sees(payment).state == .paid)
    }
  }

  @Test func `an answer that lay in another bank's folder first is read in its own (F-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let first = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(first)
      try await bureau.bankSettles(on: "2026-03-16")
      let second = try await office.kim.imports(
        SupplierInvoice(number: "2").with {
          $0.supplierNumber = "1"
          $0.due = "2026-03-17"
        })
      try await office.alex.signs(second)
      try bureau.bankIsSilent()
      try await bureau.bankSettles(on: "2026-03-17")
      #expect(try await office.kim.sees(second).state == .processing)
      // What the bank would have said: the entry of the first, about the second.
      let entry = try #require(
        try bureau.files("from-bank/done").first { file in
          file.lastPathComponent.hasPrefix("camt054")
        })
      let told = String(decoding: try Data(contentsOf: entry), as: UTF8.self)
        .replacing(first.name.suffix(32), with: second.name.suffix(32))
        .replacing("2026-03-16", with: "2026-03-17")
      let jobs = try bureau.world.jobs, company = try bureau.company
      try await jobs.apply(Array(told.utf8), from: company.connection(to: "sparebank1"))
      #expect(try await office.kim.sees(second).state == .processing)
      try await jobs.apply(Array(told.utf8), from: company.connection())
      #expect(try await office.kim.sees(second).state == .paid)
      let before = try await bureau.journals()
      try await jobs.apply(Array(told.utf8), from: company.connection())
      #expect(try await bureau.journals() == before)
    }
  }

  @Test func `a server that is started anew goes on where it was (D-05, F-02)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      let order = try await office.alex.startsSigning(payment)
      try await bureau.restart()  // while the approver looks for the phone
      try await office.alex.approves(order)
      try await bureau.restart()  // in the Due List
      #expect(try await office.kim.sees(payment).state == .signed)
      try bureau.bankWill(BankFault(.late, minutes: 60))
      try await bureau.turnClock(to: "2026-03-16T06:10:00Z")
      #expect(try await office.kim.sees(payment).state == .processing)
      try await bureau.restart()  // while the bank works
      try await bureau.bankSettles(on: "2026-03-16")
      #expect(try await office.kim.sees(payment).state == .paid)
      #expect(bureau.executed.count == 1)
      let audit = try await bureau.administrator.verifiesAudit()
      #expect(audit.integrity && audit.completeness)
    }
  }

  @Test func `the file at the bank is the one that was signed for, with its KID structured`()
    async throws
  {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      try await office.bureau.bankSettles(on: "2026-03-16")
      let name = try #require(try await office.kim.sees(payment).instructions.first?.transfer)
      let transfer = try await office.kim.calls { connection, metadata in
        try await connection.transfers.getTransfer(.with { $0.name = name }, metadata: metadata)
      }
      let file = try Data(contentsOf: try #require(try office.bureau.files("to-bank/done").first))
      #expect(file == transfer.content)
      let message = try Pain001.read(Array(file))
      let sent = try #require(message.paymentInformations.first?.transactions.first)
      #expect(sent.remittance == .structured(.kid(try KID("20260010447106"))))
      #expect(sent.creditor.name == "Elbolaget AS")
      #expect(sent.amount == Money(minorUnits: 715_500, currency: .nok))
      #expect(message.paymentInformations.first?.requestedExecutionDate.iso == "2026-03-16")
    }
  }

  @Test func `what is sent is what was signed, whatever stands in the tables`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, place = try bureau.company.place
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      try await bureau.world.database.write(as: place.scope) { tx in
        try tx.execute("UPDATE main.payment SET amount_minor = 1, account_text = '12345678903'")
      }
      try await bureau.bankSettles(on: "2026-03-16")
      #expect(bureau.executed.map(\.amountMinor) == [715_500])
      #expect(bureau.executed.map(\.creditorAccount) == ["86011117947"])
      let alarms = try await office.kim.seesReturnFiles().flatMap(\.alarms)
      #expect(alarms.contains { $0.contains("instead of") })
      // What was done behind the program's back is undone from the journals (invariant J).
      _ = try await Rebuild.run(bureau.world.database)
      #expect(try await office.kim.sees(payment).amount.minorUnits == 715_500)
    }
  }

  @Test(arguments: [
    ("2026-03-02T08:00:00Z", "2026-03-02"),  // before the bank's cut-off at two o'clock
    ("2026-03-02T14:00:00Z", "2026-03-03"),
    ("2026-03-06T14:00:00Z", "2026-03-09"),  // a Friday afternoon
  ])
  func `what is overdue is paid on the next banking day that the bank can (D-02, D-03)`(
    now: String, day: String
  ) async throws {
    try await withOffice(at: now) { office in
      let payment = try await office.kim.imports(SupplierInvoice().with { $0.due = "2026-02-20" })
      #expect(payment.overdue)
      #expect(payment.warnings.contains("OVERDUE"))
      #expect(payment.executionDate == day)
      try await office.alex.signs(payment)
      try await office.bureau.bankSettles(on: day)
      #expect(try await office.kim.sees(payment).state == .paid)
      #expect(office.bureau.executed.count == 1)
      #expect(office.bureau.executed.allSatisfy { $0.executedAt.hasPrefix(day) })
    }
  }

  @Test func `what is due on a Saturday is paid on Monday (D-05)`() async throws {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice().with { $0.due = "2026-03-14" })
      #expect(payment.executionDate == "2026-03-16")
      try await office.alex.signs(payment)
      try await office.bureau.bankSettles(on: "2026-03-15")
      #expect(try await office.kim.sees(payment).state == .signed)
      try await office.bureau.bankSettles(on: "2026-03-16")
      #expect(try await office.kim.sees(payment).state == .paid)
      #expect(office.bureau.executed.allSatisfy { $0.executedAt.hasPrefix("2026-03-16") })
      #expect(office.bureau.executed.count == 1)
    }
  }

  @Test func `a bank's answer in another company's folder changes nothing there or here (F-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, own = try bureau.company
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let max = try await bureau.approver("Max", at: other)
      try await max.signs(try await lee.registersAgreement(signer: max, at: other))
      try await max.consents(at: other)
      let mine = try await office.kim.imports(SupplierInvoice().with { $0.due = "2026-03-30" })
      let theirs = try await lee.imports(SupplierInvoice(), at: other)
      try await office.alex.signs(mine)
      try await max.signs(theirs)
      try bureau.bankWill(BankFault(.late, minutes: 60), for: other)
      try await bureau.turnClock(to: "2026-03-16T06:30:00Z")
      #expect(try await lee.sees(theirs).state == .processing)

      // The bank answers, and somebody moves its files to the wrong company.
      bureau.world.clock.turn(to: try #require(Instant(rfc3339: "2026-03-16T08:00:00Z")))
      _ = try bureau.world.bank.tick(now: bureau.world.clock.now)
      let answers = try bureau.files("from-bank", of: other).map { ($0, try Data(contentsOf: $0)) }
      #expect(answers.count == 2)
      for (url, _) in answers { try FileManager.default.removeItem(at: url) }
      for (url, content) in answers {
        try await bureau.bankLeaves(content, named: url.lastPathComponent, with: own)
      }
      #expect(try await lee.sees(theirs).state == .processing)
      #expect(try await office.kim.sees(mine).state == .signed)
      let read = try await office.kim.seesReturnFiles(at: own)
      #expect(read.count == 2)
      #expect(read.allSatisfy { $0.appliedCount == 0 && !$0.alarms.isEmpty })
      #expect(try await lee.seesReturnFiles(at: other).isEmpty)

      for (url, content) in answers {
        try await bureau.bankLeaves(content, named: url.lastPathComponent, with: other)
      }
      #expect(try await lee.sees(theirs).state == .paid)
    }
  }
}
