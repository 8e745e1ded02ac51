import Synchronization

/// What a client was told, noted before it asks for anything else.
package struct Acknowledgement: Sendable, Equatable {
  package let requestID: String
  /// `bureaus/{bureau}/companies/{company}/payments/{payment}`: what the answer was about.
  package let name: String
  /// How many facts the command leaves.
  package let facts: Int

  package init(requestID: String, name: String, facts: Int) {
    self.requestID = requestID
    self.name = name
    self.facts = facts
  }

  /// The ids in the name: bureau, company, subject. What belongs to a whole bureau has its id twice.
  var ids: (bureau: String, company: String, subject: String) {
    let parts = name.split(separator: "/").map(String.init)
    let bureau = parts.count > 1 ? parts[1] : ""
    let isOfCompany = parts.count > 4 && parts[2] == "companies"
    return (bureau, isOfCompany ? parts[3] : bureau, parts.last ?? "")
  }
}

/// All acknowledgements of all clients, in the order in which they came.
package final class ClientLog: Sendable {
  private let noted = Mutex<[Acknowledgement]>([])

  package init() {}

  package var all: [Acknowledgement] { noted.withLock { $0 } }

  /// Returns how many there are now.
  @discardableResult
  package func note(_ acknowledgement: Acknowledgement) -> Int {
    noted.withLock {
      $0.append(acknowledgement)
      return $0.count
    }
  }
}
