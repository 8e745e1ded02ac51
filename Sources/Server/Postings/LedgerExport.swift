package import BureauAPI
import Domain
import Engine
import Foundation
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension PostingService {
  /// Bytes of one piece.
  private static let piece = 64 << 10

  package func exportLedger(
    request: Bureau_V1_ExportLedgerRequest, response: RPCWriter<Bureau_V1_LedgerPiece>,
    context: ServerContext
  ) async throws {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let period = try LedgerPeriod(request)
    let now = commands.sources.now()
    let read = try await commands.read(context.method, by: context.caller, at: place) { tx in
      guard let company = try TenancyTables.company(place, in: tx) else {
        throw TenancyError.companyNotFound
      }
      return (
        company,
        try LedgerTables.vouchers(
          of: place, from: period.from, through: period.through, limit: LedgerPeriod.limit + 1,
          in: tx),
        try LedgerTables.opening(of: place, before: period.from, in: tx)
      )
    }
    let (company, vouchers, opening) = read
    let file = try period.write(
      vouchers, opening: opening, of: company, at: now, programVersion: "1")
    try await watch.guarding(context.method, context.call, at: place) {
      var start = 0
      repeat {
        let end = min(start + Self.piece, file.count), first = start == 0
        let content = Data(file[start..<end])
        try await response.write(
          .with {
            $0.content = content
            if first {
              $0.fileName = period.fileName(of: company)
              $0.voucherCount = Int64(vouchers.count)
            }
          })
        start = end
      } while start < file.count
    }
  }
}

extension LedgerPeriod {
  fileprivate init(_ request: Bureau_V1_ExportLedgerRequest) throws(LedgerError) {
    let format: LedgerFormat? =
      switch request.format {
      case .sie: .sie
      case .safT: .saft
      case .unspecified, .UNRECOGNIZED: nil
      }
    guard let from = CalendarDate(iso: request.fromDate) else {
      throw .dateInvalid(field: "from_date")
    }
    guard let through = CalendarDate(iso: request.throughDate) else {
      throw .dateInvalid(field: "through_date")
    }
    try self.init(format: format, from: from, through: through)
  }
}

extension Bureau_V1_PostBundleRequest {
  /// nil: none is given.
  var bookedOn: CalendarDate? {
    get throws(PostingError) {
      guard !bookingDate.isEmpty else { return nil }
      guard let date = CalendarDate(iso: bookingDate) else {
        throw .bookingDateInvalid(String(bookingDate.plainLine.prefix(20)))
      }
      return date
    }
  }
}
