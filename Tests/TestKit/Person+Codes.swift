package import BureauAPI
package import Connectors
import GRPCCore
import SwiftProtobuf

// What people do with a code by SMS in the place of BankID.

extension Person {
  package static let mobile = "+46701234567"

  /// Both phone conditions: the number confirmed in the profile, and in the company's settings.
  package func canSignBySMS(
    at company: TestCompany? = nil, number: String = mobile
  ) async throws {
    let before = Set(try await codes(sentTo: number))
    try await entersPhone(number)
    guard let code = try await codes(sentTo: number).first(where: { !before.contains($0) }) else {
      throw TestFault("no code came")
    }
    try await confirmsPhone(code)
    try await bureau.administrator.setsBankSigning(
      of: self, number, at: company ?? bureau.company)
  }

  @discardableResult
  package func setsBankSigning(of person: Person, _ number: String, at company: TestCompany)
    async throws -> Bureau_V1_BankSigning
  {
    try await calls { connection, metadata in
      try await connection.phones.updateBankSigning(
        .with {
          $0.parent = company.name
          $0.bankSigning.user = person.name
          $0.bankSigning.number = number
          $0.requestID = newRequestID()
        }, metadata: metadata)
    }
  }

  /// Asks for a code for payments of one company.
  package func asksForCode(_ payments: Bureau_V1_Payment...) async throws -> Bureau_V1_Order {
    try await asksForCode(payments)
  }

  package func asksForCode(_ payments: [Bureau_V1_Payment]) async throws -> Bureau_V1_Order {
    let names = payments.map(\.name)
    let parent = names.first.map { $0.split(separator: "/").prefix(4).joined(separator: "/") } ?? ""
    return try await calls { connection, metadata in
      try await connection.payments.startPaymentSignature(
        .with {
          $0.parent = parent
          $0.payments = names
          $0.method = .smsCode
        }, metadata: metadata)
    }
  }

  package func asksForCodeAll(_ names: [String]) async throws
    -> Bureau_V1_StartPaymentSignaturesResponse
  {
    try await calls { connection, metadata in
      try await connection.payments.startPaymentSignatures(
        .with {
          $0.parent = bureau.name
          $0.payments = names
          $0.method = .smsCode
        }, metadata: metadata)
    }
  }

  /// The messages that ask to approve payments, in no order.
  package func approvalMessages(sentTo number: String = mobile) async throws
    -> [FolderMessenger.File]
  {
    try await bureau.settle()
    return try bureau.world.messenger.messages().filter {
      $0.mobile == number && $0.subject.hasPrefix("Approve")
    }
  }

  /// Does what sends a code, and returns it with its answer.
  package func receives<Answer: Sendable>(
    at number: String = mobile, _ act: () async throws -> Answer
  ) async throws -> (answer: Answer, code: String) {
    let before = try await approvalMessages(sentTo: number).map(\.secret)
    let answer = try await act()
    var new = try await approvalMessages(sentTo: number).map(\.secret)
    for code in before {
      if let known = new.firstIndex(of: code) { new.remove(at: known) }
    }
    guard let code = new.first, new.count == 1 else { throw TestFault("\(new.count) codes came") }
    return (answer, code)
  }

  @discardableResult
  package func confirms(
    _ order: Bureau_V1_Order, _ code: String, id: String? = nil, dryRun: Bool = false
  ) async throws -> Bureau_V1_Order {
    try await calls { connection, metadata in
      try await connection.payments.confirmPaymentSignature(
        .with {
          $0.name = order.name
          $0.code = code
          $0.requestID = id ?? newRequestID()
          $0.validateOnly = dryRun
        }, metadata: metadata)
    }
  }

  /// Approves payments by a code.
  @discardableResult
  package func approvesByCode(_ payments: Bureau_V1_Payment...) async throws -> Bureau_V1_Order {
    let (order, code) = try await receives { try await asksForCode(payments) }
    return try await confirms(order, code)
  }
}
