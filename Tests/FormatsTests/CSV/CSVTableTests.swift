import Formats
import Testing

@Suite struct CSVTableTests {
  private func rows(_ text: String) -> [[String]] {
    CSVTable(Array(text.utf8)).rows.map { $0.map(\.text) }
  }

  @Test(arguments: [
    "a,b\n1,2\n", "a;b\r\n1;2\r\n", "a\tb\n1\t2", "\u{FEFF}A , b\n\n 1 ,2\n\n",
    "a,\"b\"\n\"1\",\"2\"",
  ])
  func `separators, line ends and quotes are read as they come`(text: String) {
    let table = CSVTable(Array(text.utf8))
    #expect(table.names == ["a", "b"] && table.findings.isEmpty)
    #expect(rows(text) == [["1", "2"]])
  }

  @Test func `a quoted value holds separators, quotes and line ends`() {
    #expect(rows("a;b\n\"x;\"\"y\"\"\nz\";2\n3;4") == [["x;\"y\"\nz", "2"], ["3", "4"]])
    let table = CSVTable(Array("a;b\n\"x\ny\";2\n3;4".utf8))
    #expect(
      table.rows.map { $0[0].place } == [.init(line: 2, column: 1), .init(line: 4, column: 1)])
  }

  @Test func `what is no UTF-8 is Latin-1`() {
    let table = CSVTable(Array("a;b\n".utf8) + [0xC6, 0x72, 0x6C, 0x69, 0x67] + Array(";2".utf8))
    #expect(table.rows.first?.first?.text == "Ærlig")
  }

  @Test func `all that is wrong is told, with line and column`() {
    let table = CSVTable(Array("a;b;a\n1;2\n1;2;3\n1;2;3;4\n1;2;\"3".utf8))
    #expect(table.rows.count == 2)
    #expect(
      Set(table.findings.map(\.place)) == [
        .init(line: 1, column: 5), .init(line: 2, column: 1), .init(line: 4, column: 1),
        .init(line: 5, column: 5),
      ])
    #expect(CSVTable([]).findings.count == 1)
  }

  @Test(arguments: [
    ("1250", "1250"), ("1250.5", "1250.5"), ("1250,50", "1250.50"), ("1.250,50", "1250.50"),
    ("1,250.50", "1250.50"), ("1 250,50", "1250.50"), ("1'250.50", "1250.50"),
    ("-12,00", "-12.00"), ("−12,00", "-12.00"), ("+5", "5"), ("1.234.567", "1234567"),
    ("1.234.567,8", "1234567.8"), (",5", "0.5"), ("0,125", "0.125"), ("12345,678", "12345.678"),
  ])
  func `amounts are read with either decimal mark`(text: String, decimal: String) {
    #expect(AmountText(text) == .decimal(decimal))
  }

  @Test(arguments: ["", "-", "1,2,3", "1.23.456", "12a", "1,25.0.0", "1e5", "1,", "12.34,5,6"])
  func `what is no amount is none`(text: String) {
    #expect(AmountText(text) == .malformed)
  }

  @Test func `one mark before three digits can be read in two ways`() {
    #expect(
      AmountText("1.250") == .ambiguous(mark: ".", decimal: "1.250", thousands: "1250"))
    #expect(
      AmountText("-12,500") == .ambiguous(mark: ",", decimal: "-12.500", thousands: "-12500"))
    #expect(AmountText.decimalMark(of: "1.250,00") == ",")
    #expect(AmountText.decimalMark(of: "1,250") == nil)
    #expect(AmountText.decimalMark(of: "1250") == nil)
  }
}
