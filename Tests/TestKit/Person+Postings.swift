package import BureauAPI
package import Foundation
import GRPCCore
import SwiftProtobuf

extension Person {
  package func seesTransfers(at company: TestCompany? = nil) async throws
    -> [Bureau_V1_Transfer]
  {
    let parent = try (company ?? bureau.company).name
    return try await calls { connection, metadata in
      try await connection.transfers.listTransfers(
        .with { $0.parent = parent }, metadata: metadata)
    }.transfers
  }

  /// Posts what is paid of a transfer as one voucher.
  package func postsBundle(_ transfer: Bureau_V1_Transfer, bookedOn date: String = "")
    async throws -> Bureau_V1_Voucher
  {
    let id = newRequestID()
    return try await calls { connection, metadata in
      try await connection.postings.postBundle(
        .with {
          $0.name = transfer.name
          $0.bookingDate = date
          $0.requestID = id
        }, metadata: metadata)
    }
  }

  /// The company's ledger of a period.
  package func exportsLedger(
    _ format: Bureau_V1_ExportLedgerRequest.Format, from: String, through: String
  ) async throws -> (name: String, content: Data) {
    let parent = try bureau.company.name
    return try await calls { connection, metadata in
      try await connection.postings.exportLedger(
        .with {
          $0.parent = parent
          $0.format = format
          $0.fromDate = from
          $0.throughDate = through
        }, metadata: metadata
      ) { response in
        var name = "", content = Data()
        for try await piece in response.messages {
          if !piece.fileName.isEmpty { name = piece.fileName }
          content += piece.content
        }
        return (name, content)
      }
    }
  }
}
