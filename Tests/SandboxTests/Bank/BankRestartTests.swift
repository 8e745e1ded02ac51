import Formats
import Foundation
import Primitives
import Sandbox
import Testing

@Suite struct BankRestartTests {
  private typealias Fixture = BankFixture

  @Test func `a bank started again goes on where it was`() throws {
    try Fixture.with { fixture in
      try fixture.send(try Fixture.message([try Fixture.transfer("E1")]))
      _ = try fixture.tick(Fixture.friday)
      try fixture.restart()
      #expect(try fixture.tick(Fixture.friday) == [])
      _ = try fixture.tick(Fixture.monday)
      try fixture.restart()
      #expect(try fixture.tick(Fixture.monday) == [])
      #expect(fixture.bank.executed.map(\.endToEndID) == ["E1"])
      #expect(fixture.bank.balance(of: try Fixture.account(Fixture.debtor)) == .nok(99_900_00))
    }
  }

  @Test func `a file decided on but not put aside is not taken for a second one`() throws {
    try Fixture.with { fixture in
      let message = try Fixture.message([try Fixture.transfer("E1")])
      try fixture.send(message)
      _ = try fixture.tick(Fixture.friday)
      // As after a crash between record and move.
      let inbox = fixture.root.appendingPathComponent("\(Fixture.connection)/to-bank")
      try FileManager.default.moveItem(
        at: inbox.appendingPathComponent("done/M1.xml"), to: inbox.appendingPathComponent("M1.xml"))
      try fixture.restart()
      #expect(try fixture.tick(Fixture.friday) == [])
      #expect(try fixture.names("to-bank/done") == ["M1.xml"])
    }
  }

  /// Cuts a file of the bank back to its first lines, as a crash may leave it, and starts again.
  private static func cut(
    _ name: String, _ fixture: inout BankFixture, to lines: Int, torn: String
  ) throws {
    let url = fixture.root.appendingPathComponent(name)
    let text = try String(contentsOf: url, encoding: .utf8)
    let kept = text.split(separator: "\n").prefix(lines).map { $0 + "\n" }.joined()
    try Data((kept + torn).utf8).write(to: url)
    try fixture.restart()
  }

  @Test(arguments: ["", "{\"answer\":{\"co"])
  func `an answer without its record is written again, the same`(torn: String) throws {
    try Fixture.with { fixture in
      try fixture.send(try Fixture.message([try Fixture.transfer("E1")]))
      _ = try fixture.tick(Fixture.friday)
      let before = try fixture.answer("pain002-M1-1.xml")
      try Self.cut("accepted.jsonl", &fixture, to: 1, torn: torn)
      _ = try fixture.tick(Fixture.friday)
      #expect(try fixture.names("from-bank") == ["pain002-M1-1.xml"])
      #expect(try fixture.answer("pain002-M1-1.xml") == before)
      try fixture.restart()
      #expect(try fixture.tick(Fixture.friday) == [])
    }
  }

  @Test func `a payment made but not yet told is told, and not made again`() throws {
    try Fixture.with { fixture in
      try fixture.send(try Fixture.message([try Fixture.transfer("E1")]))
      _ = try fixture.tick(Fixture.friday)
      _ = try fixture.tick(Fixture.monday)
      let before = try fixture.answer("camt054-2.xml")
      try Self.cut("accepted.jsonl", &fixture, to: 2, torn: "")
      _ = try fixture.tick(Fixture.monday)
      #expect(fixture.bank.executed.count == 1)
      #expect(try fixture.answer("camt054-2.xml") == before)
    }
  }

  @Test func `a torn ledger line is not a payment`() throws {
    try Fixture.with { fixture in
      try fixture.send(try Fixture.message([try Fixture.transfer("E1")]))
      _ = try fixture.tick(Fixture.friday)
      try Data("{\"end_to_end".utf8).write(
        to: fixture.root.appendingPathComponent("executed.jsonl"))
      try fixture.restart()
      #expect(fixture.bank.executed == [])
      _ = try fixture.tick(Fixture.monday)
      try fixture.restart()
      #expect(fixture.bank.executed.map(\.endToEndID) == ["E1"])
    }
  }
}
