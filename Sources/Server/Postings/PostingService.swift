package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

package struct PostingService: Bureau_V1_PostingService.SimpleServiceProtocol {
  let commands: Commands

  package func postPayment(
    request: Bureau_V1_PostPaymentRequest, context: ServerContext
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
      guard let payment = try PaymentTables.load(payment, of: place, in: tx) else {
        throw PaymentError.notFound
      }
      return try payment.posting(
        as: id, number: PostingTables.nextNumber(of: place, in: tx),
        chart: ChartOfAccounts(of: company), today: context.time.date(in: .centralEuropean))
    } answer: { id, context in
      guard let voucher = try PostingTables.load(id, of: place, in: context.transaction) else {
        throw PostingError.notFound
      }
      return Bureau_V1_Voucher(voucher, at: place)
    }
  }

  package func getVoucher(
    request: Bureau_V1_GetVoucherRequest, context: ServerContext
  ) async throws -> Bureau_V1_Voucher {
    let (place, id) = try ResourceName.parse(request.name, "vouchers", as: Voucher.self)
    let moment = try request.moment(now: commands.sources.now())
    let found = try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { try PostingTables.load(id, of: place, in: $0) }
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
    ) { try PostingTables.list(of: place, after: page.after, limit: page.limit, in: $0) }
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
    payments = voucher.payments.map { ResourceName.child("payments", $0, of: place) }
  }
}
