import Formats
import Testing

struct SalaryTableTests {
  private func read(_ text: String, limit: Int = 100) throws -> [SalaryTable.Row] {
    try SalaryTable.read(Array(text.utf8), limit: limit)
  }

  @Test func `columns go by their names in any order, cells may be quoted`() throws {
    let rows = try read(
      "\u{FEFF}Amount;account;NAME;text\r\n 1250,50 ;1234.56.78903;\"Ås; \"\"Kari\"\"\";\r\n\r\n1;2;\"A\nB\";t"
    )
    #expect(rows.count == 2)
    #expect(rows[0][.name] == "Ås; \"Kari\"" && rows[0][.amount] == "1250,50")
    #expect(rows[0][.text] == "" && rows[0][.currency] == "" && rows[0].line == 2)
    #expect(rows[1][.name] == "A\nB" && rows[1].line == 4)
  }

  @Test func `commas divide cells where they stand first`() throws {
    let rows = try read("name,account,amount\nKari,1,2.50\n")
    #expect(rows.map { $0[.amount] } == ["2.50"])
  }

  @Test(arguments: [
    ("", 1), ("name;account\nKari;1", 1), ("name;account;amount;pay\nKari;1;2;3", 1),
    ("name;name;account;amount\n1;2;3;4", 1), ("name;account;amount\nKari;1", 2),
    ("name;account;amount\nKari;\"1;2", 2),
  ])
  func `what is no table is refused with its line`(text: String, line: Int) throws {
    let fault = #expect(throws: SalaryTable.Fault.self) { try read(text) }
    #expect(fault?.line == line)
  }

  @Test func `bytes that are no UTF-8, long cells and too many rows have bounds`() throws {
    #expect(throws: SalaryTable.Fault.self) { try SalaryTable.read([0xFF, 0xFE], limit: 1) }
    let long = "name;account;amount\n\(String(repeating: "x", count: 1_001));1;2"
    #expect(throws: SalaryTable.Fault.self) { try read(long) }
    let many = "name;account;amount\n" + String(repeating: "a;1;2\n", count: 50)
    #expect(try read(many, limit: 10).count == 11)
  }
}
