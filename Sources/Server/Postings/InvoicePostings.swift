package import BureauAPI
import Domain
import Engine
import Formats
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension PostingService {
  package func postInvoice(
    request: Bureau_V1_PostInvoiceRequest, context: ServerContext
  ) async throws -> Bureau_V1_Voucher {
    let (place, payment) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let id = commands.sources.id(Voucher.self)
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      guard let company = try TenancyTables.company(place, in: tx) else {
        throw TenancyError.companyNotFound
      }
      guard let payment = try PaymentTables.load(payment, of: place, for: context.sight, in: tx)
      else { throw PaymentError.notFound }
      let draft = try Self.draft(id, company, context)
      let choice = try InvoiceChoice(request, in: draft.chart)
      guard let digest = try AutomaticPostingTables.document(of: payment, at: place, in: tx),
        let content = try Blobs.load(digest, of: place, in: tx),
        let document = try? UBLDocument.read(content)
      else { throw PostingError.documentMissing }
      return try InvoicePosting.posting(document, of: payment, choice: choice, draft)
    } answer: { id, context in
      try Self.answer(id, context)
    }
  }

  package func setAutomaticPosting(
    request: Bureau_V1_SetAutomaticPostingRequest, context: ServerContext
  ) async throws -> Bureau_V1_AutomaticPosting {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let wanted: AutomaticPosting? =
      switch request.mode {
      case .off: .off
      case .payments: .payments
      case .bundles: .bundles
      case .unspecified, .UNRECOGNIZED: nil
      }
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      guard let agreement = try AgreementTables.load(id, of: place, in: tx) else {
        throw AgreementError.notFound
      }
      guard let wanted else { throw PostingError.modeMissing }
      // Somebody has to stand for it.
      if wanted != .off { _ = try EmployeeTables.automation(for: place, in: tx) }
      return try AutomaticPostingTables.mode(of: id, at: place, in: tx)
        .becoming(wanted, of: agreement)
    } answer: { _, context in
      try Self.automatic(id, at: place, in: context.transaction)
    }
  }

  package func getAutomaticPosting(
    request: Bureau_V1_GetAutomaticPostingRequest, context: ServerContext
  ) async throws -> Bureau_V1_AutomaticPosting {
    let (place, id) = try ResourceName.parse(request.name, "agreements", as: Agreement.self)
    let moment = try request.moment(now: commands.sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      guard try AgreementTables.load(id, of: place, in: tx) != nil else {
        throw AgreementError.notFound
      }
      return try Self.automatic(id, at: place, in: tx)
    }
  }

  private static func automatic(
    _ id: ID<Agreement>, at place: Place, in tx: any Transaction
  ) throws -> Bureau_V1_AutomaticPosting {
    let mode = try AutomaticPostingTables.mode(of: id, at: place, in: tx)
    return try .with {
      $0.name = ResourceName.child("agreements", id, of: place)
      $0.mode =
        switch mode {
        case .off: .off
        case .payments: .payments
        case .bundles: .bundles
        }
      do {
        let employee = try EmployeeTables.automation(for: place, in: tx)
        $0.employee = ResourceName.child("users", employee.user, of: place.bureau)
      } catch EmployeeError.nobody {
        // Left empty: it is told so.
      }
    }
  }
}

extension InvoiceChoice {
  fileprivate init(_ request: Bureau_V1_PostInvoiceRequest, in chart: ChartOfAccounts)
    throws(PostingError)
  {
    var value: Money?
    if request.hasValue {
      guard let currency = try? Currency(request.value.currencyCode) else {
        throw .valueInvalid(chart.currency)
      }
      value = Money(minorUnits: request.value.minorUnits, currency: currency)
    }
    self.init(cost: try Self.account(request.costAccount, in: chart), value: value)
  }
}

extension Bureau_V1_GetAutomaticPostingRequest: AsOfRequest {}
