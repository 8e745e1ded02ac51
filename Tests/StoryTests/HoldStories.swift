import BureauAPI
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Sandbox
import TestKit
import Testing

/// Whatever copy of the database is put back: nothing is paid twice, and nobody needs to say that
/// it was (invariant O).
@Suite(.everyEngine) struct HoldStories {
  private func invoice(_ number: Int, due: String = "2026-03-16") -> SupplierInvoice {
    SupplierInvoice(number: "\(number)").with {
      $0.reference = ""
      $0.amount = "\(number)00.00"
      $0.due = due
    }
  }

  private func imports(_ numbers: ClosedRange<Int>, due: String, _ office: Office) async throws
    -> [Bureau_V1_Payment]
  {
    var payments: [Bureau_V1_Payment] = []
    for number in numbers {
      payments.append(try await office.kim.imports(invoice(number, due: due)))
    }
    return payments
  }

  /// The amounts that the bank has paid, in order: each invoice has its own.
  private func paid(_ bureau: TestBureau) -> [Int64] {
    bureau.executed.map { $0.amountMinor / 100_00 }.sorted()
  }

  @Test func `an old copy is put back: held, accounted for, released, and each is paid once (O)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim, alex = office.alex
      let robin = try bureau.administrator
      try await alex.approves(
        try await alex.startsSigning(try await imports(1...3, due: "2026-03-16", office)))
      try await bureau.bankSettles(on: "2026-03-16")
      // Of the next three the copy knows one as signed, one as proposed, and one not at all.
      let known = try await imports(4...5, due: "2026-03-18", office)
      try await alex.signs(known[0])
      let copy = try await bureau.copiesDatabase()
      let lost = try await kim.imports(invoice(6, due: "2026-03-18"))
      try await alex.approves(try await alex.startsSigning([known[1], lost]))
      try await bureau.bankSettles(on: "2026-03-18")
      #expect(paid(bureau) == [1, 2, 3, 4, 5, 6])

      try await bureau.putsBack(copy, kim, alex)
      try await bureau.settle()
      let hold = try await robin.seesHold()
      #expect(hold.held && hold.bureauWide)
      #expect(hold.evidence.contains { $0.contains("was left for dnb") })
      #expect(try await kim.seesHold(of: try bureau.company).held)
      #expect(try await robin.seesHolds().map(\.name) == [hold.name])
      #expect(bureau.world.log.lines.contains { $0.contains("transfers are held") })
      // What the bank was sent and has answered is known again; the lost one is listed.
      for payment in known { #expect(try await kim.sees(payment).state == .paid) }
      #expect(hold.unknownPayments.map(\.amount.minorUnits) == [600_00])
      #expect(hold.unknownPayments.map(\.finding) == [.executed])
      #expect(hold.unknownPayments.map(\.creditorAccount.text) == ["86011117947"])

      // Entered anew the lost invoice is not paid again; another one waits.
      let again = try await kim.imports(invoice(6, due: "2026-03-18"))
      let refused = try await bureau.refusal { try await alex.startsSigning(again) }
      #expect(refused.reason == "PAYMENT_SENT_BEFORE")
      let other = try await kim.imports(invoice(7, due: "2026-03-19"))
      try await alex.signs(other)
      try await bureau.bankSettles(on: "2026-03-20")
      #expect(try await kim.sees(other).state == .signed)
      try await bureau.restart()
      try await bureau.bankSettles(on: "2026-03-21")
      #expect(paid(bureau) == [1, 2, 3, 4, 5, 6])

      let byAccountant = try await bureau.refusal { try await kim.releases(hold) }
      #expect(byAccountant.code == .permissionDenied)
      try await robin.releases(try await robin.seesHold())
      #expect(try await robin.seesHolds().isEmpty)
      try await bureau.bankSettles(on: "2026-03-24")
      #expect(try await kim.sees(other).state == .paid)
      #expect(paid(bureau) == [1, 2, 3, 4, 5, 6, 7])
      #expect(Set(bureau.executed.map(\.endToEndID)).count == 7)

      // What was looked at holds nothing again, and still guards.
      try await bureau.restart()
      try await bureau.settle()
      #expect(try await !robin.seesHold().held)
      let still = try await bureau.refusal { try await alex.startsSigning(again) }
      #expect(still.reason == "PAYMENT_SENT_BEFORE")
    }
  }

  @Test func `a company that an old copy has lost is not paid for twice by its new self (O)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try office.bureau.administrator
      let copy = try await bureau.copiesDatabase()
      func opens(_ name: String) async throws -> (Person, Person, TestCompany) {
        let company = try await bureau.makeCompany(name)
        let lee = try await bureau.accountant("Lee", at: company)
        let max = try await bureau.approver("Max", at: company)
        try await max.signs(try await lee.registersAgreement(signer: max, at: company))
        try await max.consents(at: company)
        return (lee, max, company)
      }
      let (lee, max, company) = try await opens("Fremmed AS")
      try await max.signs(try await lee.imports(invoice(8), at: company))
      try await bureau.bankSettles(on: "2026-03-16")
      #expect(paid(bureau) == [8])

