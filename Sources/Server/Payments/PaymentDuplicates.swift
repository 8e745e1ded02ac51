package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage

extension PaymentService {
  package func dismissDuplicates(
    request: Bureau_V1_DismissDuplicatesRequest, context: ServerContext
  ) async throws -> Bureau_V1_Payment {
    let (place, id) = try ResourceName.parse(request.name, "payments", as: Payment.self)
    let reason = request.reason, caller = try context.caller
    return try await change(
      id, at: place, request, request.requestID, request.validateOnly, context
    ) { payment, context in
      let tx = context.transaction
      guard let user = try TenancyTables.user(caller.user, of: place.bureau, in: tx) else {
        throw TenancyError.userNotFound
      }
      return try DuplicateRules.dismissing(
        DuplicateTables.found(for: payment, at: place, in: tx), of: payment, by: user,
        reason: reason)
    }
  }
}

extension PaymentService {
  /// What is deleted together is not marked for each other.
  static func deleting(
    _ payment: Payment, with others: Set<ID<Payment>>, _ context: Commands.Context
  ) throws -> [Fact] {
    let facts = try payment.deleting()
    return try payment.netting == nil
      ? facts : facts + marked(besides: others, of: payment.supplierKey, context)
  }

  /// The supplier has an open item from now on: its complete proposals say so (P-05).
  static func marked(
    besides others: Set<ID<Payment>> = [], of supplierKey: String, _ context: Commands.Context
  ) throws -> [Fact] {
    try OpenItemTables.complete(of: supplierKey, at: context.place, in: context.transaction)
      .filter { !others.contains($0.id) }
      .map {
        .paymentChanged(
          PaymentChanged(payment: $0.id, state: .proposalOpenItems, terms: $0.terms))
      }
  }
}

extension Bureau_V1_Duplicate {
  init(_ duplicate: Duplicate, at place: Place) {
    self.init()
    payment = ResourceName.child("payments", duplicate.payment, of: place)
    likeness =
      switch duplicate.likeness {
      case .reference: .reference
      case .invoiceNumber: .invoiceNumber
      }
    invoiceNumber = duplicate.invoiceNumber
    onItsWay = duplicate.state.isOnItsWay
    createTime = duplicate.createTime.timestamp
    dismissal = duplicate.dismissal ?? ""
  }
}
