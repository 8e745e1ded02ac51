package import Domain
import Engine
import Primitives
import Storage

/// Signing several payments of one company at once: all or none, since one signature covers them.
enum PaymentSigning {
  /// What the approver is to sign now (P-09, P-11, L-02).
  static func approval(
    of payments: [ID<Payment>], by user: ID<User>, at place: Place, time: Instant,
    in tx: any Transaction
  ) throws -> Approval {
    guard !payments.isEmpty else { throw PaymentError.noPayments }
    guard payments.count <= Approval.limit else {
      throw PaymentError.tooManyPayments(limit: Approval.limit)
    }
    guard let company = try TenancyTables.company(place, in: tx) else {
      throw TenancyError.companyNotFound
    }
    let agreements = try AgreementTables.remitting(
      of: place, on: time.date(in: .centralEuropean), in: tx)
    let unknown = try HoldTables.unknownPayments(barring: place, in: tx)
    let items = try payments.enumerated().map { index, id in
      do {
        guard let payment = try PaymentTables.load(id, of: place, in: tx) else {
          throw PaymentError.notFound
        }
        return try payment.approving(with: agreements, besides: unknown)
      } catch let refusal as PaymentError {
        throw RefusedItem(
          refusal: refusal, field: "payments[\(index)]",
          name: ResourceName.child("payments", id, of: place))
      }
    }
    try requireConsents(items.map(\.rendered.bank), of: user, at: place, time: time, in: tx)
    return Approval(companyName: company.displayName, items: items)
  }

  /// The facts of a signature that has come: the same checks again, on what is true now.
  static func facts(
    for payments: [ID<Payment>], by user: ID<User>, with evidence: Evidence, at place: Place,
    _ context: Commands.Context
  ) throws -> [Fact] {
    let tx = context.transaction
    let agreements = try AgreementTables.remitting(
      of: place, on: context.time.date(in: .centralEuropean), in: tx)
    let loaded = try payments.map { id in
      guard let payment = try PaymentTables.load(id, of: place, in: tx) else {
        throw PaymentError.notFound
      }
      return payment
    }
    let unknown = try HoldTables.unknownPayments(barring: place, in: tx)
    let banks = try loaded.map {
      try $0.approving(with: agreements, besides: unknown).rendered.bank
    }
    try requireConsents(banks, of: user, at: place, time: context.time, in: tx)
    return try loaded.flatMap { try $0.signing(by: user, with: evidence, agreements: agreements) }
  }

  private static func requireConsents(
    _ banks: [String], of user: ID<User>, at place: Place, time: Instant, in tx: any Transaction
  ) throws {
    let own = try ConsentTables.own(user, of: place, in: tx)
    for bank in Set(banks).sorted() {
      _ = try ConsentRules.required(of: user, bank: bank, among: own, at: time)
    }
  }
}

/// A refusal that concerns one of several things asked for, with its place and name.
package struct RefusedItem: Refusal {
  package let refusal: any Refusal
  package let field: String?
  package let name: String

  package init(refusal: any Refusal, field: String, name: String) {
    self.refusal = refusal
    self.field = field
    self.name = name
  }

  package var kind: RefusalKind { refusal.kind }
  package var reason: String { refusal.reason }
  package var message: String { refusal.message }
  package var metadata: [String: String] {
    refusal.metadata.merging(["name": name]) { first, _ in first }
  }
}
