// Where statements are kept outside the database, and what they vouch for.

package import AuditTrail
package import Domain
package import Foundation
package import Primitives
package import Storage

/// A chain of statements for each bureau, only ever appended to.
package protocol Witness: Sendable {
  func bureaus() throws(WitnessError) -> [ID<Bureau>]
  /// The number of a bureau's newest statement; 0 where there is none.
  func newestNumber(of bureau: ID<Bureau>) throws(WitnessError) -> Int64
  /// A statement as it was kept; its signatures are checked by who reads it.
  func statement(_ number: Int64, of bureau: ID<Bureau>) throws(WitnessError) -> SignedStatement?
  /// The leaves under a root.
  func leaves(under root: [UInt8], of bureau: ID<Bureau>) throws(WitnessError) -> [Leaf]?
  /// Keeps what follows the newest. False: somebody else has taken the number; nothing was changed.
  func append(_ signed: SignedStatement, leaves: [Leaf]?) throws(WitnessError) -> Bool
}

/// What a witness vouches for: where every journal of a bureau stood, at least.
package struct VouchedCheckpoint: Sendable, Equatable {
  package var bureau: ID<Bureau>
  package var signed: SignedStatement
  /// By company id; the Merkle tree over them has the signed root.
  package var leaves: [Leaf]

  package var number: Int64 { signed.statement.number }
  package var time: Instant { signed.statement.time }

  package var heads: [JournalHead] {
    leaves.compactMap { leaf in
      ID<Company>(bytes: leaf.company).map {
        JournalHead(company: $0, sequence: leaf.sequence, hash: leaf.hash)
      }
    }
  }
}

extension Witness {
  /// The newest statement of a bureau, genuine; nil where there is none.
  package func newest(of bureau: ID<Bureau>) throws(WitnessError) -> SignedStatement? {
    let number = try newestNumber(of: bureau)
    return number == 0 ? nil : try genuine(number, of: bureau)
  }

  private func genuine(_ number: Int64, of bureau: ID<Bureau>) throws(WitnessError)
    -> SignedStatement
  {
    guard let signed = try statement(number, of: bureau) else {
      throw .damaged("statement \(number) of bureau \(bureau.hex) is not there")
    }
    guard signed.isGenuine, signed.statement.number == number,
      signed.statement.bureau == bureau.bytes
    else { throw .damaged("statement \(number) of bureau \(bureau.hex) is not what was signed") }
    return signed
  }

  /// The newest checkpoint of a bureau with its heads, all of it verified; nil where there is none
  /// since its first statement, or since the journals were put back.
  package func newestCheckpoint(of bureau: ID<Bureau>) throws(WitnessError) -> VouchedCheckpoint? {
    var after: SignedStatement?
    var number = try newestNumber(of: bureau)
    while number > 0 {
      let signed = try genuine(number, of: bureau)
      if let after,
        after.statement.previous != signed.statement.digest
          || after.statement.key != signed.statement.nextKey
      {
        throw .damaged(
          "statement \(number + 1) of bureau \(bureau.hex) does not follow the one"
            + " before")
      }
      switch signed.statement.kind {
      case .checkpoint: return try vouched(signed, of: bureau)
      case .restored: return nil
      case .rotation: after = signed
      }
      number -= 1
    }
    return nil
  }

  /// One checkpoint by its number, with its heads.
  package func checkpoint(_ number: Int64, of bureau: ID<Bureau>) throws(WitnessError)
    -> VouchedCheckpoint?
  {
    guard number > 0, try statement(number, of: bureau) != nil else { return nil }
    return try vouched(try genuine(number, of: bureau), of: bureau)
  }

  private func vouched(_ signed: SignedStatement, of bureau: ID<Bureau>) throws(WitnessError)
    -> VouchedCheckpoint?
  {
    guard case .checkpoint(let size, let root) = signed.statement.kind else { return nil }
    guard let leaves = try leaves(under: root, of: bureau), leaves.count == size,
      MerkleTree(leaves).root == root
    else {
      throw .damaged(
        "the heads of checkpoint \(signed.statement.number) of bureau \(bureau.hex) are missing or"
          + " changed")
    }
    return VouchedCheckpoint(bureau: bureau, signed: signed, leaves: leaves)
  }

