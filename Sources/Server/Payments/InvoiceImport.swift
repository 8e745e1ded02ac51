package import BureauAPI
import Crypto
import Domain
import Engine
import Formats
import Foundation
package import GRPCCore
import GRPCProtobuf
import Policies
import Primitives
import Storage
import SwiftProtobuf

extension PaymentService {
  /// Bytes of one invoice: what one request may carry, less its envelope.
  package static let invoiceLimit = 2 << 20

  package func importInvoice(
    request: Bureau_V1_ImportInvoiceRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    try await imported(request, by: context.caller, context)
  }

  package func importInvoices(
    request: RPCAsyncSequence<Bureau_V1_ImportInvoiceRequest, any Error>,
    response: RPCWriter<Bureau_V1_ImportInvoicesResponse>, context: ServerContext
  ) async throws {
    let stream = BulkStream(limits: BulkLimits()) { (item: Bureau_V1_ImportInvoiceRequest) in
      item.content.count
    } work: { item in
      // The call may last for hours: who calls is found out for each item.
      let caller = try await access.caller(of: context.call)
      do {
        let payment = try await imported(
          item, by: caller, context,
          single: Bureau_V1_PaymentService.Method.ImportInvoice.descriptor)
        return Bureau_V1_ImportInvoicesResponse.with {
          $0.requestID = item.requestID
          $0.payment = payment
        }
      } catch {
        // Before its turn came: nothing was done, and the stream has ended.
        if error is CancellationError { throw error }
        let failure = ErrorMapping.failure(for: error, requestID: context.call.requestID)
        if failure.cause != nil { context.call.itemFailed(failure) }
        let status: [UInt8] = try failure.status.serializedBytes()
        return try .with {
          $0.requestID = item.requestID
          $0.error = try Google_Rpc_Status(serializedBytes: status)
        }
      }
    }
    try await stream.run(request, into: response) {
      try await watch.watch(context.method, context.call, at: nil)
    }
  }

  private func imported(
    _ request: Bureau_V1_ImportInvoiceRequest, by caller: Caller, _ context: ServerContext,
    single: MethodDescriptor? = nil
  ) async throws -> Bureau_V1_Payment {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let call = try Call(
      context, caller, request, requestID: request.requestID, isDryRun: request.validateOnly,
      single: single)
    let content = Array(request.content)
    if content.isEmpty { throw InvoiceError.missing }
    guard content.count <= Self.invoiceLimit else {
      throw InvoiceError.tooLarge(limitBytes: Self.invoiceLimit)
    }
    let document: UBLDocument
    do { document = try UBLDocument.read(content) } catch {
      // Whether the file is any good is nobody's business who has no role here.
      try await commands.read(context.method, by: caller, at: place) { _ in }
      throw InvoiceError.unreadable(error.message)
    }
    let digest = Array(SHA256.hash(data: content))
    let sources = commands.sources
    let id = sources.id(Payment.self), invoice = sources.id(Invoice.self)
    let voucher = sources.id(Voucher.self)
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      try context.requireSeal(of: caller)
      guard let company = try TenancyTables.company(place, in: tx) else {
        throw TenancyError.companyNotFound
      }
      let today = context.time.date(in: .centralEuropean)
      let reading = try InvoiceReading(document, for: company, today: today)
      let known = try PaymentTables.hasInvoice(
        of: reading.supplierKey, numbered: reading.numberKey, of: place, in: tx)
      let open = try PaymentTables.hasOpenItems(
        of: reading.supplierKey, besides: id, of: place, in: tx)
      let proposed = try PaymentRules.proposing(
        id, from: invoice, reading, sourceDigest: digest, known: known, openItems: open,
        maker: caller.user)
      guard request.postInvoice else { return proposed }
      // Who may import and not post does not post by importing.
      _ = try Access.check(
        Bureau_V1_PostingService.Method.PostInvoice.descriptor.fullyQualifiedMethod, by: caller,
        at: place, in: tx)
      return try proposed
        + InvoicePosting.posting(
          document, of: id, supplier: reading.terms.creditorName ?? "", choice: InvoiceChoice(),
          PostingService.draft(voucher, company, context))
    } apply: { context in
      try Blobs.store(content, digest: digest, of: place, in: context.transaction)
    } answer: { id, context in
      try Self.answer(id, context, isDryRun: call.isDryRun)
    }
  }
}
