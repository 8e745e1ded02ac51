import BureauAPI
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import Testing

@testable import Simulation

/// Every state, everything that can be asked for, every role: each is tried on a server, as a dry
/// run, and held against the table of states and the table of access.
@Suite struct PaymentLifeTests {
  @Test func `every state answers every request of every role as the tables say`() async throws {
    try await Bench.run { bench in
      let people = try await bench.everyRole()
      var lines: [String] = []
      for state in PaymentState.allCases {
        let payment = try await bench.payment(state)
        for request in Request.allCases {
          var answers: [String] = []
          for role in Role.allCases {
            let person = try #require(people[role])
            let answer = await bench.asks(request, payment, by: person)
            let expected = request.expected(in: state, by: role)
            #expect(answer == expected, "\(state) \(request) \(role)")
            answers.append("\(role.rawValue) \(answer)")
          }
          lines.append("\(state.rawValue) \(request.rawValue): \(answers.joined(separator: ", "))")
        }
      }
      try expectGolden(lines.joined(separator: "\n") + "\n", "payment-life.txt")
    }
  }
}

/// What is asked for; the events of the bank and of the jobs are no requests.
enum Request: String, CaseIterable, Sendable {
  case change, acknowledge, sign, delete, restore, checkExecuted, checkNotExecuted, post

  var method: String {
    switch self {
    case .change: "PaymentService/UpdatePayment"
    case .acknowledge: "PaymentService/AcknowledgePayment"
    case .sign: "PaymentService/StartPaymentSignature"
    case .delete: "PaymentService/DeletePayment"
    case .restore: "PaymentService/UndeletePayment"
    case .checkExecuted, .checkNotExecuted: "PaymentService/RecordBankCheck"
    case .post: "PostingService/PostPayment"
    }
  }

  func event(in state: PaymentState) -> PaymentEvent {
    switch self {
    // Its values have the reference that a red one lacks.
    case .change: state == .error ? .correct : .proposeComplete
    case .acknowledge: .acknowledge
    case .sign: .sign
    case .delete: .delete
    case .restore: .proposeComplete
    case .checkExecuted: .findExecuted
    case .checkNotExecuted: .findNotExecuted
    case .post: .post
    }
  }

  /// By the two tables: the state that follows, or the reason of the refusal.
  func expected(in state: PaymentState, by role: Role) -> String {
    guard case .company(let roles)? = AccessTable.byMethod["bureau.v1.\(method)"]?.gate,
      roles.contains(role)
    else { return "ACCESS_DENIED" }
    if state == .proposalIncomplete, self == .acknowledge || self == .sign {
      return "PAYMENT_INCOMPLETE"
    }
    // What is deleted comes back by restoring, and by nothing else.
    let isRestoring = self == .restore
    if isRestoring != (state == .deleted), isRestoring || self == .change { return "PAYMENT_STATE" }
    guard let next = PaymentState.table[state]?[event(in: state)] else { return "PAYMENT_STATE" }
    return next.rawValue
  }
}

private func expectGolden(_ text: String, _ name: String) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/\(name)")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
    try Data(text.utf8).write(to: file)
  }
  let golden = try? String(contentsOf: file, encoding: .utf8)
  #expect(golden == text, "Golden/\(name) differs; UPDATE_GOLDEN=1 rewrites it")
}
