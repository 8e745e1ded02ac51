import BureauAPI
import Checker
import Foundation
import GRPCCore
import SwiftProtobuf
import TestKit

/// Payments on their way to the bank and back.
extension CrashRig {
  /// Tuesdays: no holidays among them for a long time.
  static func tuesday(_ round: Int) throws -> String {
    guard let first = ISO8601DateFormatter().date(from: "2026-03-03T08:00:00Z") else {
      throw TestFault("no date")
    }
    let time = first.addingTimeInterval(Double(round) * 7 * 86_400)
    return String(ISO8601DateFormatter().string(from: time).prefix(10))
  }

  func meet(_ sheet: Sheet) async throws {
    try await accountant.meets(sheet, bureau: bureau)
    try await approver.meets(sheet, bureau: bureau)
  }

  /// Invoices that are due on a day, acknowledged and signed.
  func propose(_ count: Int, due date: String, number: Int, _ sheet: Sheet) async throws {
    try await connected(sheet) { [self] connection in
      let metadata: Metadata = ["authorization": "Bearer \(try await token(connection))"]
      for item in 0..<count {
        let invoice = SupplierInvoice(number: "\(number)-\(item)").with { $0.due = date }
        let request = Bureau_V1_ImportInvoiceRequest.with {
          $0.parent = company
          $0.content = Data(invoice.ubl.utf8)
          $0.requestID = "import-\(number)-\(item)"
        }
        let payment = try await Refused.calling {
          try await connection.payments.importInvoice(request, metadata: metadata)
        }
        log.note(Acknowledgement(requestID: request.requestID, name: payment.name, facts: 2))
        let id = "acknowledge-\(number)-\(item)"
        _ = try await Refused.calling {
          try await connection.payments.acknowledgePayment(
            .with {
              $0.name = payment.name
              $0.requestID = id
            }, metadata: metadata)
        }
        log.note(Acknowledgement(requestID: id, name: payment.name, facts: 1))
      }
    }
    try await approver.bureau("login", "--sandbox-person", approver.nationalID)
    let held = try await approver.bureau(
      "supplier", "list", "--accounts", "held", "--company", company)
    if held.contains("HELD") {
      try await approver.bureau("supplier", "confirm", "--all-held", "--company", company)
    }
    try await approver.bureau(
      "payment", "sign", "--all-acknowledged", "--company", company, "--sandbox-person",
      approver.nationalID)
  }

  /// `bank/<bureau>/<company>/dnb`, once it has been made.
  func connectionFolder() -> URL? {
    let parts = company.split(separator: "/").map(String.init)
    let folder = bankFolder.appending(path: "\(parts[1])/\(parts[3])/dnb")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }

  /// Those of the folders in which bank and server leave files for each other that are there.
  func exchangeFolders() -> [URL] {
    ["to-bank", "to-bank/done", "from-bank", "from-bank/done"]
      .compactMap { connectionFolder()?.appending(path: $0) }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// What the bank's own ledger says that it has paid.
  func executed() throws -> Int {
    try String(contentsOf: bankFolder.appending(path: "executed.jsonl"), encoding: .utf8)
      .split(separator: "\n").count
  }

  /// Posts what the bank has paid. Returns what it has not.
  func settle(_ sheet: Sheet) async throws -> [String] {
    try await connected(sheet) { [self] connection in
      let metadata: Metadata = ["authorization": "Bearer \(try await token(connection))"]
      let payments = try await Refused.calling {
        try await connection.payments.listPayments(
          .with {
            $0.parent = company
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
        log.note(Acknowledgement(requestID: id, name: voucher.name, facts: 1))
      }
      return payments.filter { $0.state != .paid && $0.state != .posted }
        .map { "\($0.invoiceNumber) \($0.state)" }
    }
  }
}
