package import BureauAPI
import Domain
import Engine
package import GRPCCore
import Policies
import Primitives
import Storage
import SwiftProtobuf

package struct PolicyService: Bureau_V1_PolicyService.SimpleServiceProtocol {
  let commands: Commands

  /// Open payments that a preview looks at.
  static let previewLimit = 1_000

  package func getPolicy(
    request: Bureau_V1_GetPolicyRequest, context: ServerContext
  ) async throws -> Bureau_V1_Policy {
    let place = try ResourceName.parsePolicy(request.name, field: "name")
    let moment = try request.moment(now: commands.sources.now())
    return try await commands.read(
      context.method, by: context.caller, at: place, asOf: moment
    ) { tx in
      guard try TenancyTables.company(place, in: tx) != nil else {
        throw TenancyError.companyNotFound
      }
      return Bureau_V1_Policy(try PolicyTables.inForce(at: place, in: tx), at: place)
    }
  }

  package func setPolicy(
    request: Bureau_V1_SetPolicyRequest, context: ServerContext
  ) async throws -> Bureau_V1_SetPolicyResponse {
    let place = try ResourceName.parsePolicy(request.policy.name, field: "policy.name")
    let call = try Call(
      context, context.caller, request, requestID: request.requestID,
      isDryRun: request.validateOnly)
    let wanted = Result { () throws(PolicyValueFault) in try CompanyPolicy(request.policy) }
    let etag = request.policy.etag
    let policy = try await commands.run(call, at: place, subject: place.company) { context in
      guard try TenancyTables.company(place, in: context.transaction) != nil else {
        throw TenancyError.companyNotFound
      }
      let now = try PolicyTables.inForce(at: place, in: context.transaction)
      return try now.replacing(with: try Self.read(wanted), etag: etag)
    } answer: { _, context in
      Bureau_V1_Policy(
        try PolicyTables.inForce(at: place, in: context.transaction), at: place)
    }
    var response = Bureau_V1_SetPolicyResponse()
    response.policy = policy
    if request.validateOnly {
      try await preview(try Self.read(wanted), at: place, context, into: &response)
    }
    return response
  }

  private static func read(_ wanted: Result<CompanyPolicy, PolicyValueFault>) throws(PolicyError)
    -> CompanyPolicy
  {
    do { return try wanted.get() } catch {
      throw .invalid(field: error.field, error.message)
    }
  }

  // MARK: What would change

  private func preview(
    _ wanted: CompanyPolicy, at place: Place, _ context: ServerContext,
    into response: inout Bureau_V1_SetPolicyResponse
  ) async throws {
    let time = commands.sources.now()
    let (count, effects) = try await commands.read(
      context.method, by: context.caller, at: place
    ) { tx in
      let preview = try Self.preview(wanted, at: place, time, in: tx)
      var payments: [Payment] = []
      for state in PaymentState.allCases where state.waitsForSignature {
        payments += try PaymentTables.list(
          of: place, state: state, after: nil,
          limit: Self.previewLimit + 1 - min(payments.count, Self.previewLimit), in: tx)
      }
      let effects = payments.prefix(Self.previewLimit).compactMap { payment in
        preview.effect(on: payment).map { (payment, $0) }
      }
      return (payments.count, effects)
    }
    response.effects = effects.map { Bureau_V1_PolicyEffect($1, on: $0, at: place) }
    response.paymentCount = Int32(min(count, Self.previewLimit))
    response.truncated = count > Self.previewLimit
    response.lackingCount = Int32(effects.count { $1.isNewlyLacking })
  }

  private static func preview(
    _ wanted: CompanyPolicy, at place: Place, _ time: Instant, in tx: any Transaction
  ) throws -> PolicyPreview {
    PolicyPreview(
      from: try PolicyTables.inForce(at: place, in: tx).policy, to: wanted,
      on: try PolicyTables.signedDay(of: time, at: place, in: tx),
      agreements: try AgreementTables.remitting(
        of: place, on: time.date(in: .centralEuropean), in: tx),
      approvers: try TenancyTables.approvers(in: place.company, of: place.bureau, in: tx),
      consents: try ConsentTables.counting(at: time, of: place, in: tx))
  }
}

extension PaymentState {
  /// The states that a signature leads out of.
  fileprivate var waitsForSignature: Bool { Self.table[self]?[.sign] != nil }
}

extension Bureau_V1_PolicyEffect {
  fileprivate init(_ effect: PolicyPreview.Effect, on payment: Payment, at place: Place) {
    self.init()
    self.payment = ResourceName.child("payments", payment.id, of: place)
    amount = Bureau_V1_Money(payment.terms.amount)
    creditor = payment.terms.creditorName ?? ""
    approversBefore = Int32(effect.before.required ?? 0)
    approversAfter = Int32(effect.after.required ?? 0)
    acknowledgeBefore = effect.before.mustBeAcknowledged
    acknowledgeAfter = effect.after.mustBeAcknowledged
    refusedBefore = effect.before.refused ?? ""
    refusedAfter = effect.after.refused ?? ""
    lackingBefore = Int32(effect.before.lacking)
    lackingAfter = Int32(effect.after.lacking)
  }
}

extension Bureau_V1_Policy {
  init(_ policy: PolicyInForce, at place: Place) {
    self.init(policy.policy)
    name = "\(ResourceName.company(place))/policy"
    etag = policy.etag
    if let time = policy.setTime { setTime = time.timestamp }
  }
}

extension ResourceName {
  /// `bureaus/{bureau}/companies/{company}/policy`
  static func parsePolicy(_ text: String, field: String) throws(NameError) -> Place {
    let ending = "/policy"
    guard text.hasSuffix(ending) else {
      throw .malformed(field: field, pattern: "bureaus/{bureau}/companies/{company}/policy")
    }
    return try parseCompany(String(text.dropLast(ending.count)), field: field)
  }
}

extension Bureau_V1_GetPolicyRequest: AsOfRequest {}

extension AccessTable {
  static let policies: [AccessRule] = [
    rule("PolicyService", "GetPolicy", .company(all)),
    // "Edit company settings" (S-03): not the accountant.
    rule(
      "PolicyService", "SetPolicy", .company([.customerAdministrator, .companyAdministrator]),
      leavesFact: true),
  ]
}
