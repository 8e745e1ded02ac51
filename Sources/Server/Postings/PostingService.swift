package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct PostingService: Bureau_V1_PostingService.SimpleServiceProtocol {
  let commands: Commands
  let watch: StreamWatch

  package func postPayment(
    request: Bureau_V1_PostPaymentRequest, context: ServerContext
  ) async throws -> Bureau_V1_Voucher {
    let (place, payment) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    let difference = try LedgerAccount.difference(request.differenceAccount)
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
      else {
        throw PaymentError.notFound
      }
      return try payment.posting(Self.draft(id, company, context, difference))
    } answer: { id, context in
      try Self.answer(id, context)
    }
  }

  package func postBundle(
    request: Bureau_V1_PostBundleRequest, context: ServerContext
  ) async throws -> Bureau_V1_Voucher {
    let (place, transfer) = try ResourceName.parse(
      request.name, "transfers", as: Transfer.self)
    let date = try request.bookedOn
    let difference = try LedgerAccount.difference(request.differenceAccount)
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let id = commands.sources.id(Voucher.self)
    return try await commands.run(call, at: place, subject: id) { context in
      let tx = context.transaction
      guard let company = try TenancyTables.company(place, in: tx),
        let transfer = try TransferTables.load(transfer, of: place, for: context.sight, in: tx)
      else { throw TransferError.notFound }
      let payments = try transfer.items.compactMap {
        try PaymentTables.load($0.payment, of: place, for: context.sight, in: tx)
      }
      // What was corrected and sent again stands in another bundle.
      let own = payments.filter { $0.instructions.last?.transfer == transfer.id }
      return try Payment.posting(
        bundle: own, bookedOn: date, Self.draft(id, company, context, difference))
    } answer: { id, context in
      try Self.answer(id, context)
    }
  }

  static func draft(
    _ id: ID<Voucher>, _ company: Company, _ context: Commands.Context,
    _ difference: LedgerAccount? = nil
  ) throws -> VoucherDraft {
    VoucherDraft(
      id: id, number: try PostingTables.nextNumber(of: context.place, in: context.transaction),
      chart: ChartOfAccounts(of: company), time: context.time, difference: difference)
  }

  static func answer(_ id: ID<Voucher>, _ context: Commands.Context) throws
    -> Bureau_V1_Voucher
  {
    guard
      let voucher = try PostingTables.load(
        id, of: context.place, for: context.sight, in: context.transaction)
    else { throw PostingError.notFound }
    return Bureau_V1_Voucher(voucher, at: context.place)
  }

  package func getVoucher(
    request: Bureau_V1_GetVoucherRequest, context: ServerContext
  ) async throws -> Bureau_V1_Voucher {
    let (place, id) = try ResourceName.parse(request.name, "vouchers", as: Voucher.self)
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx, sight in try PostingTables.load(id, of: place, for: sight, in: tx) }
    guard let found else { throw PostingError.notFound }
    return Bureau_V1_Voucher(found, at: place)
  }

  package func listVouchers(
    request: Bureau_V1_ListVouchersRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListVouchersResponse {
    let place = try ResourceName.parseCompany(request.parent, field: "parent")
    let page = try Page<Voucher>(size: request.pageSize, token: request.pageToken)
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx, sight in
      try PostingTables.list(
        of: place, for: sight, after: page.after, limit: page.limit, in: tx)
    }
    let (items, next) = page.cut(found, id: \.id)
    return .with {
      $0.vouchers = items.map { Bureau_V1_Voucher($0, at: place) }
      $0.nextPageToken = next
    }
  }
}

extension Bureau_V1_Voucher {
  init(_ voucher: Voucher, at place: Place) {
    self.init()
    name = ResourceName.child("vouchers", voucher.id, of: place)
    number = voucher.number
    date = voucher.date.iso
    lines = voucher.lines.map { line in
      .with {
        $0.ledgerAccount = line.ledgerAccount.number
        $0.amount = Bureau_V1_Money(line.amount)
        $0.text = line.text
      }
    }
    invoice = voucher.isInvoice
    payments = voucher.payments.map { ResourceName.child("payments", $0, of: place) }
  }
}