  /// The newest checkpoint of every bureau that the witness knows. For the comparison at start:
  /// refuses a witness that is damaged or belongs to another audit key.
  package func newestCheckpoints(signedBy publicKey: [UInt8]) throws(WitnessError)
    -> [VouchedCheckpoint]
  {
    try requireKey(publicKey)
    var found: [VouchedCheckpoint] = []
    for bureau in try bureaus() {
      if let checkpoint = try newestCheckpoint(of: bureau) { found.append(checkpoint) }
    }
    return found
  }

  /// Refuses a key that is not the one the newest statements leave in force.
  package func requireKey(_ publicKey: [UInt8]) throws(WitnessError) {
    for bureau in try bureaus() {
      guard let newest = try newest(of: bureau) else { continue }
      guard newest.statement.nextKey == publicKey else {
        throw .keyDiffers("Statement \(newest.statement.number) of bureau \(bureau.hex)")
      }
    }
  }
}

/// A folder, best on another machine: for each bureau
///
///     <bureau>/<number, 12 digits>.statement   signed; anyone may have it
///     <bureau>/<root>.heads                    the heads under that root; for the bureau itself
///
/// Files are made whole and never overwritten: several servers may write to one folder.
package struct FolderWitness: Witness {
  private let folder: URL

  package init(folder: URL) { self.folder = folder }

  package func bureaus() throws(WitnessError) -> [ID<Bureau>] {
    try names(in: folder).compactMap { ID<Bureau>(hex: $0) }.sorted()
  }

  package func newestNumber(of bureau: ID<Bureau>) throws(WitnessError) -> Int64 {
    try names(in: place(bureau)).compactMap(Self.number).max() ?? 0
  }

  private static let digits = 12
  private static let ending = ".statement"

  private static func name(_ number: Int64) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text + ending
  }

  private static func number(_ name: String) -> Int64? {
    guard name.hasSuffix(ending), let number = Int64(name.dropLast(ending.count)),
      name == Self.name(number)
    else { return nil }
    return number
  }

  package func statement(_ number: Int64, of bureau: ID<Bureau>) throws(WitnessError)
    -> SignedStatement?
  {
    guard let content = try read(place(bureau).appending(path: Self.name(number))) else {
      return nil
    }
    guard let signed = SignedStatement(file: content) else {
      throw .damaged("statement \(number) of bureau \(bureau.hex) cannot be read")
    }
    return signed
  }

  package func leaves(under root: [UInt8], of bureau: ID<Bureau>) throws(WitnessError) -> [Leaf]? {
    try read(heads(root, bureau)).flatMap(HeadList.parse)
  }

  package func append(_ signed: SignedStatement, leaves: [Leaf]?) throws(WitnessError) -> Bool {
    guard let bureau = ID<Bureau>(bytes: signed.statement.bureau) else { return false }
    let place = place(bureau)
    do {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    } catch { throw .unavailable("\(place.path) cannot be made") }
    // The heads first: a statement is never there without them.
    if let leaves, case .checkpoint(_, let root) = signed.statement.kind {
      let file = heads(root, bureau)
      if try read(file) == nil {
        _ = try NewFile.make(file, Array(HeadList.text(leaves).utf8))
      }
    }
    return try NewFile.make(
      place.appending(path: Self.name(signed.statement.number)), signed.file)
  }

  private func place(_ bureau: ID<Bureau>) -> URL { folder.appending(path: bureau.hex) }

  private func heads(_ root: [UInt8], _ bureau: ID<Bureau>) -> URL {
    place(bureau).appending(path: "\(root.hexadecimal).heads")
  }

  /// What is in a folder; nothing where there is no folder yet.
  private func names(in folder: URL) throws(WitnessError) -> [String] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    do { return try FileManager.default.contentsOfDirectory(atPath: folder.path) } catch {
      throw .unavailable("\(folder.path) cannot be read")
    }
  }

  private func read(_ file: URL) throws(WitnessError) -> [UInt8]? {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    guard let content = FileManager.default.contents(atPath: file.path) else {
      throw .unavailable("\(file.path) cannot be read")
    }
    return Array(content)
  }
}
