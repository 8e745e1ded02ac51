package import BureauAPI
import GRPCCore
import SwiftProtobuf

// What people do with many payments at once.

extension Person {
  package func handleRequest(
    _ action: Bureau_V1_HandlePaymentsRequest.Action, _ names: [String], id: String? = nil
  ) -> Bureau_V1_HandlePaymentsRequest {
    .with {
      $0.parent = bureau.name
      $0.names = names
      $0.action = action
      $0.requestID = id ?? newRequestID()
    }
  }

  /// The results, each a payment or a refusal, in order.
  package func handles(_ request: Bureau_V1_HandlePaymentsRequest) async throws
    -> [BulkResult]
  {
    try await calls { connection, metadata in
      try await connection.payments.handlePayments(request, metadata: metadata).results
    }.map { try BulkResult($0) }
  }

  /// Confirms the payees' accounts first where that is asked for and is for this person to do.
  package func startsSigningAll(_ names: [String]) async throws
    -> Bureau_V1_StartPaymentSignaturesResponse
  {
    let answer = try await asksToSignAll(names)
    let held = try answer.results.map { try BulkResult($0) }
      .filter { $0.refused?.reason == "SUPPLIER_ACCOUNT_HELD" }.map(\.name)
    guard !held.isEmpty else { return answer }
    do { try await confirmsPayees(of: held) } catch is Refused { return answer }
    return try await asksToSignAll(names)
  }

  private func asksToSignAll(_ names: [String]) async throws
    -> Bureau_V1_StartPaymentSignaturesResponse
  {
    try await calls { connection, metadata in
      try await connection.payments.startPaymentSignatures(
        .with {
          $0.parent = bureau.name
          $0.payments = names
        }, metadata: metadata)
    }
  }
}

/// What became of one payment of several.
package struct BulkResult: Equatable, Sendable {
  package var name: String
  package var payment: Bureau_V1_Payment?
  package var refused: Refused?

  package init(_ result: Bureau_V1_PaymentResult) throws {
    name = result.name
    switch result.result {
    case .payment(let payment): self.payment = payment
    case .error(let status): refused = Refused(try RPCError(status))
    case nil: throw TestFault("a result without an end")
    }
  }
}
