import BureauAPI
import SwiftProtobuf
import Testing

@testable import BureauCLI

@Suite struct TableTests {
  @Test func `columns are aligned and lines carry no trailing blanks`() {
    var table = Table([.left("NAME"), .right("AMOUNT"), .left("NOTE")])
    table.add(["Åse Bø AS", "1250.00 NOK", ""])
    table.add(["Elbolaget", "7.50 NOK", "overdue"])
    #expect(
      table.text == """
        NAME            AMOUNT  NOTE
        Åse Bø AS  1250.00 NOK
        Elbolaget     7.50 NOK  overdue

        """)
  }

  @Test func `text from outside cannot steer the terminal`() {
    var table = Table([.left("NAME")])
    table.add(["evil\u{1B}[2J\nname\u{202E}"])
    #expect(table.text == "NAME\nevil [2J name\n")
  }

  @Test func `details leave empty fields out`() {
    var details = Details()
    details.add("name", "x")
    details.add("nothing", "")
    details.add("long title", ["a", "b"])
    #expect(details.text == "name:       x\nlong title: a, b\n")
  }

  @Test(arguments: [
    (125_000, "NOK", "1250.00 NOK"), (5, "SEK", "0.05 SEK"), (-1, "EUR", "-0.01 EUR"),
    (1250, "JPY", "1250 JPY"), (7, "???", "7 minor units of ???"), (0, "", ""),
  ])
  func `money has its decimals and currency`(minor: Int64, code: String, text: String) {
    let money = Bureau_V1_Money.with {
      $0.minorUnits = minor
      $0.currencyCode = code
    }
    #expect(Show.money(money) == text)
  }

  @Test func `times are RFC 3339 and absent ones are empty`() {
    #expect(Show.time(.with { $0.seconds = 1_772_438_400 }) == "2026-03-02T08:00:00Z")
    #expect(Show.time(.init()) == "")
    #expect(Show.time(.with { $0.seconds = .max }) == "")
  }

  @Test func `states are spelled as the proto spells them`() {
    #expect(Show.state(Bureau_V1_Payment.State.inDoubt) == "IN_DOUBT")
    #expect(Show.state(Bureau_V1_Payment.State.unspecified) == "")
    #expect(Show.state(Bureau_V1_AccountNumber.Form.seBankgiro) == "SE_BANKGIRO")
    #expect(Show.state(Bureau_V1_AccountNumber.Form.noBban) == "NO_BBAN")
    #expect(Show.state(Bureau_V1_AccountNumber.Form.iban) == "IBAN")
  }

  @Test(arguments: Bureau_V1_Payment.State.spokenNames)
  func `every state that is offered is understood`(name: String) {
    #expect(PaymentStateName(argument: name)?.state.rawValue ?? 0 > 0)
    #expect(PaymentStateName(argument: name.uppercased()) != nil)
  }

  @Test(arguments: ["", "paidd", "unspecified"])
  func `no other state is understood`(name: String) {
    #expect(PaymentStateName(argument: name) == nil)
  }
}
