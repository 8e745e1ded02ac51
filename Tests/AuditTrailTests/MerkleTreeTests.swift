import AuditTrail
import Crypto
import Testing

@Suite struct MerkleTreeTests {
  static func leaves(_ count: Int) -> [Leaf] {
    (0..<count).map { index in
      Leaf(
        company: [UInt8](repeating: UInt8(index), count: 16), sequence: Int64(index) * 257 + 1,
        hash: [UInt8](repeating: UInt8(255 - index), count: 32))
    }
  }

  /// RFC 6962 as it is written: split at the largest power of two below the size.
  private func reference(_ leaves: ArraySlice<Leaf>) -> [UInt8] {
    func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
    guard let first = leaves.first else { return hash([]) }
    if leaves.count == 1 {
      let number = (0..<8).map { UInt8(truncatingIfNeeded: first.sequence >> (56 - 8 * $0)) }
      return hash([0] + first.company + number + first.hash)
    }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return hash([1] + reference(leaves[..<middle]) + reference(leaves[middle...]))
  }

  @Test(arguments: 0...70)
  func `the root is that of RFC 6962, and every leaf has a path to it`(count: Int) {
    let leaves = Self.leaves(count), tree = MerkleTree(leaves)
    #expect(tree.root == reference(leaves[...]))
    for (index, leaf) in leaves.enumerated() {
      let path = tree.path(to: index)
      #expect(path.count <= 7)
      let root = MerkleTree.root(
        of: leaf, at: Int64(index), size: Int64(count), path: path)
      #expect(root == tree.root, "leaf \(index)")
    }
  }

  @Test func `nothing but the leaf itself, at its place, with its path leads to the root`() throws {
    let leaves = Self.leaves(11), tree = MerkleTree(leaves)
    for (index, leaf) in leaves.enumerated() {
      let path = tree.path(to: index)
      func root(
        _ leaf: Leaf, at place: Int? = nil, size: Int64 = 11, _ path: [[UInt8]]
      ) -> [UInt8]? {
        MerkleTree.root(of: leaf, at: Int64(place ?? index), size: size, path: path)
      }
      var other = leaf
      other.sequence += 1
      #expect(root(other, path) != tree.root)
      other = leaf
      other.hash[31] ^= 1
      #expect(root(other, path) != tree.root)
      other = leaf
      other.company[0] ^= 1
      #expect(root(other, path) != tree.root)
      for place in 0..<11 where place != index { #expect(root(leaf, at: place, path) != tree.root) }
      #expect(root(leaf, Array(path.dropLast())) != tree.root)
      #expect(root(leaf, path + [tree.root]) == nil)
      var changed = path
      changed[0][0] ^= 1
      #expect(root(leaf, changed) != tree.root)
    }
    #expect(MerkleTree.root(of: leaves[0], at: -1, size: 11, path: tree.path(to: 0)) == nil)
    #expect(MerkleTree.root(of: leaves[0], at: 11, size: 11, path: tree.path(to: 0)) == nil)
  }
}
