package import BureauAPI
import Crypto
import Domain
import Engine
package import GRPCCore
import Policies
import Primitives
import Storage
import SwiftProtobuf

package struct SalaryService: Bureau_V1_SalaryService.SimpleServiceProtocol {
  let commands: Commands

  package func importSalaryBatch(
    request: Bureau_V1_ImportSalaryBatchRequest, context: ServerContext
  ) async throws -> Bureau_V1_SalaryBatch {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let caller = try context.caller
    let call = try Call(
      context, caller, request, requestID: request.requestID, isDryRun: request.validateOnly)
    let content = Array(request.content)
    let digest = Array(SHA256.hash(data: content))
    let sources = commands.sources, id = sources.id(SalaryBatch.self)
    // Ids are made outside: the body may run again. No more than the file can have rows.
    let rows = min(SalaryBatch.limit, content.count)
    let payments = (0..<rows).map { _ in sources.id(Payment.self) }
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      try context.requireSeal(of: caller)
      guard let company = try TenancyTables.company(place, in: tx) else {
        throw TenancyError.companyNotFound
      }
      let (file, format) = try Self.read(request, content, of: company)
      return try SalaryRules.importing(
        file, as: id, payments, format: format, fileDigest: digest,
        known: try SalaryTables.known(file.contentDigest, of: place, in: tx), maker: caller.user,
        of: company, at: context.time)
    } apply: { context in
      try Blobs.store(content, digest: digest, of: place, in: context.transaction)
    } answer: { id, context in
      try Self.answer(id, at: place, in: context.transaction)
    }
  }

  private static func read(
    _ request: Bureau_V1_ImportSalaryBatchRequest, _ content: [UInt8], of company: Company
  ) throws(SalaryError) -> (SalaryFile, SalaryBatch.Format) {
    if content.isEmpty { throw .fileMissing }
    guard content.count <= SalaryBatch.fileLimit else {
      throw .fileTooLarge(limit: SalaryBatch.fileLimit)
    }
    switch request.format {
    case .csv:
      var date: CalendarDate?
      if !request.payDate.isEmpty {
        date = CalendarDate(iso: request.payDate)
        if date == nil { throw .payDateInvalid(String(request.payDate.plainLine.prefix(20))) }
      }
      return (try SalaryFile(table: content, payDate: date, of: company), .csv)
    case .pain001: return (try SalaryFile(message: content, of: company), .pain001)
    case .unspecified, .UNRECOGNIZED: throw .formatMissing
    }
  }

  package func getSalaryBatch(
    request: Bureau_V1_GetSalaryBatchRequest, context: ServerContext
  ) async throws -> Bureau_V1_SalaryBatch {
    let (place, id) = try ResourceName.parse(
      request.name, "salaryBatches", as: SalaryBatch.self)
    let moment = try request.moment(now: commands.sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try Self.answer(id, at: place, in: $0) }
  }

  package func listSalaryBatches(
    request: Bureau_V1_ListSalaryBatchesRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListSalaryBatchesResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<SalaryBatch>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      try SalaryTables.list(of: place, after: page.after, limit: page.limit, in: tx).map {
        ($0, try SalaryTables.counts(of: $0.id, at: place, in: tx))
      }
    }
    let (items, next) = page.cut(found, id: \.0.id)
    return .with {
      $0.salaryBatches = items.map { Bureau_V1_SalaryBatch($0, counts: $1, at: place) }
      $0.nextPageToken = next
    }
  }

  private static func answer(
    _ id: ID<SalaryBatch>, at place: Place, in tx: any Transaction
  ) throws -> Bureau_V1_SalaryBatch {
    guard let batch = try SalaryTables.load(id, of: place, in: tx) else {
      throw SalaryError.batchNotFound
    }
    return Bureau_V1_SalaryBatch(
      batch, counts: try SalaryTables.counts(of: id, at: place, in: tx), at: place)
  }
}

extension Bureau_V1_SalaryBatch {
  init(_ batch: SalaryBatch, counts: [PaymentState: Int], at place: Place) {
    self.init()
    name = ResourceName.child("salaryBatches", batch.id, of: place)
    payDate = batch.payDate.iso
    paymentCount = Int32(batch.paymentCount)
    total = Bureau_V1_Money(batch.total)
    createTime = batch.createTime.timestamp
    fileSha256 = batch.fileDigest.hexText
    self.counts = PaymentState.allCases.compactMap { state in
      counts[state].map { count in
        .with {
          $0.state = state.message
          $0.count = Int64(count)
        }
      }
    }
  }
}

extension Bureau_V1_GetSalaryBatchRequest: AsOfRequest {}
extension Bureau_V1_ListSalaryBatchesRequest: AsOfRequest {}
