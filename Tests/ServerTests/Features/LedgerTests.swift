import BureauAPI
import EngineKit
import Foundation
import GRPCCore
import SwiftProtobuf
import TestKit
import Testing

/// Vouchers of bundles, and the ledger for other accounting programs.
@Suite(.everyEngine) struct LedgerTests {
  /// An office with this many payments of one transfer, paid.
  private func withPaid(
    _ count: Int, _ body: @Sendable (Office, [Bureau_V1_Payment]) async throws -> Void
  ) async throws {
    try await withOffice { office in
      var payments: [Bureau_V1_Payment] = []
      for number in 1...count {
        let payment = try await office.kim.imports(SupplierInvoice(number: "\(number)"))
        try await office.alex.signs(payment)
        payments.append(payment)
      }
      try await office.bureau.bankSettles(on: "2026-03-16")
      try await body(office, payments)
    }
  }

  @Test func `B-04 what left in one transfer is posted as one voucher, once`() async throws {
    try await withPaid(3) { office, payments in
      let transfers = try await office.kim.seesTransfers()
      #expect(transfers.count == 1)
      // One is posted on its own; the bundle's voucher has the rest.
      _ = try await office.kim.posts(payments[0])
      let voucher = try await office.kim.postsBundle(transfers[0])
      #expect(Set(voucher.payments) == Set(payments.dropFirst().map(\.name)))
      #expect(voucher.number == 2 && voucher.lines.count == 3)
      #expect(voucher.lines.map(\.amount.minorUnits).reduce(0, +) == 0)
      for payment in payments {
        let now = try await office.kim.sees(payment)
        #expect(now.state == .posted)
      }
      let again = try await office.bureau.refusal {
        try await office.kim.postsBundle(transfers[0])
      }
      #expect(again.reason == "BUNDLE_NOTHING_PAID")
      let other = try await office.bureau.refusal {
        try await office.kim.postsBundle(transfers[0], bookedOn: "16.3.")
      }
      #expect(other.reason == "BOOKING_DATE_INVALID" && other.fields == ["booking_date"])
    }
  }

  @Test func `the ledger of a period has its vouchers, and before it what stood there`()
    async throws
  {
    try await withPaid(2) { office, payments in
      for payment in payments { _ = try await office.kim.posts(payment) }
      let march = try await office.kim.exportsLedger(
        .safT, from: "2026-03-01", through: "2026-03-31")
      let text = String(decoding: march.content, as: UTF8.self)
      #expect(march.name.hasSuffix("-2026-03-01-2026-03-31.xml"))
      #expect(text.contains("<NumberOfEntries>2</NumberOfEntries>"))
      #expect(text.contains("<OpeningDebitBalance>0.00</OpeningDebitBalance>"))
      let sum = try #require(text.firstMatch(of: /<TotalDebit>([0-9.]+)</)).1
      #expect(text.contains("<TotalCredit>\(sum)</TotalCredit>"))
      // In April nothing was posted: what stood there is as March ended.
      let april = try await office.kim.exportsLedger(
        .safT, from: "2026-04-01", through: "2026-04-30")
      let after = String(decoding: april.content, as: UTF8.self)
      #expect(after.contains("<NumberOfEntries>0</NumberOfEntries>"))
      #expect(after.contains("<OpeningDebitBalance>\(sum)</OpeningDebitBalance>"))
      #expect(after.contains("<OpeningCreditBalance>\(sum)</OpeningCreditBalance>"))
      let sie = try await office.kim.exportsLedger(
        .sie, from: "2026-03-01", through: "2026-03-31")
      let lines = sie.content.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
      #expect(lines.count { $0.hasPrefix("#VER") } == 2)
      #expect(lines.count { $0.contains("#TRANS") } == 4)
      let refused = try await office.bureau.refusal {
        try await office.kim.exportsLedger(.sie, from: "2026-03-32", through: "2026-03-31")
      }
      #expect(refused.reason == "LEDGER_DATE_INVALID" && refused.fields == ["from_date"])
    }
  }
}
