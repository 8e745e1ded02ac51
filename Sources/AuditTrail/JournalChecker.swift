import Crypto
import Facts
import SwiftProtobuf

/// Recomputes one journal, fact by fact from the first: numbers, hashes, links and bodies.
package struct JournalChecker: Sendable {
  package enum Body: Sendable {
    case bytes([UInt8])
    /// Lawfully removed: the chain still holds its hash.
    case erased
    /// Not handed out.
    case leftOut
  }

  private let bureau: [UInt8]
  private let company: [UInt8]
  private let watched: Set<Int64>
  /// What is wrong, at most twenty findings.
  package private(set) var findings: [String] = []
  package private(set) var count: Int64 = 0
  package private(set) var erased: Int64 = 0
  /// The newest fact so far: number and hash.
  package private(set) var sequence: Int64 = 0
  package private(set) var hash = Statement.nothingBefore
  /// The hash of each watched fact that has come.
  package private(set) var hashes: [Int64: [UInt8]] = [:]

  /// - Parameter watching: Numbers of facts whose hashes a checkpoint vouches for.
  package init(bureau: [UInt8], company: [UInt8], watching watched: some Sequence<Int64> = []) {
    self.bureau = bureau
    self.company = company
    self.watched = Set(watched)
  }

  /// - Parameter stored: The hash that stands beside the fact, where one does.
  package mutating func take(
    _ number: Int64, envelope bytes: [UInt8], body: Body, stored: [UInt8]? = nil
  ) {
    if number != sequence + 1 { find("fact \(sequence + 1) is missing before \(number)") }
    let hash = Array(SHA256.hash(data: bytes))
    if let stored, stored != hash { find("the envelope of fact \(number) was changed") }
    if let envelope = try? Bureau_Facts_V1_Envelope(serializedBytes: bytes) {
      check(envelope, number, body)
    } else {
      find("the envelope of fact \(number) cannot be read")
    }
    if watched.contains(number) { hashes[number] = hash }
    count += 1
    sequence = number
    self.hash = hash
  }

  private mutating func check(
    _ envelope: Bureau_Facts_V1_Envelope, _ number: Int64, _ body: Body
  ) {
    if envelope.sequence != number || Array(envelope.company) != company
      || Array(envelope.bureau) != bureau
    {
      find("fact \(number) stands in another place than it was written for")
    }
    if Array(envelope.previousHash) != hash {
      find("fact \(number) does not follow the one before")
    }
    switch body {
    case .bytes(let bytes):
      if Array(envelope.bodyHash) != Array(SHA256.hash(data: bytes)) {
        find("the body of fact \(number) was changed")
      }
    case .erased: erased += 1
    case .leftOut: break
    }
  }

  /// Compares the end with what the journal says of its own head.
  package mutating func finish(head sequence: Int64, _ hash: [UInt8]) {
    if sequence != self.sequence || hash != self.hash {
      find("the head does not fit the newest fact")
    }
  }

  package mutating func find(_ text: String) {
    if findings.count < 20 { findings.append("Company \(company.hexadecimal): \(text)") }
  }
}
