import Formats
import Foundation
import Primitives
import Sandbox
import Testing

@Suite struct BankFaultTests {
  private typealias Fixture = BankFixture

  private static func sent(
    _ faults: [BankFault], _ body: (inout BankFixture) throws -> Void
  ) throws {
    try Fixture.with { fixture in
      try fixture.bank.setFaults(faults, for: Fixture.connection)
      try fixture.send(
        try Fixture.message([try Fixture.transfer("E1"), try Fixture.transfer("E2")]))
      try body(&fixture)
    }
  }

  @Test func `the next payment is refused by script, once`() throws {
    try Self.sent([BankFault(.rejectAtAcceptance, code: "AC04", text: "closed")]) { fixture in
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.outcome(of: "E1", in: "pain002-M1-1.xml") == "RJCT AC04")
      #expect(try fixture.outcome(of: "E2", in: "pain002-M1-1.xml") == "ACCP")
    }
  }

  @Test func `the payment named is refused on its day`() throws {
    try Self.sent([BankFault(.rejectAtExecution, code: "AM04", endToEndID: "E2")]) { fixture in
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.outcome(of: "E2", in: "pain002-M1-1.xml") == "ACCP")
      try fixture.restart()
      _ = try fixture.tick(Fixture.monday)
      #expect(try fixture.outcome(of: "E2", in: "pain002-M1-2.xml") == "RJCT AM04")
      #expect(fixture.bank.executed.map(\.endToEndID) == ["E1"])
    }
  }

  @Test(arguments: [BankFault.Action.silent, .silentNotExecuted])
  func `a silent bank answers nothing, until it is made to speak`(
    action: BankFault.Action
  ) throws {
    try Self.sent([BankFault(action)]) { fixture in
      _ = try fixture.tick(Fixture.friday)
      _ = try fixture.tick(Fixture.monday)
      try fixture.restart()
      #expect(try fixture.tick("2026-11-05T08:00:00Z") == [])
      #expect(try fixture.names("from-bank") == [])
      #expect(fixture.bank.executed.count == (action == .silent ? 2 : 0))
      try fixture.bank.speak(connection: Fixture.connection, messageID: "M1")
      _ = try fixture.tick("2026-11-06T08:00:00Z")
      let spoken = try fixture.names("from-bank")
      #expect(
        spoken
          == (action == .silent ? ["camt054-2.xml", "pain002-M1-1.xml"] : ["pain002-M1-1.xml"])
      )
      try fixture.send(
        try Fixture.message(id: "M2", date: "2026-11-06", [try Fixture.transfer("E9")]))
      #expect(try fixture.tick("2026-11-06T08:00:00Z").count == 4)
    }
  }

  @Test func `an answer comes twice under two names`() throws {
    try Self.sent([BankFault(.twice)]) { fixture in
      _ = try fixture.tick(Fixture.friday)
      _ = try fixture.tick(Fixture.monday)
      let names = try fixture.names("from-bank")
      #expect(
        names == [
          "camt054-2-again.xml", "camt054-2.xml", "pain002-M1-1-again.xml", "pain002-M1-1.xml",
        ])
      #expect(try fixture.answer(names[0]) == fixture.answer(names[1]))
      #expect(try fixture.answer(names[2]) == fixture.answer(names[3]))
    }
  }

  @Test func `a late answer comes late`() throws {
    try Self.sent([BankFault(.late, minutes: 90)]) { fixture in
      #expect(try fixture.tick(Fixture.friday).count == 1)
      #expect(try fixture.tick("2026-10-02T09:29:00Z") == [])
      #expect(try fixture.tick("2026-10-02T09:30:00Z").count == 1)
      _ = try fixture.tick(Fixture.monday)
      #expect(fixture.bank.executed.count == 2)
      #expect(try fixture.names("from-bank") == ["pain002-M1-1.xml"])
      #expect(try fixture.tick("2026-10-05T05:30:00Z").count == 1)
    }
  }

  @Test func `the script is a file, and is used up`() throws {
    try Fixture.with { fixture in
      let script = fixture.root.appendingPathComponent("\(Fixture.connection)/faults.json")
      let json = #"{"faults":[{"action":"reject_at_acceptance","code":"AC04","times":3}]}"#
      try Data(json.utf8).write(to: script)
      try fixture.send(
        try Fixture.message([try Fixture.transfer("E1"), try Fixture.transfer("E2")]))
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.status("pain002-M1-1.xml").groupStatus == .rejected)
      #expect(try String(contentsOf: script, encoding: .utf8).contains("\"times\":1"))
    }
  }
}
