import BureauCLI
import Testing

@Suite struct QRCodeTests {
  /// A BankID code of the published test vectors, 110 characters.
  static let text =
    "bankid.67df3917-fa0d-44e5-b327-edcc928297f8.0."
    + "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"

  @Test func `a BankID code fits a small terminal`() throws {
    let code = try #require(QRCode(Self.text))
    #expect(code.size == 41)
    #expect(code.columns == 45)
    #expect(code.lines.count == 23)
  }

  @Test func `the three finder patterns are in their corners`() throws {
    let code = try #require(QRCode(Self.text))
    for (left, top) in [(0, 0), (code.size - 7, 0), (0, code.size - 7)] {
      for offset in 0..<7 {
        #expect(code.isDark(left + offset, top))
        #expect(code.isDark(left + offset, top + 6))
        #expect(code.isDark(left, top + offset))
        #expect(code.isDark(left + 6, top + offset))
      }
      #expect(!code.isDark(left + 1, top + 1))
      #expect(code.isDark(left + 3, top + 3))
    }
    #expect(!code.isDark(-1, 0))
    #expect(!code.isDark(code.size, code.size))
  }

  @Test func `the drawing shows every module, black on white`() throws {
    let code = try #require(QRCode(Self.text))
    for (index, line) in code.lines.enumerated() {
      #expect(line.hasPrefix("\u{1B}[30;107m"))
      #expect(line.hasSuffix("\u{1B}[0m"))
      let blocks = line.dropFirst(9).dropLast(4)
      #expect(blocks.count == code.columns)
      for (offset, block) in blocks.enumerated() {
        let row = 2 * index - 2
        #expect(("█▀".contains(block)) == code.isDark(offset - 2, row))
        #expect(("█▄".contains(block)) == code.isDark(offset - 2, row + 1))
      }
    }
  }

  @Test func `what is no code gives none`() {
    #expect(QRCode("") == nil)
    #expect(QRCode(String(repeating: "x", count: 2954)) == nil)
  }
}
