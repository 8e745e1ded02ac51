package import BureauAPI
import Domain
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension PaymentService {
  package func confirmPaymentSignature(
    request: Bureau_V1_ConfirmPaymentSignatureRequest, context: ServerContext
  ) async throws -> Bureau_V1_Order {
    let (bureau, id) = try ResourceName.parseBureauChild(request.name, "orders", as: Order.self)
    let caller = try context.caller
    // By whose right the order is carried out is asked for in each company.
    try await commands.read(context.method, by: caller, at: Place(bureau: bureau)) { _ in }
    // Of the request nothing is kept but its id: its digest would tell the code.
    try Call.check(request.requestID)
    let status = try await orders.confirm(
      id, code: request.code, requestID: request.requestID, isDryRun: request.validateOnly,
      by: caller, from: context.clientAddress)
    return Bureau_V1_Order(status, of: bureau, access.sessionLimits)
  }
}
