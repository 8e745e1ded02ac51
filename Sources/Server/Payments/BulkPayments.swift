// Many payments of many companies in one call: one command for each company, keyed by the request's
// id and the company, in which each payment is carried out or refused alone (invariants L and O).

package import BureauAPI
import Domain
import Engine
import Foundation
package import GRPCCore
import GRPCProtobuf
import Primitives
import Storage
import SwiftProtobuf

/// Payments as a request names them, and the same by company.
struct BulkSelection: Sendable {
  struct Named: Sendable {
    var name: String
    var place: Place
    var payment: ID<Payment>
  }

  /// In the order asked for.
  let named: [Named]
  /// Companies in order of their first payment; each payment once.
  let companies: [CompanyPayments]
  let bureau: ID<Bureau>

  init(_ names: [String], of bureau: ID<Bureau>, field: String, limit: Int) throws {
    if names.isEmpty { throw BulkError.empty }
    if names.count > limit { throw BulkError.tooMany(limit: limit) }
    var named: [Named] = [], companies: [CompanyPayments] = []
    var places: [ID<Company>: Int] = [:], seen: Set<Place.Payment> = []
    for (index, name) in names.enumerated() {
      let (place, id) = try ResourceName.parse(
        name, "payments", as: Payment.self, field: "\(field)[\(index)]")
      guard place.bureau == bureau else {
        throw NameError.malformed(
          field: "\(field)[\(index)]",
          pattern: ResourceName.bureau(bureau) + "/companies/{company}/payments/{payment}")
      }
      named.append(Named(name: name, place: place, payment: id))
      guard seen.insert(Place.Payment(place: place, payment: id)).inserted else { continue }
      if let known = places[place.company] {
        companies[known].payments.append(id)
      } else {
        places[place.company] = companies.count
        companies.append(CompanyPayments(company: place.company, payments: [id]))
      }
    }
    self.named = named
    self.companies = companies
    self.bureau = bureau
  }
}

extension Place {
  /// A payment with the company it is asked for in.
  struct Payment: Hashable, Sendable {
    var place: Place
    var payment: ID<Domain.Payment>
  }
}

/// What became of the payments of one call.
typealias BulkOutcomes = [Place.Payment: Result<Bureau_V1_Payment, any Error>]

extension PaymentService {
  /// Companies of one call at work at a time: a commit's worth.
  private static let companiesAtOnce = 32

