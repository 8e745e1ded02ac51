import Domain
import Primitives
import Testing

/// What people search payments by.
@Suite struct PaymentFilterTests {
  private func query(_ change: (inout PaymentQuery) -> Void) -> PaymentQuery {
    var query = PaymentQuery()
    change(&query)
    return query
  }

  static let refusals: [(String, PaymentFilterError, @Sendable (inout PaymentQuery) -> Void)] = [
    ("account", .accountInvalid, { $0.creditorAccount = "86/01" }),
    ("short account", .accountInvalid, { $0.creditorAccount = "1" }),
    ("text", .textTooLong(limit: 100), { $0.text = String(repeating: "a", count: 101) }),
    ("currency", .currencyUnknown("KR"), { $0.currency = "KR" }),
    ("negative", .amountsInvalid, { $0.minimum = -1 }),
    (
      "amounts", .amountsInvalid,
      {
        $0.minimum = 2
        $0.maximum = 1
      }
    ),
    (
      "date", .dateInvalid(field: "earliest_due_date", "31.3."), { $0.earliestDueDate = "31.3." }
    ),
    ("last date", .dateInvalid(field: "latest_due_date", "x"), { $0.latestDueDate = "x" }),
    (
      "dates", .datesInvalid,
      {
        $0.earliestDueDate = "2026-03-31"
        $0.latestDueDate = "2026-03-30"
      }
    ),
    ("supplier", .supplierInvalid, { $0.supplier = "Elbolaget" }),
    ("short supplier", .supplierInvalid, { $0.supplier = "12345678" }),
  ]

  @Test(arguments: refusals)
  func `Q-02 a value that is none of its field is refused by the field's name`(
    row: (name: String, error: PaymentFilterError, change: @Sendable (inout PaymentQuery) -> Void)
  ) {
    #expect(throws: row.error) { try query(row.change).filter() }
    #expect(row.error.field?.hasPrefix("filter.") == true)
  }

  @Test func `Q-01 values are found however people write them`() throws {
    let filter = try query {
      $0.creditorAccount = "8601.11.17947"
      $0.text = " Ærlig_100% "
      $0.currency = "NOK"
      $0.minimum = 1
      $0.maximum = 1
      $0.earliestDueDate = "2026-03-31"
      $0.latestDueDate = "2026-03-31"
      $0.supplier = "988 077 917"
    }.filter()
    #expect(filter.creditorAccount == "86011117947")
    #expect(filter.pattern == "%ærlig!_100!%%")
    #expect(filter.minimum == 1 && filter.maximum == 1)
    #expect(filter.supplierKey == "org:988077917")
    #expect(try PaymentQuery().filter() == PaymentFilter())
  }

  @Test func `Q-01 a Norwegian account is the same by its IBAN`() throws {
    let filter = try query { $0.creditorAccount = "NO93 8601 1117 947" }.filter()
    #expect(filter.creditorAccount == "86011117947")
    let foreign = try query { $0.creditorAccount = "de89 3704 0044 0532 0130 00" }.filter()
    #expect(foreign.creditorAccount == "DE89370400440532013000")
  }
}