      try await bureau.putsBack(copy, office.kim, office.alex)
      try await bureau.settle()
      let hold = try await robin.seesHold()
      #expect(hold.held && hold.unknownPayments.map(\.amount.minorUnits) == [800_00])
      let (ann, bo, again) = try await opens("Fremmed AS")
      #expect(try await ann.seesHold(of: again).held)
      let payment = try await ann.imports(invoice(8), at: again)
      let refused = try await bureau.refusal { try await bo.startsSigning(payment) }
      #expect(refused.reason == "PAYMENT_SENT_BEFORE")
      try await robin.releases(hold)

      // Unless the administrator says that it is another one.
      try await robin.dismisses(try #require(hold.unknownPayments.first))
      try await bo.signs(payment)
      try await bureau.bankSettles(on: "2026-03-20")
      #expect(paid(bureau) == [8, 8])
    }
  }

  @Test func `an entry that names a lost payment holds its company while the server runs (O)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim, robin = try office.bureau.administrator
      let company = try bureau.company
      let copy = try await bureau.copiesDatabase()
      try bureau.bankWill(BankFault(.late, minutes: 600))
      try await office.alex.signs(try await kim.imports(invoice(9)))
      try await bureau.turnClock(to: "2026-03-16T07:00:00Z")
      #expect(paid(bureau) == [9])

      // Neither the bank's folder nor the witness tells of it: only the bank's answer will.
      try await bureau.putsBack(copy, kim, office.alex)
      for folder in ["sent", "to-bank/done"] {
        for file in try bureau.files(folder) { try FileManager.default.removeItem(at: file) }
      }
      try? FileManager.default.removeItem(
        at: bureau.world.witnessFolder)
      try await bureau.settle()
      #expect(try await !kim.seesHold(of: company).held)
      let again = try await kim.imports(invoice(9, due: "2026-03-30"))
      try await office.alex.signs(again)  // nobody can know yet
      try await bureau.bankSettles(on: "2026-03-16")
      let hold = try await kim.seesHold(of: company)
      #expect(hold.held && !hold.bureauWide)
      #expect(hold.unknownPayments.map(\.amount.minorUnits) == [900_00])
      try await bureau.bankSettles(on: "2026-03-31")
      #expect(paid(bureau) == [9])

      // Not even after the release: it is the same amount, account and reference.
      try await robin.releases(try await robin.seesHold(of: company))
      try await bureau.bankSettles(on: "2026-04-02")
      #expect(paid(bureau) == [9])
      let waiting = try await kim.sees(again)
      #expect(waiting.state == .signed && waiting.warnings.contains("SENT_BEFORE"))
      #expect(
        try await kim.seesReturnFiles().flatMap(\.alarms).contains { $0.contains("has paid") })

      // Unless it is another one after all.
      try await robin.dismisses(try #require(hold.unknownPayments.first))
      try await bureau.bankSettles(on: "2026-04-08")
      #expect(try await kim.sees(again).state == .paid)
      #expect(paid(bureau) == [9, 9])
    }
  }

  @Test(arguments: [true, false])
  func `a whole home is put back, bank folders and all: nothing is paid twice (O)`(
    withWitness: Bool
  ) async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim, alex = office.alex
      let robin = try bureau.administrator
      try await alex.signs(try await kim.imports(invoice(1)))
      try await bureau.bankSettles(on: "2026-03-16")
      let signed = try await kim.imports(invoice(2, due: "2026-03-18"))
      try await alex.signs(signed)
      _ = try await robin.leavesCheckpoint()
      let home = try await bureau.copiesHome()
      try await bureau.bankSettles(on: "2026-03-18")
      #expect(try await kim.sees(signed).state == .paid)
      _ = try await robin.leavesCheckpoint()
      #expect(paid(bureau) == [1, 2])

      // All that the home can tell is of one piece, but for a witness that lies elsewhere.
      try await bureau.putsBack(home, withWitness: withWitness, kim, alex)
      try await bureau.settle()
      #expect(try await robin.seesHold().held == !withWitness)
      if !withWitness {
        try await bureau.bankSettles(on: "2026-03-19")
        #expect(try await kim.sees(signed).state == .signed)
        try await robin.releases(try await robin.seesHold())
      }
      // It is sent again under the id of before: the bank refuses it, and a person looks.
      try await bureau.bankSettles(on: "2026-03-20")
      #expect(try await kim.sees(signed).state == .inDoubt)
      #expect(paid(bureau) == [1, 2])
      #expect(bureau.executed.count { $0.amountMinor == 200_00 } == 1)
      #expect(try await kim.records(.executed, of: signed).state == .paid)
    }
  }

  @Test func `a checkpoint alone tells that the database is old, until it is released (O)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim, robin = try office.bureau.administrator
      let signed = try await kim.imports(invoice(2))
      try await office.alex.signs(signed)
      let copy = try await bureau.copiesDatabase()
      try await kim.imports(invoice(3))
      _ = try await robin.leavesCheckpoint()
      try await bureau.putsBack(copy, kim, office.alex)
      try await bureau.bankSettles(on: "2026-03-16")
      let hold = try await robin.seesHold()
      #expect(hold.held && hold.unknownPayments.isEmpty)
      #expect(hold.evidence.contains { $0.contains("vouches for") })
      #expect(bureau.executed.isEmpty)
      try await robin.releases(hold)
      try await bureau.bankSettles(on: "2026-03-17")
      #expect(try await kim.sees(signed).state == .paid)
      // The witness has been told: what follows is vouched for again, and holds nothing.
      _ = try await robin.leavesCheckpoint()
      try await bureau.restart()
      try await bureau.settle()
      #expect(try await !robin.seesHold().held)
    }
  }

  @Test func `a hold is released by who has seen all of it, with all that has come read (O)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, robin = try office.bureau.administrator
      let nothing = try await robin.seesHold()
      #expect(!nothing.held)
      let early = try await bureau.refusal { try await robin.releases(nothing) }
      #expect(early.reason == "TRANSFERS_NOT_HELD")
      try await office.alex.signs(try await office.kim.imports(invoice(1)))
      try await bureau.bankSettles(on: "2026-03-16")
      _ = try await bureau.bankHasUnknownFile(0xA0)
      try await bureau.restart()
      try await bureau.settle()
      let seen = try await robin.seesHold()
      let wordless = try await bureau.refusal { try await robin.releases(seen, reason: " ") }
      #expect(wordless.reason == "TRANSFER_HOLD_REASON_INVALID")
      _ = try await bureau.bankHasUnknownFile(0xB0)
      await #expect(throws: Refused.self) { try await robin.releases(seen) }
      let both = try await robin.seesHold()
      #expect(both.unknownPayments.count == 2 && both.digest != seen.digest)
      let connection = try bureau.company.connection()
      let folder = bureau.world.channel.folder(of: connection)
      let waiting = folder.appending(path: "from-bank/waiting.xml")
      try Data("<Document/>".utf8).write(to: waiting)
      let unread = try await bureau.refusal { try await robin.releases(both) }
      #expect(unread.reason == "TRANSFER_HOLD_UNREAD")
      try await bureau.settle()
      try await robin.releases(both)
      #expect(try await !robin.seesHold().held)
    }
  }
}
