import BureauAPI
import Domain
import Foundation
import SwiftProtobuf
import EngineKit
import TestKit
import Testing

/// When signed payments leave, and how they are taken back before.
@Suite(.everyEngine) struct TransferTimingTests {
  /// Signed on Monday 2 March at 9 in Norway, due on Monday the 16th.
  private static let times: [(Bureau_V1_TransferSettings.Timing, String, String)] = [
    (.immediate, "2026-03-02T08:00:59Z", "2026-03-02T08:01:10Z"),
    (.threeDaysBefore, "2026-03-13T05:59:59Z", "2026-03-13T06:00:10Z"),
    (.twoDaysBefore, "2026-03-14T05:59:59Z", "2026-03-14T06:00:10Z"),
    (.oneDayBefore, "2026-03-15T05:59:59Z", "2026-03-15T06:00:10Z"),
    (.onDueDate, "2026-03-16T05:59:59Z", "2026-03-16T06:00:10Z"),
  ]

  @Test(arguments: times)
  func
    `D-02, D-03, D-04, D-05 a signed payment leaves when the company's setting says, for the same day`(
      timing: Bureau_V1_TransferSettings.Timing, before: String, after: String
    ) async throws
  {
    try await withOffice { office in
      let robin = try office.bureau.administrator
      let company = try office.bureau.company.name
      let set = try await robin.calls { connection, metadata in
        try await connection.transfers.updateTransferSettings(
          .with {
            $0.transferSettings.name = "\(company)/transferSettings"
            $0.transferSettings.timing = timing
            $0.requestID = robin.newRequestID()
          }, metadata: metadata)
      }
      #expect(set.timing == timing)
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      try await office.bureau.turnClock(to: before)
      #expect(try await office.kim.sees(payment).state == .signed)
      try await office.bureau.turnClock(to: after)
      let sent = try await office.kim.sees(payment)
      // On the day itself the bank may have paid by now.
      #expect([.processing, .paid].contains(sent.state) && sent.executionDate == "2026-03-16")
    }
  }

  @Test func `D-02 what is signed leaves when it was signed for, whatever is chosen later`()
    async throws
  {
    try await withOffice { office in
      let first = try await office.kim.imports(SupplierInvoice())
      let second = try await office.kim.imports(SupplierInvoice(number: "2"))
      try await office.alex.signs(first)
      let robin = try office.bureau.administrator
      let name = try office.bureau.company.name + "/transferSettings"
      try await office.bureau.turnClock(to: "2026-03-02T08:05:00Z")
      _ = try await robin.calls { connection, metadata in
        try await connection.transfers.updateTransferSettings(
          .with {
            $0.transferSettings.name = name
            $0.transferSettings.timing = .immediate
            $0.requestID = robin.newRequestID()
          }, metadata: metadata)
      }
      try await office.alex.signs(second)
      try await office.bureau.turnClock(to: "2026-03-02T09:00:00Z")
      #expect(try await office.kim.sees(first).state == .signed)
      #expect(try await office.kim.sees(second).state == .processing)
      // As it was is told as it was.
      let standard = try await office.kim.calls { connection, metadata in
        try await connection.transfers.getTransferSettings(
          .with {
            $0.name = name
            $0.asOfTime = Google_Protobuf_Timestamp(seconds: 1_772_438_400)
          }, metadata: metadata)
      }
      #expect(standard.timing == .onDueDate)
      let refused = try await office.bureau.refusal {
        try await office.kim.calls { connection, metadata in
          try await connection.transfers.updateTransferSettings(
            .with {
              $0.transferSettings.name = name
              $0.transferSettings.timing = .onDueDate
              $0.requestID = office.kim.newRequestID()
            }, metadata: metadata)
        }
      }
      #expect(refused.reason == "ACCESS_DENIED")
      let nothing = try await office.bureau.refusal {
        try await robin.calls { connection, metadata in
          try await connection.transfers.updateTransferSettings(
            .with {
              $0.transferSettings.name = name
              $0.requestID = robin.newRequestID()
            }, metadata: metadata)
        }
      }
      #expect(nothing.reason == "TRANSFER_TIMING_MISSING")
    }
  }

  private func returns(
    _ payment: Bureau_V1_Payment, by person: Person, for reason: String
  ) async throws -> Bureau_V1_Payment {
    try await person.calls { connection, metadata in
      try await connection.payments.returnPayment(
        .with {
          $0.name = payment.name
          $0.reason = reason
          $0.requestID = person.newRequestID()
        }, metadata: metadata)
    }
  }

  @Test func `D-01 a signed payment comes back before it leaves, and never after`() async throws {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      _ = try await office.kim.acknowledges(payment)
      try await office.alex.signs(payment)
      let back = try await returns(payment, by: office.alex, for: " Wrong month. ")
      #expect(back.state == .proposalComplete && back.signers.isEmpty && !back.hasTransferTime)
      #expect(back.returnReason == "Wrong month.")
      try await office.bureau.bankSettles(on: "2026-03-16")
      #expect(office.bureau.executed.isEmpty)
      #expect(try await office.kim.sees(payment).state == .proposalComplete)
      // Signed again it goes, with nothing left of the return.
      try await office.alex.signs(payment)
      #expect(try await office.kim.sees(payment).returnReason.isEmpty)
      try await office.bureau.bankSettles(on: "2026-03-18")
      #expect(office.bureau.executed.count == 1)
      let late = try await office.bureau.refusal {
        try await returns(payment, by: office.alex, for: "Too late")
      }
      #expect(late.reason == "PAYMENT_STATE")
    }
  }

  @Test func `an approver's no needs a reason, and takes the acknowledgement and all signatures`()
    async throws
  {
    try await withOffice { office in
      let payment = try await office.kim.imports(SupplierInvoice())
      _ = try await office.kim.acknowledges(payment)
      for reason in ["", "   ", "two\nlines", String(repeating: "x", count: 201)] {
        let before = try await office.bureau.journals()
        let refused = try await office.bureau.refusal {
          try await returns(payment, by: office.alex, for: reason)
        }
        #expect(refused.reason == "PAYMENT_RETURN_REASON_INVALID")
        #expect(try await office.bureau.journals() == before)
      }
      let back = try await returns(payment, by: office.alex, for: "We never bought this")
      #expect(back.state == .proposalComplete)
      #expect(try await office.kim.acknowledges(payment).returnReason.isEmpty)
    }
  }
}
