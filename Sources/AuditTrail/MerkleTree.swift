// A Merkle tree over journal heads, as RFC 6962 builds it: who knows the root can check one leaf
// with a path of sibling hashes and learns nothing of the other leaves.

import Crypto

/// Where one company's journal stood: a leaf of the tree.
package struct Leaf: Hashable, Sendable {
  /// 16 bytes.
  package var company: [UInt8]
  package var sequence: Int64
  /// Of the fact with that number; 32 bytes.
  package var hash: [UInt8]

  package init(company: [UInt8], sequence: Int64, hash: [UInt8]) {
    self.company = company
    self.sequence = sequence
    self.hash = hash
  }

  /// What is hashed: company, number (8 bytes, big-endian), hash.
  package var bytes: [UInt8] {
    company + (0..<8).map { UInt8(truncatingIfNeeded: sequence >> (56 - 8 * $0)) } + hash
  }
}

package struct MerkleTree: Sendable {
  /// From the leaves' hashes up to the root alone; no level where there is no leaf.
  private var levels: [[[UInt8]]] = []

  package init(_ leaves: [Leaf]) {
    var level = leaves.map { Self.hash(0, $0.bytes) }
    while !level.isEmpty {
      levels.append(level)
      if level.count == 1 { break }
      // Pairs from the left, a last one without a partner goes up as it is: the same tree as
      // RFC 6962's splits at powers of two.
      level = stride(from: 0, to: level.count, by: 2).map { left in
        left + 1 < level.count ? Self.hash(1, level[left] + level[left + 1]) : level[left]
      }
    }
  }

  /// Of no leaves: the hash of nothing.
  package var root: [UInt8] { levels.last?.first ?? Array(SHA256.hash(data: [UInt8]())) }

  /// The sibling hashes from a leaf up to the root.
  package func path(to index: Int) -> [[UInt8]] {
    var index = index
    return levels.compactMap { level in
      defer { index >>= 1 }
      return index ^ 1 < level.count ? level[index ^ 1] : nil
    }
  }

  /// The root that a leaf at an index of a tree of `size` leaves leads to; nil where no tree of
  /// that size has such a path.
  package static func root(of leaf: Leaf, at index: Int64, size: Int64, path: [[UInt8]])
    -> [UInt8]?
  {
    guard 0 <= index, index < size else { return nil }
    var hash = hash(0, leaf.bytes), index = index, size = size
    var siblings = path[...]
    while size > 1 {
      if index ^ 1 < size {
        guard let sibling = siblings.popFirst(), sibling.count == 32 else { return nil }
        hash = Self.hash(1, index & 1 == 0 ? hash + sibling : sibling + hash)
      }
      index >>= 1
      size = (size + 1) / 2
    }
    return siblings.isEmpty ? hash : nil
  }

  private static func hash(_ prefix: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(data: [prefix] + bytes))
  }
}
