package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct StatementService: Bureau_V1_StatementService.SimpleServiceProtocol {
  let commands: Commands

  package func listReturnFiles(
    request: Bureau_V1_ListReturnFilesRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListReturnFilesResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<ReturnFile>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx, sight in
      try StatementTables.list(
        of: place, for: sight, after: page.after, limit: page.limit, in: tx)
    }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.returnFiles = items.map { Bureau_V1_ReturnFile($0, at: place) }
      $0.nextPageToken = next
    }
  }
}

extension Bureau_V1_ReturnFile {
  init(_ file: ReturnFile, at place: Place) {
    self.init()
    name = ResourceName.child("returnFiles", file.id, of: place)
    kind =
      switch file.kind {
      case .statusReport: .statusReport
      case .notification: .notification
      case .unreadable: .unreadable
      }
    messageID = file.messageID
    fileSha256 = file.fileDigest.hexText
    readTime = file.readTime.timestamp
    appliedCount = Int32(clamping: file.appliedCount)
    alarms = file.alarms
  }
}
