import Formats
import Foundation
import Primitives
import Sandbox
import Testing

@Suite struct BankRulesTests {
  private typealias Fixture = BankFixture

  /// A change of the file of one good payment, and the answer to it.
  @Test(arguments: [
    ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>", "RJCT AM19"),
    ("<CtrlSum>100.00</CtrlSum>", "<CtrlSum>99.00</CtrlSum>", "RJCT AM16"),
    ("Ccy=\"NOK\">100.00<", "Ccy=\"NOK\">x<", "RJCT FF01"),
    ("</Document>", "", "RJCT FF01"),
    ("<Id>12345678903</Id>", "<Id>88880051606</Id>", "RJCT AC02"),
    ("<Id>12345678903</Id>", "<Id>12345678901</Id>", "RJCT AC02"),
    ("<Ccy>NOK</Ccy>", "<Ccy>SEK</Ccy>", "RJCT CURR"),
    ("2026-10-05", "2026-10-01", "RJCT DT01"), ("2026-10-05", "2026-10-04", "RJCT DT03"),
    ("2026-10-05", "2026-12-25", "RJCT DT03"), ("2026-10-05", "2027-10-12", "RJCT CH03"),
    (">100.00<", ">0.00<", "RJCT AM01"), (">100.00<", ">-100.00<", "RJCT AM01"),
    ("Ccy=\"NOK\"", "Ccy=\"EUR\"", "RJCT AM03"),
    ("<Id>86011117947</Id>", "<Id>86011117949</Id>", "RJCT AC03"),
    ("<Nm>Leverandør Én AS</Nm>", "", "RJCT BE22"),
    ("<Nm>Leverandør Én AS</Nm>", "<Nm>Łódź</Nm>", "RJCT RR10"),
    (
      "<Ustrd>Faktura 1</Ustrd>",
      "<Strd><CdtrRefInf><Ref>0010018</Ref></CdtrRefInf></Strd>", "RJCT RR09"
    ),
    ("<Ustrd>Faktura 1</Ustrd>", "<Ustrd>Faktura №1</Ustrd>", "RJCT RR10"),
    ("<Nm>Kunde Fisk AS</Nm>", "<Nm>Kunde Fisk AS</Nm><Extra/>", "ACCP"),
  ])
  func `a breach has its reason`(old: String, new: String, answer: String) throws {
    try Fixture.with { fixture in
      let message = try Fixture.message([try Fixture.transfer("E1")])
      try fixture.send(message, replacing: old, with: new)
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-1.xml") == answer)
      _ = try fixture.tick("2027-12-31T12:00:00Z")
      #expect(fixture.bank.executed.count == (answer == "ACCP" ? 1 : 0))
    }
  }

  @Test func `a missing or common end-to-end id is refused`() throws {
    try Fixture.with { fixture in
      try fixture.send(try Fixture.message([try Fixture.transfer("NOTPROVIDED")]))
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.outcome(of: "NOTPROVIDED", in: "pain002-M1-1.xml") == "RJCT FF08")
    }
  }

  @Test func `a message sent twice is refused the second time, and paid once`() throws {
    try Fixture.with { fixture in
      let message = try Fixture.message([try Fixture.transfer("E1")])
      try fixture.send(message, as: "a.xml")
      _ = try fixture.tick(Fixture.friday)
      try fixture.send(message, as: "a.xml")
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-2.xml") == "RJCT DU01")
      #expect(try fixture.names("to-bank/done") == ["a.xml", "a.xml.2"])
      _ = try fixture.tick(Fixture.monday)
      #expect(fixture.bank.executed.count == 1)
    }
  }

  @Test func `a payment sent again in another message is refused, for ever`() throws {
    try Fixture.with { fixture in
      try fixture.send(try Fixture.message(id: "M1", [try Fixture.transfer("E1")]))
      _ = try fixture.tick(Fixture.monday)
      try fixture.restart()
      try fixture.send(
        try Fixture.message(id: "M2", [try Fixture.transfer("E1"), try Fixture.transfer("E2")]))
      _ = try fixture.tick("2026-10-05T12:00:00Z")
      #expect(try fixture.outcome(of: "E1", in: "pain002-M2-1.xml") == "RJCT DU04")
      #expect(try fixture.outcome(of: "E2", in: "pain002-M2-1.xml") == "ACCP")
      #expect(fixture.bank.executed.map(\.endToEndID) == ["E1", "E2"])
    }
  }

  @Test func `a group id used twice in a message is refused the second time`() throws {
    try Fixture.with { fixture in
      var message = try Fixture.message([try Fixture.transfer("E1")])
      var second = message.paymentInformations[0]
      second.id = "P2"
      second.transactions = [try Fixture.transfer("E2")]
      message.paymentInformations.append(second)
      try fixture.send(message, replacing: "<PmtInfId>P2<", with: "<PmtInfId>P1<")
      let events = try fixture.tick(Fixture.friday)
      #expect(
        events.contains(
          .rejected(connection: Fixture.connection, endToEndID: "E2", code: "DU02")))
    }
  }

  @Test func `a file that is no message at all is refused as NOTPROVIDED`() throws {
    try Fixture.with { fixture in
      try fixture.send(Array("no XML".utf8), as: "x.xml")
      #expect(
        try fixture.tick(Fixture.friday).first
          == .refused(connection: Fixture.connection, messageID: "NOTPROVIDED", code: "FF01"))
      #expect(try fixture.status("pain002-NOTPROVIDED-1.xml").groupStatus == .rejected)
    }
  }
}
