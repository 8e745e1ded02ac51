import Domain
import Foundation
import Primitives
import Testing

/// A company's vouchers as other accounting programs read them.
@Suite struct LedgerTests {
  private func voucher(
    _ number: Int64, _ amount: Int64, on date: String = "2026-03-31",
    to name: String = "Elbolaget & Sønner \"AS\"", supplier: String = "no:988077917",
    currency: Currency = .nok, company: Company = .norwegian
  ) -> LedgerVoucher {
    let chart = ChartOfAccounts(of: company)
    func line(_ account: LedgerAccount, _ amount: Int64) -> VoucherLine {
      VoucherLine(
        ledgerAccount: account, amount: Money(minorUnits: amount, currency: currency),
        text: "\(name) 17")
    }
    return LedgerVoucher(
      voucher: Voucher(
        id: key(80), number: number, date: day(date),
        lines: [line(chart.supplierLedger, amount), line(chart.bank, -amount)], payments: [],
        postTime: moment("2026-04-02T08:00:00Z")),
      suppliers: [.init(key: supplier, name: name)])
  }

  private func period(_ format: LedgerFormat) throws -> LedgerPeriod {
    try LedgerPeriod(format: format, from: day("2026-03-01"), through: day("2026-03-31"))
  }

  private func file(
    _ format: LedgerFormat, _ vouchers: [LedgerVoucher], opening: LedgerOpening = .init(),
    of company: Company = .norwegian
  ) throws -> [UInt8] {
    try period(format).write(
      vouchers, opening: opening, of: company, at: moment("2026-04-02T08:00:00Z"),
      programVersion: "1")
  }

  private var opening: LedgerOpening {
    var opening = LedgerOpening()
    let chart = ChartOfAccounts.norwegian
    opening.accounts = [
      .init(account: chart.supplierLedger, sum: .nok(5_000)),
      .init(account: chart.bank, sum: .nok(-5_000)),
    ]
    opening.suppliers = [
      .init(supplier: .init(key: "no:988077917", name: "Elbolaget"), sum: .nok(5_000))
    ]
    return opening
  }

  @Test func `SAF-T has accounts, suppliers and vouchers, with sums that agree`() throws {
    let bytes = try file(.saft, [voucher(1, 125_000), voucher(2, 99)], opening: opening)
    try expectGolden(String(decoding: bytes, as: UTF8.self), "ledger.xml")
  }

  // Skipped where xmllint or the Tax Administration's schema is not at hand.
  @Test(.enabled(if: Schemas.has(Self.schema)))
  func `SAF-T is valid by the Tax Administration's schema`() throws {
    for vouchers in [[], [voucher(1, 125_000), voucher(2, 99)]] {
      let bytes = try file(.saft, vouchers, opening: opening)
      #expect(try Schemas.faults(bytes, schema: Self.schema) == "")
    }
  }

  private static let schema = "Norwegian_SAF-T_Financial_Schema_v_1.30"

  @Test func `SIE has each voucher with its transactions, in code page 437`() throws {
    let swedish = voucher(
      1, 125_000, to: "Åkes Ö & \"Co\" Ærø", supplier: "se:5560000000", currency: .sek,
      company: .swedish)
    let bytes = try file(.sie, [swedish], of: .swedish)
    let text = String(decoding: bytes.map { $0 < 0x80 ? $0 : UInt8(ascii: "~") }, as: UTF8.self)
    try expectGolden(text.replacing("\r\n", with: "\n"), "ledger.si")
    // Å is 8F, Ö 99, Æ 92; ø is not in it, ö 94 stands for it.
    for code in [0x8F, 0x99, 0x92, 0x94] as [UInt8] { #expect(bytes.contains(code)) }
    #expect(text.contains("\r\n"))
  }

  @Test func `what cannot be written is refused, and says which voucher`() throws {
    #expect(throws: LedgerError.countryUnfit) { try file(.saft, [], of: .swedish) }
    #expect(throws: LedgerError.currencyOther(voucher: 3, .eur)) {
      try file(.saft, [voucher(2, 1), voucher(3, 1, currency: .eur)])
    }
    #expect(throws: LedgerError.tooMany(limit: LedgerPeriod.limit)) {
      try file(.sie, Array(repeating: voucher(1, 1), count: LedgerPeriod.limit + 1))
    }
    #expect(throws: LedgerError.sumTooLarge) {
      try file(.sie, Array(repeating: voucher(1, Payment.amountLimit - 1), count: 101))
    }
    #expect(throws: LedgerError.textUnfit("Name")) {
      try file(.saft, [voucher(1, 1, to: String(repeating: "x", count: 300))])
    }
    #expect(throws: LedgerError.periodInvalid) {
      try LedgerPeriod(format: .sie, from: day("2026-03-02"), through: day("2026-03-01"))
    }
    #expect(throws: LedgerError.formatMissing) {
      try LedgerPeriod(format: nil, from: day("2026-03-01"), through: day("2026-03-01"))
    }
  }

  @Test func `a supplier of two names is one account, by the newest sum`() throws {
    let bytes = try file(
      .saft, [voucher(1, 100, to: "Alfa AS"), voucher(2, 50, to: "Beta AS")])
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.components(separatedBy: "<SupplierID>").count == 4)  // one master, two lines
    #expect(text.contains("<ClosingDebitBalance>1.50</ClosingDebitBalance>"))
  }
}
