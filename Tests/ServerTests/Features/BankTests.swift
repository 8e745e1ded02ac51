import BureauAPI
import Foundation
import GRPCCore
import Primitives
import Sandbox
import EngineKit
import TestKit
import Testing

/// What comes back from the bank, and what is made of it.
@Suite(.everyEngine) struct BankTests {
  /// A payment at a bank that has accepted it and answers an hour late.
  private func processing(_ office: Office) async throws -> Bureau_V1_Payment {
    try office.bureau.bankWill(BankFault(.late, minutes: 60))
    let payment = try await office.kim.imports(SupplierInvoice())
    try await office.alex.signs(payment)
    try await office.bureau.turnClock(to: "2026-03-16T06:30:00Z")
    #expect(try await office.kim.sees(payment).state == .processing)
    return payment
  }

  /// The bank's next status report, taken away before the server sees it.
  private func report(_ office: Office) throws -> Data {
    let bureau = office.bureau
    bureau.world.clock.turn(to: bureau.world.clock.now.adding(hours: 1))
    _ = try bureau.world.bank.tick(now: bureau.world.clock.now)
    var report: Data?
    for file in try bureau.files("from-bank") {
      if file.lastPathComponent.hasPrefix("pain002") { report = try Data(contentsOf: file) }
      try FileManager.default.removeItem(at: file)
    }
    return try #require(report)
  }

  @Test func `an answer to a message that was never sent changes nothing and is told (F-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await processing(office)
      let sent = try #require(bureau.world.channel.attempts.first)
      let text = String(decoding: try report(office), as: UTF8.self)
      let unknown = text.replacing(sent, with: String(repeating: "0", count: 32))
      #expect(unknown != text)
      try await bureau.bankLeaves(Data(unknown.utf8), named: "unknown.xml")
      #expect(try await office.kim.sees(payment).instructions.map(\.state) == [.prepared])
      let read = try #require(try await office.kim.seesReturnFiles().first)
      #expect(read.appliedCount == 0)
      #expect(read.alarms.contains { $0.contains("not ours") })
      #expect(try bureau.files("from-bank").isEmpty)
    }
  }

  @Test(arguments: ["", "not xml", "<Document/>", "<Document xmlns=\"urn:other\"><a/></Document>"])
  func `a return file that cannot be read is kept, told, and stops nothing`(content: String)
    async throws
  {
    try await withOffice { office in
      let payment = try await processing(office)
      let report = try report(office)
      try await office.bureau.bankLeaves(Data(content.utf8), named: "a-bad.xml")
      let read = try #require(try await office.kim.seesReturnFiles().first)
      #expect(read.kind == .unreadable)
      #expect(!read.alarms.isEmpty)
      #expect(try await office.kim.sees(payment).instructions.map(\.state) == [.prepared])
      try await office.bureau.bankLeaves(report, named: "b-good.xml")
      #expect(try await office.kim.sees(payment).instructions.map(\.state) == [.accepted])
    }
  }

  @Test func `RJCT after acceptance is an error with the bank's reason, and paid is paid (F-02)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await processing(office)
      let accepted = try report(office)
      try await bureau.bankLeaves(accepted, named: "1.xml")
      #expect(try await office.kim.sees(payment).instructions.map(\.state) == [.accepted])
      let rejected = String(decoding: accepted, as: UTF8.self)
        .replacing("ACCP", with: "RJCT").replacing("ACTC", with: "RJCT")
        .replacing("ACSP", with: "RJCT")
      try await bureau.bankLeaves(Data(rejected.utf8), named: "2.xml")
      let failed = try await office.kim.sees(payment)
      #expect(failed.state == .error)
      #expect(failed.instructions.map(\.state) == [.rejected])
      let posting = try await bureau.refusal { try await office.kim.posts(payment) }
      #expect(posting.reason == "PAYMENT_STATE")
    }
  }

  @Test func `a payment is posted once, with vouchers numbered without a gap (B-02, B-03)`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let payments = [
        try await office.kim.imports(SupplierInvoice(number: "1")),
        try await office.kim.imports(
          SupplierInvoice(number: "2").with { $0.supplierNumber = Numbers.organisation(90) }),
      ]
      try await office.alex.approves(try await office.alex.startsSigning(payments))
      let early = try await bureau.refusal { try await office.kim.posts(payments[0]) }
      #expect(early.reason == "PAYMENT_STATE")
      try await bureau.bankSettles(on: "2026-03-16")
      var numbers: [Int64] = []
      for payment in payments {
        let voucher = try await office.kim.posts(payment)
        numbers.append(voucher.number)
        #expect(voucher.payments == [payment.name])
        #expect(voucher.lines.map(\.amount.minorUnits).reduce(0, +) == 0)
        #expect(voucher.lines.allSatisfy { $0.amount.minorUnits != 0 })
        let again = try await bureau.refusal { try await office.kim.posts(payment) }
        #expect(again.reason == "PAYMENT_STATE")
      }
      #expect(numbers == [1, 2])
      let byApprover = try await bureau.refusal { try await office.alex.posts(payments[0]) }
      #expect(byApprover.code == .permissionDenied)
    }
  }
}
