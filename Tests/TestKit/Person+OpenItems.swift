package import BureauAPI
import Foundation
import GRPCCore
import SwiftProtobuf

/// A supplier ledger's open records, and payments that look like others.
extension Person {
  /// A file's content: CSV or UBL.
  @discardableResult
  package func importsItems(
    _ content: String, id: String? = nil, isDryRun: Bool = false
  ) async throws -> Bureau_V1_ImportOpenItemsResponse {
    let parent = try bureau.company.name, id = id ?? newRequestID()
    return try await calls { connection, metadata in
      try await connection.openItems.importOpenItems(
        .with {
          $0.parent = parent
          $0.content = Data(content.utf8)
          $0.requestID = id
          $0.validateOnly = isDryRun
        }, metadata: metadata)
    }
  }

  /// The parts of one stream, as they are.
  package func submitsItems(
    _ parts: [Bureau_V1_SubmitOpenItemsRequest]
  ) async throws -> Bureau_V1_ImportOpenItemsResponse {
    try await calls { connection, metadata in
      try await connection.openItems.submitOpenItems(metadata: metadata) { writer in
        for part in parts { try await writer.write(part) }
      }
    }
  }

  @discardableResult
  package func setsOff(
    _ items: [Bureau_V1_OpenItem], against payment: String
  ) async throws -> Bureau_V1_Payment {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.openItems.linkOpenItems(
        .with {
          $0.payment = payment
          $0.items = items.map(\.name)
          $0.requestID = id
        }, metadata: metadata)
    }
  }

  @discardableResult
  package func takesBack(
    _ items: [Bureau_V1_OpenItem], from payment: Bureau_V1_Payment
  ) async throws -> Bureau_V1_Payment {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.openItems.unlinkOpenItems(
        .with {
          $0.payment = payment.name
          $0.items = items.map(\.name)
          $0.requestID = id
        }, metadata: metadata)
    }
  }

  package func seesItems(all: Bool = false) async throws -> [Bureau_V1_OpenItem] {
    let parent = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.openItems.listOpenItems(
        .with {
          $0.parent = parent
          $0.linkedToo = all
        }, metadata: metadata
      ).openItems
    }
  }

  @discardableResult
  package func dismissesDuplicates(
    of payment: Bureau_V1_Payment, _ reason: String
  ) async throws -> Bureau_V1_Payment {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.payments.dismissDuplicates(
        .with {
          $0.name = payment.name
          $0.reason = reason
          $0.requestID = id
        }, metadata: metadata)
    }
  }
}
