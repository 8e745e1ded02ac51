// A command whose facts go to two journals: the bureau's own, and then one company's. One
// transaction, all or nothing. The bureau's head is always locked first and no command locks them
// the other way round, so that two of them can't wait for each other (invariant L).

package import Domain
import Engine
package import Primitives
package import Storage

extension Commands {
  /// What a command of a bureau has decided.
  package struct TwoDecisions: Sendable {
    package var bureauFacts: [Fact]
    package var company: ID<Company>
    package var companyFacts: [Fact]

    package init(bureauFacts: [Fact], company: ID<Company>, companyFacts: [Fact]) {
      self.bureauFacts = bureauFacts
      self.company = company
      self.companyFacts = companyFacts
    }
  }

  package enum Outcome<Decided: Sendable>: Sendable {
    case decided(Decided)
    /// The request was made before: what it led to begins here in the bureau's journal.
    case earlier(Requests.Earlier)
  }

  /// As `run`, in the journals of the bureau and of one of its companies.
  /// - Parameters:
  ///   - decide: Reads in the scope of the bureau.
  ///   - apply: What else belongs to the transaction; in the scope of the company.
  package func runInTwo<Decided: Sendable, Answer: Sendable>(
    _ call: Call, of bureau: ID<Bureau>,
    decide: @escaping @Sendable (Context) throws -> (Decided, TwoDecisions),
    apply: @escaping @Sendable (Decided, Context) throws -> Void,
    answer: @escaping @Sendable (Outcome<Decided>, Context) throws -> Answer
  ) async throws -> Answer {
    let time = sources.now(), random = sources.random
    let place = Place(bureau: bureau)
    do {
      return try await submit(as: place.scope, Ticket(Turn(place.scope))) { tx in
        let context = Context(place: place, time: time, transaction: tx, sight: .hidden)
        let head = try Journal.lock(place, in: tx)
        if let caller = call.caller {
          try Access.check(call.method, by: caller, at: place, in: tx)
        }
        var origin = Origin(
          place: place, actor: call.caller?.user, session: call.caller?.session?.id,
          requestID: call.requestID, requestDigest: call.digest, time: time,
          salt: { random(16) })
        if let earlier = try Requests.earlier(origin, in: tx) {
          return try answer(.earlier(earlier), context)
        }
        let (decided, decisions) = try decide(context)
        try Journal.append(decisions.bureauFacts, after: head, by: origin, in: tx)
        if !decisions.companyFacts.isEmpty {
          let place = Place(bureau: bureau, company: decisions.company)
          origin.place = place
          try tx.within(company: TenantKey(place.company)) {
            let head = try Journal.lock(place, in: tx)
            // Another request of the company has taken the id.
            if try Requests.earlier(origin, in: tx) != nil { throw RequestError.reused }
            try Journal.append(decisions.companyFacts, after: head, by: origin, in: tx)
            try apply(decided, Context(place: place, time: time, transaction: tx, sight: .hidden))
          }
        }
        let result = try answer(.decided(decided), context)
        if call.isDryRun { throw DryRun(answer: result) }
        return result
      }
    } catch let dryRun as DryRun<Answer> {
      return dryRun.answer
    }
  }
}
