// Journals as a file for outsiders: lines of plain text, described in docs/audit-format.md.

import Foundation
package import Primitives

/// The lines of an export, in their order; each ends with a line feed.
package enum AuditExport {
  package static let title = "bureau/audit-export/v1"
  /// Bytes of one line: more than any fact.
  package static let lineLimit = 64 << 20

  package enum Extent: Hashable, Sendable {
    case bureau
    /// 16 bytes.
    case company([UInt8])
  }

  package static func header(
    bureau: [UInt8], extent: Extent, time: Instant, withBodies: Bool
  ) -> String {
    let extent =
      switch extent {
      case .bureau: "bureau"
      case .company(let company): "company \(company.hexadecimal)"
      }
    return """
      \(title)
      bureau \(bureau.hexadecimal)
      extent \(extent)
      time \(time.rfc3339)
      bodies \(withBodies ? "included" : "left-out")

      """
  }

  package static func statement(_ signed: SignedStatement) -> String {
    "statement \(Data(signed.file).base64EncodedString())\n"
  }

  package static func journal(_ company: [UInt8]) -> String {
    "journal \(company.hexadecimal)\n"
  }

  /// That a head is in the checkpoint with a number.
  package static func proof(_ number: Int64, index: Int, leaf: Leaf, path: [[UInt8]]) -> String {
    let path = path.isEmpty ? "-" : path.map(\.hexadecimal).joined(separator: ",")
    return "proof \(number) \(index) \(leaf.sequence) \(leaf.hash.hexadecimal) \(path)\n"
  }

  package static func fact(
    _ number: Int64, envelope: [UInt8], body: JournalChecker.Body
  ) -> String {
    let body =
      switch body {
      case .bytes(let bytes): Data(bytes).base64EncodedString()
      case .erased: "*"
      case .leftOut: "-"
      }
    return "fact \(number) \(Data(envelope).base64EncodedString()) \(body)\n"
  }

  package static func head(_ sequence: Int64, _ hash: [UInt8]) -> String {
    "head \(sequence) \(hash.hexadecimal)\n"
  }

  /// What a text stands for; nil where it is not the one spelling of it.
  static func bytes(base64 text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text), data.base64EncodedString() == text else {
      return nil
    }
    return Array(data)
  }

  package static func end(journals: Int64, facts: Int64) -> String {
    "end \(journals) \(facts)\n"
  }
}

/// What an outsider holds against an export.
package struct WitnessEvidence: Sendable {
  package var chain: WitnessChain
  /// Under the root of its newest checkpoint, where the list is at hand.
  package var leaves: [Leaf]?

  /// Leaves that do not belong to the newest checkpoint are refused.
  package init?(_ chain: WitnessChain, leaves: [Leaf]?) {
    self.chain = chain
    self.leaves = leaves
    guard let leaves, case .checkpoint(let size, let root)? = chain.newestCheckpoint?.statement.kind
    else { return }
    guard leaves.count == size, MerkleTree(leaves).root == root else { return nil }
  }

  /// Every key that the chain names.
  var keys: Set<[UInt8]> {
    Set(chain.statements.flatMap { [$0.statement.key, $0.statement.nextKey] })
  }
}