  package func handlePayments(
    request: Bureau_V1_HandlePaymentsRequest, context: ServerContext
  ) async throws -> Bureau_V1_HandlePaymentsResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let caller = try context.caller
    let call = try Call(
      context, caller, request, requestID: request.requestID, isDryRun: request.validateOnly)
    guard caller.bureau == bureau else { throw AccessError.denied }
    guard let action = PaymentAction(request.action) else { throw BulkError.actionMissing }
    let wanted = try BulkSelection(
      request.names, of: bureau, field: "names", limit: BulkRules.limit)
    let outcomes = try await withThrowingTaskGroup(of: BulkOutcomes.self) { group in
      var left = wanted.companies[...]
      func begin() {
        guard let next = left.popFirst() else { return }
        group.addTask { try await handled(action, next, of: bureau, by: call) }
      }
      for _ in 0..<Self.companiesAtOnce { begin() }
      var all: BulkOutcomes = [:]
      while let some = try await group.next() {
        all.merge(some) { first, _ in first }
        begin()
      }
      return all
    }
    return try .with { answer in
      answer.results = try wanted.named.map { named in
        let key = Place.Payment(place: named.place, payment: named.payment)
        return try Bureau_V1_PaymentResult(
          named.name, outcomes[key] ?? .failure(PaymentError.notFound), context)
      }
    }
  }

  /// The command of one company. What refuses it as a whole is each of its payments' answer.
  private func handled(
    _ action: PaymentAction, _ wanted: CompanyPayments, of bureau: ID<Bureau>, by call: Call
  ) async throws -> BulkOutcomes {
    let place = Place(bureau: bureau, company: wanted.company)
    var call = call
    // Who may do it to one payment may do it to many.
    call.method = action.method
    call.requestID += "/\(wanted.company.hex)"
    let requestID = call.requestID, isDryRun = call.isDryRun
    do {
      return try await commands.run(call, at: place, subject: wanted.payments[0]) { context in
        try Self.facts(of: action, wanted.payments, context)
      } answer: { _, context in
        try Self.outcomes(of: requestID, context, isDryRun: isDryRun)
      }
    } catch let error as CancellationError {
      throw error
    } catch {
      return Dictionary(
        wanted.payments.map { (Place.Payment(place: place, payment: $0), .failure(error)) }
      ) { first, _ in first }
    }
  }

  private static func facts(
    of action: PaymentAction, _ payments: [ID<Payment>], _ context: Commands.Context
  ) throws -> [Fact] {
    // What comes back here is an open item for those after it.
    var reopened: Set<String> = []
    return try BulkRules.handling(action, payments) { id in
      guard
        let payment = try PaymentTables.load(
          id, of: context.place, for: context.sight, in: context.transaction)
      else { throw PaymentError.notFound }
      switch action {
      case .acknowledge: return try payment.acknowledging()
      case .delete: return try deleting(payment, with: Set(payments), context)
      case .restore:
        let hasOpen = try reopened.contains(payment.supplierKey) || openItems(of: payment, context)
        let facts = try payment.restoring(openItems: hasOpen)
        reopened.insert(payment.supplierKey)
        return facts
      case .sign: throw BulkError.actionMissing
      }
    }
  }

  /// What the request has led to, as its first fact says; the payments as they stand now.
  private static func outcomes(
    of requestID: String, _ context: Commands.Context, isDryRun: Bool
  ) throws -> BulkOutcomes {
    let place = context.place, items = try BulkCommand.items(of: requestID, context)
    let preview =
      isDryRun
      ? try preview(items.filter { $0.refusal == nil }.map(\.payment), context) : nil
    var outlooks = (preview?.outlooks ?? [])[...]
    var outcomes: BulkOutcomes = [:]
    for item in items {
      let outcome: Result<Bureau_V1_Payment, any Error>
      if let refusal = item.refusal {
        outcome = .failure(refusal)
      } else {
        var payment = try answer(item.payment, context)
        if let preview, let outlook = outlooks.popFirst() {
          payment.preview.outlooks = [outlook]
          payment.preview.accountDays = preview.accountDays.filter {
            $0.agreement == payment.agreement && $0.date == outlook.executionDate
          }
        }
        outcome = .success(payment)
      }
      outcomes[Place.Payment(place: place, payment: item.payment)] = outcome
    }
    return outcomes
  }
}

enum BulkCommand {
  /// What a request of the company did with each payment.
  static func items(of requestID: String, _ context: Commands.Context) throws -> [HandledPayment] {
    let fact = try Requests.firstFact(requestID, of: context.place, in: context.transaction)
    guard case .paymentsHandled(let handled)? = fact else { throw RequestError.reused }
    return handled.items
  }
}

extension PaymentAction {
  init?(_ message: Bureau_V1_HandlePaymentsRequest.Action) {
    switch message {
    case .acknowledge: self = .acknowledge
    case .delete: self = .delete
    case .undelete: self = .restore
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }

  /// What does the same to one payment: its row of the access table holds here too.
  var method: String {
    switch self {
    case .acknowledge: Self.name(Bureau_V1_PaymentService.Method.AcknowledgePayment.descriptor)
    case .delete: Self.name(Bureau_V1_PaymentService.Method.DeletePayment.descriptor)
    case .restore: Self.name(Bureau_V1_PaymentService.Method.UndeletePayment.descriptor)
    case .sign: Self.name(Bureau_V1_PaymentService.Method.StartPaymentSignature.descriptor)
    }
  }

  private static func name(_ descriptor: MethodDescriptor) -> String {
    descriptor.fullyQualifiedMethod
  }
}

extension Bureau_V1_PaymentResult {
  init(
    _ name: String, _ outcome: Result<Bureau_V1_Payment, any Error>, _ context: ServerContext
  ) throws {
    self.init()
    self.name = name
    switch outcome {
    case .success(let payment): self.payment = payment
    case .failure(let error):
      let failure = ErrorMapping.failure(for: error, requestID: context.call.requestID)
      if failure.cause != nil { context.call.itemFailed(failure) }
      self.error = try Google_Rpc_Status(failure)
    }
  }
}

extension Google_Rpc_Status {
  /// The status of one of several things, with its details.
  init(_ failure: CallFailure) throws {
    let bytes: [UInt8] = try failure.status.serializedBytes()
    try self.init(serializedBytes: bytes)
  }
}
