import BureauAPI
import Checker
import Foundation
import GRPCCore
import SwiftProtobuf
import TestKit
import Testing

extension Crashes {
  /// kill -9 on a payment's way to the bank and back: between what is prepared, delivered, answered
  /// and read. The moments are counted in what happens to the home's files.
  @Suite(.serialized) struct TransferCrashTests {
    /// Tuesdays: no holidays among them for a long time.
    private func day(_ round: Int) throws -> String {
      let first = try #require(ISO8601DateFormatter().date(from: "2026-03-03T08:00:00Z"))
      let time = first.addingTimeInterval(Double(round) * 7 * 86_400)
      return String(ISO8601DateFormatter().string(from: time).prefix(10))
    }

    @Test func `O D kill -9 on the way to the bank: every payment is sent and booked once`()
      async throws
    {
      let seed = CrashRun.seed, rounds = min(CrashRun.rounds(4), 24)
      var random = Seeded(seed)
      let start = "2026-03-02T08:00:00Z"
      try await CrashRig.run(at: start) { rig, first in
        try await rig.agree(with: first)
        var sheet = first, kills = 0
        // The first round in peace: it makes the bank's folders and tells how much happens in one.
        var usual = 0
        for round in 0...rounds {
          let date = try day(round), evening = "\(date)T18:00:00Z"
          try await propose(3, due: date, number: round, rig, sheet)
          let moment = round == 0 ? Int.max : Int.random(in: 1...max(usual, 1), using: &random)
          let (events, isKilled) = try await turn(to: evening, rig, sheet, killAt: moment)
          if round == 0 { usual = events }
          if isKilled {
            kills += 1
            await rig.daemon.ended()
            let findings = try await rig.findings()
            #expect(findings == [], "round \(round), event \(moment) of \(usual), SEED=\(seed)")
            sheet = try await rig.restart(at: evening)
            try await meet(sheet, rig)
          }
          // What a dead server has claimed is free after some minutes; what comes to the bank in
          // the evening it pays on the next day.
          try await rig.accountant.bureau("sandbox", "clock", "--advance", "10m")
          try await rig.accountant.bureau("sandbox", "clock", "--advance", "1d")
          let open = try await settle(rig, sheet)
          #expect(open == [], "round \(round), event \(moment) of \(usual), SEED=\(seed)")
        }
        #expect(kills > 0, "SEED=\(seed)")
        try await rig.daemon.stop()
        let findings = try await rig.findings(isSettled: true)
        #expect(findings == [], "SEED=\(seed)")
        let ledger = try String(
          contentsOf: rig.bankFolder.appending(path: "executed.jsonl"), encoding: .utf8)
        #expect(ledger.split(separator: "\n").count == 3 * (rounds + 1), "SEED=\(seed)")
      }
    }

    private func meet(_ sheet: Sheet, _ rig: CrashRig) async throws {
      try await rig.accountant.meets(sheet, bureau: rig.bureau)
      try await rig.approver.meets(sheet, bureau: rig.bureau)
    }

    /// Invoices that are due on a day, acknowledged and signed.
    private func propose(
      _ count: Int, due date: String, number: Int, _ rig: CrashRig, _ sheet: Sheet
    ) async throws {
      try await rig.connected(sheet) { connection in
        let metadata: Metadata = ["authorization": "Bearer \(try await rig.token(connection))"]
        for item in 0..<count {
          let invoice = SupplierInvoice(number: "\(number)-\(item)").with { $0.due = date }
          let request = Bureau_V1_ImportInvoiceRequest.with {
            $0.parent = rig.company
            $0.content = Data(invoice.ubl.utf8)
            $0.requestID = "import-\(number)-\(item)"
          }
          let payment = try await Refused.calling {
            try await connection.payments.importInvoice(request, metadata: metadata)
          }
          rig.log.note(
            Acknowledgement(requestID: request.requestID, name: payment.name, facts: 2))
          let id = "acknowledge-\(number)-\(item)"
          _ = try await Refused.calling {
            try await connection.payments.acknowledgePayment(
              .with {
                $0.name = payment.name
                $0.requestID = id
              }, metadata: metadata)
          }
          rig.log.note(Acknowledgement(requestID: id, name: payment.name, facts: 1))
        }
      }
      try await rig.approver.bureau("login", "--sandbox-person", rig.approver.nationalID)
      try await rig.approver.bureau(
        "payment", "sign", "--all-acknowledged", "--company", rig.company, "--sandbox-person",
        rig.approver.nationalID)
    }

    /// Turns the clock, and kills the server at a moment on the way.
    private func turn(
      to time: String, _ rig: CrashRig, _ sheet: Sheet, killAt moment: Int
    ) async throws -> (events: Int, isKilled: Bool) {
      let connection = try connectionFolder(rig)
      let folders =
        [rig.daemon.home]
        + ["to-bank", "to-bank/done", "from-bank", "from-bank/done"].compactMap { name in
          connection?.appending(path: name)
        }.filter { FileManager.default.fileExists(atPath: $0.path) }
      let events = try FileEvents(in: folders) { if $0 >= moment { rig.daemon.kill() } }
      let turned: Result<String, any Error>
      do {
        turned = .success(try await rig.accountant.bureau("sandbox", "clock", "--to", time))
      } catch { turned = .failure(error) }
      let count = await events.stop()
      guard count >= moment else {
        _ = try turned.get()
        return (count, false)
      }
      return (count, true)
    }

    /// `bank/<bureau>/<company>/dnb`, once it has been made.
    private func connectionFolder(_ rig: CrashRig) throws -> URL? {
      let parts = rig.company.split(separator: "/").map(String.init)
      let folder = rig.bankFolder.appending(path: "\(parts[1])/\(parts[3])/dnb")
      return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }

    /// Posts what the bank has paid. Returns what it has not.
    private func settle(_ rig: CrashRig, _ sheet: Sheet) async throws -> [String] {
      try await rig.connected(sheet) { connection in
        let metadata: Metadata = ["authorization": "Bearer \(try await rig.token(connection))"]
        let payments = try await Refused.calling {
          try await connection.payments.listPayments(
            .with {
              $0.parent = rig.company
              $0.pageSize = 200
            }, metadata: metadata)
        }.payments
        for payment in payments where payment.state == .paid {
          let id = "post-\(payment.name.suffix(32))"
          let voucher = try await Refused.calling {
            try await connection.postings.postPayment(
              .with {
                $0.name = payment.name
                $0.requestID = id
              }, metadata: metadata)
          }
          rig.log.note(Acknowledgement(requestID: id, name: voucher.name, facts: 1))
        }
        return payments.filter { $0.state != .paid && $0.state != .posted }
          .map { "\($0.invoiceNumber) \($0.state)" }
      }
    }
  }
}
