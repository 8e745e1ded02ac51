package import BureauAPI
import Domain
import Engine
import Foundation
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct TransferService: Bureau_V1_TransferService.SimpleServiceProtocol {
  let commands: Commands

  package func getTransfer(
    request: Bureau_V1_GetTransferRequest, context: ServerContext
  ) async throws -> Bureau_V1_Transfer {
    let (place, id) = try ResourceName.parse(request.name, "transfers", as: Transfer.self)
    let caller = try context.caller, moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(context.method, by: caller, at: place, asOf: moment) {
      try TransferTables.load(id, of: place, in: $0)
    }
    guard let found else { throw TransferError.notFound }
    var message = Bureau_V1_Transfer(found, at: place)
    // Files are kept by their digest and never change: they are the same at any time.
    message.content = try await commands.read(context.method, by: caller, at: place) { tx in
      Data(try Blobs.load(found.fileDigest, of: place, in: tx) ?? [])
    }
    return message
  }

  package func listTransfers(
    request: Bureau_V1_ListTransfersRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListTransfersResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<Transfer>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try TransferTables.list(of: place, after: page.after, limit: page.limit, in: $0) }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.transfers = items.map { Bureau_V1_Transfer($0, at: place) }
      $0.nextPageToken = next
    }
  }
}

extension Bureau_V1_Transfer {
  init(_ transfer: Transfer, at place: Place) {
    self.init()
    name = ResourceName.child("transfers", transfer.id, of: place)
    state = transfer.state == .prepared ? .prepared : .delivered
    messageID = transfer.messageID
    fileSha256 = transfer.fileDigest.hexText
    endToEndIds = transfer.items.map(\.endToEndID)
    executionDate = transfer.executionDate.iso
    prepareTime = transfer.prepareTime.timestamp
    if let time = transfer.deliverTime { deliverTime = time.timestamp }
  }
}
