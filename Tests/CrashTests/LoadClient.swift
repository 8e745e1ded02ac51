import BureauAPI
import Checker
import Foundation
import GRPCCore
import SwiftProtobuf
import TestKit

/// A client that imports invoices and acknowledges their payments, one call after the other. It
/// notes each answer before it asks again, and repeats what was not answered with the same
/// request id.
actor LoadClient {
  private enum Operation {
    case importing(Int)
    case acknowledging(Int, payment: String)
  }

  private let name: String
  private let company: String
  private let log: ClientLog
  private var pending: Operation?
  private var imported = 0
  /// Calls that got no answer and were asked once more.
  private(set) var repeated = 0
  private(set) var faults: [String] = []
  /// Whether a call has not been answered yet.
  var isOpen: Bool { pending != nil }

  init(_ name: String, company: String, log: ClientLog) {
    self.name = name
    self.company = company
    self.log = log
  }

  /// Works until the connection breaks, or until `limit` commands are acknowledged and none is
  /// open. `acknowledged` hears how many there are of all clients.
  func work(
    _ connection: Connection, token: String, limit: Int,
    acknowledged: @Sendable (Int) -> Void = { _ in }
  ) async {
    if pending != nil { repeated += 1 }
    var done = 0
    while done < limit || pending != nil {
      let operation = pending ?? .importing(next())
      pending = operation
      do {
        let (answer, following) = try await perform(operation, connection, token)
        pending = following
        done += 1
        acknowledged(log.note(answer))
      } catch let refused as Refused {
        // The connection is gone, or the server says that it is not its day.
        let passing: Set<RPCError.Code> = [
          .unavailable, .cancelled, .deadlineExceeded, .resourceExhausted,
        ]
        if !passing.contains(refused.code) {
          faults.append("\(operation): \(refused)")
          pending = nil
        }
        return
      } catch {
        faults.append("\(operation): \(error)")
        return
      }
    }
  }

  /// Works over several servers until `isOver`, as a client behind a balancer does: each command goes
  /// to the next server, and what is unavailable there is asked of the other with the same request
  /// id. Whatever is not answered by then has failed.
  func work(
    overAll connections: [Connection], token: String, until isOver: @Sendable () -> Bool,
    acknowledged: @Sendable (Int) -> Void
  ) async {
    var turn = 0
    while pending != nil || !isOver() {
      let operation = pending ?? .importing(next())
      pending = operation
      turn += 1
      for attempt in 0..<6 {
        do {
          // From the third on it waits for its server to be there, in the call's time.
          let (answer, following) = try await perform(
            operation, connections[(turn + attempt) % connections.count], token,
            waits: attempt >= 2)
          pending = following
          acknowledged(log.note(answer))
          break
        } catch let refused as Refused where refused.code == .unavailable && attempt < 5 {
          repeated += 1
        } catch {
          faults.append("\(operation): \(error)")
          pending = nil
          return
        }
      }
    }
  }

  private func next() -> Int {
    imported += 1
    return imported
  }

  private func perform(
    _ operation: Operation, _ connection: Connection, _ token: String, waits: Bool? = nil
  ) async throws -> (Acknowledgement, following: Operation?) {
    let metadata: Metadata = ["authorization": "Bearer \(token)"]
    var options = CallOptions.defaults
    options.timeout = .seconds(20)
    options.waitForReady = waits
    switch operation {
    case .importing(let number):
      let request = Bureau_V1_ImportInvoiceRequest.with {
        $0.parent = company
        $0.content = Data(SupplierInvoice(number: "\(name)-\(number)").ubl.utf8)
        $0.requestID = "\(name)-import-\(number)"
      }
      let payment = try await Refused.calling {
        try await connection.payments.importInvoice(request, metadata: metadata, options: options)
      }
      return (
        Acknowledgement(requestID: request.requestID, name: payment.name, facts: 2),
        .acknowledging(number, payment: payment.name)
      )
    case .acknowledging(let number, let payment):
      let request = Bureau_V1_AcknowledgePaymentRequest.with {
        $0.name = payment
        $0.requestID = "\(name)-acknowledge-\(number)"
      }
      let answer = try await Refused.calling {
        try await connection.payments.acknowledgePayment(
          request, metadata: metadata, options: options)
      }
      return (
        Acknowledgement(requestID: request.requestID, name: answer.name, facts: 1), nil
      )
    }
  }
}
