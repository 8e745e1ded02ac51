import BureauAPI
import Domain
import EngineSQLite
import Foundation
import Primitives
import Server
import Storage
import SwiftProtobuf

/// `queue_page`: a page of one company's queue, as the server reads it and puts it into bytes, in a
/// database of a million payments (ten million with `FULL=1`). The 99th of a hundred.
enum QueuePage {
  private static let budgetMilliseconds = 5.0
  private static let pageSize = 50

  static let row = BenchRow(names: ["queue_page"]) { load, folder in
    let database = try await Workload.open(folder.appending(path: "own.db").path())
    try await Workload.fill(database)
    let took = try await measured { try await BulkLoad.fill(database, payments: load.queued) }
    print("  \(load.queued) payments were filled in within \(Int(took.seconds.rounded())) s")
    let server = try BenchServer.make(database, folder: folder)
    let calls = PageCalls(interceptors: server.interceptors)
    guard let service = server.services.lazy.compactMap({ $0 as? PaymentService }).first else {
      throw BenchError("the server has no payments")
    }
    var times: [Double] = []
    var token = ""
    for number in -20..<600 {
      let request = Bureau_V1_ListPaymentsRequest.with {
        $0.parent = ResourceName.company(Workload.place(number & 7))
        $0.state = .proposalOpenItems
        $0.pageSize = Int32(pageSize)
      }
      let sample = try await measured {
        let answer = try await calls(
          Bureau_V1_PaymentService.Method.ListPayments.descriptor, request,
          by: PageCalls.Visitor(address: "127.0.0.1", requestID: "c", token: Workload.secret)
        ) { try await service.listPayments(request: $0, context: $1) }
        let bytes: [UInt8] = try answer.serializedBytes()
        guard answer.payments.count == pageSize, !bytes.isEmpty else {
          throw BenchError("\(answer.payments.count) payments")
        }
        token = answer.nextPageToken
      }
      if number >= 0 { times.append(sample.seconds * 1000) }
    }
    await database.close()
    guard !token.isEmpty else { throw BenchError("there is no second page") }
    times.sort()
    return [
      Row(
        "queue_page", times[times.count * 99 / 100], "ms, the slowest but one of a hundred",
        beside: "the budget", budgetMilliseconds, aim: 1, better: .less,
        details: ["p50_ms": times[times.count / 2], "payments": Double(load.queued)])
    ]
  }
}
