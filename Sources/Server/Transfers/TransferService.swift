import AuditTrail
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
  let reconciliation: Reconciliation

  package func getTransfer(
    request: Bureau_V1_GetTransferRequest, context: ServerContext
  ) async throws -> Bureau_V1_Transfer {
    let (place, id) = try ResourceName.parse(request.name, "transfers", as: Transfer.self)
    let caller = try context.caller, moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: caller, at: place, asOf: moment
    ) { tx, sight in try TransferTables.load(id, of: place, for: sight, in: tx) }
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
    ) { tx, sight in
      try TransferTables.list(
        of: place, for: sight, after: page.after, limit: page.limit, in: tx)
    }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.transfers = items.map { Bureau_V1_Transfer($0, at: place) }
      $0.nextPageToken = next
    }
  }

  // MARK: Holds

  package func getTransferHold(
    request: Bureau_V1_GetTransferHoldRequest, context: ServerContext
  ) async throws -> Bureau_V1_TransferHold {
    let place = try ResourceName.parseHold(request.name)
    return try await commands.read(context.method, by: context.caller, at: place) { tx in
      try Bureau_V1_TransferHold(of: place, in: tx)
    }
  }

  package func listTransferHolds(
    request: Bureau_V1_ListTransferHoldsRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListTransferHoldsResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let page = try Page<Company>(size: request.pageSize, token: request.pageToken)
    return try await commands.read(
      context.method, by: context.caller, at: Place(bureau: bureau)
    ) { tx in
      let found = try HoldTables.places(of: bureau, after: page.after, limit: page.limit, in: tx)
      let (places, next) = page.cut(found, id: \.company)
      return try .with {
        $0.transferHolds = try places.map { try Bureau_V1_TransferHold(of: $0, in: tx) }
        $0.nextPageToken = next
      }
    }
  }

  package func releaseTransferHold(
    request: Bureau_V1_ReleaseTransferHoldRequest, context: ServerContext
  ) async throws -> Bureau_V1_TransferHold {
    let place = try ResourceName.parseHold(request.name)
    let caller = try context.caller
    let call = try Call(
      context, caller, request, requestID: request.requestID, isDryRun: request.validateOnly)
    try await commands.read(context.method, by: caller, at: place) { _ in }
    // What has come since the list was read changes its digest.
    if !request.validateOnly { try await reconciliation.compare(place.bureau) }
    let unread = try reconciliation.unread(place)
    let digest = request.digest.hexBytes(32) ?? []
    let released = try await commands.run(call, at: place, subject: ID<Company>(place.company.uuid))
    {
      context in
      try HoldRules.releasing(
        try HoldTables.hold(of: place, in: context.transaction), digest: digest,
        reason: request.reason, unread: unread)
    } answer: { _, context in
      try Bureau_V1_TransferHold(of: place, in: context.transaction)
    }
    // The witness is told that its checkpoints of before do not hold any more.
    if !request.validateOnly { try await reconciliation.compare(place.bureau) }
    return released
  }

  package func dismissUnknownPayment(
    request: Bureau_V1_DismissUnknownPaymentRequest, context: ServerContext
  ) async throws -> Bureau_V1_TransferHold {
    let place = try ResourceName.parseHold(request.name)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    return try await commands.run(call, at: place, subject: ID<Company>(place.company.uuid)) {
      context in
      // The bureau's hold lists its companies' too; each is dismissed where it stands.
      let own = try HoldTables.unknownPayments(listedFor: place, in: context.transaction)
        .filter { $0.company == place.company }.map(\.payment)
      return try HoldRules.dismissing(request.endToEndID, of: own, reason: request.reason)
    } answer: { _, context in
      try Bureau_V1_TransferHold(of: place, in: context.transaction)
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
