// Standings that have been read, kept for as long as the bureau's journal has the same head.

import Domain
import Engine
import Primitives
import Synchronization

/// Remembers standings by the head of the bureau's journal that they follow from.
///
/// Roles, blocks, companies, packages and cells are projections of the bureau's own journal, and the
/// head's hash names that journal to its last fact (invariant J). So what was read at a hash holds
/// wherever a transaction sees that hash: in another server, after a command that was undone, in a
/// copy of the database. Whatever changes a right moves the head, and acts on the next call.
final class Standings: Sendable {
  /// One is enough: what is kept follows from journals, not from a database.
  static let shared = Standings()

  private struct Key: Hashable {
    var user: ID<User>
    var company: ID<Company>
  }

  /// What is known at one head of a bureau's journal.
  private struct Known {
    var hash: [UInt8]
    var standings: [Key: Standing] = [:]
    /// The bureau's own cells, of the methods that were called.
    var cells: [String: [Role: Bool]] = [:]

    // Whoever asks for ever other places only makes others read again.
    mutating func keep(_ standing: Standing, _ key: Key, calling method: String) {
      if standings.count >= standingLimit { standings = [:] }
      if cells.count >= methodLimit { cells = [:] }
      cells[method] = standing.cells
      standings[key] = standing
      standings[key]?.cells = [:]
    }
  }

  private static let bureauLimit = 64
  private static let standingLimit = 8_192
  private static let methodLimit = 1_024

  private let known = Mutex<[ID<Bureau>: Known]>([:])

  func find(
    _ user: ID<User>, calling method: String, at place: Place, head: [UInt8]
  ) -> Standing? {
    known.withLock { known in
      guard let bureau = known[place.bureau], bureau.hash == head,
        let cells = bureau.cells[method],
        var standing = bureau.standings[Key(user: user, company: place.company)]
      else { return nil }
      standing.cells = cells
      return standing
    }
  }

  func keep(
    _ standing: Standing, of user: ID<User>, calling method: String, at place: Place, head: [UInt8]
  ) {
    known.withLock { known in
      if known[place.bureau]?.hash != head {
        if known.count >= Self.bureauLimit { known = [:] }
        known[place.bureau] = Known(hash: head)
      }
      let key = Key(user: user, company: place.company)
      known[place.bureau]?.keep(standing, key, calling: method)
    }
  }
}
