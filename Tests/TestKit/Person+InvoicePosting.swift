package import BureauAPI
import Foundation
import GRPCCore
import SwiftProtobuf

// What people do with the books besides posting payments.

extension Person {
  package func importRequest(_ invoice: SupplierInvoice, posting: Bool) throws
    -> Bureau_V1_ImportInvoiceRequest
  {
    var request = importRequest(invoice, at: try bureau.company)
    request.postInvoice = posting
    return request
  }

  package func imports(_ request: Bureau_V1_ImportInvoiceRequest) async throws
    -> Bureau_V1_Payment
  {
    try await calls { connection, metadata in
      try await connection.payments.importInvoice(request, metadata: metadata)
    }
  }

  /// Posts with a word about where a difference goes.
  package func posts(_ payment: Bureau_V1_Payment, difference: String) async throws
    -> Bureau_V1_Voucher
  {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.postings.postPayment(
        .with {
          $0.name = payment.name
          $0.differenceAccount = difference
          $0.requestID = id
        }, metadata: metadata)
    }
  }

  package func seesVouchers() async throws -> [Bureau_V1_Voucher] {
    let parent = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.postings.listVouchers(
        .with {
          $0.parent = parent
          $0.pageSize = 200
        }, metadata: metadata)
    }.vouchers
  }

  /// What is told of a payment, one sentence after the other.
  package func history(of payment: Bureau_V1_Payment) async throws -> [String] {
    try await calls { connection, metadata in
      try await connection.payments.listPaymentEvents(
        .with {
          $0.parent = payment.name
          $0.pageSize = 200
        }, metadata: metadata)
    }.events.map(\.text)
  }

  package func postsInvoice(of payment: Bureau_V1_Payment, cost: String = "") async throws
    -> Bureau_V1_Voucher
  {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.postings.postInvoice(
        .with {
          $0.name = payment.name
          $0.costAccount = cost
          $0.requestID = id
        }, metadata: metadata)
    }
  }

  package func sees(voucher: String) async throws -> Bureau_V1_Voucher {
    try await calls { connection, metadata in
      try await connection.postings.getVoucher(.with { $0.name = voucher }, metadata: metadata)
    }
  }

  package func setsPosting(
    _ mode: Bureau_V1_AutomaticPosting.Mode, of agreement: Bureau_V1_Agreement
  ) async throws -> Bureau_V1_AutomaticPosting {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.postings.setAutomaticPosting(
        .with {
          $0.name = agreement.name
          $0.mode = mode
          $0.requestID = id
        }, metadata: metadata)
    }
  }
}
