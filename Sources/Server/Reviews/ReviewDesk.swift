// What the operator may decide about held agreements, where the partner's own way is broken.
// Nobody of a bureau comes here: there is no RPC that leads to it.

package import Domain
import Engine
import Primitives
import Storage

/// Why the operator's word is not carried out.
package enum ReviewError: Refusal, Equatable {
  case nameInvalid
  case operatorMissing

  package var kind: RefusalKind { .invalidArgument }
  package var reason: String {
    switch self {
    case .nameInvalid: "REVIEW_NAME_INVALID"
    case .operatorMissing: "REVIEW_OPERATOR_MISSING"
    }
  }
  package var field: String? { self == .nameInvalid ? "agreement" : "operator" }
  package var message: String {
    switch self {
    case .nameInvalid: "Name the agreement as `bureaud review list` shows it."
    case .operatorMissing: "Say who decides: one line of at most 100 visible characters."
    }
  }
}

package struct ReviewDesk: Sendable {
  let commands: Commands
  let activation: Activation

  /// A held agreement as the operator sees it.
  package struct Held: Sendable, Equatable {
    /// Resource name.
    package var agreement: String
    package var company: String
    package var bank: String
    package var review: AgreementReview
  }

  /// All held agreements, oldest work first; at most 1,000.
  package func list() async throws -> [Held] {
    let items = try await commands.database.read(as: .platform) { tx in
      try Work.all(.activate, limit: 1_000, in: tx)
    }
    var held: [Held] = []
    for item in items {
      guard let id = ID<Agreement>(bytes: item.subject) else { continue }
      let place = item.place
      let found = try await commands.database.read(as: place.scope) { tx -> Held? in
        guard let agreement = try AgreementTables.load(id, of: place, in: tx),
          agreement.state == .manualReview, let review = agreement.review,
          let company = try TenancyTables.company(place, in: tx)
        else { return nil }
        return Held(
          agreement: ResourceName.child("agreements", id, of: place),
          company: company.displayName, bank: agreement.bank, review: review)
      }
      if let found { held.append(found) }
    }
    return held
  }

  /// Lets a held agreement pass; returns what became of it. A repeat of `request` changes nothing.
  package func approve(_ name: String, by who: String, note: String, request: String)
    async throws -> AgreementState
  {
    let (place, id) = try Self.named(name)
    let decider = try Self.decider(who)
    let found = try await activation.findings(for: id, at: place)
    return try await run(id, at: place, "approve", request) { agreement, context in
      guard let company = try TenancyTables.company(place, in: context.transaction) else {
        throw TenancyError.companyNotFound
      }
      return try agreement.approving(
        by: decider, note: note, findings: found, for: company, at: context.time)
    }
  }

  package func reject(_ name: String, by who: String, reason: String, request: String)
    async throws -> AgreementState
  {
    let (place, id) = try Self.named(name)
    let decider = try Self.decider(who)
    return try await run(id, at: place, "reject", request) { agreement, _ in
      guard agreement.state == .manualReview else {
        throw AgreementError.state(.reject, in: agreement.state)
      }
      return try agreement.rejecting(by: decider, reason: reason)
    }
  }

  private func run(
    _ id: ID<Agreement>, at place: Place, _ verb: String, _ request: String,
    decide: @escaping @Sendable (Agreement, Commands.Context) throws -> [Fact]
  ) async throws -> AgreementState {
    let method = "operator/\(verb)"
    let call = Call(
      method: method, caller: nil, requestID: "operator/\(request)",
      digest: Call.digest(method, id.bytes))
    return try await commands.run(call, at: place, subject: id) { context in
      try decide(try AgreementService.load(id, context), context)
    } answer: { id, context in
      try AgreementService.load(id, context).state
    }
  }

  private static func named(_ name: String) throws(ReviewError) -> (Place, ID<Agreement>) {
    do {
      let (place, id) = try ResourceName.parse(name, "agreements", as: Agreement.self)
      return (place, id)
    } catch { throw .nameInvalid }
  }

  private static func decider(_ who: String) throws(ReviewError) -> String {
    guard !who.isEmpty, who.fits(scalars: 100), who.isPlainLine else { throw .operatorMissing }
    return "operator \(who)"
  }
}
