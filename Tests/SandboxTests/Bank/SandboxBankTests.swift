import Formats
import Foundation
import Primitives
import Sandbox
import Testing

@Suite struct SandboxBankTests {
  private typealias Fixture = BankFixture

  @Test func `a payment is accepted, made on its day and told by its debit entry`() throws {
    try Fixture.with { fixture in
      let kid = Pain001.Remittance.structured(try PaymentReference(type: .kid, text: "0010017"))
      try fixture.send(try Fixture.message([try Fixture.transfer("E1", 1250_00, kid)]))
      #expect(
        try fixture.tick(Fixture.friday) == [
          .received(connection: Fixture.connection, messageID: "M1", accepted: 1),
          .answered(connection: Fixture.connection, file: "pain002-M1-1.xml"),
        ])
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-1.xml") == "ACCP")
      #expect(try fixture.names("to-bank") == ["done"])
      #expect(try fixture.names("to-bank/done") == ["M1.xml"])
      #expect(try fixture.tick("2026-10-05T03:59:59Z") == [])
      #expect(
        try fixture.tick(Fixture.monday) == [
          .executed(connection: Fixture.connection, endToEndID: "E1"),
          .answered(connection: Fixture.connection, file: "camt054-2.xml"),
        ])
      #expect(try fixture.tick(Fixture.monday) == [])
      let entry = try #require(
        try Camt054.read(try fixture.answer("camt054-2.xml")).notifications.first?.entries.first)
      #expect(entry.sign == .debit)
      #expect(entry.amount.money == .nok(1250_00))
      #expect(entry.bookingDate?.iso == "2026-10-05")
      #expect(entry.transactions.map(\.endToEndID) == ["E1"])
      #expect(entry.transactions.map(\.instructionID) == ["IE1"])
      #expect(entry.transactions.first?.references.map(\.text) == ["0010017"])
      let made = try #require(fixture.bank.executed.first)
      #expect(made.endToEndID == "E1" && made.messageID == "M1" && made.amountMinor == 1250_00)
      #expect(made.debtorAccount == Fixture.debtor && made.creditorAccount == "86011117947")
      #expect(made.reference == "0010017" && made.referenceType == "KID")
      #expect(made.executedAt == Fixture.monday)
      #expect(
        fixture.bank.balance(of: try Fixture.account(Fixture.debtor)) == .nok(98_750_00))
      let ledger = try String(
        contentsOf: fixture.root.appendingPathComponent("executed.jsonl"), encoding: .utf8)
      #expect(ledger.contains("\"end_to_end_id\":\"E1\""))
      #expect(
        "[\(ledger.trimmingCharacters(in: .newlines))]"
          == String(decoding: try fixture.bank.executedJSON(), as: UTF8.self))
    }
  }

  @Test func `a profile with final statuses tells ACSC as well`() throws {
    var profile = BankProfile()
    profile.finalStatus = .statusReport
    try Fixture.with(profile: profile) { fixture in
      try fixture.send(try Fixture.message([try Fixture.transfer("E1")]))
      _ = try fixture.tick(Fixture.friday)
      _ = try fixture.tick(Fixture.monday)
      #expect(
        try fixture.names("from-bank") == ["camt054-3.xml", "pain002-M1-1.xml", "pain002-M1-2.xml"])
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-2.xml") == "ACSC")
    }
  }

  @Test func `a batch comes back as one entry, salaries without their parts`() throws {
    try Fixture.with { fixture in
      let pair = [try Fixture.transfer("E1", 1_00), try Fixture.transfer("E2", 2_00)]
      try fixture.send(try Fixture.message(id: "M1", batch: true, pair))
      let pay = [try Fixture.transfer("E3", 3_00), try Fixture.transfer("E4", 4_00)]
      try fixture.send(try Fixture.message(id: "M2", batch: true, purpose: "SALA", pay))
      _ = try fixture.tick(Fixture.friday)
      _ = try fixture.tick(Fixture.monday)
      let entries = try Camt054.read(try fixture.answer("camt054-3.xml")).notifications[0].entries
      #expect(entries.map(\.amount.text) == ["3.00", "7.00"])
      #expect(entries.map { $0.batches.first?.messageID } == ["M1", "M2"])
      #expect(entries.map { $0.batches.first?.count } == [2, 2])
      #expect(entries.map(\.transactions.count) == [2, 0])
    }
  }

  @Test func `one refused payment leaves the others`() throws {
    try Fixture.with { fixture in
      fixture.bank.demandReference(of: try Fixture.account("11110077949"))
      try fixture.send(
        try Fixture.message([
          try Fixture.transfer("E1"), try Fixture.transfer("E2", to: "11110077949"),
        ]))
      _ = try fixture.tick(Fixture.friday)
      let report = try fixture.status("pain002-M1-1.xml")
      #expect(report.groupStatus == .partlyAccepted)
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-1.xml") == "ACCP")
      #expect(try fixture.outcome(of: "E2", in: "pain002-M1-1.xml") == "RJCT RR09")
      _ = try fixture.tick(Fixture.monday)
      #expect(fixture.bank.executed.map(\.endToEndID) == ["E1"])
    }
  }

  @Test func `without funds a payment is refused on its day, after it was accepted`() throws {
    try Fixture.with(balance: 150_00) { fixture in
      try fixture.send(
        try Fixture.message([try Fixture.transfer("E1"), try Fixture.transfer("E2")]))
      _ = try fixture.tick(Fixture.friday)
      _ = try fixture.tick(Fixture.monday)
      #expect(try fixture.outcome(of: "E2", in: "pain002-M1-2.xml") == "RJCT AM04")
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-2.xml") == nil)
      #expect(fixture.bank.executed.map(\.endToEndID) == ["E1"])
      #expect(fixture.bank.balance(of: try Fixture.account(Fixture.debtor)) == .nok(50_00))
      #expect(try fixture.tick("2026-10-06T08:00:00Z") == [])
    }
  }

  @Test func `a closed day can be moved instead of refused`() throws {
    var profile = BankProfile()
    profile.closedDay = .move
    try Fixture.with(profile: profile) { fixture in
      try fixture.send(try Fixture.message(date: "2026-10-04", [try Fixture.transfer("E1")]))
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-1.xml") == "ACWC DT06")
      #expect(try fixture.tick("2026-10-04T10:00:00Z") == [])
      _ = try fixture.tick(Fixture.monday)
      #expect(fixture.bank.executed.count == 1)
    }
  }

  @Test func `a payment for today is made at once`() throws {
    try Fixture.with { fixture in
      try fixture.send(try Fixture.message([try Fixture.transfer("E1")]))
      _ = try fixture.tick("2026-10-05T09:00:00Z")
      #expect(fixture.bank.executed.map(\.executedAt) == ["2026-10-05T09:00:00Z"])
    }
  }

  @Test func `files being written and files of other kinds are left alone`() throws {
    try Fixture.with { fixture in
      let bytes = try Fixture.message([try Fixture.transfer("E1")]).write()
      try fixture.send(bytes, as: ".M1.xml")
      try fixture.send(bytes, as: "M1.xml.part")
      #expect(try fixture.tick(Fixture.friday) == [])
      #expect(try fixture.names("to-bank") == [".M1.xml", "M1.xml.part"])
    }
  }

  @Test func `connections are folders, and one can't use another's account`() throws {
    try Fixture.with { fixture in
      let other = "other/bank"
      try fixture.bank.openAccount(
        connection: other, number: try Fixture.account("22220012607"), currency: .nok,
        owner: "Annen", openingBalance: .nok(1_000_00))
      try fixture.send(
        try Fixture.message(debtor: "22220012607", [try Fixture.transfer("E1")]))
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-1.xml") == "RJCT AG01")
    }
  }

  @Test(arguments: ["", "/a", "a//b", "../a", "a/../b", ".a"])
  func `a connection outside the root is refused`(name: String) throws {
    try Fixture.with { fixture in
      #expect(throws: SandboxBankError.connection(name)) {
        try fixture.bank.openAccount(
          connection: name, number: try Fixture.account("22220012607"), currency: .nok,
          owner: "A", openingBalance: .nok(0))
      }
    }
  }

  @Test func `an account is opened once, the same again changes nothing`() throws {
    try Fixture.with { fixture in
      let bank = fixture.bank
      func open(_ owner: String) throws {
        try bank.openAccount(
          connection: Fixture.connection, number: try Fixture.account(Fixture.debtor),
          currency: .nok, owner: owner, openingBalance: .nok(100_000_00))
      }
      try open("Kunde Fisk AS")
      #expect(throws: SandboxBankError.accountExists(Fixture.debtor)) { try open("Annen") }
    }
  }

  @Test func `a Swedish connection pays in its forms`() throws {
    try Fixture.with { fixture in
      let debtor = try AccountNumber(form: .iban, text: "SE4550000000058398257466")
      try fixture.bank.openAccount(
        connection: Fixture.connection, number: debtor, currency: .sek, owner: "Kund",
        openingBalance: .sek(10_000_00))
      var message = try Fixture.message([])
      message.paymentInformations = [
        Pain001.PaymentInformation(
          id: "P1", requestedExecutionDate: try #require(CalendarDate(iso: "2026-10-05")),
          debtor: Pain001.Party(name: "Kund Färg AB"), debtorAccount: debtor,
          transactions: [
            Pain001.CreditTransfer(
              instructionID: nil, endToEndID: "S1", amount: .sek(1_800_00),
              creditor: Pain001.Party(name: "Leverantör Ett AB", country: .se),
              creditorAccount: try AccountNumber(form: .bankgiro, text: "5050-1055"),
              remittance: .structured(try PaymentReference(type: .ocr, text: "1234574")))
          ])
      ]
      try fixture.send(message)
      _ = try fixture.tick(Fixture.monday)
      let made = try #require(fixture.bank.executed.first)
      #expect(made.creditorForm == "SE_BANKGIRO" && made.referenceType == "OCR")
      let entry = try Camt054.read(try fixture.answer("camt054-2.xml")).notifications[0].entries[0]
      #expect(entry.transactions.first?.creditorAccount?.number?.text == "50501055")
    }
  }
}
