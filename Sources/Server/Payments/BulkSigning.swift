// One BankID ceremony over payments of many companies: started for all that can be signed now,
// carried out by a command for each company when the person has signed.

package import BureauAPI
import Crypto
import Domain
import Engine
package import GRPCCore
import Primitives
import Storage
import SwiftProtobuf

extension PaymentService {
  package func startPaymentSignatures(
    request: Bureau_V1_StartPaymentSignaturesRequest, context: ServerContext
  ) async throws -> Bureau_V1_StartPaymentSignaturesResponse {
    let bureau = try ResourceName.parseBureau(request.parent, field: "parent")
    let caller = try context.caller, time = commands.sources.now()
    guard caller.bureau == bureau else { throw AccessError.denied }
    let wanted = try BulkSelection(
      request.payments, of: bureau, field: "payments", limit: BulkApproval.limit)
    let isByCode = request.method == .smsCode
    var parts: [BulkApproval.Part] = [], refused: [Place.Payment: any Error] = [:]
    for company in wanted.companies {
      let place = Place(bureau: bureau, company: company.company)
      let (part, refusals) = try await approval(
        of: company.payments, at: place, caller, time, isByCode: isByCode)
      if let part { parts.append(part) }
      for (payment, error) in refusals {
        refused[Place.Payment(place: place, payment: payment)] = error
      }
    }
    var answer = Bureau_V1_StartPaymentSignaturesResponse()
    answer.results = try wanted.named.compactMap { named in
      try refused[Place.Payment(place: named.place, payment: named.payment)].map {
        try Bureau_V1_PaymentResult(named.name, .failure($0), context)
      }
    }
    if parts.isEmpty { return answer }
    let approval = BulkApproval(parts: parts)
    let subjects = parts.map { part in
      CompanyPayments(company: part.company, payments: part.approval.items.map(\.rendered.payment))
    }
    let text = try approval.visibleText(), data = approval.nonVisibleData
    let status =
      isByCode
      ? try await orders.startByCode(
        .bulkPayments(subjects), company: nil, caller: caller, text: text, data: data,
        message: try SigningMessage(
          parts.flatMap(\.approval.items), companies: parts.map(\.approval.companyName)),
        from: context.clientAddress)
      : try await orders.start(
        .bulkPayments(subjects), company: nil, user: caller.user, text: text, data: data,
        of: bureau, from: context.clientAddress)
    answer.order = Bureau_V1_Order(status, of: bureau, access.sessionLimits)
    return answer
  }

  /// What of one company can be signed now, each payment for itself.
  private func approval(
    of payments: [ID<Payment>], at place: Place, _ caller: Caller, _ time: Instant, isByCode: Bool
  ) async throws -> (BulkApproval.Part?, [(ID<Payment>, any Error)]) {
    do {
      return try await commands.read(PaymentAction.sign.method, by: caller, at: place) { tx in
        guard let company = try TenancyTables.company(place, in: tx) else {
          throw TenancyError.companyNotFound
        }
        if isByCode { try SigningBySMS.require(of: caller.user, at: place, in: tx) }
        var round = try SigningRound(by: caller.user, at: place, time: time, in: tx)
        var items: [Approval.Item] = [], refused: [(ID<Payment>, any Error)] = []
        for payment in payments {
          do {
            let item = try round.item(payment)
            try round.requireConsents([item])
            try round.requirePayee(of: item)
            items.append(item)
          } catch let refusal as any Refusal { refused.append((payment, refusal)) }
        }
        let approval = Approval(companyName: company.displayName, items: items)
        return (
          items.isEmpty
            ? nil : BulkApproval.Part(company: place.company, approval: approval), refused
        )
      }
    } catch let refusal as any Refusal {
      return (nil, payments.map { ($0, refusal) })
    }
  }
}

extension Orders {
  /// Carries out what was signed for several companies, a command each. Whoever collects again
  /// after a crash resumes: each company's command is carried out once.
  func carryOutBulk(
    _ stored: StoredOrder, _ parts: [CompanyPayments], by user: ID<User>, with evidence: Evidence,
    _ answer: [UInt8], of bureau: ID<Bureau>
  ) async throws -> Status {
    let order = stored.order
    // One person over one content: what is wrong with it is wrong for all companies.
    let signer = try await commands.database.read(as: .bureau(TenantKey(bureau))) { tx in
      try TenancyTables.user(user, of: bureau, in: tx)?.nationalIDDigest
    }
    guard let signer else { throw TenancyError.userNotFound }
    try evidence.check(order, signer: signer)
    var results: [String] = [], refusals: [OrderRefusal] = []
    for part in parts {
      let place = Place(bureau: bureau, company: part.company)
      for item in try await signed(part, of: order, at: place, by: user, with: evidence, answer) {
        let name = ResourceName.child("payments", item.payment, of: place)
        if let refusal = item.refusal {
          refusals.append(OrderRefusal(name: name, refusal: refusal))
        } else {
          results.append(name)
        }
      }
    }
    let count = results.count + refusals.count
    return try await end(
      stored, .complete,
      hint: refusals.isEmpty
        ? "Signed." : "Signed \(results.count) of \(count): the others were refused.",
      results: results, refusals: refusals, of: bureau)
  }

  private func signed(
    _ part: CompanyPayments, of order: Order, at place: Place, by user: ID<User>,
    with evidence: Evidence, _ answer: [UInt8]
  ) async throws -> [HandledPayment] {
    let method = "bureau.v1.IdentityService/CollectOrder"
    let caller = Caller(bureau: place.bureau, user: user, session: nil, secretHash: [])
    let digest = Array(SHA256.hash(data: answer))
    let call = Call(
      method: method, caller: caller, requestID: "order/\(order.id.hex)/\(part.company.hex)",
      digest: Call.digest(method, order.id.bytes))
    let subject = part.payments.first ?? ID(order.id.uuid)
    do {
      return try await commands.run(call, at: place, subject: subject) { context in
        try Access.check(
          PaymentAction.sign.method, by: caller, at: place, in: context.transaction)
        try SigningBySMS.check(order, by: user, at: place, in: context.transaction)
        var round = try SigningRound(
          by: user, at: place, time: context.time, signTime: evidence.time,
          in: context.transaction)
        return try BulkRules.handling(.sign, part.payments) { payment in
          try round.facts(payment, with: evidence)
        }
      } apply: { context in
        try Blobs.store(answer, digest: digest, of: place, in: context.transaction)
      } answer: { _, context in
        try BulkCommand.items(of: call.requestID, context)
      }
    } catch let refusal as any Refusal {
      // The company refuses all of it: the right was taken away, or it was closed.
      return part.payments.map {
        HandledPayment(payment: $0, refusal: RecordedRefusal(refusal))
      }
    }
  }
}
