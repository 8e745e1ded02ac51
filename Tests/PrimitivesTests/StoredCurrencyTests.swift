import Foundation
import Primitives
import Testing

/// Amounts are kept for ever: whatever currency was once accepted can be read.
@Suite struct StoredCurrencyTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/currencies.txt")

  @Test func `a currency that leaves the table stays readable with its decimals`() throws {
    #expect(throws: MoneyError.unknownCurrency("HRK")) { try Currency("HRK") }
    let kuna = try Currency(stored: "HRK")
    #expect(kuna.code == "HRK" && kuna.exponent == 2)
    #expect(try Currency(stored: "NOK") == .nok)
    for never in ["", "nok", "XXX", "NO", "NOKK"] {
      #expect(throws: MoneyError.self) { try Currency(stored: never) }
    }
  }

  /// The list only grows: what was in it once stands in somebody's journal.
  @Test func `no code that was ever accepted is lost, and none changes its decimals`() throws {
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      let lines = Currency.everStored.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: Self.golden)
    }
    let lines = try String(contentsOf: Self.golden, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 160)
    for line in lines {
      let parts = line.split(separator: " ").map(String.init)
      let currency = try Currency(stored: try #require(parts.first))
      #expect("\(currency.code) \(currency.exponent)" == line)
    }
    // And what is added is written down.
    #expect(lines.count == Currency.everStored.count)
  }
}
