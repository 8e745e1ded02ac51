// The past of one company: both journals replayed to a moment into an empty database, which then
// answers the same queries as the live one. Nothing of it is kept, and no live table is touched.

package import Domain
package import Engine
package import Primitives

/// Why the past is not shown.
package enum AsOfError: Refusal, Equatable {
  case invalid
  case inFuture
  case notHere
  case beforeCompany
  case tooManyFacts(limit: Int64)
  case erased
  case busy

  package var kind: RefusalKind {
    switch self {
    case .invalid, .inFuture, .notHere: .invalidArgument
    case .beforeCompany, .tooManyFacts, .erased: .failedPrecondition
    case .busy: .exhausted
    }
  }

  package var reason: String {
    switch self {
    case .invalid: "AS_OF_INVALID"
    case .inFuture: "AS_OF_IN_FUTURE"
    case .notHere: "AS_OF_NOT_HERE"
    case .beforeCompany: "AS_OF_BEFORE_COMPANY"
    case .tooManyFacts: "AS_OF_TOO_MANY_FACTS"
    case .erased: "AS_OF_ERASED"
    case .busy: "AS_OF_BUSY"
    }
  }

  package var field: String? { "as_of_time" }

  package var message: String {
    switch self {
    case .invalid: "The as_of_time must be a time between the years 1 and 9999."
    case .inFuture: "The as_of_time lies in the future; leave it out to see how things are now."
    case .notHere:
      "The past can be seen within one company only: ask for each company in turn, by its name as "
        + "the parent."
    case .beforeCompany: "The company did not exist at that time; ask for a later one."
    case .tooManyFacts(let limit):
      "There are more than \(limit) facts up to that time, which is more than this server replays "
        + "for one answer; ask for an earlier time."
    case .erased:
      "Something that had happened by that time was erased by law, so that nobody can say any more "
        + "how things were; ask for a time before it, or for how things are now."
    case .busy: "Others are looking at the past right now; ask again in a moment."
    }
  }

  package var metadata: [String: String] {
    if case .tooManyFacts(let limit) = self { ["limit": "\(limit)"] } else { [:] }
  }
}

package enum AsOf {
  /// How far both journals reached at the same moment: a replay goes no further.
  package struct Heads: Sendable, Equatable {
    package var bureau: Int64
    package var company: Int64
  }

  package static func heads(of place: Place, in tx: any Transaction) throws -> Heads {
    func head(_ company: ID<Company>) throws -> Int64 {
      try tx.first(
        "SELECT seq FROM stream WHERE bureau = \(place.bureau) AND company = \(company)",
        as: Int64.self) ?? 0
    }
    return Heads(
      bureau: try head(ID(place.bureau.uuid)),
      company: place.isBureau ? 0 : try head(place.company))
  }

  /// Fills `past`, an empty database, with what `place` was at `time`. Returns how many facts that
  /// took. Looks between two pages whether anybody still waits.
  ///
  /// A journal counts up to its first fact after `time`: should the clock have been turned back,
  /// what was written after that stays out, so that the answer is a state that has existed and
  /// never changes again. The bureau's journal counts at least as far as the company's facts have
  /// seen it.
  package static func replay(
    _ place: Place, at time: Instant, heads: Heads, from live: any Database,
    into past: any Database, limit: Int64,
    while isWanted: @escaping @Sendable () -> Bool = { true }
  ) async throws -> Int64 {
    try await past.migrate(Schema.migrations)
    func replayed(_ journal: Place, to head: Int64, needed: Int64, spent: Int64) async throws
      -> Replay
    {
      var replay = Replay(journal, until: time, needed: needed, recordsRequests: false)
      do {
        try await replay.run(to: head, limit: limit, spent: spent) { after, count in
          guard isWanted() else { throw CancellationError() }
          return try await live.read(as: place.scope) { tx in
            try Journal.rows(of: journal, after: after, limit: count, in: tx)
          }
        } write: { body in
          try await past.write(as: journal.scope, body)
        }
      } catch let fault as ReplayFault where fault.isErasure { throw AsOfError.erased }
      return replay
    }
    var company: Replay?
    if !place.isBureau {
      company = try await replayed(place, to: heads.company, needed: 0, spent: 0)
    }
    let count = company?.sequence ?? 0, seen = company?.bureauSequence ?? 0
    let bureau = try await replayed(
      Place(bureau: place.bureau), to: heads.bureau, needed: seen, spent: count)
    let existed = try await past.read(as: place.scope) { tx in
      place.isBureau
        ? try TenancyTables.bureau(place.bureau, in: tx) != nil
        : try TenancyTables.company(place, in: tx) != nil
    }
    guard existed else { throw AsOfError.beforeCompany }
    return count + bureau.sequence
  }
}
