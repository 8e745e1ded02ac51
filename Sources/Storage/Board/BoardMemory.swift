// What the board has read of companies, kept for as long as their journals have the same heads.

import Domain
import Engine
import Primitives
import Synchronization

/// Remembers what the board shows of a company by the heads of the two journals that it follows from:
/// the company's own and the bureau's, which tells names and roles.
///
/// All that the board reads is projected from these two, and a head's hash names a journal to its last
/// fact (invariant J). So what was read at two hashes holds wherever a transaction sees them: of a
/// thousand companies only those are read anew in which something has happened.
package final class BoardMemory: Sendable {
  /// One is enough: what is kept follows from journals, not from a database.
  package static let shared = BoardMemory()

  package init() {}

  private struct Known {
    var bureauHash: [UInt8]
    var companies: [ID<Company>: Entry] = [:]
  }

  private struct Entry {
    var hash: [UInt8]
    /// When it was read: what had ended by then is not in it, so that it holds from then on.
    var time: Instant
    var facts: BoardFacts
  }

  /// A company as the reader's list of companies tells it.
  struct Head {
    var company: ID<Company>
    /// Empty where nothing is in its journal yet.
    var hash: [UInt8]
  }

  private static let bureauLimit = 16
  private static let companyLimit = 20_000

  private let known = Mutex<[ID<Bureau>: Known]>([:])

  /// Of each head what is known at it, or nil.
  func find(
    _ heads: [Head], of bureau: ID<Bureau>, at bureauHash: [UInt8], time: Instant
  ) -> [BoardFacts?] {
    known.withLock { known in
      guard let bureau = known[bureau], bureau.bureauHash == bureauHash else {
        return heads.map { _ in nil }
      }
      return heads.map { head in
        guard let entry = bureau.companies[head.company], entry.hash == head.hash,
          entry.time <= time
        else { return nil }
        return entry.facts
      }
    }
  }

  func keep(
    _ read: [(head: Head, facts: BoardFacts)], of bureau: ID<Bureau>, at bureauHash: [UInt8],
    time: Instant
  ) {
    known.withLock { known in
      if known[bureau]?.bureauHash != bureauHash {
        if known.count >= Self.bureauLimit { known = [:] }
        known[bureau] = Known(bureauHash: bureauHash)
      }
      let count = known.values.reduce(0) { $0 + $1.companies.count }
      if count + read.count > Self.companyLimit {
        known = [bureau: Known(bureauHash: bureauHash)]
      }
      for (head, facts) in read {
        known[bureau]?.companies[head.company] = Entry(hash: head.hash, time: time, facts: facts)
      }
    }
  }
}
